"""A gate passes bytes on, says what passes before it passes, and finds who is there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench.chaos.proxy import Gate
from bench.chaos.servers import free_port
from bench.money.wire import Moment


@asynccontextmanager
async def answering(word: bytes) -> AsyncIterator[int]:
    """A server that answers each line with a word."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readline():
            writer.write(word)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def asked(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST something\n")
    answer = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_what_passes_is_told_of_in_both_directions() -> None:
    told = list[tuple[Moment, bytes]]()

    async def watch(moment: Moment, first: bytes) -> None:
        told.append((moment, first))

    async with answering(b"yes\n") as port, Gate([port], watch=watch).listening() as outside:
        assert await asked(outside) == b"yes\n"
    assert told == [("sent", b"POST something\n"), ("answered", b"yes\n")]


async def test_a_gate_goes_round_and_leaves_out_who_is_not_there() -> None:
    async with (
        answering(b"one\n") as one,
        answering(b"two\n") as two,
        Gate([one, free_port(), two]).listening() as outside,
    ):
        answers = [await asked(outside) for _ in range(4)]
    assert set(answers) == {b"one\n", b"two\n"}


async def test_nobody_there_is_a_closed_connection() -> None:
    async with Gate([free_port()]).listening() as outside:
        assert await asked(outside) == b""
