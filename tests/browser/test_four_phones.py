"""Four phones on one page, each in its messenger's manner: keys, lists, tiles, ticks, and where a code is typed."""

from typing import Any

import pytest
from page_world import NARROW, PAGE, SMS, VIBER_SENDER, Seen
from playwright.async_api import Locator, expect

pytestmark = pytest.mark.needs("chromium")

FULL = {"width": 1920, "height": 1000}
NAMES = ("telegram", "viber", "whatsapp", "messenger")


def phone(seen: Seen, name: str) -> Locator:
    return seen.page.locator(f".phone.{name}")


async def viber_user(seen: Seen) -> str:
    await phone(seen, "viber").get_by_label("Message", exact=True).fill("hello from Viber")
    await seen.page.keyboard.press("Enter")
    body = await seen.account.hears("hello from Viber")
    return str(body["sender"]["id"])


async def test_a_phone_without_a_bot_says_so_and_wakes_by_itself(seen: Seen) -> None:
    for name, title in (("viber", "Viber"), ("whatsapp", "WhatsApp"), ("messenger", "Messenger")):
        await expect(phone(seen, name)).to_contain_text(f"Nobody is on {title} yet")
        await expect(phone(seen, name).get_by_label("Message", exact=True)).to_have_count(0)
    await seen.register_all()
    await expect(phone(seen, "viber").get_by_role("button", name="Open the chat")).to_be_visible()
    await expect(phone(seen, "messenger").get_by_role("button", name="Get started")).to_be_visible()
    await expect(phone(seen, "whatsapp").get_by_role("button", name="Say hello")).to_be_visible()


async def test_on_a_wide_screen_all_four_stand_beside_the_bank(seen: Seen) -> None:
    await seen.page.set_viewport_size(FULL)  # type: ignore[arg-type]
    boxes = [await phone(seen, name).bounding_box() for name in NAMES]
    bank = await seen.page.locator("#accounts").bounding_box()
    lefts = [box["x"] for box in boxes if box] + [bank["x"] if bank else 0]
    assert lefts == sorted(lefts)
    assert [round(box["width"]) for box in boxes if box] == [360] * 4
    assert bank is not None
    assert bank["x"] + bank["width"] <= FULL["width"]
    await expect(seen.page.get_by_role("navigation", name="Messengers")).to_be_hidden()


async def test_viber_greets_shows_tiles_and_says_delivered_in_words(seen: Seen) -> None:
    await seen.register_all()
    viber = phone(seen, "viber")
    await viber.get_by_role("button", name="Open the chat").click()
    await expect(viber.locator(".message.them")).to_contain_text("Welcome to the bank.")
    user = await viber_user(seen)
    await expect(viber.locator(".message.me")).to_contain_text("Delivered")
    await expect(viber.locator(".message .more")).to_have_count(0)
    tiles = [
        {"Columns": 3, "Rows": 1, "ActionBody": "yes", "Text": "<b>Yes</b>", "BgColor": "#FFE9A8"},
        {"Columns": 3, "Rows": 1, "ActionBody": "no", "Text": "No", "BgColor": "#14213D"},
        {"Columns": 6, "Rows": 1, "ActionType": "share-phone", "ActionBody": "p", "Text": "Share my number"},
    ]
    keyboard = {"Type": "keyboard", "Buttons": tiles}
    message = {"receiver": user, "sender": VIBER_SENDER, "type": "text", "text": "Sure?", "min_api_version": 3}
    await seen.viber("send_message", keyboard=keyboard, **message)
    light, dark = viber.get_by_role("button", name="Yes"), viber.get_by_role("button", name="No", exact=True)
    await expect(light).to_have_css("background-color", "rgb(255, 233, 168)")
    await expect(light).to_have_css("color", "rgb(20, 33, 61)")
    await expect(dark).to_have_css("color", "rgb(255, 255, 255)")
    await viber.get_by_role("button", name="Share my number").click()
    await seen.page.get_by_role("dialog").get_by_role("button", name="Share").click()
    await seen.account.hears("phone_number")
    await light.click()
    await seen.account.hears('"text": "yes"')
    await expect(dark).to_be_visible()


async def test_a_list_of_whatsapp_opens_as_a_sheet_and_is_chosen_by_keyboard(seen: Seen) -> None:
    await seen.register_all()
    whatsapp = phone(seen, "whatsapp")
    await whatsapp.get_by_role("button", name="Say hello").click()
    await seen.account.hears("Hello")
    rows = [{"id": f"c{number}", "title": f"Card {number}", "description": "UAH"} for number in range(1, 5)]
    action = {"button": "Choose a card", "sections": [{"title": "Cards", "rows": rows}]}
    await seen.whatsapp(
        type="interactive", interactive={"type": "list", "body": {"text": "Which card?"}, "action": action}
    )
    await whatsapp.get_by_role("button", name="Choose a card").click()
    sheet = whatsapp.get_by_role("dialog", name="Choose a card")
    await expect(sheet.get_by_role("button", name="Card 1")).to_be_focused()
    await seen.page.keyboard.press("Escape")
    await expect(sheet).to_have_count(0)
    await expect(whatsapp.get_by_role("button", name="Choose a card")).to_be_focused()
    await seen.page.keyboard.press("Enter")
    await seen.page.keyboard.press("ArrowDown")
    await seen.page.keyboard.press("ArrowDown")
    await seen.page.keyboard.press("Enter")
    body = await seen.account.hears("list_reply")
    reply = body["entry"][0]["changes"][0]["value"]["messages"][0]["interactive"]["list_reply"]
    assert reply["id"] == "c3"
    await expect(whatsapp.locator(".message.me").last).to_contain_text("Card 3")


async def test_quick_replies_of_messenger_go_when_one_is_chosen(seen: Seen) -> None:
    await seen.register_all()
    messenger = phone(seen, "messenger")
    await messenger.get_by_role("button", name="Get started").click()
    body = await seen.account.hears("GET_STARTED")
    psid = body["entry"][0]["messaging"][0]["sender"]["id"]
    quick = [{"content_type": "text", "title": title, "payload": title.lower()} for title in ("Yes", "No")]
    message: dict[str, Any] = {"text": "Sure?", "quick_replies": quick}
    body = {"recipient": {"id": psid}, "messaging_type": "RESPONSE", "message": message}
    await seen.graph("messenger", f"{PAGE}/messages", **body)
    row = messenger.get_by_role("group", name="Suggested answers")
    await expect(row.get_by_role("button")).to_have_text(["Yes", "No"])
    await row.get_by_role("button", name="Yes").click()
    await seen.account.hears('"payload": "yes"')
    await expect(row).to_have_count(0)
    await expect(messenger.locator(".message.me").last).to_contain_text("Yes")


async def test_a_code_falls_in_on_the_phone_that_was_used_last(seen: Seen) -> None:
    await seen.register_all()
    await phone(seen, "viber").get_by_role("button", name="Open the chat").click()
    await phone(seen, "viber").get_by_label("Message", exact=True).focus()
    text = {"to": (await seen.person())["phone"], "text": "Teller Bank: 482913 is your code.", "key": "one"}
    await seen.http.post("/sandbox/sms/messages", json=text, headers=SMS)
    await expect(phone(seen, "telegram").locator(".banner")).to_have_count(0)
    await phone(seen, "viber").get_by_role("button", name="Type in 482913").click()
    await expect(phone(seen, "viber").get_by_label("Message", exact=True)).to_have_value("482913")


async def test_on_a_narrow_screen_each_messenger_has_a_tab_that_marks_news(seen: Seen) -> None:
    await seen.register_all()
    page = seen.page
    await phone(seen, "viber").get_by_role("button", name="Open the chat").click()
    user = await viber_user(seen)
    await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    tabs = page.get_by_role("navigation", name="Messengers")
    for name in NAMES:
        await tabs.get_by_role("button", name=name).click()
        for other in NAMES:
            await expect(phone(seen, other)).to_be_visible(visible=other == name)
        assert await page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
    message = {"receiver": user, "sender": VIBER_SENDER, "type": "text", "text": "Money has come."}
    await seen.viber("send_message", **message)
    await expect(page.locator("#announcer")).to_have_text("Viber, Teller Bank: Money has come.")
    await expect(tabs.get_by_role("button", name="Viber news")).to_be_visible()
    await tabs.get_by_role("button", name="Viber").click()
    await expect(tabs.locator(".news")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_words_can_be_read_on_every_phone_by_day_and_by_night(seen: Seen, scheme: Any) -> None:
    await seen.register_all()
    await seen.page.emulate_media(color_scheme=scheme)
    await phone(seen, "whatsapp").get_by_role("button", name="Say hello").click()
    await phone(seen, "viber").get_by_role("button", name="Open the chat").click()
    await phone(seen, "messenger").get_by_role("button", name="Get started").click()
    await phone(seen, "telegram").get_by_role("button", name="Start", exact=True).click()
    await expect(seen.page.locator(".phone .message")).to_have_count(4)
    faint = await seen.page.evaluate(CONTRAST)
    assert faint == []


# Names what has less than 4.5 to 1 of contrast: the smallest text that people read is held to the same measure.
CONTRAST = """() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map((v) => v / 255)
      .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/rgba\\(.*, 0\\)|transparent/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const faint = [];
  const shown = "header h2, header small, .bubble .words, .far, .wide-key, .menu-key, .quick .key"
    .split(", ").map((one) => `.phone ${one}`).join(", ");
  for (const element of document.querySelectorAll(shown)) {
    const [a, b] = [light(getComputedStyle(element).color), light(ground(element))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    const where = `${element.closest(".stand").className} ${element.className || element.tagName}`;
    if (contrast < 4.5) faint.push(`${where}: ${contrast.toFixed(2)}`);
  }
  return faint;
}"""
