"""How Teller logs in at the bank's core: what each way needs, and what is missing of it."""

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import SecretStr

from bot.settings.shape import Core, Settings, env_name

Kind = Literal["bearer", "password", "keycloak", "token_endpoint", "own_jwt"]
NEEDS: Mapping[Kind, tuple[str, ...]] = {
    "bearer": ("token",),
    "password": ("user", "token"),
    "keycloak": ("token_url", "client_id", "client_secret"),
    "token_endpoint": ("token_url", "user", "token"),
    "own_jwt": ("key", "client_id", "audience"),
}
# Which field is the secret of each way.
SECRETS: Mapping[Kind, str] = {"keycloak": "client_secret", "own_jwt": "key"}
WAYS_TO_SEND = ("json", "form")


def kind_of(core: Core) -> Kind:
    """The way that is chosen, or the one that goes without saying."""
    return core.login or ("password" if core.user else "bearer")


def with_keycloak(settings: Settings) -> Settings:
    """What the core's Keycloak login leaves open is the installation's own Keycloak."""
    core, own = settings.core, settings.keycloak
    if core.login != "keycloak" or not own.url:
        return settings
    update = {
        "token_url": core.token_url or f"{own.url.rstrip('/')}/realms/{own.realm}",
        "client_id": core.client_id or own.client_id,
        "client_secret": core.client_secret if core.client_secret.get_secret_value() else own.client_secret,
    }
    return settings.model_copy(update={"core": core.model_copy(update=update)})


def problems(settings: Settings) -> Iterator[str]:
    """Everything that keeps the chosen way from working, each with the name to set."""
    core = settings.core
    kind = kind_of(core)
    missing = [field for field in NEEDS[kind] if not _text(core, field)]
    for field in missing:
        yield f"{env_name(('core', field))} is missing, and TELLER_CORE__LOGIN is {kind}. See .env.example"
    if kind == "keycloak" and core.token_url and "/realms/" not in core.token_url:
        yield "TELLER_CORE__TOKEN_URL is not the address of a realm, such as https://login.bank.example/realms/bank."
    if core.token_shape.get("sent_as", "json") not in WAYS_TO_SEND:
        yield f"TELLER_CORE__TOKEN_SHAPE: 'sent_as' is one of {', '.join(WAYS_TO_SEND)}."
    if kind == "own_jwt" and not missing:
        yield from _unsigned(core)


def key_of(core: Core) -> str:
    """The key that signs; a PEM may be written in one line, with ``\\n`` in it."""
    return core.key.get_secret_value().replace("\\n", "\n")


def _unsigned(core: Core) -> Iterator[str]:
    from core_adapters.logins.own_jwt import KeyUnusable, OwnJwt

    try:
        OwnJwt(key_of(core), core.algorithm, core.client_id, core.client_id, core.audience)
    except KeyUnusable as problem:
        yield f"TELLER_CORE__KEY: {problem}"


def _text(core: Core, field: str) -> str:
    value = getattr(core, field)
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
