"""What was booked on an account: searched by our reference for an enquiry, by dates for a statement.

Fineract has no enquiry of a transfer by a caller's reference: it takes none for a transfer, and the `externalId` by
which transfers can be listed is not looked at. So ours stands first in the transfer's description, and the payer's
bookings of the same amount are searched for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from core_adapters.failures import TurnedAway
from core_adapters.internal.fineract import amounts, schemas
from core_adapters.internal.fineract.exchange import Exchange
from core_adapters.validation import incoming
from flows.money import Money

NEWEST_FIRST = {"orderBy": "createdDate,transactionDate,id", "sortOrder": "DESC"}
Side = Literal["debit", "credit"]


@dataclass(frozen=True, slots=True)
class Booking:
    """One line of an account. ``mark`` is the caller's reference, empty where there is none."""

    core_id: str
    day: date
    amount: Money
    mark: str
    reversed: bool


@dataclass(frozen=True, slots=True)
class Lines:
    """The bookings of accounts. Everything raises BankFailure."""

    exchange: Exchange

    async def marked(self, account_id: int, side: Side, amount: Money, decimals: int, mark: str) -> Booking | None:
        """The booking with our reference; None when the newest of that amount hold none."""
        exact = amounts.written(amount, decimals)
        found, _ = await self._search(account_id, side, schemas.ROWS_MAX, fromAmount=exact, toAmount=exact)
        return next((booking for booking in found if booking.mark == mark and booking.amount == amount), None)

    async def between(self, account_id: int, first: date, last: date) -> list[tuple[Side, Booking]]:
        """All that counts between two days, newest first. Raises TurnedAway when there is more than one page of it."""
        days = {
            "fromDate": amounts.said(first), "toDate": amounts.said(last),
            "dateFormat": amounts.DATE_FORMAT, "locale": amounts.LOCALE,
        }  # fmt: skip
        booked: list[tuple[Side, Booking]] = []
        for side in ("debit", "credit"):
            found, total = await self._search(account_id, side, schemas.ROWS_MAX, **days)
            if total > len(found):
                raise TurnedAway(f"more than {schemas.ROWS_MAX} bookings")
            booked += [(side, booking) for booking in found if not booking.reversed]
        return sorted(booked, key=lambda pair: (pair[1].day, int(pair[1].core_id)), reverse=True)

    async def newest(self, account_id: int, count: int) -> list[tuple[Side, Booking]]:
        """The last ``count`` bookings."""
        booked: list[tuple[Side, Booking]] = []
        for side in ("debit", "credit"):
            found, _ = await self._search(account_id, side, count)
            booked += [(side, booking) for booking in found if not booking.reversed]
        return sorted(booked, key=lambda pair: (pair[1].day, int(pair[1].core_id)), reverse=True)[:count]

    async def _search(self, account_id: int, side: Side, most: int, **by: str) -> tuple[list[Booking], int]:
        asked = {side: "true", "offset": "0", "limit": str(most), **NEWEST_FIRST, **by}
        path = f"/v1/savingsaccounts/{account_id}/transactions/search"
        answer = await self.exchange.ask(path, schemas.BOOKINGS, **asked)
        rows, total = answer["content"], answer["total"]
        found = [_booking(row) for row in rows] if isinstance(rows, list) else []
        return found, total if isinstance(total, int) else len(found)


def _booking(row: object) -> Booking:
    fits = incoming(row if isinstance(row, dict) else {}, schemas.BOOKING)
    transfer, paid = _part(fits.get("transfer")), _part(fits.get("paymentDetailData"))
    written = str(transfer.get("transferDescription") or "") or str(paid.get("receiptNumber") or "")
    currency = _part(fits["currency"])
    return Booking(
        core_id=str(transfer.get("id") or fits["id"]),
        day=amounts.day_of(fits["date"]),
        amount=amounts.read(fits["amount"], str(currency["code"])),
        mark=written.split(" ", 1)[0],
        reversed=fits["reversed"] is True or transfer.get("reversed") is True,
    )


def _part(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
