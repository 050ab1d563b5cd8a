"""The guide and the OpenAPI page say what is true: every sample is sent, every example is read."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from api_rig import serving
from pydantic import TypeAdapter
from turn_rig import Recorder

from bot.keyring import Keyring
from bot.messages_api import answers, bodies, samples

GUIDE = (Path(__file__).parents[3] / "docs" / "message-api.md").read_text()
SAMPLES = re.findall(r"```json (post|patch) (\S+) (\d+)\n(.*?)```", GUIDE, re.DOTALL)
ROUTES = {
    ("post", "/api/v1/messages"), ("get", "/api/v1/messages/{message_id}"), ("patch", "/api/v1/messages/{message_id}"),
    ("delete", "/api/v1/messages/{message_id}"), ("post", "/api/v1/broadcasts"),
    ("get", "/api/v1/broadcasts/{broadcast_id}"), ("get", "/api/v1/broadcasts/{broadcast_id}/recipients"),
    ("post", "/api/v1/broadcasts/{broadcast_id}/stop"), ("get", "/api/v1/events"),
}  # fmt: skip


def here(text: str) -> Any:
    """A sample for the messenger of this rig."""
    return json.loads(text.replace('"telegram"', '"post"'))


async def test_every_sample_of_the_guide_is_answered_as_it_says(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    assert len(SAMPLES) == GUIDE.count("```json")
    sent = ""
    async with serving(database, keyring, recorder) as api:
        for method, path, status, body in SAMPLES:
            answer = await api.ask(method.upper(), path.replace("{message_id}", sent), here(body))
            assert answer.status_code == int(status), (path, answer.text)
            sent = sent or answer.json().get("message_id", "")
        await recorder.until(1)


async def test_the_openapi_page_has_every_route_with_a_sample(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with serving(database, keyring, recorder, working=False, scheduling=False) as api:
        page = (await api.http.get("/api/v1/messages/openapi.json")).json()
    routes = {(method, path): route for path, methods in page["paths"].items() for method, route in methods.items()}
    assert set(routes) == ROUTES
    for (method, path), route in routes.items():
        good = next(answer for status, answer in route["responses"].items() if status.startswith("2"))
        assert good["content"]["application/json"]["example"], path
        assert {"401", "403", "422", "503"} <= set(route["responses"])
        if method in ("post", "patch") and not path.endswith("/stop"):
            assert route["requestBody"]["content"]["application/json"]["examples"], path
    assert page["components"]["securitySchemes"]


@pytest.mark.parametrize(
    ("shape", "sample"),
    [
        *[(bodies.MessageBody, body) for body in samples.POSTS.values()],
        (bodies.PatchBody, samples.PATCH), (bodies.BroadcastBody, samples.BROADCAST),
        (answers.Accepted, samples.ACCEPTED), (answers.Message, samples.STATUS), (answers.Message, samples.CHANGED),
        (answers.Message, samples.DELETED), (answers.BroadcastAccepted, samples.BROADCAST_ACCEPTED),
        (answers.Broadcast, samples.PROGRESS), (answers.Broadcast, samples.STOPPED),
        (list[answers.Recipient], samples.RECIPIENTS), (list[answers.Event], samples.EVENTS),
        *[(answers.Problem, problem) for problem in samples.PROBLEMS.values()],
    ],
    ids=lambda value: "",
)  # fmt: skip
def test_every_example_of_the_page_has_its_shape(shape: Any, sample: Any) -> None:
    reader: TypeAdapter[Any] = TypeAdapter(shape)
    assert reader.validate_json(json.dumps(sample)) is not None
