"""What WhatsApp refuses is refused with its codes: at once what the call shows, later what delivery shows."""

from typing import Any

import pytest
from whatsapp_sandbox_world import NUMBER, World

Json = dict[str, Any]


def buttons(*titles: str, body: str = "Choose", ids: list[str] | None = None, **more: Any) -> Json:
    replies = [{"id": (ids or [f"b{n}" for n in range(len(titles))])[n], "title": t} for n, t in enumerate(titles)]
    action = {"buttons": [{"type": "reply", "reply": reply} for reply in replies]}
    return {"type": "button", "body": {"text": body}, "action": action} | more


def menu(rows: int, body: str = "Choose", button: str = "Menu", **row: str) -> Json:
    made = [{"id": f"r{n}", "title": f"Row {n}"} | row for n in range(rows)]
    return {"type": "list", "body": {"text": body}, "action": {"button": button, "sections": [{"rows": made}]}}


def link(title: str = "Open", url: str = "https://example.org", body: str = "See") -> Json:
    action = {"name": "cta_url", "parameters": {"display_text": title, "url": url}}
    return {"type": "cta_url", "body": {"text": body}, "action": action}


def template(name: str = "account_update", language: str = "en", values: tuple[str, ...] = ("paid",)) -> Json:
    parameters = [{"type": "text", "text": value} for value in values]
    parts = [{"type": "body", "parameters": parameters}] if values else []
    return {"name": name, "language": {"code": language}, "components": parts}


@pytest.mark.parametrize(
    ("kind", "content", "code", "words"),
    [
        ("text", {"body": ""}, 100, "(#100) The parameter text['body'] is required."),
        ("text", {"body": "x" * 4097}, 100, "(#100) Param text['body'] must be at most 4096 characters long."),
        ("sonnet", {}, 100, 'got "sonnet"'),
        ("gif", {}, 131051, "cannot be sent"),
        ("interactive", buttons("a", "b", "c", "d"), 131009, "Max allowed buttons: 3"),
        ("interactive", buttons(), 131009, "Min allowed buttons: 1"),
        ("interactive", buttons("x" * 21), 131009, "Button title length invalid. Min length: 1, Max length: 20"),
        ("interactive", buttons("same", "same"), 131009, "unique"),
        ("interactive", buttons("a", "b", ids=["x", "x"]), 131009, "unique"),
        ("interactive", buttons("a", ids=[" x"]), 131009, "leading or trailing spaces"),
        ("interactive", buttons("a", ids=["x" * 257]), 131009, "Button id length invalid"),
        ("interactive", buttons("a", body="x" * 1025), 131009, "Body text length invalid"),
        ("interactive", buttons("a", header={"type": "text", "text": "x" * 61}), 131009, "Header text length invalid"),
        ("interactive", buttons("a", footer={"text": "x" * 61}), 131009, "Footer text length invalid"),
        ("interactive", {"type": "button", "action": {}}, 131008, "interactive['body'] is required"),
        ("interactive", {"type": "poll", "body": {"text": "x"}}, 100, 'got "poll"'),
        ("interactive", menu(11), 131009, "Total row count exceed max allowed count: 10"),
        ("interactive", menu(0), 131009, "at least one row"),
        ("interactive", menu(1, title="x" * 25), 131009, "Row title is too long. Max length is 24"),
        ("interactive", menu(1, description="x" * 73), 131009, "Row description is too long. Max length is 72"),
        ("interactive", menu(2, id="same"), 131009, "unique"),
        ("interactive", menu(1, id="x" * 201), 131009, "Row id length invalid"),
        ("interactive", menu(1, button="x" * 21), 131009, "Button label length invalid"),
        ("interactive", menu(1, body="x" * 4097), 131009, "Body text length invalid"),
        ("interactive", link(title="x" * 21), 131009, "Display text length invalid"),
        ("interactive", link(url="tel:1"), 131009, "is not a valid URL"),
        ("image", {"id": "1"}, 100, "is not a valid whatsapp business account media attachment ID"),
        ("image", {"id": "1", "link": "https://example.org"}, 100, "exactly one of id and link"),
        ("image", {"link": "https://example.org/x.png", "caption": "x" * 1025}, 100, "at most 1024 characters"),
        ("location", {"latitude": 91, "longitude": 0}, 100, "from -90 to 90"),
        ("location", {"longitude": 0}, 100, "location['latitude'] is required"),
        ("reaction", {"message_id": "wamid.nobody", "emoji": "👍"}, 131009, "is not known"),
        ("template", template("nothing_of_the_kind"), 132001, "does not exist in en"),
        ("template", template(language="fr"), 132001, "does not exist in fr"),
        ("template", template(values=()), 132000, "(0) does not match the expected number of params (1)"),
        ("template", template(values=("a", "b")), 132000, "(2) does not match"),
        ("template", template(values=("a\nb",)), 132018, "new-line"),
        ("template", template(values=("x" * 1024,)), 132005, "at most 1024"),
    ],
)
async def test_a_message_that_whatsapp_refuses_is_refused_with_its_code(
    world: World, anna: int, kind: str, content: Json, code: int, words: str
) -> None:
    answer = await world.send(kind, content)
    error = answer.json()["error"]
    assert answer.status_code >= 400
    assert error["code"] == code
    assert error["message"].startswith(f"(#{code}) ")
    assert (error["type"], bool(error["fbtrace_id"])) == ("OAuthException", True)
    assert words in error["message"] + error.get("error_data", {}).get("details", "")
    assert (await world.shown(anna))["text"] == "Hello"


async def test_what_is_just_within_the_limits_passes(world: World, anna: int) -> None:
    await world.sent("text", {"body": "ї" * 4096})
    await world.sent("interactive", buttons("x" * 20, "y" * 20, "😀" * 20, body="x" * 1024))
    await world.sent("interactive", menu(10, title="x" * 24, description="y" * 72, body="x" * 4096))
    await world.sent("interactive", link(title="x" * 20))
    assert len((await world.history(anna))["messages"]) == 5


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"messaging_product": "telegraph"}, 100, "messaging_product is required"),
        ({"to": ""}, 100, "The parameter to is required"),
        ({"recipient_type": "group"}, 100, "recipient_type"),
        ({"context": {"message_id": "wamid.nobody"}}, 131009, "is not known"),
    ],
)
async def test_an_envelope_that_cannot_be_is_refused(
    world: World, anna: int, change: Json, code: int, words: str
) -> None:
    error = (await world.send("text", {"body": "x"}, **change)).json()["error"]
    assert error["code"] == code
    assert words in error["message"] + error.get("error_data", {}).get("details", "")


async def test_without_a_token_with_an_impossible_one_and_under_an_unknown_version_nothing_goes(world: World) -> None:
    none = await world.graph_call(f"{NUMBER}/messages", {}, token="")
    assert (none.status_code, none.json()["error"]["code"]) == (401, 104)
    broken = await world.graph_call(f"{NUMBER}/messages", {}, token="two words")
    assert (broken.status_code, broken.json()["error"]["code"]) == (401, 190)
    old = await world.http.post(f"/sandbox/whatsapp/v2.0/{NUMBER}/messages")
    assert (old.status_code, old.json()["error"]["code"]) == (400, 2500)
    nowhere = await world.graph_call(f"{NUMBER}/telegrams", {})
    assert (nowhere.status_code, nowhere.json()["error"]["code"]) == (400, 2500)


async def test_an_unknown_number_fails_afterwards(world: World, anna: int) -> None:
    wamid = await world.sent("text", {"body": "x"}, to="+380 67 000-00-00")
    assert (await world.business.failed())["code"] == 131026
    assert world.business.statuses()[-1]["id"] == wamid


async def test_a_blocked_business_fails_afterwards(world: World, anna: int) -> None:
    await world.do(anna, "block", {"blocked": True}, "PUT")
    await world.sent("text", {"body": "x"})
    assert (await world.business.failed())["code"] == 131026
    refused = await world.do(anna, "messages", {"text": "hello?"})
    assert (refused.status_code, "unblock" in refused.json()["error"]) == (409, True)


async def test_the_window_closes_after_a_day_and_a_template_still_goes(world: World, anna: int) -> None:
    world.clock.ahead_s += 24 * 3600 - 1
    await world.sent("text", {"body": "in time"})
    await world.business.until(lambda: "delivered" in world.business.states())
    world.clock.ahead_s += 1
    await world.sent("text", {"body": "too late"})
    assert (await world.business.failed())["code"] == 131047
    await world.sent("template", template())
    shown = await world.shown(anna)
    assert shown["text"] == "There is news about your account: paid"
    await world.say(anna, text="I am back")
    await world.sent("text", {"body": "welcome back"})
    assert (await world.shown(anna))["text"] == "welcome back"


async def test_somebody_who_never_wrote_gets_templates_only(world: World) -> None:
    person = await world.person()
    await world.sent("text", {"body": "x"})
    assert (await world.business.failed())["code"] == 131047
    await world.sent("template", template("continue_chat", "uk", ("Анно",)))
    shown = await world.shown(person)
    assert shown["buttons"] == [[{"title": "Продовжити", "kind": "reply"}]]
    await world.do(person, "taps", {"message": shown["id"], "row": 0, "column": 0})
    reply = await world.business.message("button")
    assert reply["button"] == {"text": "Продовжити", "payload": "Продовжити"}


async def test_a_burst_to_one_person_is_let_through_and_then_the_pair_must_wait(world: World, anna: int) -> None:
    answers = [await world.send("text", {"body": f"{n}"}) for n in range(46)]
    assert [answer.status_code for answer in answers] == [200] * 45 + [400]
    assert answers[-1].json()["error"]["code"] == 131056
    assert (await world.send("text", {"body": "x"}, to="380670000000")).status_code == 200
    world.clock.ahead_s += 6.1
    assert (await world.send("text", {"body": "later"})).status_code == 200


async def test_a_template_may_be_added_and_is_approved_at_once(world: World, anna: int) -> None:
    waba = world.face.platform.number_of(NUMBER).waba
    body = {
        "name": "two_values", "language": "en", "category": "UTILITY",
        "components": [{"type": "BODY", "text": "{{1}} owes {{2}}"}],
    }  # fmt: skip
    added = await world.graph_call(f"{waba}/message_templates", body)
    assert added.json()["status"] == "APPROVED"
    await world.sent("template", template("two_values", values=("Bohdan", "Anna")))
    assert (await world.shown(anna))["text"] == "Bohdan owes Anna"
    listed = await world.graph_call(f"{waba}/message_templates?name=two_values", verb="GET")
    assert [each["status"] for each in listed.json()["data"]] == ["APPROVED"]
    wrong = await world.graph_call(f"{waba}/message_templates", {"name": "x"})
    assert wrong.json()["error"]["code"] == 100


@pytest.mark.parametrize(
    ("outcome", "status", "code"),
    [
        ("throttle", 429, 4), ("throughput", 400, 130429), ("pair", 400, 131056), ("unavailable", 500, 2),
        ("unauthorized", 401, 190), ("forbidden", 403, 10), ("locked", 403, 131031), ("spam", 400, 131048),
    ],
)  # fmt: skip
async def test_trouble_comes_on_demand_and_goes_away(
    world: World, anna: int, outcome: str, status: int, code: int
) -> None:
    assert (await world.fault(outcome=outcome, method="messages", count=1, retry_after_s=7)).status_code == 200
    elsewhere = await world.graph_call(f"{NUMBER}?fields=id", verb="GET")
    assert elsewhere.status_code == 200
    answer = await world.send("text", {"body": "x"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.headers.get("retry-after") == ("7" if outcome == "throttle" else None)
    assert (await world.send("text", {"body": "x"})).status_code == 200


async def test_an_answer_may_be_lost_after_the_message_went(world: World, anna: int) -> None:
    await world.fault(outcome="lost", count=1)
    assert (await world.send("text", {"body": "went all the same"})).status_code == 500
    assert (await world.shown(anna))["text"] == "went all the same"
    await world.fault(outcome="html", count=1)
    assert (await world.send("text", {"body": "x"})).headers["content-type"].startswith("text/html")


async def test_any_code_can_be_asked_for_in_the_answer_or_afterwards(world: World, anna: int) -> None:
    await world.fault(outcome="code", code=80007, status=400, count=1)
    assert (await world.send("text", {"body": "x"})).json()["error"]["code"] == 80007
    await world.fault(outcome="fails", code=131049, count=1)
    await world.sent("text", {"body": "x"})
    assert (await world.business.failed())["code"] == 131049


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"outcome": "explode"}, "throughput"),
        ({"outcome": "ok", "count": -1}, "count goes to"),
        ({"outcome": "ok", "count": "many"}, "whole numbers"),
        ({"outcome": "code", "status": 200}, "status goes from 400"),
        ({"outcome": "ok", "webhooks": {"batch": 0}}, "batch from 1"),
    ],
)
async def test_a_wrong_switch_position_says_which_there_are(world: World, fault: Json, words: str) -> None:
    answer = await world.fault(**fault)
    assert answer.status_code == 400
    assert words in answer.json()["error"]
