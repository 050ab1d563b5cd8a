"""What can be wrong with an installation, one small check each, and how to mend it. `teller doctor` prints it."""

import asyncio
import os
import shutil
import socket
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bot.doctor_inside import inside
from bot.doctor_outside import outside
from bot.finding import Finding
from bot.look import ALIVE
from bot.settings import PROJECT, Settings, SettingsWrong, load_settings
from bot.settings.made_up import EVERY_ADDRESS, FILE

PYTHONS = ((3, 11), (3, 15))  # from, and below
DISK_FREE_MIN_MIB = 500
MIB = 1024 * 1024


Check = Callable[[Settings], Finding]


def examine() -> Iterator[Finding]:
    """Every finding in turn; without usable settings only those that need none."""
    yield python()
    try:
        settings = load_settings()
    except SettingsWrong as wrong:
        for problem in wrong.problems:
            yield Finding("settings", problem, "Set it in the environment or in .env; .env.example explains each.")
        return
    yield Finding("settings", f"{settings.mode} mode, bank {settings.bank!r}")
    for check in CHECKS:
        yield check(settings)
    yield from inside(settings)
    yield from outside(settings)


def python() -> Finding:
    said = f"{sys.version.split()[0]} at {sys.executable}"
    if PYTHONS[0] <= sys.version_info[:2] < PYTHONS[1]:
        return Finding("Python", said)
    return Finding("Python", said, "Use Python 3.11 to 3.14: make run PYTHON=/path/to/python3")


def pictures(_: Settings) -> Finding:
    """Well in either case: without FriBiDi some names only have no picture."""
    from PIL import features

    if features.check("raqm"):
        return Finding("pictures", "every name can be drawn, those from the right as well")
    return Finding("pictures", "Arabic and Hebrew names go as text alone; the system's package libfribidi0 mends that")


def data_dir(settings: Settings) -> Finding:
    folder = settings.data_dir
    if os.access(folder, os.W_OK | os.X_OK):
        return Finding("data folder", str(folder))
    mend = f"Give it to this user (chown -R {os.geteuid()} '{folder}'), or set TELLER_DATA_DIR to a folder of your own."
    return Finding("data folder", f"{folder} cannot be written", mend)


def disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(_existing(settings.data_dir)).free // MIB
    if free >= DISK_FREE_MIN_MIB:
        return Finding("disk", f"{free} MiB free")
    return Finding("disk", f"only {free} MiB free", "Make room, or set TELLER_DATA_DIR to another disk.")


def secrets(settings: Settings) -> Finding:
    path = settings.data_dir / FILE
    if not settings.is_sandbox:
        return Finding("secrets", "all set, none of them a known one")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return Finding("secrets", f"{path} can be read by others ({mode:o})", f"chmod 600 '{path}'")
    return Finding("secrets", f"of this installation alone, in {path}")


def port(settings: Settings) -> Finding:
    host, number = settings.http.host, settings.http.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, number))
        except OSError as error:
            return _not_free(host, number, str(error.strerror))
    return Finding("port", f"{host}:{number} is free")


def _not_free(host: str, number: int, why: str) -> Finding:
    """Well when Teller itself is there; otherwise somebody else is, or the address is not this machine's."""
    import httpx

    where = EVERY_ADDRESS.get(host, host)
    try:
        answer = httpx.get(
            httpx.URL(scheme="http", host=where, port=number, path="/healthz"), timeout=1, trust_env=False
        )
        if answer.json() == ALIVE:
            return Finding("port", f"Teller is running at {host}:{number}")
    except httpx.ConnectError:
        mend = "Set TELLER_HTTP__PORT and TELLER_HTTP__HOST to an address of this machine that you may use."
        return Finding("port", f"{host}:{number}: {why}", mend)
    except (httpx.HTTPError, ValueError):
        pass  # whoever it is, it is not Teller
    return Finding("port", f"{host}:{number}: {why}", f"Another program is there: set TELLER_HTTP__PORT={number + 1}.")


def database(settings: Settings) -> Finding:
    from bot.postgres import NoPostgres, PostgresDidNotStart, database_of

    try:
        dsn = database_of(settings)
        version, revision, newest = asyncio.run(_database(dsn))
    except (NoPostgres, PostgresDidNotStart) as problem:
        return Finding("Postgres", str(problem), "Mend that, or set TELLER_DATABASE_URL to a server of your own.")
    except Exception as problem:
        said = f"{type(problem).__name__}: {problem}" if not settings.database_url else type(problem).__name__
        return Finding("Postgres", said, "Check TELLER_DATABASE_URL, and that the server runs and lets this user in.")
    where = "the server of TELLER_DATABASE_URL" if settings.database_url.get_secret_value() else _own_place(settings)
    if revision == newest:
        return Finding("Postgres", f"{version}, {where}, schema {revision}")
    if revision != "none" and revision > newest:
        return Finding("Postgres", f"{version}, {where}, schema {revision}, which is of a later version than this one")
    return Finding("Postgres", f"{version}, {where}, schema {revision}, not {newest}", "teller db upgrade")


def _own_place(settings: Settings) -> str:
    from bot.postgres.place import place_for

    return f"data in {place_for(settings.data_dir, 'pg' if settings.pg == 'embedded' else 'pg-system').data}"


async def _database(dsn: str) -> tuple[str, str, str]:
    import asyncpg

    from bot.migrations import newest
    from bot.migrations.runner import revision_of

    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        version = str(await connection.fetchval("show server_version"))
        return version, await revision_of(connection) or "none", newest()
    finally:
        await connection.close()


def redis(settings: Settings) -> Finding:
    url = settings.redis_url.get_secret_value()
    if not url:
        return Finding("Redis", "not set: everything works without it")
    from redis import Redis
    from redis.exceptions import RedisError

    try:
        with Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3) as client:
            client.ping()
    except (RedisError, ValueError) as problem:
        return Finding("Redis", type(problem).__name__, "Start it, or empty TELLER_REDIS_URL: Teller works without.")
    return Finding("Redis", "answers")


def understanding(settings: Settings) -> Finding:
    """Whether the Rasa that is set answers, and whether its model knows the intents of the content."""
    if not settings.nlu.url:
        trained = any((settings.data_dir / "nlu").glob("*"))
        when = "its model is trained" if trained else "its model is trained at the next start"
        return Finding("understanding", f"by the engine in the process: no server is needed, {when}")
    from bot.cli.asking_rasa import said_by_rasa

    failed = said_by_rasa(settings)
    if failed is None:
        return Finding("understanding", "Rasa answers, and its model knows the intents of the flows")
    said, mend = RASA_FAILS[failed]
    return Finding("understanding", f"{said}; until then the engine in the process answers", mend)


RASA_FAILS = {
    "silent": ("Rasa does not answer at TELLER_NLU__URL", "Start it (make rasa), or empty TELLER_NLU__URL."),
    "refused": ("Rasa does not take our token", "Set TELLER_NLU__TOKEN to the secret that Rasa was started with."),
    "ill": ("Rasa answers with a failure", "See its log: most often no model is loaded. make rasa trains one."),
    "unusable": ("what answers at TELLER_NLU__URL is no Rasa", "Set TELLER_NLU__URL to the address of Rasa 3.6."),
    "other_intents": ("Rasa's model knows other intents than the flows", "Train it anew: make rasa."),
}


def _existing(path: Path) -> Path:
    return next((p for p in (path, *path.parents) if p.exists()), PROJECT)


CHECKS: tuple[Check, ...] = (data_dir, disk, secrets, pictures, port, database, redis, understanding)
