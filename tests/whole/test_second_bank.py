"""Another bank from a folder alone: another name, other colours, dinars of three digits, a core that speaks SOAP."""

from collections.abc import Iterator
from io import BytesIO

import httpx
import pytest
from installation import Running, installed
from phone_in_hand import Phone, with_a_card
from PIL import Image

OTHER_BANKS_CARD = "4111 1111 1111 1111"
GIFT, FEE = 100_000, 255  # what a new card comes with, and one per cent of 25.500, in thousandths of a dinar
INK, AMBER = (0x1B, 0x43, 0x32), (0xFF, 0xB7, 0x03)


@pytest.fixture(scope="module")
def dhow(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with installed(server, tmp_path_factory.mktemp("dhow"), TELLER_BANK="dhow") as running:
        yield running


@pytest.fixture
def salem(dhow: Running) -> Iterator[Phone]:
    phone = Phone(dhow.url, "+96550011001", name="Salem")
    yield phone
    phone.http.close()


def colours(picture: bytes) -> set[tuple[int, ...]]:
    """The colours that fill a hundredth of a picture or more, rounded as JPEG leaves them."""
    image = Image.open(BytesIO(picture)).convert("RGB").resize((200, 200))
    return {colour for count, colour in image.getcolors(40_000) if count > 400}  # type: ignore[misc, union-attr]


def has(colour: tuple[int, int, int], picture: bytes) -> bool:
    return any(all(abs(a - b) <= 3 for a, b in zip(colour, seen, strict=True)) for seen in colours(picture))


def test_a_card_a_balance_and_a_transfer_with_a_code_in_dinars(dhow: Running, salem: Phone) -> None:
    with_a_card(salem)
    assert "This is Dhow Bank." in salem.said()[0]
    (card,) = salem.pictures()
    assert has(INK, card)
    assert has(AMBER, card)
    assert dhow.balances()["Salem Koval KWD"] == GIFT

    salem.say("what is my balance?")
    salem.wait_for("100.000\u00a0KWD")

    first = salem.code()
    salem.say(f"send 25.5 to {OTHER_BANKS_CARD}")
    salem.wait_for("Send 25.500\u00a0KWD")
    salem.wait_for("Fee: 0.255\u00a0KWD")
    salem.tap("Yes")
    salem.wait_for("needs a code")
    code = salem.newer_code(first)
    sms = httpx.get(f"{dhow.url}/sandbox/api/sms", params={"phone": salem.phone}).json()[0]["text"]
    assert "25.500 KWD" in sms
    salem.say(code)
    salem.wait_for("Done. 25.500\u00a0KWD")

    balances = dhow.balances()
    assert balances["Salem Koval KWD"] == GIFT - 25_500 - FEE
    assert sum(value for name, value in balances.items() if name.endswith("KWD")) == 0
    assert len(dhow.transfers(25_500)) == 1
    dhow.until(lambda: len(salem.pictures()) == 3, "the card, the balance and the receipt were not drawn")
    assert [has(INK, picture) for picture in salem.pictures()] == [True] * 3


def test_the_page_and_the_messengers_carry_the_banks_name_and_colours(dhow: Running) -> None:
    page = httpx.get(f"{dhow.url}/sandbox/").text
    assert "<title>Dhow Bank:" in page
    assert "Teller Bank" not in page
    assert "#1B4332" in httpx.get(f"{dhow.url}/sandbox/page/house.css").text
    house = httpx.get(f"{dhow.url}/sandbox/api/house").json()
    assert house == {"name": "Dhow Bank", "currency": "KWD", "gift_minor": GIFT}
    for channel in ("telegram", "viber", "whatsapp", "messenger"):
        Phone(dhow.url, "+380501110009", channel=channel).http.close()  # once the bot has called there
        bots = httpx.get(f"{dhow.url}/sandbox/phones/{channel}/bots").json()["bots"]
        assert [bot["name"] for bot in bots] == ["Dhow Bank"]


def test_dinars_are_written_as_a_ukrainian_writes_them(dhow: Running) -> None:
    olena = Phone(dhow.url, "+380501110003", language="uk", name="Олена")
    olena.start()
    olena.tap("Відкрити картку")
    olena.share_contact()
    olena.say(olena.code())
    olena.wait_for("Яку картку")
    olena.tap("Цифрова")
    olena.tap("Так")
    olena.wait_for("Ваша картка готова.")
    olena.say("/send")
    olena.say(OTHER_BANKS_CARD)
    olena.wait_for("Яку суму")
    olena.tap("10,000\u00a0KWD")
    olena.wait_for("Комісія: 0,200\u00a0KWD")
    first = olena.code()
    olena.tap("Так")
    olena.wait_for("код")
    olena.say(olena.newer_code(first))
    olena.wait_for("Готово: 10,000\u00a0KWD")
    olena.http.close()
    assert len(dhow.transfers(10_000)) == 1


def test_what_the_core_has_no_verb_for_is_not_offered(salem: Phone) -> None:
    salem.start()
    salem.say("/utilities")
    salem.wait_for("not available right now")
