"""The contract of all banks: what is asked of every folder of internal/, a new one included from its first day."""

from itertools import pairwise
from zoneinfo import ZoneInfo

import httpx
import pytest
from phonenumbers import SUPPORTED_REGIONS

from bot.brands import look_of
from bot.core_login import login_of
from bot.settings import load_settings
from core_adapters import brands, internal
from core_adapters.app import build
from core_adapters.brands import BankBrand
from core_adapters.http import Service
from core_adapters.logins import PasswordLogin
from core_adapters.operations import traits
from core_adapters.ports import Capability
from core_adapters.settings import CoreSettings
from flows.money import Money
from image_api.canvas import rgb
from image_api.layout import Templates
from image_api.values import CardFront, Receipt
from sandbox.bank import rules

pytestmark = pytest.mark.parametrize("bank", brands.names())
SHORTEST = 4.5  # WCAG 2, AA, for text


@pytest.fixture
def brand(bank: str) -> BankBrand:
    return brands.load(bank)


@pytest.fixture
def wrapper(bank: str, tmp_path, monkeypatch):
    """The bank's wrapper at the sandbox, as a newcomer's settings make it."""
    monkeypatch.setenv("TELLER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TELLER_BANK", bank)
    settings = load_settings(env_file=None)
    service = Service(httpx.AsyncClient(), settings.core.url, login_of(settings))
    return internal.wrapper(bank, service, None, None, None)


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = (c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb(colour))
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def test_it_is_listed(bank: str) -> None:
    assert bank in internal.BANKS


def test_its_limits_are_in_order_and_in_its_own_money(brand: BankBrand) -> None:
    own = brand.limits
    assert brand.currency == own.currency
    rising = (Money(0, own.currency), own.transfer_min, own.step_up_from, own.transfer_max, own.transfer_per_day)
    assert all(less <= more for less, more in pairwise(rising))
    assert own.new_binding <= own.transfer_per_day_unidentified <= own.transfer_per_day
    assert all(own.transfer_min <= quick <= own.transfer_max for quick in own.quick_amounts)
    assert list(own.quick_amounts) == sorted(set(own.quick_amounts))


def test_its_time_its_phones_and_its_languages_exist(brand: BankBrand) -> None:
    assert ZoneInfo(brand.time_zone)
    assert brand.regions
    assert set(brand.regions) <= SUPPORTED_REGIONS
    assert set(brand.locales) <= {"en", "uk"}, "the content speaks these"


def test_its_colours_can_be_read_on_each_other(brand: BankBrand) -> None:
    colours = brand.colours
    on_white = ("ink", "accent_text", "quiet", "good", "bad")
    assert {role: contrast(colours[role], "#FFFFFF") >= SHORTEST for role in on_white} == dict.fromkeys(on_white, True)
    assert contrast(colours["ink"], colours["ground"]) >= 7
    assert contrast(colours.get("button", colours["accent_text"]), "#FFFFFF") >= SHORTEST
    assert contrast(colours["accent"], colours["ink"]) >= 3, "a shape on the card"


@pytest.mark.parametrize("locale", ["en", "uk"])
def test_its_largest_sums_find_their_place_on_its_pictures(brand: BankBrand, locale: str) -> None:
    look, templates = look_of(brand), Templates.ours()
    most = str(brand.limits.transfer_per_day)
    values = {"kind": "transfer", "state": "pending", "amount": most, "fee": most, "from_last4": "4242"}
    paper = Receipt.model_validate(values | {"at": "2026-11-21T10:00:00Z", "reference": "A" * 26})
    card = CardFront(holder="Oleksandra-Viktoriia Nechui-Levytska", last4="4242", tariff="gold", expires="11/31")
    for page in (
        templates.picture("receipt", paper, look, locale), templates.picture("card_front", card, look, locale),
    ):  # fmt: skip
        assert all(0 <= box.left < box.right <= page.width for box in page.boxes.values())


def test_the_sandbox_keeps_its_money_and_lets_it_be_sent(brand: BankBrand) -> None:
    kept = rules.currency(brand.currency)
    assert kept.day_limit_minor >= brand.limits.step_up_from.minor
    assert kept.gift_minor >= max(quick.minor for quick in brand.limits.quick_amounts)


def test_its_wrapper_can_be_made_and_says_how_far_it_can_be_trusted(wrapper) -> None:
    assert isinstance(wrapper.capability, Capability)
    assert wrapper.questions
    assert wrapper.actions


def test_it_knows_what_a_picture_of_a_balance_shows(wrapper) -> None:
    assert {"cards.list_active", "accounts.balance"} <= wrapper.questions


def test_what_it_switches_on_somebody_performs(bank: str, brand: BankBrand) -> None:
    settings = CoreSettings(bank, "https://core.example", "token", billers_url="https://billers.example",
                            acquirer_url="https://acquirer.example",
                            login=PasswordLogin("name", "password"))  # fmt: skip
    room = build(None, None, None, None, None, settings, None)
    performed = room.desk.accepting.performer_of.keys()
    wanted = {action for action, one in traits.ACTIONS.items() if one.feature and brand.features.get(one.feature)}
    wanted |= {"mobile.pay"} if brand.features["mobile_payments_enabled"] else set()
    wanted |= {"bills.pay"} if brand.features["bill_payments_enabled"] else set()
    assert wanted <= performed


def test_it_is_heard_when_it_tells_of_cards_and_not_waited_for_when_it_does_not(bank: str, brand: BankBrand) -> None:
    settings = CoreSettings(bank, "https://core.example", "token", login=PasswordLogin("name", "password"))
    room = build(None, None, None, None, None, settings, None, contacts=object())
    tells = brand.features["notices_enabled"] and hasattr(room.questions.bank, "card_operation")
    assert (room.events.hearing is not None) == tells


def test_its_switches_are_those_that_the_content_knows(brand: BankBrand) -> None:
    assert brand.features.keys() == brands.load("sandbox").features.keys()
