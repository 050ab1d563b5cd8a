"""A chat that is bound already asks for a code without a contact, and only for its own customer's phone."""

from customer_world import PHONE, Chat, Clock, failure


async def test_a_bound_chat_needs_no_contact_for_the_next_code(chat: Chat, clock: Clock) -> None:
    before = await chat.prove()
    clock.pass_by(hours=9)
    answer = await chat.post(chat.body("send_code", {}))
    assert answer["state"] == "done"
    assert [to for to, _ in chat.phones.sent.values()] == [PHONE, PHONE]

    again = await chat.say(chat.phones.last_code())
    assert again["outputs"]["customer_id"] == before["customer_id"]


async def test_a_chat_that_nobody_has_bound_gets_no_code_without_a_contact(chat: Chat) -> None:
    assert await chat.post(chat.body("send_code", {})) == failure("not_own_contact")
    assert chat.phones.sent == {}


async def test_a_revoked_chat_gets_no_code_without_a_contact(chat: Chat) -> None:
    await chat.prove()
    where = {"channel": chat.channel, "account": chat.account, "address": chat.address}
    bound = (await chat.api.get("/api/v1/customers/bindings", params=where)).json()
    binding = bound["bindings"][0] if "bindings" in bound else bound
    assert (await chat.api.delete(f"/api/v1/customers/bindings/{binding['binding_id']}")).status_code == 200

    assert await chat.post(chat.body("send_code", {})) == failure("not_own_contact")
