"""Complaints: registered for good under a number, answered by people at the bank some day."""

from datetime import datetime

from sandbox.bank import customers, events, orders
from sandbox.failures import NotFound, Refused
from sandbox.store import Database, Row

ORDER = "complaint"
DAYS = 10  # the longest until the answer


def register(db: Database, customer_id: str, now: datetime) -> orders.Told:
    """Give a complaint its number.

    :raises NotFound: for an unknown customer.
    """
    customers.by_id(db, customer_id)
    count = db.execute("SELECT count(*) AS n FROM bank_order WHERE kind = ?", (ORDER,)).fetchone()["n"]
    return {"number": f"{now:%y}-{count + 1:05d}", "days": DAYS, "answer": ""}


def answer(db: Database, number: str, text: str, now: datetime) -> Row:
    """Answer a complaint; one transaction with its event.

    :raises NotFound: for an unknown number. :raises Refused: `answered` when it was answered before.
    """
    rows = db.execute("SELECT * FROM bank_order WHERE kind = ?", (ORDER,)).fetchall()
    row = next((one for one in rows if orders.told(one).get("number") == number), None)
    if row is None:
        raise NotFound("No complaint has this number.")
    if orders.told(row)["answer"]:
        raise Refused("This complaint was answered.", "answered")
    orders.tell(db, row, {"answer": text})
    events.emit(db, "complaint.answered", {"order_id": row["order_id"], "reference": row["reference"]}, now)
    return orders.by_reference(db, row["reference"])
