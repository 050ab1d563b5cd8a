"""Identification by documents. Accepted when their shape is right; in this form nobody looks at the picture."""

import re
from datetime import datetime
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from customer_api import bindings, people
from customer_api.bodies import Answer
from customer_api.codes import failed
from customer_api.seals import Seals
from customer_api.started import SubmitDocuments
from customer_api.tables import Customer, Document
from customer_api.tax_ids import is_tax_id

# Two words or more, of letters, with the apostrophes and hyphens that names have.
FULL_NAME = re.compile(r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*(?: [^\W\d_]+(?:['’ʼ-][^\W\d_]+)*)+")


async def submit(session: AsyncSession, seals: Seals, ask: SubmitDocuments, now: datetime) -> Answer:
    """Keep the documents, sealed, and mark the customer identified; `refused` when they cannot be his.

    The chat must be bound to the customer, and a tax id is one customer's alone.
    """
    await bindings.lock(session, seals.mark(ask.chat.text, "chat"))
    binding = await bindings.living(session, seals, ask.chat)
    if binding is None or binding.customer_id != ask.customer_id:
        return failed("refused")
    full_name, tax_id = " ".join(ask.inputs.full_name.split()), "".join(ask.inputs.tax_id.split())
    if FULL_NAME.fullmatch(full_name) is None or not is_tax_id(tax_id, now.date()):
        return failed("refused")
    await bindings.lock(session, seals.mark(tax_id, "tax_id"))
    owner = await people.find_by(session, seals, "tax_id", tax_id)
    if owner is not None and owner.id != binding.customer_id:
        return failed("refused")
    customer = await session.get_one(Customer, binding.customer_id, with_for_update=True)
    if customer.identified_at is None:
        customer.identified_at = now
        people.add_identifier(session, seals, customer, "tax_id", tax_id, now)
    elif owner is None:
        return failed("refused")  # he has another tax id already
    people.name_by_documents(seals, customer, full_name)
    _keep(session, seals, customer, {"full_name": full_name, "photo": ask.inputs.passport_photo}, now)
    return Answer(state="done")


def _keep(session: AsyncSession, seals: Seals, customer: Customer, papers: dict[str, str], now: datetime) -> None:
    row = uuid4()
    sealed = seals.seal(papers, "document.sealed", row)
    session.add(Document(id=row, customer_id=customer.id, sealed=sealed, submitted_at=now))
