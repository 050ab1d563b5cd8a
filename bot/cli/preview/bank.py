"""A bank with sample answers: those that the content's own tests give it, first those in the language looked at.

What no test says is made up from the catalogue, so that no question stays without an answer.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from flows.cards import CardNumber
from flows.model import Action, Library, Slot, SlotType, Wait
from flows.money import Money
from flows.testing import amounts
from flows.testing.script import Answer, Case, TestFile
from flows.turn import typed
from flows.values import Chosen, Sent, SharedContact, SlotValue

__all__ = ["CARDS", "SampleBank"]

OPTIONS = 3  # of a list that no test shows
CARDS = (
    {"id": "c1", "name": "Everyday", "last4": "4242", "balance": "1000"},
    {"id": "c2", "name": "Savings", "last4": "0002", "balance": "5000"},
)
TO_CARD = CardNumber("card_sample", "1111", "visa", True, "sample")
NUMBERS = {"tax_id": "0123456789", "account_no": "1234567890", "transport_card": "1234567890"}
# Values of slots that customers write; what is not here stands as its own name.
WRITTEN: Mapping[str, Mapping[str, str]] = {
    "en": {"full_name": "Anna Koval", "my_name": "Anna Koval", "purpose": "Dinner", "place_town": "Kyiv",
           "delivery_address": "12 Khreshchatyk St, Kyiv", "complaint_text": "My card was charged twice.", **NUMBERS},
    "uk": {"full_name": "Анна Коваль", "my_name": "Анна Коваль", "purpose": "За вечерю", "place_town": "Київ",
           "delivery_address": "Київ, вул. Хрещатик, 12", "complaint_text": "З картки двічі списали гроші.", **NUMBERS},
}  # fmt: skip
BY_TYPE: Mapping[SlotType, str] = {
    "phone": "+380501112233", "iban": "UA213223130000026007233566001", "url": "https://bank.example/page",
    "period": "2026-03", "percent": "1", "code": "123456", "date": "2026-03-02", "integer": "3",
}  # fmt: skip


class SampleBank:
    """Answers for the bank. Of the tests' answers the first good one counts, those of ``locale`` before others."""

    def __init__(self, library: Library, files: Iterable[TestFile], locale: str) -> None:
        self._library, self._locale = library, locale
        cases = [case for file in files for case in file.cases]
        self._told: dict[str, Answer] = {}
        for case in sorted(cases, key=lambda case: case.person.locale != locale):
            self._learn(case)

    def _learn(self, case: Case) -> None:
        for name, answers in case.stubs.items():
            good = next((one for one in answers if one.error is None), None)
            if good is not None:
                self._told.setdefault(name, good)

    def answer(self, operation: str, known: Mapping[str, object] | None = None) -> Answer:
        """As of any bank of flows.testing.world; never raises."""
        if operation in self._told:
            return self._told[operation]
        if known is not None:
            return Answer({name: str(value) for name, value in known.items()})
        if operation in self._library.catalogue.sources:
            fields = self._library.catalogue.sources[operation]
            return Answer(options=tuple(self._option(fields, number) for number in range(1, OPTIONS + 1)))
        kind = self._library.catalogue.operations.get(operation)
        return Answer({name: self._made_up(name, type_) for name, type_ in kind.outputs.items()} if kind else {})

    def _option(self, fields: Mapping[str, SlotType], number: int) -> dict[str, str]:
        made = {name: self._made_up(name, type_) for name, type_ in fields.items()}
        return made | {"id": f"o{number}", "name": f"{made.get('name', 'name')} {number}"}

    def _made_up(self, name: str, type_: SlotType) -> str:
        if type_ == "money":
            return f"{'0.00' if 'fee' in name else '200.00'} {self._library.brand.currency}"
        if type_ == "flag":
            return "true"
        return WRITTEN.get(self._locale, {}).get(name) or BY_TYPE.get(type_) or f"‹{name}›"

    def slots(self, choices: Mapping[str, tuple[Chosen, ...]]) -> dict[str, SlotValue]:
        """A sample for every slot; ``choices`` are the options of those that the customer chooses by a list."""
        saved, taken = self._saved(), Counter[str]()
        values: dict[str, SlotValue] = {}
        for slot in self._library.slots.values():
            options = choices.get(slot.name, ())
            if slot.source is None or not options:
                values[slot.name] = options[0] if options else self._value(slot, saved.get(slot.name))
            else:  # two slots of one list hold different options, as customers would choose
                values[slot.name] = options[taken[slot.source] % len(options)]
                taken[slot.source] += 1
        return values

    def _saved(self) -> dict[str, str]:
        """What flows keep of the bank's answers and news, by slot."""
        kept: dict[str, str] = {}
        for flow in self._library.flows.values():
            for step in flow.steps.values():
                if isinstance(step, Action | Wait):
                    name = step.action if isinstance(step, Action) else step.event
                    told = self._outputs(name)
                    for slot, output in step.save.items():
                        if output in told:
                            kept.setdefault(slot, told[output])
        return kept

    def _outputs(self, name: str) -> Mapping[str, str]:
        """The outputs of an operation or event, its amounts in the bank's own money."""
        catalogue, brand = self._library.catalogue, self._library.brand
        known = catalogue.operations.get(name) or catalogue.events.get(name)
        told = amounts.literals(self.answer(name).outputs, known.outputs if known else {}, brand.currency)
        return {output: amounts.shown(text, brand, self._locale) for output, text in told.items()}

    def _value(self, slot: Slot, saved: str | None) -> SlotValue:
        text = saved if saved is not None else self._made_up(slot.name, slot.type)
        match slot.type:
            case "money":
                return typed("money", text) if saved is not None else Money.parse(text)
            case "integer":
                return int(text) if text.isdecimal() else 3
            case "flag":
                return True
            case "date":
                return date.fromisoformat(BY_TYPE["date"])
            case "card_number":
                return TO_CARD
            case "choice":
                return Chosen(slot.options[0]) if slot.options else None
            case "contact":
                return SharedContact(BY_TYPE["phone"], own=True, first_name="Anna", last_name="Koval")
            case "attachment":
                return Sent("sample", "image")
        return text
