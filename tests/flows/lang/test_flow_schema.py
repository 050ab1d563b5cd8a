"""The editors' schema takes the page's own files, and knows every key that the reader knows."""

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from bot.cli.flows import app
from flows.loading.schema import flow_schema, slots_schema

PAGE = Path(__file__).parent / "page"
Json = dict[str, object]


def fits(value: object, schema: Json, root: Json) -> bool:
    """As much of JSON Schema as ours uses."""
    if "$ref" in schema:
        return fits(value, root["$defs"][str(schema["$ref"]).rsplit("/", 1)[1]], root)  # type: ignore[index]
    if "anyOf" in schema:
        return any(fits(value, one, root) for one in schema["anyOf"])  # type: ignore[attr-defined]
    if "enum" in schema or "const" in schema:
        return value in schema.get("enum", [schema.get("const")])  # type: ignore[operator]
    if schema["type"] == "object":
        return isinstance(value, dict) and _table(value, schema, root)
    if schema["type"] == "array":
        return isinstance(value, list) and all(fits(one, schema["items"], root) for one in value)  # type: ignore[arg-type]
    kinds = {"string": str, "integer": int, "boolean": bool, "number": (int, float)}
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return any(isinstance(value, kinds[kind]) for kind in types)


def _table(value: Json, schema: Json, root: Json) -> bool:
    known, locales = schema.get("properties", {}), schema.get("patternProperties", {})
    rest = next(iter(locales.values()), schema.get("additionalProperties", True))  # type: ignore[attr-defined]
    if any(key not in value for key in schema.get("required", ())):  # type: ignore[attr-defined]
        return False
    for key, one in value.items():
        inner = known.get(key, rest)  # type: ignore[attr-defined]
        if inner is False or (isinstance(inner, dict) and not fits(one, inner, root)):
            return False
    return True


@pytest.mark.parametrize("path", sorted((PAGE / "flows").iterdir()), ids=lambda path: path.name)
def test_the_schema_takes_the_flows_of_the_page(path: Path) -> None:
    schema = flow_schema()
    assert fits(yaml.safe_load(path.read_text(encoding="utf-8")), schema, schema)


def test_the_schema_takes_the_slots_and_refuses_a_strange_key() -> None:
    schema = slots_schema()
    slots = yaml.safe_load((PAGE / "slots.yml").read_text(encoding="utf-8"))
    assert fits(slots, schema, schema)
    slots["slots"]["amount"]["colour"] = "red"
    assert not fits(slots, schema, schema)


def test_the_command_prints_it() -> None:
    assert json.loads(CliRunner().invoke(app, ["schema", "flow"]).output) == flow_schema()
