"""A service made of bytes on a socket, for whoever wants to see what an adapter makes of them."""

import asyncio
import re
from contextlib import asynccontextmanager

from core_adapters.http import Service, client
from core_adapters.logins import BearerLogin


def http(
    status: str, body: bytes = b"{}", more: str = "", label: str = "application/json", stays: bool = False
) -> bytes:
    head = f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\ncontent-type: {label}\r\n"
    return f"{head}connection: {'keep-alive' if stays else 'close'}\r\n{more}\r\n".encode() + body


@asynccontextmanager
async def answering(reply: bytes):
    """A service that says these bytes to every request, and the requests it has seen."""

    async def say(reader, writer, seen):
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(reply)
        await writer.drain()
        writer.close()

    async with serving(say) as both:
        yield both


@asynccontextmanager
async def serving(talk):
    """A service whose connections go as ``talk`` has it, and the requests it has seen."""
    seen = []

    async def held(reader, writer):
        try:
            await talk(reader, writer, seen)
        finally:
            writer.close()

    server = await asyncio.start_server(held, "127.0.0.1", 0)
    async with server, client() as http_client:
        port = server.sockets[0].getsockname()[1]
        yield Service(http_client, f"http://127.0.0.1:{port}", BearerLogin("secret")), seen


async def whole(reader):
    """One request; empty when there is no other."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""
    length = re.search(rb"content-length: (\d+)", head.lower())
    return head + (await reader.readexactly(int(length[1])) if length else b"")
