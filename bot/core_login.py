"""The login at the bank's core, put together from the settings; and what the sandbox's bank is told of it."""

import httpx
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from bot.settings import Settings
from bot.settings.core_login import SECRETS, key_of, kind_of
from core_adapters.logins import LoginSettings, TokenShape, login


def login_of(settings: Settings) -> httpx.Auth:
    """The httpx.Auth that every request to the core carries."""
    core = settings.core
    kind = kind_of(core)
    secret = key_of(core) if kind == "own_jwt" else getattr(core, SECRETS.get(kind, "token")).get_secret_value()
    return login(
        LoginSettings(
            kind,
            secret,
            user=core.user,
            token_url=core.token_url,
            client_id=core.client_id,
            audience=core.audience,
            algorithm=core.algorithm,
            key_id=core.key_id,
            shape=TokenShape(**core.token_shape),  # type: ignore[arg-type]  # the settings know its names and ways
        )
    )


def public_half(settings: Settings) -> str:
    """What a core is given to know our signature by, in PEM; empty where we sign nothing or share the key."""
    core = settings.core
    if kind_of(core) != "own_jwt" or core.algorithm.startswith("HS"):
        return ""
    private = load_pem_private_key(key_of(core).encode(), None)
    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
