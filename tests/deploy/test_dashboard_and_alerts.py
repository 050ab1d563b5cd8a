"""The dashboard and the alerts ask for figures that we export, and each alert leads to what is to be done."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

import bot.compose  # noqa: F401 -- with it come all rooms and their figures
from bot.settings import PROJECT

ALERTS: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((PROJECT / "deploy/prometheus/alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
DASHBOARD: dict[str, Any] = json.loads((PROJECT / "deploy/grafana/teller.json").read_text())
PAGE = (PROJECT / "docs/operations.md").read_text()
NAME = re.compile(r"\b(?:teller|process)_\w+")
GIVEN_BY_PROMETHEUS = {"job", "instance", "component", "le"}
# Labels where somebody asks for one of certain values, and where these come from.
OF_THE_STATES = "core_adapters/operations/measuring.py"


def panels() -> Iterator[tuple[str, str]]:
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]


EXPRESSIONS = [
    *[pytest.param(rule["expr"], id=rule["alert"]) for rule in ALERTS],
    *[pytest.param(expression, id=title) for title, expression in panels()],
]


def exported() -> dict[str, set[str]]:
    """Every series that can come out of ``/metrics``, with its labels."""
    series: dict[str, set[str]] = {}
    for name, collector in REGISTRY._names_to_collectors.items():
        series[name] = set(getattr(collector, "_labelnames", ()))
    return series


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_figure_that_is_asked_for_is_one_that_we_export(expression: str) -> None:
    series = exported()
    asked = set(NAME.findall(expression)) | ({"up"} & set(re.findall(r"\bup\b", expression)))
    assert asked, expression
    assert asked - {"up"} <= series.keys()
    known = set.union(GIVEN_BY_PROMETHEUS, *[series[name] for name in asked - {"up"}])
    by = {label.strip() for group in re.findall(r"\bby \(([^)]*)\)", expression) for label in group.split(",")}
    matched = set(re.findall(r"[{,]\s*(\w+)\s*(?:=|!)", expression))
    assert by | matched <= known


def test_a_figure_that_is_none_would_be_noticed() -> None:
    assert "teller_turns_total" in exported()
    assert "teller_turns" not in exported() or "teller_turn_total" not in exported()
    assert not {"teller_operation_total", "teller_turn_seconds"} <= exported().keys()


def test_every_figure_of_ours_is_on_the_dashboard() -> None:
    shown = {name for _, expression in panels() for name in NAME.findall(expression)}
    ours = {metric.name for metric in REGISTRY.collect() if metric.name.startswith("teller_")}
    assert {name for name in ours if not any(each.startswith(name) for each in shown)} == set()


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_each_alert_says_what_it_means_how_urgent_it_is_and_where_help_stands(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("page", "look")
    assert rule["annotations"]["summary"]
    file, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert file == "docs/operations.md"
    assert anchor == rule["alert"].lower()
    headings = re.findall(r"^#+ (.*)$", PAGE, re.MULTILINE)
    assert anchor in {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_no_section_is_left_of_an_alert_that_is_gone() -> None:
    section = PAGE.split("\n## Alerts\n")[1].split("\n## ")[0]
    assert set(re.findall(r"^### (\w+)$", section, re.MULTILINE)) == {rule["alert"] for rule in ALERTS}


def test_the_panels_stand_beside_each_other_and_have_a_number_each() -> None:
    numbers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(numbers)) == len(numbers)
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells
        assert at["x"] + at["w"] <= 24


def test_prometheus_finds_the_pods_by_what_they_say_of_themselves() -> None:
    pod = yaml.safe_load((PROJECT / "deploy/kubernetes/base/pod.yaml").read_text())
    says = pod["spec"]["template"]["metadata"]["annotations"]
    scrape = yaml.safe_load((PROJECT / "deploy/prometheus/scrape.yml").read_text())
    (job,) = scrape["scrape_configs"]
    assert says["prometheus.io/scrape"] == "true"
    assert says["prometheus.io/path"] == "/metrics"
    assert job["job_name"] == "teller"
    assert all('job="teller"' in expression for expression in re.findall(r"\bup\{[^}]*\}", str(ALERTS)))
    adapter = yaml.safe_load((PROJECT / "deploy/prometheus/adapter.yaml").read_text())
    (external,) = adapter["rules"]["external"]
    worker = (PROJECT / "deploy/kubernetes/base/worker.yaml").read_text()
    assert f"name: {external['name']['as']}}}" in worker
