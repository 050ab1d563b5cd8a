"""What production mode asks for: every secret set by someone, none of them a known one, all problems in one list."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.keyring import Keyring, KeyUnusable
from bot.settings import core_login
from bot.settings.made_up import already_kept, is_empty
from bot.settings.shape import Group, Settings, env_name

MESSENGERS = ("telegram", "viber", "whatsapp", "messenger")
MESSENGER_NEEDS = {
    "telegram": ("token", "webhook_secrets"),
    "viber": ("tokens",),
    "whatsapp": ("access_token", "app_secrets", "verify_token", "phone_number_id"),
    "messenger": ("page_access_token", "app_secrets", "verify_token", "page_id"),
}
PLATFORM_ROOTS = {
    "telegram": "https://api.telegram.org",
    "viber": "https://chatapi.viber.com",
    "whatsapp": "https://graph.facebook.com",
    "messenger": "https://graph.facebook.com",
}
ALWAYS = (
    ("database_url",),
    ("http", "public_url"),
    ("core", "url"),
    ("core", "webhook_secrets"),
    ("sms", "url"),
    ("sms", "token"),
    ("vault", "keys"),
    ("jwt", "keys"),
    ("audit", "key"),
)
KEYS_OF_32_BYTES = (("vault", "keys"), ("audit", "key"))
SECRET_LENGTH_MIN = 16
PLACEHOLDERS = ("change-me", "changeme", "secret", "password", "example", "default", "test")


def messengers_on(settings: Settings) -> tuple[str, ...]:
    """A messenger is on as soon as one of its secrets is set; in sandbox mode all four are."""
    return tuple(
        name
        for name in MESSENGERS
        if any(not is_empty(_at(settings, (name, field))) for field in MESSENGER_NEEDS[name])
    )


def with_platform_roots(settings: Settings) -> Settings:
    """An empty API_URL becomes the platform's own."""
    groups = {name: getattr(settings, name) for name in MESSENGERS}
    empty = {name: group for name, group in groups.items() if not group.api_url}
    update = {name: group.model_copy(update={"api_url": PLATFORM_ROOTS[name]}) for name, group in empty.items()}
    return settings.model_copy(update=update)


def problems(settings: Settings) -> list[str]:
    """Everything that keeps these settings from production, each with the name to set and how."""
    parts = (_missing, core_login.problems, _half_set, _weak, _urls, _of_the_sandbox)
    found = (part(settings) for part in parts)
    return [problem for part in found for problem in part]


def _missing(settings: Settings) -> Iterator[str]:
    for path in ALWAYS:
        if is_empty(_at(settings, path)):
            yield f"{env_name(path)} is missing. {_how(path)}"
    on = messengers_on(settings)
    if not on:
        yield "no messenger is set: fill in every setting of at least one of those that follow."
    for name in on or MESSENGERS:
        for field in MESSENGER_NEEDS[name]:
            if is_empty(_at(settings, (name, field))):
                yield f"{env_name((name, field))} is missing. {_how((name, field))}"


def _half_set(settings: Settings) -> Iterator[str]:
    """A partner with an address and without what it is to be believed by."""
    for field in ("secret", "webhook_secrets"):
        if settings.acquirer.url and is_empty(_at(settings, ("acquirer", field))):
            yield f"{env_name(('acquirer', field))} is missing, and TELLER_ACQUIRER__URL is set. See .env.example"
    if settings.nlu.url and is_empty(settings.nlu.token):
        yield "TELLER_NLU__TOKEN is missing, and TELLER_NLU__URL is set. Make one with: openssl rand -base64 32"


def _of_the_sandbox(settings: Settings) -> Iterator[str]:
    """What lets webhooks into a private network."""
    for field in ("sandbox_url", "sandbox_secret"):
        if not is_empty(_at(settings, ("partners", field))):
            yield f"{env_name(('partners', field))} is for the sandbox only. Leave it empty."


def _how(path: tuple[str, ...]) -> str:
    if path in (*KEYS_OF_32_BYTES, ("jwt", "keys")):
        return "Make one with: openssl rand -base64 32"
    if path == ("database_url",):
        return "For example postgresql://teller:...@db/teller"
    return "See .env.example"


def _weak(settings: Settings) -> Iterator[str]:
    kept = set(already_kept(settings.data_dir).values())
    for path, secret in every_secret(settings):
        text = secret.get_secret_value()
        if path in (("database_url",), ("redis_url",)) or not text:
            continue
        if text in kept:
            yield f"{env_name(path)} is the sandbox's own. Production needs a secret of its own. {_how(path)}"
        elif len(text) < SECRET_LENGTH_MIN or text.lower().startswith(PLACEHOLDERS):
            yield f"{env_name(path)} is too short or a known default. {_how(path)}"
        elif path in KEYS_OF_32_BYTES and not _is_key(text):
            yield f"{env_name(path)} is not 32 bytes in base64. {_how(path)}"


def _urls(settings: Settings) -> Iterator[str]:
    public = settings.http.public_url
    if public and urlsplit(public).scheme != "https":
        yield "TELLER_HTTP__PUBLIC_URL is not https, and messengers call and people type secrets there."
    for name in MESSENGERS:
        if "/sandbox/" in str(_at(settings, (name, "api_url"))):
            yield f"{env_name((name, 'api_url'))} points to a sandbox. Leave it empty for the platform's own."


def every_secret(settings: Settings) -> Iterator[tuple[tuple[str, ...], SecretStr]]:
    """Each secret with its path; an entry of a list has the list's path."""
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        fields = type(value).model_fields if isinstance(value, Group) else ()
        held_at: list[tuple[tuple[str, ...], object]] = [((name, field), getattr(value, field)) for field in fields]
        for path, held in held_at or [((name,), value)]:
            for secret in held if isinstance(held, tuple) else (held,):
                if isinstance(secret, SecretStr):
                    yield path, secret


def _is_key(text: str) -> bool:
    try:
        return bool(Keyring([text]))
    except KeyUnusable:
        return False


def _at(settings: Settings, path: tuple[str, ...]) -> object:
    value: object = settings
    for part in path:
        value = getattr(value, part)
    return value
