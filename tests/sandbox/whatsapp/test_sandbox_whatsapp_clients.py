"""An independent client library takes the platform for WhatsApp: what it sends, what it reads, how it fails."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from whatsapp_sandbox_world import APP, NUMBER, SECRET, TOKEN, VERIFY, WA_ID, World, picture

pywa = pytest.importorskip("pywa", reason="the second opinion on WhatsApp is not installed")
errors, types = pytest.importorskip("pywa.errors"), pytest.importorskip("pywa.types")
templates = pytest.importorskip("pywa.types.templates")

ENGLISH = templates.TemplateLanguage.ENGLISH
PDF = b"%PDF-1.7 receipt"


@pytest.fixture
async def client(world: World) -> AsyncIterator[Any]:
    """pywa against the platform in place of graph.facebook.com."""
    with httpx.Client(timeout=10, trust_env=False) as session:
        made = pywa.WhatsApp(
            phone_id=NUMBER, token=TOKEN, session=session, server=None, verify_token=VERIFY,
            app_id=APP, app_secret=SECRET,
        )  # fmt: skip
        session.base_url = httpx.URL(world.graph)
        yield made


async def call(method: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """The library waits for answers, so it works beside the loop that answers."""
    return await asyncio.to_thread(method, *arguments, **named)


async def test_it_sends_each_kind_and_the_phone_shows_it(world: World, anna: int, client: Any) -> None:
    await call(client.send_message, to=WA_ID, text="Hello *you*", reply_to_message_id=None)
    replies = [types.Button("Pay", "q.pay"), types.Button("No", "q.no")]
    await call(client.send_message, to=WA_ID, text="50.00", header="Bill", footer="Teller", buttons=replies)
    rows = [types.SectionRow(f"Row {n}", f"r{n}", "words") for n in range(10)]
    section = types.SectionList("Menu", [types.Section("All", rows)])
    await call(client.send_message, to=WA_ID, text="Choose", buttons=section)
    await call(client.send_message, to=WA_ID, text="Open", buttons=types.URLButton("Open", "https://example.org"))
    await call(client.request_location, to=WA_ID, text="Where?")
    await call(client.send_image, to=WA_ID, image=picture(), caption="Card", mime_type="image/png")
    await call(client.send_document, to=WA_ID, document=PDF, filename="r.pdf", mime_type="application/pdf")
    await call(client.send_location, to=WA_ID, latitude=50.45, longitude=30.52, name="Branch", address="1 Main st.")
    await call(
        client.send_template, to=WA_ID, name="payment_status", language=ENGLISH,
        params=[templates.BodyText.params("50.00", "paid")],
    )  # fmt: skip
    shown = (await world.history(anna))["messages"][1:]
    assert [bubble["text"] for bubble in shown[:6]] == ["Hello *you*", "50.00", "Choose", "Open", "Where?", "Card"]
    assert (shown[1]["header"], shown[1]["footer"]) == ("Bill", "Teller")
    assert [row[0]["kind"] for bubble in shown for row in bubble["buttons"]] == [
        "reply", "reply", "list", "url", "location",
    ]  # fmt: skip
    assert shown[2]["buttons"][0][0]["rows"][9]["section"] == "All"
    assert shown[5]["picture"]["width"] == 64
    assert shown[6]["document"] | {"url": ""} == {"url": "", "name": "r.pdf", "size": len(PDF)}
    assert shown[7]["location"] == {"lat": 50.45, "lon": 30.52, "name": "Branch", "address": "1 Main st."}
    assert shown[8]["text"] == "Your payment of 50.00 is now: paid."


async def test_it_reads_what_people_do(world: World, anna: int, client: Any) -> None:
    seen: list[Any] = []
    remember = lambda _, update: seen.append(update)  # noqa: E731 the library wants a callback
    for on in (
        client.on_message, client.on_callback_button, client.on_callback_selection, client.on_phone_number_change,
        client.on_edited_message, client.on_deleted_message,
    ):  # fmt: skip
        on()(remember)
    said = await world.say(anna, text="Hello")
    await world.say(anna, location={"lat": 49.84, "lon": 24.03})
    await world.say(anna, contact="own")
    await world.say(anna, sticker="👍")
    path = f"/sandbox/phones/whatsapp/{anna}/{NUMBER}/messages"
    await world.http.post(path, files={"photo": ("me.png", picture(), "image/png")}, data={"caption": "Me"})
    sent = await call(client.send_message, to=WA_ID, text="?", buttons=[types.Button("Pay", "q.pay")])
    tap = {"message": (await world.shown(anna))["id"], "row": 0, "column": 0}
    await world.do(anna, "taps", tap)
    await world.do(anna, "reactions", {"message": tap["message"], "emoji": "👍"}, "PUT")
    rows = types.SectionList("Menu", [types.Section("All", [types.SectionRow("Row", "r", "words")])])
    await call(client.send_message, to=WA_ID, text="?", buttons=rows)
    await world.do(anna, "taps", tap | {"message": (await world.shown(anna))["id"]})
    await world.do(anna, f"messages/{said['id']}", {"text": "Hello!"}, "PATCH")
    await world.do(anna, f"messages/{said['id']}", {}, "DELETE")
    await world.http.patch(f"/sandbox/phones/people/{anna}", json={"phone": "+380509998877"})
    await world.say(anna, text="it is me")
    await world.settled()
    feed(client, world)

    texts = [update.text for update in seen if isinstance(update, types.Message) and update.text]
    assert texts == ["Hello", "it is me"]
    kinds = [type(update).__name__ if not isinstance(update, types.Message) else update.type for update in seen]
    assert kinds == [
        "text", "location", "contacts", "sticker", "image", "CallbackButton", "reaction", "CallbackSelection",
        "EditedMessage", "DeletedMessage", "PhoneNumberChange", "text",
    ]  # fmt: skip
    button, selection, changed = seen[5], seen[7], seen[10]
    assert (button.data, button.title, button.reply_to_message.id) == ("q.pay", "Pay", sent.id)
    assert (selection.data, selection.description) == ("r", "words")
    assert (seen[6].reaction.emoji, seen[6].reaction.message_id) == ("👍", sent.id)
    assert (seen[8].message.text, seen[9].original_message_id) == ("Hello!", seen[0].id)
    assert (changed.old_wa_id, changed.new_wa_id) == (WA_ID, "380509998877")
    assert (seen[0].from_user.wa_id, seen[0].from_user.name, seen[0].from_user.country_code) == (
        WA_ID, "Anna Koval", "UA",
    )  # fmt: skip
    assert seen[1].location.latitude == 49.84
    assert seen[2].contacts[0].phones[0].phone == f"+{WA_ID}"
    assert seen[4].caption == "Me"


def feed(client: Any, world: World) -> None:
    """Hands every webhook to the library, which checks the signature first."""
    for signature, body in world.business.bodies:
        assert client.webhook_update_validator(body, signature) is None
        assert client.webhook_update_handler(body) == ("ok", 200)
    body = world.business.bodies[0][1]
    assert client.webhook_update_validator(body, "sha256=" + "0" * 64) is not None


async def test_it_reads_statuses(world: World, anna: int, client: Any) -> None:
    seen: list[Any] = []
    client.on_message_status()(lambda _, status: seen.append(status))
    sent = await call(client.send_message, to=WA_ID, text="x")
    await world.business.until(lambda: "delivered" in world.business.states())
    await world.history(anna)
    await world.settled()
    await call(client.send_message, to="380670000000", text="x")
    await world.business.failed()
    await world.settled()
    feed(client, world)
    assert [status.status.value for status in seen] == ["sent", "delivered", "read", "failed"]
    assert {status.id for status in seen[:3]} == {sent.id}
    assert seen[0].from_user.wa_id == WA_ID
    assert isinstance(seen[3].error, errors.MessageUndeliverable)


async def test_it_marks_as_read_shows_typing_and_reacts(world: World, anna: int, client: Any) -> None:
    await world.say(anna, text="Hello")
    wamid = (await world.business.message("text"))["id"]
    await call(client.mark_message_as_read, wamid)
    await call(client.indicate_typing, wamid)
    await call(client.send_reaction, to=WA_ID, emoji="👍", message_id=wamid)
    shown = await world.shown(anna)
    assert (shown["ticks"], shown["reaction"]) == (3, "👍")


async def test_it_uploads_describes_downloads_and_deletes(world: World, anna: int, client: Any) -> None:
    media = await call(client.upload_media, picture(), mime_type="image/png", filename="card.png")
    about = await call(client.get_media_url, media.id)
    assert (about.mime_type, about.file_size) == ("image/png", len(picture()))
    assert await call(client.get_media_bytes, about.url) == picture()
    assert await call(client.delete_media, media.id)
    with pytest.raises(errors.WhatsAppError):
        await call(client.get_media_url, media.id)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"outcome": "throughput"}, errors.RateLimitHit),
        ({"outcome": "pair"}, errors.TooManyMessages),
        ({"outcome": "throttle"}, errors.ToManyAPICalls),
        ({"outcome": "unauthorized"}, errors.ExpiredAccessToken),
        ({"outcome": "locked"}, errors.AccountLocked),
        ({"outcome": "html"}, errors.WhatsAppError),
    ],
)
async def test_it_tells_our_troubles_apart(
    world: World, anna: int, client: Any, fault: dict[str, Any], error: type[Exception]
) -> None:
    await world.fault(**fault, count=1)
    with pytest.raises(error):
        await call(client.send_message, to=WA_ID, text="x")


async def test_it_tells_our_refusals_apart(world: World, anna: int, client: Any) -> None:
    four = [types.Button(f"{n}", f"{n}") for n in range(4)]
    with pytest.raises(errors.InvalidParameter) as refusal:
        await call(client.send_message, to=WA_ID, text="x", buttons=four)
    assert refusal.value.details == "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3"
    with pytest.raises(errors.TemplateNotExists):
        await call(client.send_template, to=WA_ID, name="nothing", language=ENGLISH)
    with pytest.raises(errors.TemplateParamCountMismatch):
        await call(client.send_template, to=WA_ID, name="account_update", language=ENGLISH)


async def test_it_subscribes_as_an_app(world: World, client: Any) -> None:
    token = await call(client.api.get_app_access_token, int(APP), SECRET)
    assert token["access_token"] == f"{APP}|{SECRET}"
    fields = ("messages", "account_update", "user_preferences")
    done = await call(
        client.api.set_app_callback_url, app_id=int(APP), access_token=token["access_token"],
        callback_url=world.hook, verify_token=VERIFY, fields=fields,
    )  # fmt: skip
    assert done == {"success": True}
