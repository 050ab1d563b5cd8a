"""The page of phones in a real browser: what a visitor sees and presses, what the bot and the bank then get."""

import pytest
from page_world import NARROW, SMS, Seen
from playwright.async_api import expect

pytestmark = pytest.mark.needs("chromium")

TABS = (
    ("Bank", "#accounts", ".phone.telegram"),
    ("SMS", "#inbox", "#accounts"),
    ("Phone", ".phone.telegram", "#inbox"),
)
# A page that draws all bubbles again for each new one is what makes a long chat slow.
COUNTS_WHAT_IS_DRAWN = """() => {
  window.drawn = 0;
  const bubbles = (node) => node.nodeType === 1 && node.matches('.message') || node.querySelector?.('.message');
  const watcher = new MutationObserver((changes) => {
    for (const change of changes) window.drawn += [...change.addedNodes].filter(bubbles).length;
  });
  watcher.observe(document.body, {childList: true, subtree: true});
}"""


async def started(seen: Seen) -> int:
    await seen.page.get_by_role("button", name="Start", exact=True).click()
    await expect(seen.page.locator(".message.me")).to_contain_text("/start")
    return int((await seen.person())["id"])


async def test_a_visitor_gets_a_person_presses_start_and_shares_the_number_after_a_question(seen: Seen) -> None:
    page, person = seen.page, await started(seen)
    await expect(page.get_by_role("button", name="You are Anna Koval")).to_be_visible()
    keyboard = {"keyboard": [[{"text": "Share my number", "request_contact": True}]], "one_time_keyboard": True}
    await seen.call("sendMessage", chat_id=person, text="Your number?", reply_markup=keyboard)
    await page.get_by_role("button", name="Share my number").click()
    await expect(page.get_by_role("dialog")).to_contain_text("will see your number +38050")
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.locator(".message.me")).to_have_count(1)
    await page.get_by_role("button", name="Share my number").click()
    await page.get_by_role("dialog").get_by_role("button", name="Share").click()
    await expect(page.locator(".message.me .thing")).to_contain_text("Anna Koval")
    contact = (await seen.call("getUpdates"))[-1]["message"]["contact"]
    assert contact["user_id"] == person
    await expect(page.get_by_role("button", name="Share my number")).to_have_count(0)


async def test_a_code_falls_in_and_is_typed_with_one_tap(seen: Seen) -> None:
    page, _ = seen.page, await started(seen)
    phone = (await seen.person())["phone"]
    text = {"to": phone, "text": "Teller Bank: 482913 is your code.", "key": "one"}
    assert (await seen.http.post("/sandbox/sms/messages", json=text, headers=SMS)).status_code < 300
    await page.get_by_role("button", name="Type in 482913").click()
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.me").last).to_contain_text("482913")
    await expect(page.locator("#inbox")).to_contain_text("482913")


async def test_a_tapped_button_waits_for_the_bot_and_shows_its_answer(seen: Seen) -> None:
    page, person = seen.page, await started(seen)
    markup = {
        "inline_keyboard": [[{"text": "Pay", "callback_data": "pay"}, {"text": "See", "url": "http://localhost/x"}]]
    }
    sent = await seen.call(
        "sendMessage", chat_id=person, text="<b>50.00 UAH</b>?", parse_mode="HTML", reply_markup=markup
    )
    await expect(page.locator("#announcer")).to_have_text("Telegram, Teller Bank: 50.00 UAH?. Buttons: Pay, See")
    await expect(page.get_by_role("link", name="See")).to_have_attribute("href", "http://localhost/x")
    await page.get_by_role("button", name="Pay").click()
    await expect(page.locator(".key.waits")).to_have_count(1)
    query = (await seen.call("getUpdates"))[-1]["callback_query"]
    await seen.call("answerCallbackQuery", callback_query_id=query["id"], text="Paid")
    await expect(page.locator(".toast")).to_have_text("Paid")
    await expect(page.locator(".key.waits")).to_have_count(0)
    await seen.call("editMessageText", chat_id=person, message_id=sent["message_id"], text="Done")
    await expect(page.locator(".message.them")).to_contain_text("Done")
    await seen.call("deleteMessage", chat_id=person, message_id=sent["message_id"])
    await expect(page.locator(".message.them")).to_have_count(0)


async def test_what_people_write_is_text_and_never_markup(seen: Seen) -> None:
    page, person = seen.page, await started(seen)
    nasty = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    await seen.call("sendMessage", chat_id=person, text=nasty)
    await page.get_by_label("Message", exact=True).fill(nasty)
    await page.keyboard.press("Enter")
    await expect(page.locator(".message", has_text=nasty)).to_have_count(2)
    assert await page.locator(".message img[src=x]").count() == 0
    policy = (await seen.http.get("/sandbox/")).headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


async def test_balances_move_and_a_made_card_can_be_typed_in(seen: Seen) -> None:
    page, _ = seen.page, await started(seen)
    await page.get_by_role("button", name="Give a card").click()
    await expect(page.locator(".account", has_text="Anna Koval")).to_contain_text("1\u202f000.00")
    await expect(page.locator("#postings")).to_contain_text("Anna Koval")
    number = (await page.locator(".made code").inner_text()).replace(" ", "")
    await page.locator(".made").get_by_role("button", name="Type it in").click()
    await expect(page.get_by_label("Message", exact=True)).to_have_value(number)


async def test_trouble_is_switched_on_and_off(seen: Seen) -> None:
    switch = seen.page.get_by_role("switch", name="The bank is down")
    await switch.click()
    await expect(switch).to_have_attribute("aria-checked", "true")
    faults = (await seen.http.get("/sandbox/api/faults")).json()
    assert [fault["outcome"] for fault in faults] == ["down"]
    await switch.click()
    await expect(switch).to_have_attribute("aria-checked", "false")


async def test_everything_is_reached_by_keyboard_alone(seen: Seen) -> None:
    page = seen.page
    await page.get_by_role("button", name="Start", exact=True).focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.me")).to_have_count(1)
    await page.get_by_role("button", name="Attach").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("menuitem", name="My contact")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.me .thing")).to_contain_text("Anna Koval")
    await page.get_by_label("Message", exact=True).focus()
    await page.keyboard.type("hello")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.me").last).to_contain_text("hello")


async def test_a_narrow_screen_shows_one_thing_at_a_time_and_nothing_sticks_out(seen: Seen) -> None:
    page, _ = seen.page, await started(seen)
    await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    tabs = page.get_by_role("navigation", name="What to show")
    for tab, shown, hidden in TABS:
        await tabs.get_by_role("button", name=tab).click()
        await expect(page.locator(shown)).to_be_visible()
        await expect(page.locator(hidden)).to_be_hidden()
        assert await page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]


async def test_the_page_survives_a_reload_and_another_person_starts_anew(seen: Seen) -> None:
    page, _ = seen.page, await started(seen)
    await page.reload()
    await expect(page.locator(".message.me")).to_have_count(1)
    await page.get_by_role("button", name="New person").click()
    await expect(page.get_by_text("Press Start to begin.")).to_be_visible()


async def test_a_thousand_messages_do_not_slow_the_page(seen: Seen) -> None:
    page, person = seen.page, await started(seen)
    path = f"/sandbox/phones/telegram/{person}/1001/messages"
    for number in range(1000):
        await seen.http.post(path, json={"text": f"message {number}"})
    await expect(page.locator(".message").last).to_contain_text("message 999")
    assert await page.locator(".message").count() == 1000
    await page.evaluate(COUNTS_WHAT_IS_DRAWN)
    await seen.http.post(path, json={"text": "one more"})
    await expect(page.locator(".message").last).to_contain_text("one more")
    assert await page.evaluate("window.drawn") == 1
    await expect(page.locator(".message").last).to_be_in_viewport()
    await page.locator(".telegram .chat").hover()
    for _ in range(20):  # a hand turns the wheel more than once, too
        await page.mouse.wheel(0, -600)
        if await page.locator(".telegram .down").is_visible():
            break
    await page.locator(".telegram .down").click()
    await expect(page.locator(".message").last).to_be_in_viewport()
