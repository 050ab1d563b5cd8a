"""Pictures of a message: what the template shows is asked of the bank, and ImageAPI draws it.

The conversation only names a card or a transfer by its id; what a picture says comes from who knows it, so that no
text of a chat can forge a receipt.
"""

from collections.abc import Mapping
from uuid import UUID

import httpx

from bot.media import MediaStore
from flows.messages import Picture, StoredFile
from flows.ports import DrawnPicture

# template -> the question to the bank, its input <- the picture's value, and the fields that the template shows.
QUESTIONS: Mapping[str, tuple[str, str, str, tuple[str, ...]]] = {
    "card_front": ("card", "card_id", "card", ("holder", "last4", "scheme", "expires", "tariff")),
    "spending": ("spending", "days", "spending", ("first", "last", "total", "bars")),
    "receipt": (
        "receipt",
        "transfer_id",
        "transfer",
        ("kind", "state", "amount", "fee", "from_last4", "to_last4", "at", "reference"),
    ),
}
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf"}


class NotDrawn(Exception):
    """The bank or ImageAPI gave no picture; the message goes out as text."""


class Pictures:
    """Draws by asking the bank's wrapper (``core``) and ImageAPI (``images``). ``brand`` is the bank's.

    What lies in the media store already comes from ``files``.
    """

    def __init__(self, core: httpx.AsyncClient, images: httpx.AsyncClient, brand: str, files: MediaStore) -> None:
        self._core = core
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
        """The picture as a JPEG. Raises NotDrawn or httpx.HTTPError."""
        values = await self._values(picture, locale, customer_id)
        body = {"brand": self._brand, "locale": locale, "values": values, "format": "jpeg"}
        answer = await self._images.post(f"/api/v1/images/{picture.template}", json=body)
        if answer.status_code != httpx.codes.OK:
            raise NotDrawn(f"ImageAPI answered {answer.status_code} for '{picture.template}'")
        mime = answer.headers["content-type"]
        name = f"{picture.template}.{EXTENSIONS.get(mime, 'bin')}"
        return DrawnPicture(answer.content, mime, name, picture.document)

    async def _values(self, picture: Picture, locale: str, customer_id: str | None) -> dict[str, object]:
        if picture.template not in QUESTIONS:
            raise NotDrawn(f"no question is known for '{picture.template}'")
        verb, name, value, fields = QUESTIONS[picture.template]
        inputs = {name: picture.values.get(value, "")}
        body = {"inputs": inputs, "cards": {}, "customer_id": customer_id, "locale": locale}
        answer = await self._core.post(f"/api/v1/core/{verb}", json=body)
        outputs = answer.json().get("outputs") if answer.status_code == httpx.codes.OK else None
        if not isinstance(outputs, dict):
            raise NotDrawn(f"the bank did not say what '{picture.template}' shows")
        return {field: outputs[field] for field in fields if outputs.get(field) not in (None, "")}
