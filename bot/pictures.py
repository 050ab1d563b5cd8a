"""Pictures of a message: what the template shows is asked of who knows it, and ImageAPI draws it.

The conversation only names a card, a transfer or an offer by its id; what a picture says comes from the bank's wrapper
or CustomerAPI, so that no text of a chat can forge a receipt.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote
from uuid import UUID

import httpx

from bot.media import MediaStore
from bot.questions import asked
from flows.messages import Picture, StoredFile
from flows.ports import DrawnPicture


@dataclass(frozen=True, slots=True)
class Shows:
    """The question whose answer a template shows, the question's input, and the picture's value that fills it.

    ``fields`` are all that the template takes of the answer.
    """

    verb: str
    input: str
    value: str
    fields: tuple[str, ...]


FACE = Shows("card", "card_id", "card", ("holder", "last4", "scheme", "expires", "tariff"))
QUESTIONS: Mapping[str, Shows] = {
    "card_front": FACE,
    "card_issued": FACE,
    "balance": Shows("balance", "card_id", "card", ("card", "last4", "balance", "at")),
    "spending": Shows("spending", "days", "spending", ("first", "last", "total", "bars")),
    "receipt": Shows(
        "receipt", "transfer_id", "transfer",
        ("kind", "state", "amount", "fee", "from_last4", "to_last4", "to_name", "at", "reference", "verify_url"),
    ),
    "referral": Shows("referrals.picture", "programme", "programme", ("friend_gets", "link", "inviter")),
    "offer": Shows("offers.picture", "offer", "offer", ("partner", "title", "details", "until")),
}  # fmt: skip
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf"}


class NotDrawn(Exception):
    """Whoever knows what it shows, or ImageAPI, gave no picture; the message goes out as text."""


class Pictures:
    """Draws by asking the bank's wrapper (``core``) or CustomerAPI, and ImageAPI. ``brand`` is the bank's.

    What lies in the media store already comes from ``files``.
    """

    def __init__(
        self,
        core: httpx.AsyncClient,
        customers: httpx.AsyncClient,
        images: httpx.AsyncClient,
        brand: str,
        files: MediaStore,
    ) -> None:
        self._core = core
        self._customers = customers
        self._images = images
        self._brand = brand
        self._files = files

    async def stored(self, file: StoredFile) -> DrawnPicture:
        """A file of the media store. Raises NotDrawn or StoreDown."""
        found = await self._files.find(UUID(file.media_id))
        if found is None:
            raise NotDrawn("the file is gone")
        name = file.file_name or found.file_name or f"file.{EXTENSIONS.get(found.mime, 'bin')}"
        return DrawnPicture(found.data, found.mime, name, file.document)

    async def draw(self, picture: Picture, locale: str, customer_id: str | None) -> DrawnPicture:
        """The picture as a JPEG, with what it says in words. Raises NotDrawn or httpx.HTTPError."""
        values = await self._values(picture, locale, customer_id)
        body = {"brand": self._brand, "locale": locale, "values": values, "format": "jpeg"}
        answer = await self._images.post(f"/api/v1/images/{picture.template}", json=body)
        if answer.status_code != httpx.codes.OK:
            raise NotDrawn(f"ImageAPI answered {answer.status_code} for '{picture.template}'")
        mime = answer.headers["content-type"]
        name = f"{picture.template}.{EXTENSIONS.get(mime, 'bin')}"
        alt = unquote(answer.headers.get("x-text-alternative", ""))
        return DrawnPicture(answer.content, mime, name, picture.document, alt)

    async def _values(self, picture: Picture, locale: str, customer_id: str | None) -> dict[str, object]:
        shows = QUESTIONS.get(picture.template)
        if shows is None:
            raise NotDrawn(f"no question is known for '{picture.template}'")
        inputs = {shows.input: picture.values.get(shows.value, "")}
        body = {"inputs": inputs, "cards": {}, "customer_id": customer_id, "locale": locale}
        answer = await asked(self._core, self._customers, shows.verb, body)
        outputs = answer.json().get("outputs") if answer.status_code == httpx.codes.OK else None
        if not isinstance(outputs, dict):
            raise NotDrawn(f"nobody said what '{picture.template}' shows")
        return {field: outputs[field] for field in shows.fields if outputs.get(field) not in (None, "")}
