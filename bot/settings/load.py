"""Reading the settings: environment over `.env`, the gaps of sandbox mode filled, every problem named in one error."""

import difflib
import logging
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from dotenv import dotenv_values
from pydantic import ValidationError

from bot.settings import core_login, made_up, production
from bot.settings.shape import DATA_DIR, FIRST_BANK, LEVEL, PREFIX, Settings, env_name, known_names
from core_adapters import brands

# Kubernetes gives each pod the addresses of its services in names such as TELLER_PORT_8080_TCP.
OF_KUBERNETES = re.compile(r"_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_\d+_(TCP|UDP)(_[A-Z]+)?)?)$")


def _project() -> Path:
    """The folder of the clone; for an installed package, where the process was started."""
    clone = Path(__file__).resolve().parents[2]
    return clone if (clone / "pyproject.toml").exists() else Path.cwd()


PROJECT = _project()


class SettingsWrong(Exception):
    """The settings cannot be used. Its text lists every problem, one a line, without any secret."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("The settings cannot be used:\n" + "\n".join(f"  - {p}" for p in self.problems))


def load_settings(env_file: Path | None = PROJECT / ".env") -> Settings:
    """The settings of this process, complete and checked.

    :raises SettingsWrong: with every problem at once.
    """
    written = _written(env_file)
    notes = [_unknown(name) for name in _strangers(written)]
    settings, wrong = _parsed(written)
    settings = core_login.with_keycloak(settings)
    wrong |= {f"TELLER_BANK: {problem}": "" for problem in _no_brand(settings.bank)}
    if not settings.is_sandbox:
        settings = production.with_platform_roots(settings)
        wrong |= {problem: "" for problem in production.problems(settings) if problem.split()[0] not in wrong}
        wrong |= dict.fromkeys(notes, "")
    if wrong:
        raise SettingsWrong(f"{name}: {why}" if why else name for name, why in wrong.items())
    for note in notes:
        logging.getLogger("teller.settings").warning(note)
    return _filled(settings) if settings.is_sandbox else settings


def _no_brand(bank: str) -> Iterator[str]:
    try:
        brands.load(bank)
    except brands.BrandUnusable as problem:
        yield str(problem)


def _written(env_file: Path | None) -> dict[str, str]:
    """What the environment and the file say, by upper-case name; an empty value is as good as none."""
    in_file = dotenv_values(env_file) if env_file and env_file.is_file() else {}
    both = {name.upper(): value for name, value in (*in_file.items(), *os.environ.items()) if value}
    return {name: value for name, value in both.items() if name.startswith(PREFIX)}


def _parsed(written: dict[str, str]) -> tuple[Settings, dict[str, str]]:
    """The settings without the values that are wrong, and what is wrong with those, by name."""
    try:
        return _settings(written), {}
    except ValidationError as error:
        wrong = {env_name(e["loc"]): _plain(e["msg"]) for e in error.errors(include_input=False)}
    return _settings({name: value for name, value in written.items() if name not in wrong}), wrong


def _settings(written: dict[str, str]) -> Settings:
    groups: dict[str, object] = {}
    for name in set(known_names()) & written.keys():
        group, _, field = name.removeprefix(PREFIX).lower().partition(LEVEL)
        if field:
            inner = groups.setdefault(group, {})
            assert isinstance(inner, dict)
            inner[field] = written[name]
        else:
            groups[group] = written[name]
    settings = Settings.model_validate(groups)
    folder = settings.data_dir if "data_dir" in groups else _folder_of(settings.bank)
    return settings.model_copy(update={"data_dir": PROJECT / folder.expanduser()})


def _folder_of(bank: str) -> Path:
    """Each bank keeps its books apart: a customer of one has no cards of the other."""
    return DATA_DIR if bank == FIRST_BANK else DATA_DIR / bank


def _filled(settings: Settings) -> Settings:
    try:
        filled = made_up.filled(settings)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is damaged"
        path = settings.data_dir / made_up.FILE
        raise SettingsWrong(
            [f"{path} cannot be used: {reason}. Mend it, or set TELLER_DATA_DIR to a folder of your own."]
        ) from None
    if gaps := list(core_login.problems(filled)):
        raise SettingsWrong(gaps)
    return filled


def _strangers(written: dict[str, str]) -> list[str]:
    unknown = written.keys() - set(known_names())
    return sorted(name for name in unknown if LEVEL in name or not OF_KUBERNETES.search(name))


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, known_names(), n=1)
    return f"{name} is not a setting." + (f" Did you mean {near[0]}?" if near else " See .env.example.")


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ")
