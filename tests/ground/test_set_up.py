"""What a fresh machine relies on: the lock, the scripts, the map of folders, the quick command line."""

import re
import subprocess
import sys
import tomllib

import pytest

from bot.settings import PROJECT

PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text())


def test_the_lock_names_only_the_public_registry() -> None:
    hosts = set(re.findall(r'"https?://([^/"]+)', (PROJECT / "uv.lock").read_text()))
    assert hosts <= {"pypi.org", "files.pythonhosted.org"}


def test_every_file_in_the_lock_has_its_hash_and_only_what_is_locked_is_installed() -> None:
    packages = tomllib.loads((PROJECT / "uv.lock").read_text())["package"]
    files = [
        file
        for package in packages
        for file in [*package.get("wheels", ()), *([package["sdist"]] if "sdist" in package else [])]
    ]
    assert len(files) > 1000
    assert [file["url"] for file in files if not re.fullmatch(r"sha256:[0-9a-f]{64}", file.get("hash", ""))] == []
    assert {package["name"] for package in packages if "registry" not in package["source"]} == {"teller"}
    assert "uv sync --locked" in (PROJECT / "tools/prepare").read_text()


def test_nothing_steers_the_installer_to_another_index() -> None:
    assert not {"index", "index-url", "extra-index-url", "find-links"} & PYPROJECT["tool"]["uv"].keys()
    for name in ("Makefile", "tools/prepare", ".ci/run"):
        assert not re.search(r"^[^#]*(--index|find-links|INDEX_URL=)", (PROJECT / name).read_text(), re.MULTILINE)


def test_the_set_up_brings_the_uv_that_the_project_asks_for() -> None:
    pinned = re.search(r"^UV=(\d+)\.(\d+)\.\d+$", (PROJECT / "tools/prepare").read_text(), re.MULTILINE)
    assert pinned is not None
    low, high = PYPROJECT["tool"]["uv"]["required-version"].split(",")
    assert low == f">={pinned[1]}.{pinned[2]}"
    assert high == f"<{pinned[1]}.{int(pinned[2]) + 1}"


@pytest.mark.parametrize("script", ["tools/prepare", "tools/check", "tools/check-security", ".ci/run"])
def test_a_script_can_be_run_and_is_plain_sh(script: str) -> None:
    path = PROJECT / script
    assert path.stat().st_mode & 0o111
    assert subprocess.run(["/bin/sh", "-n", path], check=False).returncode == 0


def test_every_room_is_known_to_the_import_map() -> None:
    rooms = {p.parent.name for p in PROJECT.glob("*/__init__.py")} - {"tests", "bench"}
    assert rooms == set(PYPROJECT["tool"]["importlinter"]["root_packages"])


def test_the_overview_of_commands_is_quick_because_it_imports_none_of_them() -> None:
    seen = "import sys; from bot.cli import overview; overview(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True).stdout.split()
    assert not {"typer", "pydantic", "asyncpg", "sqlalchemy"} & set(loaded)


def test_an_unknown_command_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    done = subprocess.run([sys.executable, "-m", "bot.cli", "tokn"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Did you mean 'token'?" in done.stderr
