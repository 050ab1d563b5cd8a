"""The shape of the settings: one small frozen model a group, `TELLER_` in front, `__` between levels.

Lists come as JSON text and are parsed here, so that one malformed list neither hides the other
problems nor carries a secret in its error.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "TELLER_"
LEVEL = "__"


def _a_list(value: object) -> object:
    """`["current","next"]` or one bare value; what was written never shows in the error."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if not text.startswith("["):
        return (text,) if text else ()
    try:
        entries = json.loads(text)
    except ValueError:
        entries = None
    if not isinstance(entries, list) or not all(isinstance(e, str) and e for e in entries):
        raise ValueError('is not a list such as ["current","next"]')
    return tuple(entries)


def _a_shape(value: object) -> object:
    """`{"token": "data.token"}`: what a core's token endpoint calls its fields."""
    if not isinstance(value, str):
        return value
    try:
        named = json.loads(value) if value.strip() else {}
    except ValueError:
        named = None
    if not isinstance(named, dict) or not set(named) <= SHAPE or not all(isinstance(v, str) for v in named.values()):
        names = ", ".join(sorted(SHAPE))
        raise ValueError(f'is not an object such as {{"token": "data.token"}} with names among {names}')
    return named


SHAPE = frozenset({"name", "password", "token", "seconds", "sent_as", "scheme"})
Shape = Annotated[Mapping[str, str], BeforeValidator(_a_shape)]
Secrets = Annotated[tuple[SecretStr, ...], BeforeValidator(_a_list)]
Words = Annotated[tuple[str, ...], BeforeValidator(_a_list)]
Port = Annotated[int, Field(ge=1, le=65535)]
NO_SECRET = SecretStr("")
FIRST_BANK = "sandbox"
DATA_DIR = Path(".data")


class Group(BaseModel):
    """One group of settings; it never repeats a value in an error, for the value may be a secret."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, extra="ignore")


class Http(Group):
    host: str = "127.0.0.1"
    port: Port = 8080
    public_url: str = ""
    refusals_per_minute: Annotated[int, Field(ge=0)] = 600


class Telegram(Group):
    token: SecretStr = NO_SECRET
    webhook_secrets: Secrets = ()
    api_url: str = ""
    polling: bool = False
    username: str = ""


class Viber(Group):
    tokens: Secrets = ()
    account: str = ""
    uri: str = ""
    api_url: str = ""


class WhatsApp(Group):
    access_token: SecretStr = NO_SECRET
    app_secrets: Secrets = ()
    verify_token: SecretStr = NO_SECRET
    phone_number_id: str = ""
    phone: str = ""
    app_id: str = ""
    api_url: str = ""


class Messenger(Group):
    page_access_token: SecretStr = NO_SECRET
    app_secrets: Secrets = ()
    verify_token: SecretStr = NO_SECRET
    page_id: str = ""
    username: str = ""
    app_id: str = ""
    api_url: str = ""


class Nlu(Group):
    """The Rasa that is asked first, and for how long it is waited; without a URL the embedded engine answers alone.

    ``engine`` is how that one understands: by n-grams, or with the encoder of the extra ``nlu`` beside them.
    ``keep_unheard``: whether sentences that were not understood are kept, without names and numbers, for review.
    """

    engine: Literal["embedded", "encoder"] = "embedded"
    keep_unheard: bool = True
    url: str = ""
    token: SecretStr = NO_SECRET
    timeout_ms: Annotated[int, Field(ge=50, le=10_000)] = 1_000


class Core(Group):
    """The bank's core and how one logs in there. Without ``login``: a password where there is a user, else a bearer."""

    url: str = ""
    login: Literal["", "bearer", "password", "keycloak", "token_endpoint", "own_jwt"] = ""
    user: str = ""
    token: SecretStr = NO_SECRET
    token_url: str = ""
    token_shape: Shape = Field(default_factory=dict)
    client_id: str = ""
    client_secret: SecretStr = NO_SECRET
    audience: str = ""
    key: SecretStr = NO_SECRET
    key_id: str = ""
    algorithm: Literal["HS256", "HS384", "HS512", "RS256", "PS256", "ES256", "EdDSA"] = "EdDSA"
    webhook_secrets: Secrets = ()


class Keycloak(Group):
    """The bank's Keycloak, and how its tokens tell that somebody of the staff has shown a second factor."""

    url: str = ""
    realm: str = ""
    client_id: str = ""
    client_secret: SecretStr = NO_SECRET
    staff_acr: Words = ("2", "mfa")
    staff_amr: Words = ("mfa", "otp", "hwk")


class Flows(Group):
    """Where staff's content lies in sandbox mode; empty: the one that comes with Teller."""

    folder: str = ""


class Sms(Group):
    url: str = ""
    token: SecretStr = NO_SECRET


class Billers(Group):
    """The partners that bills are paid to; without a URL no bills are paid."""

    url: str = ""
    secret: SecretStr = NO_SECRET


class Acquirer(Group):
    """Who takes money from cards of other banks; without a URL no card is topped up and no link is made to pay by."""

    url: str = ""
    secret: SecretStr = NO_SECRET
    webhook_secrets: Secrets = ()


class Partners(Group):
    """The sandbox's own partner: where it is, and the secret of its webhooks both ways. Sandbox mode only."""

    sandbox_url: str = ""
    sandbox_secret: SecretStr = NO_SECRET


class Service(Group):
    """Another process of the estate. Empty: the service runs in this process."""

    url: str = ""


class Keys(Group):
    keys: Secrets = ()


class Audit(Group):
    key: SecretStr = NO_SECRET


class Traces(Group):
    """The collector that turns are told to, by OTLP over HTTP; without a URL nothing is told."""

    url: str = ""


class Log(Group):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "text"] = "auto"


class Settings(BaseSettings):
    """Everything a process is told from outside. Made by `load_settings()` from values already collected."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=LEVEL,
        env_ignore_empty=True,
        enable_decoding=False,
        hide_input_in_errors=True,
        validate_default=False,
        extra="ignore",
        frozen=True,
    )

    mode: Literal["sandbox", "production"] = "sandbox"
    bank: str = FIRST_BANK
    http: Http = Http()
    database_url: SecretStr = NO_SECRET
    pg: Literal["embedded", "system"] = "embedded"
    data_dir: Path = DATA_DIR
    redis_url: SecretStr = NO_SECRET
    telegram: Telegram = Telegram()
    viber: Viber = Viber()
    whatsapp: WhatsApp = WhatsApp()
    messenger: Messenger = Messenger()
    nlu: Nlu = Nlu()
    core: Core = Core()
    keycloak: Keycloak = Keycloak()
    sms: Sms = Sms()
    billers: Billers = Billers()
    acquirer: Acquirer = Acquirer()
    partners: Partners = Partners()
    flows: Flows = Flows()
    customer_api: Service = Service()
    image_api: Service = Service()
    core_adapters: Service = Service()
    vault: Keys = Keys()
    jwt: Keys = Keys()
    audit: Audit = Audit()
    log: Log = Log()
    traces: Traces = Traces()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 -- the names are the library's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is handed over: `load.py` collects, so that it can set the broken values apart."""
        return (init_settings,)

    @property
    def is_sandbox(self) -> bool:
        return self.mode == "sandbox"


def known_names() -> tuple[str, ...]:
    """Every environment name that means something, in the order of the model."""
    names: list[str] = []
    for name, field in Settings.model_fields.items():
        group = field.annotation
        if isinstance(group, type) and issubclass(group, Group):
            names += [f"{PREFIX}{name}{LEVEL}{inner}".upper() for inner in group.model_fields]
        else:
            names.append(f"{PREFIX}{name}".upper())
    return tuple(names)


def env_name(path: tuple[str | int, ...]) -> str:
    """`("telegram", "webhook_secrets", 0)` is set by `TELLER_TELEGRAM__WEBHOOK_SECRETS`."""
    return PREFIX + LEVEL.join(str(part) for part in path if isinstance(part, str)).upper()
