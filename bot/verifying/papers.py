"""A receipt on paper: ImageAPI makes the PDF from the same values as the picture."""

from collections.abc import Mapping

import httpx


class NotMade(Exception):
    """ImageAPI gave no document; the page of the receipt says the same."""


class Papers:
    """Asks ImageAPI (``images``). ``brand`` is the bank's."""

    def __init__(self, images: httpx.AsyncClient, brand: str) -> None:
        self._images, self._brand = images, brand

    async def receipt(self, values: Mapping[str, str], locale: str) -> bytes:
        """The PDF. Raises NotMade or httpx.HTTPError."""
        body = {"brand": self._brand, "locale": locale, "values": values}
        answer = await self._images.post("/api/v1/documents/receipt", json=body)
        if answer.status_code != httpx.codes.OK or answer.headers.get("content-type") != "application/pdf":
            raise NotMade(f"ImageAPI answered {answer.status_code}")
        return answer.content
