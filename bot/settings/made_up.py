"""What sandbox mode fills in: random secrets of this installation, and the sandbox's own faces as the outside world.

The secrets are made once and kept in the data folder, readable by its owner only: no two installations
share a default, and a restart does not lose the vault's key.
"""

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr

from bot.settings import sandbox_core
from bot.settings.shape import Group, Settings
from core_adapters import brands

FILE = "secrets.json"


def _word() -> str:
    return secrets.token_urlsafe(32)


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _signing_key() -> str:
    """An Ed25519 key in PEM, whose public half the sandbox's bank is given."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode()


def _webhook_secret() -> str:
    return f"whsec_{_key()}"


def _bot_token() -> str:
    """Telegram's form: the bot's number, a colon, thirty-five characters."""
    return f"{7_000_000_000 + secrets.randbelow(1_000_000_000)}:AA{secrets.token_urlsafe(25)[:33]}"


def _number() -> str:
    return str(100_000_000_000_000 + secrets.randbelow(800_000_000_000_000))


MADE: dict[tuple[str, str], Callable[[], str]] = {
    ("telegram", "token"): _bot_token,
    ("telegram", "webhook_secrets"): _word,
    ("viber", "tokens"): _word,
    ("whatsapp", "access_token"): _word,
    ("whatsapp", "app_secrets"): _word,
    ("whatsapp", "verify_token"): _word,
    ("whatsapp", "phone_number_id"): _number,
    ("whatsapp", "app_id"): _number,
    ("messenger", "page_access_token"): _word,
    ("messenger", "app_secrets"): _word,
    ("messenger", "verify_token"): _word,
    ("messenger", "page_id"): _number,
    ("messenger", "app_id"): _number,
    ("core", "token"): _word,
    ("core", "client_secret"): _word,
    ("core", "key"): _signing_key,
    ("core", "webhook_secrets"): _word,
    ("sms", "token"): _word,
    ("billers", "secret"): _word,
    ("acquirer", "secret"): _word,
    ("acquirer", "webhook_secrets"): _word,
    ("partners", "sandbox_secret"): _webhook_secret,
    ("vault", "keys"): _key,
    ("jwt", "keys"): _key,
    ("audit", "key"): _key,
}

FACES: dict[tuple[str, str], str] = {
    ("telegram", "api_url"): "/sandbox/telegram",
    ("viber", "api_url"): "/sandbox/viber",
    ("whatsapp", "api_url"): "/sandbox/whatsapp",
    ("messenger", "api_url"): "/sandbox/messenger",
    ("sms", "url"): "/sandbox/sms",
    ("billers", "url"): "/sandbox/billers",
    ("acquirer", "url"): "/sandbox/acquirer/v1",
    ("partners", "sandbox_url"): "/sandbox/partner",
    ("http", "public_url"): "",
}

# Which of these stands where is for the login to say.
OF_THE_CORE = (("core", "token"), ("core", "client_secret"), ("core", "key"))

EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 # nosec B104 # what listens on all is reached on the loopback


def own_url(settings: Settings) -> str:
    """Where this process answers on this machine, for example `http://127.0.0.1:8080`."""
    host = EVERY_ADDRESS.get(settings.http.host, settings.http.host)
    return f"http://[{host}]:{settings.http.port}" if ":" in host else f"http://{host}:{settings.http.port}"


def kept_secrets(data_dir: Path) -> dict[str, str]:
    """The secrets of this installation, made and written (mode 0600) where there are none yet. May raise OSError."""
    make_folder(data_dir)
    folder = os.open(data_dir, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        kept = already_kept(data_dir)
        missing = {".".join(path): make() for path, make in MADE.items() if ".".join(path) not in kept}
        if missing:
            kept |= missing
            _write(data_dir / FILE, kept)
        return kept
    finally:
        os.close(folder)


def make_folder(folder: Path) -> None:
    """The folder, owned by whoever owns the one above it, also when root makes it in somebody's clone."""
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            whose = folder.parent.stat()
            os.chown(folder, whose.st_uid, whose.st_gid)


def already_kept(data_dir: Path) -> dict[str, str]:
    """What an earlier sandbox run has written; empty if nothing. May raise OSError or ValueError."""
    path = data_dir / FILE
    if not path.exists():
        return {}
    return {str(name): str(value) for name, value in json.loads(path.read_text()).items()}


def _write(path: Path, kept: dict[str, str]) -> None:
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(kept, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    if os.geteuid() == 0:  # in somebody's clone: they shall be able to go on without root
        whose = path.parent.stat()
        os.chown(fresh, whose.st_uid, whose.st_gid)
    fresh.replace(path)


def filled(settings: Settings) -> Settings:
    """The same settings with every gap of sandbox mode filled. May raise OSError or ValueError from the file."""
    kept = kept_secrets(settings.data_dir)
    wanted = {path: kept[".".join(path)] for path in MADE if path not in OF_THE_CORE}
    wanted |= {path: own_url(settings) + face for path, face in FACES.items()}
    core = sandbox_core.fills(settings, brands.load(settings.bank).sandbox, own_url(settings), kept)
    wanted |= {("core", field): text for field, text in core.items()}
    groups: dict[str, dict[str, object]] = {}
    for (group, field), text in wanted.items():
        present = getattr(getattr(settings, group), field)
        if is_empty(present):
            groups.setdefault(group, {})[field] = _as(present, text)
    update = {name: _with(getattr(settings, name), values) for name, values in groups.items()}
    return settings.model_copy(update=update)


def is_empty(value: object) -> bool:
    return not (value.get_secret_value() if isinstance(value, SecretStr) else value)


def _as(sample: object, text: str) -> object:
    """The text in the type of the field it goes to."""
    if isinstance(sample, tuple):
        return (SecretStr(text),)
    return SecretStr(text) if isinstance(sample, SecretStr) else text


def _with(group: Group, values: dict[str, object]) -> Group:
    return group.model_copy(update=values)
