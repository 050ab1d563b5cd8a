"""``GET /media/{link}`` for platforms that fetch from us, and ``/api/v1/media`` for staff and services.

``POST /api/v1/media`` keeps a file and gives the ``media_id`` that a message names; ``GET /api/v1/media/{media_id}``
gives a file back, one of ours or one that a customer has sent (its id is that of the event it came with).
"""

import asyncio
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, HTTPException, UploadFile
from fastapi import Response as Answer
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.access import answering
from bot.media.kinds import Refused, checked
from bot.media.lending import PATH
from bot.media.store import MediaStore, Stored
from bot.store import StoreDown
from flows.ports import TokenVerifier

PREFIX = "/api/v1/media"
UPLOAD_BYTES_MAX = 25_000_000  # the most that all four messengers together deliver as a document
UNAVAILABLE = HTTPException(503, "The database does not answer. Try again.")
# Whatever somebody has uploaded is never run, framed or kept by a browser.
QUIET = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "cache-control": "private, no-store",
    "referrer-policy": "no-referrer",
}


def routes(store: MediaStore) -> list[Route]:
    """The links."""

    async def lent(request: Request) -> Response:
        token = request.path_params["link"].partition(".")[0]
        try:
            file = await store.lent(token)
        except StoreDown:
            return Response(status_code=503)
        return Response(status_code=404) if file is None else Response(file.data, media_type=file.mime, headers=QUIET)

    return [Route(f"{PATH}/{{link}}", lent, methods=["GET"])]


class Kept(BaseModel):
    """A file that was kept."""

    media_id: UUID
    mime: str
    size: int


def build(store: MediaStore, verifier: TokenVerifier) -> FastAPI:
    """The service."""
    router = APIRouter(prefix=PREFIX, dependencies=[Depends(answering(verifier))])

    @router.post("", status_code=201)
    async def keep(file: UploadFile) -> Kept:
        """Keep a picture or PDF for a message. It is checked by its bytes, encrypted, and gone after 30 days."""
        data = await file.read(UPLOAD_BYTES_MAX + 1)
        if len(data) > UPLOAD_BYTES_MAX:
            raise HTTPException(413, f"The file is larger than {UPLOAD_BYTES_MAX} bytes.")
        try:
            mime = await asyncio.to_thread(checked, data, file.content_type)
            media_id = await store.keep(data, mime, file.filename or "")
        except Refused as refused:
            raise HTTPException(422, f"The file is not taken: {refused}.") from None
        except StoreDown:
            raise UNAVAILABLE from None
        return Kept(media_id=media_id, mime=mime, size=len(data))

    @router.get("/{media_id}", response_class=Answer)
    async def give(media_id: UUID) -> Answer:
        """A file by its id. One whose time is over is as if it had never been."""
        try:
            file = await store.find(media_id)
        except StoreDown:
            raise UNAVAILABLE from None
        if file is None:
            raise HTTPException(404, "There is no such file, or its time is over.")
        return _attached(file)

    app = FastAPI(title="Media", docs_url=None, redoc_url=None, openapi_url=f"{PREFIX}/openapi.json")
    app.include_router(router)
    return app


def _attached(file: Stored) -> Answer:
    name = "".join(char for char in file.file_name if (char.isalnum() and char.isascii()) or char in "._-")
    disposition = f'attachment; filename="{name or "file"}"'
    return Answer(file.data, media_type=file.mime, headers=QUIET | {"content-disposition": disposition})
