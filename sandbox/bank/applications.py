"""Orders of a new card: taken at once, decided about a second later by `work`, announced by an event."""

from datetime import datetime

from sandbox import house
from sandbox.bank import customers, events, numbers, rules
from sandbox.failures import BadInput, Conflict, NotFound, Refused
from sandbox.store import Database, Row


def apply(db: Database, reference: str, customer_id: str, tariff: str, now: datetime) -> tuple[Row, bool]:
    """Take an order: the application under this reference, and whether it is new.

    :raises Conflict: when the reference stands for another order. :raises BadInput: for a tariff there is not.
    :raises NotFound: for an unknown customer. :raises Refused: `duplicate`, while one for this tariff is pending.
    """
    known = _found(db, "reference", reference)
    if known is not None:
        if (known["customer_id"], known["tariff"]) != (customer_id, tariff):
            raise Conflict("This reference was used for another application; nothing was done now.")
        return known, False
    if tariff not in rules.SCHEME_OF_TARIFF:
        raise BadInput(f"tariff: one of {', '.join(rules.SCHEME_OF_TARIFF)}")
    customers.by_id(db, customer_id)
    _must_be_the_only_one(db, customer_id, tariff)
    application_id = numbers.new_id("app")
    db.execute(
        "INSERT INTO bank_application VALUES (?, ?, ?, ?, 'pending', NULL, ?)",
        (application_id, reference, customer_id, tariff, (now + rules.ISSUE_AFTER).isoformat()),
    )
    return by_id(db, application_id), True


def _must_be_the_only_one(db: Database, customer_id: str, tariff: str) -> None:
    pending = db.execute(
        "SELECT 1 FROM bank_application WHERE customer_id = ? AND tariff = ? AND status = 'pending'",
        (customer_id, tariff),
    ).fetchone()
    if pending is not None:
        raise Refused("A card of this tariff is being made for this customer already.", "duplicate")


def decide_due(db: Database, now: datetime) -> None:
    """Issue or refuse every card whose time has come; one transaction with its event."""
    due = db.execute(
        "SELECT * FROM bank_application WHERE status = 'pending' AND due_at <= ? ORDER BY due_at", (now.isoformat(),)
    ).fetchall()
    for application in due:
        customer = customers.by_id(db, application["customer_id"])
        if customer["phone"].endswith(rules.REFUSED_PHONE_ENDING):
            _refuse(db, application, now)
        else:
            _issue(db, application, customer, now)


def _issue(db: Database, application: Row, customer: Row, now: datetime) -> None:
    tariff = application["tariff"]
    new = customers.NewCard(rules.SCHEME_OF_TARIFF[tariff], tariff, house.of(db).currency)
    card = customers.issue_card(db, customer, new, now)
    customers.welcome(db, card, application["application_id"], now)
    db.execute(
        "UPDATE bank_application SET status = 'issued', card_id = ? WHERE application_id = ?",
        (card["card_id"], application["application_id"]),
    )
    events.emit(db, "card.issued", {**_subject(application), "card_id": card["card_id"]}, now)


def _refuse(db: Database, application: Row, now: datetime) -> None:
    db.execute(
        "UPDATE bank_application SET status = 'refused' WHERE application_id = ?", (application["application_id"],)
    )
    events.emit(db, "card.refused", _subject(application), now)


def _subject(application: Row) -> dict[str, str]:
    return {"application_id": application["application_id"], "reference": application["reference"]}


def next_due(db: Database) -> datetime | None:
    """When the next application is to be decided."""
    row = db.execute("SELECT min(due_at) AS due_at FROM bank_application WHERE status = 'pending'").fetchone()
    return datetime.fromisoformat(row["due_at"]) if row["due_at"] else None


def by_id(db: Database, application_id: str) -> Row:
    """:raises NotFound: for an id that is not known."""
    return _must_exist(_found(db, "application_id", application_id))


def by_reference(db: Database, reference: str) -> Row:
    """:raises NotFound: when no application has this reference."""
    return _must_exist(_found(db, "reference", reference))


def _found(db: Database, column: str, value: str) -> Row | None:
    row: Row | None = db.execute(f"SELECT * FROM bank_application WHERE {column} = ?", (value,)).fetchone()  # noqa: S608 # nosec B608 # a column of ours
    return row


def _must_exist(row: Row | None) -> Row:
    if row is None:
        raise NotFound("There is no such application.")
    return row
