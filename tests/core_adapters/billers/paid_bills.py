"""Orders that pay bills, and what both parties' books say of them."""

from uuid import uuid4

from core_adapters.operations.ids import core_ref
from flows.confirming import snapshot_hash
from flows.effects import StartOperation

PHONE = "+380501112233"
NOBODY = "+380501110000"
ACCOUNT = "10203040"


def top_up(room, amount="50.00 UAH", phone=PHONE):
    return started("mobile.pay", {"from": room.payer, "phone": phone, "amount": amount})


def bill(room, amount="100.00 UAH", biller="utilities-water", account=ACCOUNT):
    return started("bills.pay", {"from": room.payer, "biller": biller, "account": account, "amount": amount})


def started(action, inputs, mark=None):
    op_id = uuid4()
    mark = mark or snapshot_hash(op_id, inputs, {})
    return StartOperation(op_id, action, "core_adapters", inputs, {}, "anna", "telegram", "run", "pay", mark)


async def fault(room, core, operation, outcome, count=1):
    body = {"core": core, "operation": operation, "outcome": outcome, "count": count}
    (await room.bank.http.put(f"{room.bank.url}/api/faults", json=body)).raise_for_status()


async def at_the_biller(room, order):
    """The biller's payments of an order: status by status."""
    rows = (await room.bank.http.get(f"{room.bank.url}/billers/books")).json()
    return [row["status"] for row in rows if row["reference"] == f"{core_ref(order.op_id)}-B"]


async def at_the_bank(room, order):
    """What the order's debits and returns left where: minor units by account."""
    sums = {}
    for behind in ("", "-R"):
        answer = await room.bank.http.get(
            f"{room.bank.url}/api/postings", params={"ref": core_ref(order.op_id) + behind}
        )
        for posting in answer.json():
            sums[posting["debit"]] = sums.get(posting["debit"], 0) - posting["amount_minor"]
            sums[posting["credit"]] = sums.get(posting["credit"], 0) + posting["amount_minor"]
    return {account: minor for account, minor in sums.items() if minor and not account.startswith("UA")}


async def postings(room, order, behind=""):
    answer = await room.bank.http.get(f"{room.bank.url}/api/postings", params={"ref": core_ref(order.op_id) + behind})
    return len(answer.json())
