"""Files that a platform fetches from us: each under a link of its own that ends by itself."""

import secrets

from bot.media.store import MediaStore
from bot.store import StoreDown
from channels.errors import Transient
from flows.ports import DrawnPicture

# The platform fetches at once; a phone that was off may ask a day later.
LENT_S = 24 * 3600
TOKEN_BYTES = 32
PATH = "/media"


class Lending:
    """Lends under ``public_url``."""

    def __init__(self, store: MediaStore, public_url: str) -> None:
        self._store = store
        self._root = public_url.rstrip("/")

    async def publish(self, drawn: DrawnPicture) -> str:
        """The link. The file's name stands at its end, for platforms look at the extension. Raises Transient."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        try:
            await self._store.keep(drawn.data, drawn.mime, drawn.file_name, LENT_S, token)
        except StoreDown as error:
            raise Transient("the database is away") from error
        extension = drawn.file_name.rpartition(".")[2] if "." in drawn.file_name else "bin"
        return f"{self._root}{PATH}/{token}.{extension}"
