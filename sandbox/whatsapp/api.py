"""The door of the Cloud API: what stands under `/v{N}.0` beside what all of the Graph has.

POST   /{phone_number_id}/messages        a message, or {"status": "read", "message_id", "typing_indicator"?}
POST   /{phone_number_id}/media           multipart: file, type, messaging_product -> {"id"}
GET    /{media_id}                        -> {"url", "mime_type", "sha256", "file_size", "id"}; DELETE takes it away
GET    /{phone_number_id}?fields=         who the number is; it appears on the phones
GET    /{waba_id}/message_templates       -> {"data": [...]};  POST adds one, approved at once
GET    /whatsapp_business/attachments/    the file itself, with the token, for five minutes
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.graph.arguments import Arguments
from sandbox.graph.failures import GraphRefused, no_object
from sandbox.graph.limits import BODY_MAX_BYTES
from sandbox.graph.platform import Call
from sandbox.graph.tokens import token_of
from sandbox.whatsapp.failures import missing
from sandbox.whatsapp.limits import UPLOAD_MAX_BYTES
from sandbox.whatsapp.media import Media, read_upload
from sandbox.whatsapp.platform import Platform
from sandbox.whatsapp.sending import send
from sandbox.whatsapp.templates import read_template

DOWNLOADS = "/whatsapp_business/attachments/"


class CloudApi:
    """Serves businesses."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def routes(self) -> list[BaseRoute]:
        graph = self._platform.graph
        most_bytes = UPLOAD_MAX_BYTES + BODY_MAX_BYTES
        return [
            Route(DOWNLOADS, self.download),
            graph.route("/{id}/messages", self.send, "POST"),
            graph.route("/{id}/media", self.upload, "POST", most_bytes),
            graph.route("/{id}/message_templates", self.templates, "GET"),
            graph.route("/{id}/message_templates", self.add_template, "POST"),
            *graph.routes(
                graph.route("/{id}", self.describe, "GET"),
                graph.route("/{id}", self.delete, "DELETE"),
            ),
        ]

    async def send(self, call: Call) -> dict[str, Any]:
        return await send(self._platform, call)

    async def upload(self, call: Call) -> dict[str, Any]:
        if call.arguments.text("messaging_product") != "whatsapp":
            raise missing("messaging_product")
        number = self._platform.number_of(_digits(call))
        file, until = read_upload(call.arguments.files.get("file"), call.arguments.text("type"), self._platform.clock())
        return {"id": self._platform.medias.add(number.id, file, until).id}

    async def describe(self, call: Call) -> dict[str, Any]:
        """A media object; or a business number when the call asks for its fields, as only a business would."""
        if media := self._platform.medias.current(call.id, self._platform.clock()):
            self._same_number(call, media)
            return self._media_json(call.request, media)
        if not call.arguments.text("fields") and self._platform.numbers.find(call.id) is None:
            raise no_object("get", call.id)
        return self._platform.number_of(_digits(call)).as_graph()

    async def delete(self, call: Call) -> dict[str, Any]:
        media = self._platform.medias.current(call.id, self._platform.clock())
        if media is None:
            raise no_object("delete", call.id)
        self._same_number(call, media)
        self._platform.medias.delete(media.id)
        return {"success": True}

    async def download(self, request: Request) -> Response:
        """Without the token it is nobody's; an address that is too old, or not ours, is not found."""
        try:
            token_of(request, Arguments({}))
        except GraphRefused as refusal:
            return JSONResponse(refusal.as_json("A"), refusal.status)
        asked = request.query_params
        media = self._platform.medias.current(asked.get("mid", ""), self._platform.clock())
        ext = asked.get("ext", "")
        fresh = ext.isascii() and ext.isdigit() and int(ext) >= self._platform.clock()
        if media is None or not fresh or self._platform.medias.seal(media.id, int(ext)) != asked.get("hash"):
            return Response("Not found", 404)
        return Response(media.data, media_type=media.mime)

    async def templates(self, call: Call) -> dict[str, Any]:
        name = call.arguments.text("name")
        return {"data": [each.as_graph() for each in self._platform.templates.all(call.id) if name in ("", each.name)]}

    async def add_template(self, call: Call) -> dict[str, Any]:
        values = call.arguments.values | {"components": call.arguments.structure("components")}
        template = read_template(values)
        self._platform.templates.add(call.id, template)
        return {"id": call.id, "status": "APPROVED", "category": template.category}

    def _same_number(self, call: Call, media: Media) -> None:
        """A caller may name the number that the media must belong to."""
        if call.arguments.text("phone_number_id") not in ("", media.number):
            raise no_object(call.verb, call.id)

    def _media_json(self, request: Request, media: Media) -> dict[str, Any]:
        root = f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"
        return {
            "messaging_product": "whatsapp",
            "url": f"{root}{DOWNLOADS}?{self._platform.medias.address(media, self._platform.clock())}",
            "mime_type": media.mime,
            "sha256": media.sha256,
            "file_size": len(media.data),
            "id": media.id,
        }


def _digits(call: Call) -> str:
    if not call.id.isascii() or not call.id.isdigit():
        raise no_object(call.verb, call.id)
    return call.id
