"""The door of the Bot API: `/bot{token}/{method}` and `/file/bot{token}/{path}`."""

import re

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.telegram.arguments import read_arguments
from sandbox.telegram.bots import Bot
from sandbox.telegram.delivery import Delivery
from sandbox.telegram.failures import Refused, not_found
from sandbox.telegram.methods import run
from sandbox.telegram.methods.call import Call
from sandbox.telegram.platform import Platform
from sandbox.telegram.polling import Pollers

TOKEN = re.compile(r"(?P<bot>[0-9]{1,15}):[A-Za-z0-9_-]{1,200}")


class BotApi:
    """Serves bots."""

    def __init__(self, platform: Platform, delivery: Delivery) -> None:
        self._platform, self._delivery = platform, delivery
        self.pollers = Pollers()

    def routes(self) -> list[Route]:
        return [
            Route("/bot{token}/{method}", self.call, methods=["GET", "POST"]),
            Route("/file/bot{token}/{path:path}", self.file),
        ]

    async def call(self, request: Request) -> Response:
        """Every answer has the Bot API's own shape, whatever happens."""
        try:
            return await self._answer(request)
        except Refused as refusal:
            retry_after = refusal.parameters.get("retry_after")
            headers = {"Retry-After": str(retry_after)} if retry_after else None
            return JSONResponse(refusal.as_json(), refusal.code, headers)

    async def _answer(self, request: Request) -> Response:
        method = request.path_params["method"]
        bot = self._bot(request)
        if trouble := await self._platform.faults.meet(method):
            return trouble
        arguments = await read_arguments(request)
        result = await run(Call(self._platform, bot, arguments, self.pollers), method)
        if method.lower() == "setwebhook":
            self._delivery.ensure(bot.id)
        return JSONResponse({"ok": True, "result": result})

    async def file(self, request: Request) -> Response:
        """A file that getFile named."""
        try:
            bot = self._bot(request)
        except Refused as refusal:
            return JSONResponse(refusal.as_json(), refusal.code)
        parts = request.path_params["path"].split("/")
        file = self._platform.files.find(parts[1]) if len(parts) == 3 else None
        if file is None or file.bot != bot.id:
            return JSONResponse(not_found().as_json(), 404)
        return Response(file.data, media_type="application/octet-stream")

    def _bot(self, request: Request) -> Bot:
        token = TOKEN.fullmatch(request.path_params["token"])
        if token is None:
            raise Refused(401, "Unauthorized") if ":" in request.path_params["token"] else not_found()
        return self._platform.bot_of(int(token.group("bot")))
