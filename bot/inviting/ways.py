"""The links that lead into a chat of ours with a code, one a messenger, as its platform writes them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from bot.settings import Settings, messengers_on


@dataclass(frozen=True, slots=True)
class Way:
    """How one messenger is entered: ``link`` makes the address for what is carried in."""

    channel: str
    title: str
    link: Callable[[str], str]


def ways_in(settings: Settings) -> tuple[Way, ...]:
    """The messengers that are on and whose name is known; in the sandbox, those without one open on its phones."""
    known: Mapping[str, tuple[str, str, Callable[[str, str], str]]] = {
        "telegram": ("Telegram", settings.telegram.username, _telegram),
        "viber": ("Viber", settings.viber.uri, _viber),
        "whatsapp": ("WhatsApp", settings.whatsapp.phone, _whatsapp),
        "messenger": ("Messenger", settings.messenger.username, _messenger),
    }
    made = []
    for channel in messengers_on(settings):
        title, name, link = known[channel]
        if name:
            made.append(Way(channel, title, _of(link, name)))
        elif settings.is_sandbox:
            made.append(Way(channel, title, _of(_sandbox, channel)))
    return tuple(made)


def _of(link: Callable[[str, str], str], name: str) -> Callable[[str], str]:
    return lambda carried: link(quote(name, safe=""), quote(carried, safe=""))


def _telegram(name: str, carried: str) -> str:
    return f"https://t.me/{name}?start={carried}"


def _viber(name: str, carried: str) -> str:
    return f"viber://pa?chatURI={name}&context={carried}"


def _whatsapp(phone: str, carried: str) -> str:
    return f"https://wa.me/{phone}?text=START%20{carried}"


def _messenger(name: str, carried: str) -> str:
    return f"https://m.me/{name}?ref={carried}"


def _sandbox(channel: str, carried: str) -> str:
    return f"/sandbox/?open={channel}&start={carried}"
