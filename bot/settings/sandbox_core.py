"""What sandbox mode fills in for the core: the sandbox's own face of the bank, and what its login wants there."""

from collections.abc import Callable, Mapping

from bot.settings.core_login import Kind, kind_of
from bot.settings.shape import Core, Settings
from core_adapters.brands import SandboxCore

MOUNTED = "/sandbox/"
REALM, CLIENT, AUDIENCE = "bank", "teller", "bank"  # as the sandbox's bank knows them
Fill = Callable[[str, Mapping[str, str]], dict[str, str]]

# Each way's gaps: from the address of the sandbox and the secrets that were made up.
_FILLS: Mapping[Kind, Fill] = {
    "bearer": lambda _, made: {"token": made["core.token"]},
    "password": lambda _, made: {"token": made["core.token"]},
    "keycloak": lambda root, made: {
        "token_url": f"{root}{MOUNTED}keycloak/realms/{REALM}",
        "client_id": CLIENT,
        "client_secret": made["core.client_secret"],
    },
    "token_endpoint": lambda root, made: {
        "token_url": f"{root}{MOUNTED}bank/token",
        "user": CLIENT,
        "token": made["core.token"],
    },
    "own_jwt": lambda _, made: {"client_id": CLIENT, "audience": AUDIENCE, "key": made["core.key"]},
}


def fills(settings: Settings, bank: SandboxCore, own_url: str, made: Mapping[str, str]) -> dict[str, str]:
    """Values for the gaps of the core's settings; none for a core that is not the sandbox's."""
    core = settings.core
    if core.url and MOUNTED not in core.url:
        return {}
    root = core.url.partition(MOUNTED)[0] if core.url else own_url
    kind = _kind(core, bank)
    given = {"url": root + bank.core, "login": kind} | _FILLS[kind](root, made)
    return {"token": made["core.token"], **given} | ({"user": bank.user} if kind == "password" else {})


def _kind(core: Core, bank: SandboxCore) -> Kind:
    return kind_of(core) if core.login or core.user else bank.login
