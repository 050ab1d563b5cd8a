"""`notices.read`: whether the customer gets messages of a kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from core_adapters.failures import Refused, Unavailable
from core_adapters.ports import Contacts, Question


@dataclass(frozen=True, slots=True)
class NoticeQuestions:
    """Satisfies core_adapters.ports.Answerer. The choices themselves are CustomerAPI's."""

    contacts: Contacts
    questions: ClassVar[frozenset[str]] = frozenset({"notices.read"})

    async def ask(self, question: Question) -> Mapping[str, object]:
        if question.customer_id is None:
            raise Refused(f"{question.verb} is asked for a customer")
        try:
            reach = await self.contacts.reach(question.customer_id, str(question.inputs.get("kind")))
        except Exception as error:
            raise Unavailable(f"the choices could not be asked for: {type(error).__name__}") from None
        return {"state": reach.wish}
