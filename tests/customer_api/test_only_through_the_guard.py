"""Nothing that needs a consent is read around the guard, and the texts that ask for one are of the version we name."""

import ast
from hashlib import sha256
from pathlib import Path

import yaml

from customer_api import wordings

ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "channels", "core_adapters", "customer_api")
# Who may know the ledger: it itself, the guard, who keeps decisions, and who shows a person all that is held.
KNOW_THE_LEDGER = {
    "customer_api/consents.py", "customer_api/guard.py", "customer_api/tables.py", "customer_api/allowed.py",
    "customer_api/consent_routes.py",
}  # fmt: skip
TEXTS = {
    ("service", "identify", ("terms",)): "2026-11 f716b9568aca",
    ("marketing", "notices", ("ask_when_off", "turned_on")): "2026-11 3d04952bac81",
}


def sources() -> dict[str, ast.Module]:
    found = [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts]
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text()) for path in found}


def names(tree: ast.AST) -> set[str]:
    """Every name and attribute that is spoken of."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | {
        node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)
    }


def calls(tree: ast.AST) -> set[str]:
    """What is called, as it is written."""
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def test_the_ledger_is_read_by_its_own_and_by_the_guard_alone() -> None:
    reading = {path for path, tree in sources().items() if "Consent" in names(tree)}
    assert "customer_api/consents.py" in reading
    assert reading <= KNOW_THE_LEDGER


def test_wishes_are_read_where_the_guard_lets_them_through() -> None:
    reading = {path for path, tree in sources().items() if "NoticeChoice" in names(tree)}
    assert reading <= {"customer_api/notices.py", "customer_api/tables.py"}
    notices = ast.parse((ROOT / "customer_api/notices.py").read_text())
    public = [node for node in ast.walk(notices) if isinstance(node, ast.AsyncFunctionDef) and node.name[0] != "_"]
    assert {node.name for node in public} == {"choose", "turn", "heard"}
    assert "guard.notices" in calls(next(node for node in public if node.name == "heard"))


def test_a_broadcast_is_placed_and_leaves_after_the_guard() -> None:
    for path, function, guarded in (
        ("bot/messages_api/broadcasts.py", "place", "self.consents.allow"),
        ("bot/sending/clearance.py", "of", "self._consented"),
        ("bot/sending/clearance.py", "_consented", "self._consents.allow"),
    ):
        tree = sources()[path]
        (found,) = [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef) and node.name == function]
        assert guarded in calls(found), f"{path}: {function} does not ask {guarded}"
    placing = {path for path, tree in sources().items() if "self.store.place" in calls(tree)}
    assert placing == {"bot/messages_api/broadcasts.py"}


def test_whoever_changes_the_words_of_a_consent_gives_them_a_new_version() -> None:
    told = {}
    for purpose, flow, responses in TEXTS:
        content = yaml.safe_load((ROOT / f"flows/content/flows/{flow}.flow.yml").read_text())["responses"]
        both = [(name, language) for name in responses for language in ("en", "uk")]
        words = "".join(f"{name} {language} {content[name][language]}" for name, language in both)
        told[purpose, flow, responses] = f"{wordings.VERSIONS[purpose]} {sha256(words.encode()).hexdigest()[:12]}"
    assert told == TEXTS
