"""What Fineract takes and gives, as Cerberus schemas: checked before each call and after each answer."""

from collections.abc import Callable

from core_adapters.internal.fineract.amounts import DATE_FORMAT, LOCALE, is_amount
from core_adapters.validation import Schema

ROWS_MAX = 200
ACCOUNTS_MAX = 100
DESCRIPTION_MAX = 200  # of a transfer, in characters
REFERENCE_MAX = 50  # of a key and of a receipt's number, in characters
MARK = r"[A-Za-z0-9_-]{1,100}"


def _amount(field: str, value: object, error: Callable[[str, str], None]) -> None:
    if not is_amount(value):
        error(field, "is no amount")


ID: Schema = {"type": "integer", "min": 1}
NUMBER: Schema = {"check_with": _amount}
LINE: Schema = {"type": "string", "maxtext": 500}
FLAG: Schema = {"type": "boolean"}
MAYBE_FLAG: Schema = {"type": "boolean", "required": False}
REFERENCE: Schema = {"type": "string", "regex": r"[A-Z2-7]{26}"}
DECIMAL: Schema = {"type": "decimal_amount"}
WRITTEN_IN: Schema = {
    "dateFormat": {"type": "string", "allowed": [DATE_FORMAT]},
    "locale": {"type": "string", "allowed": [LOCALE]},
}
DAY: Schema = {"type": "string", "regex": r"[0-9]{2} [A-Z][a-z]{2,8} [0-9]{4}"}

# out
TRANSFER: Schema = {
    "fromOfficeId": ID, "fromClientId": ID, "fromAccountType": ID, "fromAccountId": ID,
    "toOfficeId": ID, "toClientId": ID, "toAccountType": ID, "toAccountId": ID,
    "transferDate": DAY,
    "transferAmount": DECIMAL,
    "transferDescription": {"type": "string", "minlength": 1, "maxtext": DESCRIPTION_MAX},
    **WRITTEN_IN,
}  # fmt: skip
DEPOSIT: Schema = {
    "transactionDate": DAY, "transactionAmount": DECIMAL, "paymentTypeId": ID, "receiptNumber": REFERENCE, **WRITTEN_IN,
}  # fmt: skip
BLOCK: Schema = {"reasonForBlock": {"type": "string", "maxtext": 100}, **WRITTEN_IN}
UNBLOCK: Schema = WRITTEN_IN
FIND_CLIENT: Schema = {
    "request": {"type": "dict", "schema": {"text": {"type": "string", "regex": r"[0-9]{7,15}"}}},
    "page": {"type": "integer"},
    "size": {"type": "integer"},
}

# in
DONE: Schema = {"resourceId": ID}
CLIENT: Schema = {"id": ID, "officeId": ID}
FOUND_CLIENT: Schema = {**CLIENT, "mobileNo": {"type": "string", "maxtext": 50, "nullable": True, "required": False}}
FOUND_CLIENTS: Schema = {"content": {"type": "list", "maxlength": ACCOUNTS_MAX}}
CURRENCY: Schema = {
    "type": "dict",
    "schema": {
        "code": {"type": "string", "regex": r"[A-Z]{3}"},
        "decimalPlaces": {"type": "integer", "min": 0, "max": 6},
    },
}
STATUS: Schema = {"type": "dict", "schema": {"active": FLAG}}
BLOCKS: Schema = {
    "type": "dict", "required": False, "nullable": True,
    "schema": {"block": MAYBE_FLAG, "blockCredit": MAYBE_FLAG, "blockDebit": MAYBE_FLAG},
}  # fmt: skip
ACCOUNT_IN_LIST: Schema = {"id": ID, "status": STATUS}
ACCOUNTS: Schema = {"savingsAccounts": {"type": "list", "maxlength": ACCOUNTS_MAX, "required": False}}
ACCOUNT: Schema = {
    "id": ID,
    "accountNo": {"type": "string", "maxtext": 50},
    "clientId": ID,
    "clientName": LINE,
    "savingsProductName": LINE,
    "status": STATUS,
    "subStatus": BLOCKS,
    "reasonForBlock": {**LINE, "nullable": True, "required": False},
    "currency": CURRENCY,
    "withdrawalFeeForTransfers": MAYBE_FLAG,
    "summary": {
        "type": "dict",
        "schema": {"accountBalance": NUMBER, "availableBalance": {**NUMBER, "required": False}},
    },
}
BOOKINGS: Schema = {"total": {"type": "integer"}, "content": {"type": "list", "maxlength": ROWS_MAX}}
BOOKING: Schema = {
    "id": ID,
    "date": {"type": "list", "minlength": 3, "maxlength": 3},
    "amount": NUMBER,
    "currency": CURRENCY,
    "reversed": FLAG,
    "transfer": {
        "type": "dict", "nullable": True, "required": False,
        "schema": {"id": ID, "reversed": FLAG, "transferDescription": {**LINE, "nullable": True, "required": False}},
    },
    "paymentDetailData": {
        "type": "dict", "nullable": True, "required": False,
        "schema": {"receiptNumber": {"type": "string", "maxtext": 100, "nullable": True, "required": False}},
    },
}  # fmt: skip
