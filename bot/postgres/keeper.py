"""The keeper: a small process that starts one Postgres server and stops it when its last user is gone.

    python -I -S keeper.py USERS_LOCK SOCKET_FOLDER UID GID POSTGRES [ARGUMENT...]

Every Teller process holds `USERS_LOCK` shared. The keeper waits for it exclusively, which it gets when the
last holder has ended, killed ones included. Should the keeper itself be killed, the kernel sends the server
a SIGINT (a fast, clean shutdown). Standard library only, run by its path: it starts in milliseconds and
needs nothing of the environment. Its standard output stays open, and silent, for as long as it lives.
"""

import contextlib
import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading

PR_SET_PDEATHSIG = 1
FAST_SHUTDOWN_S = 20  # a checkpoint of a busy laptop; after that the server is told to drop everything


def _tie_to_keeper(keeper: int) -> None:
    """Runs in the server's process between fork and exec, after its user was changed (which would undo it)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != keeper:
            os._exit(1)


def _server(uid: int, gid: int, command: list[str]) -> subprocess.Popen[bytes]:
    keeper = os.getpid()
    is_root = os.geteuid() == 0
    return subprocess.Popen(  # noqa: S603 -- the command is the launcher's own
        command,
        stdin=subprocess.DEVNULL,
        stdout=2,
        stderr=2,
        cwd="/",
        preexec_fn=lambda: _tie_to_keeper(keeper),  # there is one thread at this moment
        user=uid if is_root else None,
        group=gid if is_root else None,
        extra_groups=[] if is_root else None,
        start_new_session=True,
    )


def _end_with(server: subprocess.Popen[bytes], stopping: threading.Event) -> None:
    server.wait()
    if not stopping.is_set():
        os._exit(1)


def _stop(server: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        server.send_signal(signal.SIGINT)
        try:
            server.wait(FAST_SHUTDOWN_S)
        except subprocess.TimeoutExpired:
            server.send_signal(signal.SIGQUIT)
            server.wait()


def main(users_lock: str, socket_folder: str, uid: str, gid: str, *command: str) -> None:
    """Leave the starter (fork), start the server, wait for the last user, stop the server."""
    if os.fork():
        os._exit(0)
    users = os.open(users_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    server = _server(int(uid), int(gid), list(command))
    stopping = threading.Event()
    threading.Thread(target=_end_with, args=(server, stopping), daemon=True).start()
    fcntl.flock(users, fcntl.LOCK_EX)
    stopping.set()
    _stop(server)
    shutil.rmtree(socket_folder, ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
