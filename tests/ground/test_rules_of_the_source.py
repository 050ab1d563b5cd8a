"""What no line of ours may do, read from the source itself."""

import ast
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
ROOMS = ("bot", "channels", "flows", "nlu", "core_adapters", "image_api", "customer_api", "sandbox", "bench", "tools")
SOURCES = [path for room in ROOMS for path in sorted((PROJECT / room).rglob("*.py")) if ".venv" not in path.parts]
# Whoever reads these runs what is written in them.
RUNS_WHAT_IT_READS = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "joblib", "jsonpickle"}
LOADS_ANYTHING = {"load", "load_all", "unsafe_load", "unsafe_load_all", "full_load", "full_load_all"}
TRUSTS_ANYBODY = {"_create_unverified_context", "CERT_NONE", "disable_warnings", "OP_NO_TLSv1_2"}
PRAGMA = re.compile(r"#\s*(?:noqa: S\d|nosec)")
REASON = re.compile(r"#\s*(?:noqa: [A-Z0-9, ]+\d)?(?:\s*#?\s*nosec B\d+(?:, ?B\d+)*)?[\s#:-]+[a-z'][^#]{3,}$")


@pytest.fixture(scope="module")
def trees() -> dict[Path, ast.Module]:
    read = {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}
    assert len(read) > 700
    return read


def trusting(tree: ast.AST) -> list[str]:
    """Where a certificate would not be looked at."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in ("verify", "check_hostname", "verify_ssl", "ssl"):
            found += [node.arg] if isinstance(node.value, ast.Constant) and node.value.value is False else []
        elif isinstance(node, ast.Attribute | ast.Name):
            name = node.attr if isinstance(node, ast.Attribute) else node.id
            found += [name] if name in TRUSTS_ANYBODY else []
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and node.value.value is False:
            named = [target.attr for target in node.targets if isinstance(target, ast.Attribute)]
            found += [name for name in named if name in ("check_hostname", "verify", "verify_mode")]
    return found


def obeying(tree: ast.AST) -> list[str]:
    """Where what is read would be run."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            found += [name for name in names if name.split(".")[0] in RUNS_WHAT_IT_READS]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found += [node.func.id] if node.func.id in ("eval", "exec", "__import__") else []
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
            safe = any("Safe" in ast.unparse(given) for given in [*node.args[1:], *(k.value for k in node.keywords)])
            found += (
                [f"{of}.{node.func.attr}"] if of == "yaml" and node.func.attr in LOADS_ANYTHING and not safe else []
            )
            shell = any(k.arg == "shell" and getattr(k.value, "value", None) is not False for k in node.keywords)
            found += ["shell"] if shell else []
        elif isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            found += ["allow_pickle"] if getattr(node.value, "value", None) is not False else []
    return found


def test_no_certificate_goes_unlooked_at(trees: dict[Path, ast.Module]) -> None:
    assert {str(path): found for path, tree in trees.items() if (found := trusting(tree))} == {}


def test_nothing_that_is_read_is_run(trees: dict[Path, ast.Module]) -> None:
    assert {str(path): found for path, tree in trees.items() if (found := obeying(tree))} == {}


@pytest.mark.parametrize(
    "line",
    [
        "httpx.AsyncClient(verify=False)", "ssl._create_unverified_context()", "context.verify_mode = ssl.CERT_NONE",
        "context.check_hostname = False", "asyncpg.connect(dsn, ssl=False)",
    ],
)  # fmt: skip
def test_a_line_that_trusts_anybody_is_seen(line: str) -> None:
    assert trusting(ast.parse(line))


@pytest.mark.parametrize(
    "line",
    [
        "import pickle", "from marshal import loads", "eval(text)", "exec(text)", "yaml.load(text)",
        "yaml.load(text, Loader=yaml.Loader)", "yaml.unsafe_load(text)", "subprocess.run(text, shell=True)",
        "numpy.load(path, allow_pickle=True)",
    ],
)  # fmt: skip
def test_a_line_that_runs_what_it_reads_is_seen(line: str) -> None:
    assert obeying(ast.parse(line))


def test_whoever_sets_a_rule_of_security_aside_says_why() -> None:
    """On the same line: `# noqa: S608 # nosec B608 # our names`."""
    silent = [
        f"{path.relative_to(PROJECT)}:{number}"
        for path in SOURCES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (found := PRAGMA.search(line)) and not REASON.match(line[found.start() :])
    ]
    assert silent == []
