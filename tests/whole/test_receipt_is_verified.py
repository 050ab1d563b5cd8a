"""A receipt's code leads whoever was shown it to a page that knows, from a thumb on a phone to the bank's books."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable

import asyncpg
import httpx
from installation import Running
from phone_in_hand import Phone, pays_somebody_new, with_a_card

OTHER_BANKS_CARD = "4111 1111 1111 1111"
PhoneMaker = Callable[..., Phone]


def drawn(teller: Running, amount_minor: int) -> dict[str, str]:
    """What the picture of the transfer of exactly this amount was drawn from."""
    op_id, customer_id = asyncio.run(_transfer(teller, amount_minor))
    command = [sys.executable, "-m", "bot.cli", "token", "--role", "service", "--subject", "bot"]
    made = subprocess.run(command, env=os.environ | teller.environment, capture_output=True, text=True, check=True)
    answer = httpx.post(
        f"{teller.url}/api/v1/core/receipt",
        json={"inputs": {"transfer_id": op_id}, "customer_id": customer_id},
        headers={"authorization": f"Bearer {made.stdout.split()[-1]}"},
    )
    outputs: dict[str, str] = answer.raise_for_status().json()["outputs"]
    return outputs


async def _transfer(teller: Running, amount_minor: int) -> tuple[str, str]:
    connection = await asyncpg.connect(teller.environment["TELLER_DATABASE_URL"])
    try:
        row = await connection.fetchrow(
            "select op_id, customer_id from money.operation where action = 'transfers.execute' and amount_minor = $1",
            amount_minor,
        )
    finally:
        await connection.close()
    return str(row["op_id"]), row["customer_id"]


def test_who_is_shown_a_receipt_finds_out_from_its_code_how_the_money_stands(
    teller: Running, phone: PhoneMaker
) -> None:
    ustyna = with_a_card(phone("+380501110241", name="Ustyna"))
    ustyna.say(f"send 58 to {OTHER_BANKS_CARD}")
    ustyna.wait_for("Send 58.00")
    teller.fault(operation="transfer", outcome="reset_after", count=1)
    pays_somebody_new(ustyna)
    ustyna.wait_for("I do not know yet")
    link = drawn(teller, 5_800)["verify_url"]
    assert link.startswith(f"{teller.url}/receipts/")
    ustyna.wait_for("Good news: 58.00")

    page = httpx.get(link, headers={"accept-language": "en"})
    assert page.status_code == 200
    for said in ("This receipt is genuine", "58.00\u00a0₴", "•••• 1111", drawn(teller, 5_800)["reference"]):
        assert said in page.text
    assert "Ustyna" not in page.text
    paper = httpx.get(f"{link}/receipt.pdf")
    assert (paper.headers["content-type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert httpx.get(f"{link[:-2]}AA").status_code == 404
