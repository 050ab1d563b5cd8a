"""Every fault of the catalogue is found where it stands, and the page's own examples have none.

A plant is (code, file, what stands there, what is put there); ``§`` marks the character the problem must point at.
"""

import shutil
from pathlib import Path

import pytest

from flows.checks import check
from flows.loader import Loaded, load_brand
from flows.model import Brand
from flows.ports import ButtonLimits, Capabilities

PAGE = Path(__file__).parent / "page"
BRAND = Path(__file__).parents[3] / "core_adapters" / "internal" / "sandbox" / "brand.yml"
TEMPLATES = {"receipt": frozenset({"transfer"}), "card_front": frozenset({"card"})}
SMALL = Capabilities(
    channel="small", max_text=200, text_unit="char", max_caption=100, list_rows=3, request_phone=True,
    buttons=ButtonLimits(3, 3, 20, 64), may_take=frozenset({"card_number"}),
)  # fmt: skip
SEND, TOP, CARD, SLOTS = (
    "flows/transfer_money.flow.yml", "flows/top_up.flow.yml", "flows/card_issue.flow.yml", "slots.yml",
)  # fmt: skip
VERIFY, BALANCE = "flows/verify_me.flow.yml", "flows/show_balance.flow.yml"

PLANTS = [
    ("E101", SEND, "    collect: amount", "  §\tcollect: amount"),
    ("E101", SEND, "title: Send money", "title: Send§: money"),
    ("E101", SEND, "    ask: ask_amount\n", "   §ask: ask_amount\n"),
    ("E102", SEND, "    ask: ask_amount\n", "    ask: ask_amount\n    §ask: ask_to_card\n"),
    ("E103", SEND, "collect: amount", "collect: §&a amount"),
    ("E103", SEND, "collect: amount", "collect: §!!str amount"),
    ("E104", SEND, 'dsl: "1"', 'dsl: §"2"'),
    ("E105", SEND, "flow: transfer_money", "flow: §send_money"),
    ("E106", SEND, "en: How much?", "en: How§\u200b much?"),
    ("E201", SEND, "title:", "§titel:"),
    ("E202", SEND, "    collect: amount", "    §colect: amount"),
    ("E203", SEND, "    collect: amount", "    collect: amount\n    §say: sent"),
    ("E204", SEND, "    ask: ask_amount\n", "    ask: ask_amount\n    §ask_befor_filling: true\n"),
    ("E205", SEND, "expires_after: 15m", 'expires_after: §"12:30"'),
    ("E205", SEND, "max_attempts: 3", "max_attempts: §three"),
    ("E206", SEND, "  - id: ask_amount\n    collect: amount\n    ask: ask_amount", "  - §id: ask_amount\n    collect: amount"),
    ("E210", SEND, "- id: ask_amount", "- id: §ask_to"),
    ("E211", SEND, "on_no: stopped", "on_no: §stoped"),
    ("E211", SEND, "      unknown_result: pending", "      unknown_result: §pendng"),
    ("E212", SEND, "    say: nothing_sent\n    next: END\n  - id: handoff_card\n    handoff: card_support\n    reason: recipient card not recognised\n    share: [amount]", "    say: nothing_sent\n    next: END\n  - id: handoff_card\n    handoff: card_support\n    next: last\n  - id: §last\n    say: nothing_sent"),
    ("E213", SEND, "    say: nothing_sent\n    next: END", "    say: nothing_sent\n    next: §stopped"),
    ("E214", SEND, "- id: done", "- id: §END"),
    ("E214", SLOTS, "  agreed:", "  §limits:"),
    ("E215", SEND, "    say: sent\n    next: END", "    say: sent\n    next: §ask_amount"),
    ("E220", SEND, "    say: sent\n", "    say: §setn\n"),
    ("E221", SEND, "call: strong_auth", "call: §strong_aut"),
    ("E221", TOP, "set: {source: other_card}", "flow: §nowhere"),
    ("E222", "flows/strong_auth.flow.yml", "    say: not_proven\n", "    call: §strong_auth\n"),
    ("E223", CARD, "    call: identify", "    call: §transfer_money"),
    ("E224", BALANCE, "flow: show_balance", "flow: §show_balance"),
    ("E230", SEND, "action: transfers.quote", "action: §transfers.quot"),
    ("E230", CARD, "wait: cards.issued", "wait: §cards.isued"),
    ("E231", SEND, "      unknown_result: pending\n      unavailable: try_later\n\n  - id: done", "      unavailable: try_later\n\n  - id: done"),
    ("E204", SEND, "      recipient_blocked: cannot_send\n", "      §card_eaten: cannot_send\n      recipient_blocked: cannot_send\n"),
    ("E232", SEND, "with: {from: from_card, to: to_card, amount: amount}", "with: {from: from_card, to: to_card, amount: amount, §tip: amount}"),
    ("E232", SEND, "    action: transfers.quote\n    with: {from: from_card, to: to_card, amount: amount}", "    action: §transfers.quote\n    with: {from: from_card, to: to_card}"),
    ("E232", SEND, "with: {from: from_card, to: to_card, amount: amount}", "with: {from: from_card, to: to_card, amount: §to_card}"),
    ("E233", SEND, "save: {fee: fee}", "save: {§to_card: fee}"),
    ("E234", SEND, "collect: amount", "collect: §fee"),
    ("E240", SEND, "skip_if: only_one(from_card)\n\n", "skip_if: only_one(from_card)\n    on_failure: pay\n\n"),
    ("E241", SEND, "show: [from_card, to_card, amount, fee, purpose]", "show: [from_card, to_card, fee, purpose]"),
    ("E242", SEND, "  - id: step_up\n", "  - id: again\n    collect: purpose\n    ask: ask_amount\n  - id: step_up\n"),
    ("E243", SEND, "    if: amount >= limits.step_up_from", "    if: amount > limits.step_up_from"),
    ("E244", BALANCE, "requires: {auth: verified}", "requires: {auth: §guest}"),
    ("E301", SEND, "if: amount >= limits.step_up_from", "if: amount §= limits.step_up_from"),
    ("E302", SEND, "if: amount >= limits.step_up_from", "if: amount >= §&& limits.step_up_from"),
    ("E303", SEND, "if: amount >= limits.step_up_from", "if: §amont >= limits.step_up_from"),
    ("E303", SEND, "flags: [transfers_enabled]", "flags: [§transfer_enabled]"),
    ("E304", SEND, "if: not luhn_ok(to_card)", "if: not §luhn_okay(to_card)"),
    ("E305", SEND, "if: amount > limits.transfer_left_today", 'if: §amount > "much"'),
    ("E305", SEND, "if: amount > limits.transfer_left_today", "if: §amount > 100 USD"),
    ("E306", TOP, 'if: source == "request_link"', 'if: §source == "request_lnk"'),
    ("W308", SEND, "if: amount > limits.transfer_left_today", "if: amount > §100 UAH"),
    ("W307", TOP, "    say: page_expired\n", "    say: share_link\n"),
    ("E310", SEND, "if: same_card(to_card, from_card)", "if: amount > §fee"),
    ("E311", SLOTS, "source:          {type: choice, options: [other_card, request_link]}", "source:          {type: choice}"),
    ("E312", CARD, "set: {tariff: gold}", "set: {tariff: §platinum}"),
    ("E313", SEND, "      - if: amount > limits.transfer_left_today\n        say: over_daily_limit", "      - if: amount > limits.transfer_max\n        say: over_daily_limit\n      - if: §amount <= limits.transfer_max\n        say: over_daily_limit"),
    ("E410", SEND, "  nothing_sent:\n    en: OK, nothing was sent.\n    uk: Гаразд, нічого не надіслано.", "  §nothing_sent:\n    en: OK, nothing was sent."),
    ("E411", SEND, "en: There is not enough money on {from_card}.\n    uk: На {from_card}", "en: There is not enough money on {§from_crd}.\n    uk: На {from_card}"),
    ("E411", SEND, "en: How much?", "en: How §{much?"),
    ("E412", SEND, "uk: На {from_card} недостатньо коштів.", "uk: §На рахунку недостатньо коштів."),
    ("E413", SEND, "    uk: Гаразд, нічого не надіслано.", "    §uk: {one: Гаразд, other: Гаразд}\n    count: limits.transfer_max"),
    ("E414", VERIFY, "    en: Thank you.\n    uk: Дякую.", '    en: "Thank you, {§tax_id}."\n    uk: "Дякую, {tax_id}."'),
    ("W416", SEND, "en: How much?", "en: §" + "How much? " * 40 + "?"),
    ("W417", SEND, "  nothing_sent:\n    en: OK, nothing was sent.\n    uk: Гаразд, нічого не надіслано.", "  §nothing_sent:\n    en: How much?\n    uk: Яку суму?"),
    ("E420", SEND, "en: How much?", "en: §" + "How much? " * 25 + "?"),
    ("W421", CARD, "      - {en: Gold, uk: Золота, set: {tariff: gold}}", "\n".join(["      - {en: Gold, uk: Золота, set: {tariff: gold}}"] * 3)),
    ("E422", CARD, "en: Gold, uk", "en: §" + "G" * 80 + ", uk"),
    ("E424", SEND, "template: receipt", "template: §reciept"),
    ("W425", "flows/identify.flow.yml", "request: phone", "request: §location"),
    ("W401", SEND, "    say: sent\n    next: END", "    say: sent\n    next: END\n\n  - id: §lost\n    say: sent\n    next: END"),
    ("W402", SEND, "  nothing_sent:\n", "  §never:\n    en: Never.\n    uk: Ніколи.\n  nothing_sent:\n"),
    ("W403", SLOTS, "  agreed:", "  §spare:          {type: flag}\n  agreed:"),
    ("W520", BALANCE, "commands: [/balance]", "commands: [§/send]"),
]  # fmt: skip


@pytest.fixture(scope="session")
def brand() -> Brand:
    return load_brand(BRAND)


def checked(folder: Path, brand: Brand) -> Loaded:
    return check(folder, brand, channels=(SMALL,), templates=TEMPLATES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PAGE, tmp_path / "content"))


def plant(folder: Path, file: str, old: str, new: str) -> tuple[int, int] | None:
    """Change a file; the line and column of the mark."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {file}"
    text = text.replace(old, new, 1)
    mark = text.find("§")
    path.write_text(text.replace("§", ""), encoding="utf-8")
    return None if mark < 0 else (text.count("\n", 0, mark) + 1, mark - text.rfind("\n", 0, mark))


def test_the_examples_of_the_page_pass(brand: Brand) -> None:
    found = checked(PAGE, brand)
    assert found.problems == ()
    assert found.library is not None


@pytest.mark.parametrize(("code", "file", "old", "new"), PLANTS, ids=[f"{p[0]}-{n}" for n, p in enumerate(PLANTS)])
def test_a_planted_fault_is_found_where_it_stands(
    brand: Brand, folder: Path, code: str, file: str, old: str, new: str
) -> None:
    if code == "E224":
        plant(
            folder,
            file,
            "starts_on:\n  intents: [show_balance]\n  commands: [/balance]\n  examples:\n    - what's my balance?\n",
            "",
        )
    place = plant(folder, file, old, new)
    found = [problem for problem in checked(folder, brand).problems if problem.code == code]
    assert found, [str(problem.at) + problem.code for problem in checked(folder, brand).problems]
    if place is not None:
        assert place in [(problem.at.line, problem.at.col) for problem in found]
    assert {problem.severity for problem in found} == {"warning" if code[0] == "W" else "error"}


# Faults whose consequences could be told, too: one root cause is one message.
ALONE = ("E102", "E103", "E104", "E202", "E203", "E204", "E205", "E206", "E211", "E213", "E230", "E231", "E232", "E243", "E301", "E302", "E304")  # fmt: skip


@pytest.mark.parametrize(("code", "file", "old", "new"), [p for p in PLANTS if p[0] in ALONE])
def test_one_cause_is_one_error(brand: Brand, folder: Path, code: str, file: str, old: str, new: str) -> None:
    plant(folder, file, old, new)
    errors = [problem for problem in checked(folder, brand).problems if problem.severity == "error"]
    assert [problem.code for problem in errors] == [code], [str(p.at) + p.code + p.what for p in errors]
