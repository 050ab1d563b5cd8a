"""Requests that nobody would write, at every route of a description: what every answer to them must be."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

EXAMPLES = 12  # a route; the whole suite of routes stays well under a minute
CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

Headers = Callable[[Case], Mapping[str, str]]


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """An application on a port of the loopback; its address."""
    config = uvicorn.Config(app, log_level="error", port=0, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 -- uvicorn offers a flag and no event
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await task


def everywhere(schema: BaseSchema, known: Callable[[Case], None], headers: Headers) -> tuple[set[str], set[int]]:
    """Every route and method, with what no generator finds put in by ``known``; the paths and statuses that were met.

    Raises what schemathesis finds: a 5xx, or an answer that the description lacks.
    """
    met, statuses = set[str](), set[int]()
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(case=operation.as_strategy())
        def once(case: Case) -> None:
            known(case)
            response = case.call(headers=dict(headers(case)))
            statuses.add(response.status_code)
            case.validate_response(response, checks=CHECKS)

        once()
        met.add(operation.path)
    return met, statuses
