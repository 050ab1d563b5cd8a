"""Where one server's files lie and as whom it runs.

As an ordinary user: `<data dir>/pg`, as that user. Postgres refuses to run as root, so for root it runs as the
owner of the data folder if that is somebody else, otherwise as `nobody`; and where `nobody` cannot reach the
data folder, because a folder above is closed, the files lie in `/var/lib/teller/<hash of the data folder>`.
"""

import os
import pwd
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TypedDict

OF_ROOT = Path("/var/lib/teller")
SOCKET_PATH_BYTES_MAX = 107  # what the kernel takes, less the final zero
SOCKET_FILE = ".s.PGSQL.5432"


class As(TypedDict, total=False):
    """The arguments that make `subprocess` change the user; empty when there is nothing to change."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Owner:
    """The system user the server runs as."""

    uid: int
    gid: int

    @property
    def as_subprocess(self) -> As:
        if os.geteuid() != 0:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def take(self, path: Path) -> None:
        """Give the path to this user, where we may."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, folder: Path) -> bool:
        """Whether this user can reach the folder through all of its parents."""
        if os.geteuid() != 0:
            return os.access(folder, os.X_OK)
        enter = ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)]
        done = subprocess.run(enter, cwd="/", capture_output=True, check=False, **self.as_subprocess)  # noqa: S603 -- a question of ours
        return done.returncode == 0


@dataclass(frozen=True, slots=True)
class Place:
    """The files of one server."""

    home: Path
    owner: Owner

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def users_lock(self) -> Path:
        return self.home / "users.lock"

    @property
    def start_lock(self) -> Path:
        return self.home / "start.lock"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    @property
    def created(self) -> Path:
        """There once our own database was made in the new cluster."""
        return self.home / "created"

    @property
    def socket_name(self) -> Path:
        """Holds the name of the socket's folder, so that one left behind is used again."""
        return self.home / "socket"


def hand_over(place: Place) -> None:
    """After root worked in somebody's clone: our few files there belong to that person, not to root."""
    if os.geteuid() == 0 and place.home.stat().st_uid == place.owner.uid:
        for path in place.home.iterdir():
            if path.is_file():
                place.owner.take(path)


def place_for(data_dir: Path, folder: str = "pg") -> Place:
    """The place that serves this data folder, with its home made. Raises OSError when it cannot be made."""
    data_dir.mkdir(parents=True, exist_ok=True)
    owner = _owner(data_dir)
    near = data_dir / folder
    if near.exists() or owner.can_enter(data_dir):
        return Place(_open_folder(near, owner), owner)
    name = sha256(os.fsencode(near.resolve())).hexdigest()[:16]
    OF_ROOT.mkdir(mode=0o755, parents=True, exist_ok=True)
    return Place(_open_folder(OF_ROOT / name, owner), owner)


def _owner(data_dir: Path) -> Owner:
    if os.geteuid() != 0:
        return Owner(os.geteuid(), os.getegid())
    whose = data_dir.stat()
    if whose.st_uid != 0:
        return Owner(whose.st_uid, whose.st_gid)
    nobody = pwd.getpwnam("nobody")
    return Owner(nobody.pw_uid, nobody.pw_gid)


def _open_folder(home: Path, owner: Owner) -> Path:
    """A folder the server's user can pass through to its data, whatever the umask."""
    if not home.exists():
        home.mkdir()
        home.chmod(0o711)
        if owner.uid == home.parent.stat().st_uid:
            owner.take(home)
    return home


def socket_folder(place: Place) -> Path:
    """A short private folder for the socket: the one remembered if it still is ours, otherwise a new one."""
    if (known := remembered_socket(place)) and _is_private(known, place.owner):
        return known
    fresh = Path(tempfile.mkdtemp(prefix="teller-", dir=_short_root()))
    place.owner.take(fresh)
    place.socket_name.write_text(str(fresh))
    return fresh


def remembered_socket(place: Place) -> Path | None:
    try:
        return Path(place.socket_name.read_text().strip())
    except OSError:
        return None


def _is_private(folder: Path, owner: Owner) -> bool:
    try:
        state = folder.lstat()
    except OSError:
        return False
    return state.st_mode & 0o170777 == 0o040700 and state.st_uid == owner.uid


def _short_root() -> str:
    """The usual temporary folder, or where its name is too long for a socket, /tmp."""
    usual = tempfile.gettempdir()
    longest = len(os.fsencode(usual)) + len("/teller-12345678/") + len(SOCKET_FILE)
    return usual if longest <= SOCKET_PATH_BYTES_MAX else "/tmp"  # noqa: S108 # nosec B108 # mkdtemp makes it private


def answers(folder: Path) -> bool:
    """Whether a server accepts connections at the socket in this folder."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.settimeout(1)
        try:
            door.connect(str(folder / SOCKET_FILE))
        except OSError:
            return False
        return True
