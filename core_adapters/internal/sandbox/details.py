"""What others need to pay to a customer's card, as a document for a one-time page. IBANs stand in no chat."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from core_adapters.failures import Refused, Unclear
from core_adapters.internal.cards import Card
from core_adapters.internal.sandbox import schemas
from core_adapters.internal.sandbox.calls import Calls
from core_adapters.internal.sandbox.customers import Customers
from core_adapters.ports import Question
from core_adapters.validation import Schema

DETAILS: Schema = {
    "card_id": schemas.ID,
    "iban": {"type": "iban"},
    "recipient": {"type": "string", "minlength": 1, "maxtext": 140},
    "tax_number": {"type": "string", "regex": r"[0-9]{10}"},
    "bank_name": {"type": "string", "minlength": 1, "maxtext": 140},
    "bank_code": {"type": "string", "regex": r"[0-9]{6}"},
    "currency": schemas.CURRENCY,
}
# Labels, and after them the bank's fields; the purpose is a hint, for it is the payer who writes it.
LABELS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "recipient": "Recipient", "iban": "IBAN", "tax_number": "Tax number", "bank_name": "Bank",
        "bank_code": "Bank code", "currency": "Currency",
    },
    "uk": {
        "recipient": "Отримувач", "iban": "IBAN", "tax_number": "Податковий номер (РНОКПП)", "bank_name": "Банк",
        "bank_code": "Код банку (МФО)", "currency": "Валюта",
    },
}  # fmt: skip
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Bank details of {card}", "purpose": "Purpose of payment",
        "to": "Top-up of account {iban}, {recipient}",
        "hint": "Whoever pays needs all of it. With these details money can come in, and none can be taken.",
    },
    "uk": {
        "title": "Реквізити картки {card}", "purpose": "Призначення платежу",
        "to": "Поповнення рахунку {iban}, {recipient}",
        "hint": "Тому, хто платить, потрібне все це. За реквізитами гроші можна лише надіслати, зняти їх не можна.",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Details:
    """Satisfies core_adapters.ports.Answerer. The answer is a `core_adapters.pages.document.Document`."""

    calls: Calls
    customers: Customers
    questions: ClassVar[frozenset[str]] = frozenset({"accounts.details"})

    async def ask(self, question: Question) -> Mapping[str, object]:
        if question.customer_id is None:
            raise Refused(f"{question.verb} is asked for a customer")
        card = await self.customers.own_card(question.customer_id, str(question.inputs.get("card")))
        told = await self.calls.ask(f"/cards/{card.card_id}/details", DETAILS)
        if told["card_id"] != card.card_id:
            raise Unclear("the answer is about another card")
        language = question.locale if question.locale in LABELS else "en"
        words = WORDS[language]
        lines = [
            {"label": label, "value": str(told[field]), "copied": field != "currency"}
            for field, label in LABELS[language].items()
        ]
        purpose = words["to"].format(iban=told["iban"], recipient=told["recipient"])
        return {
            "title": words["title"].format(card=f"{card.name} •{card.last4}"),
            "lines": [*lines, {"label": words["purpose"], "value": purpose, "copied": True}],
            "notes": [words["hint"]],
            "paper": _paper(card, told, purpose),
        }


def _paper(card: Card, told: Mapping[str, object], purpose: str) -> Mapping[str, object]:
    """The same for ImageAPI."""
    values = {"card": card.name, "last4": card.last4, "purpose": purpose} | {name: told[name] for name in LABELS["en"]}
    name = f"bank-details-{card.last4}"
    return {"template": "bank_details", "values": values, "name": name, "as_picture": True}
