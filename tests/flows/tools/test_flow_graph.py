"""Every step of a flow is drawn once, knows its line, and no card stands over another."""

import re
import xml.etree.ElementTree as ET
from itertools import combinations
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.flow_content import CONTENT, brand_of, capabilities, templates
from bot.cli.flows import app
from flows.checks import check
from flows.graph import as_mermaid, as_svg, picture_of
from flows.graph.cards import HIGH, WIDE
from flows.model import Library

PAGE = Path(__file__).parents[1] / "lang" / "page"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def library() -> Library:
    found = check(PAGE, brand_of("sandbox"), channels=capabilities(), templates=templates()).library
    assert found is not None
    return found


def graph(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["graph", *arguments, "--folder", str(PAGE)])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("flow", ["transfer_money", "top_up", "card_issue", "identify", "strong_auth", "show_balance"])
def test_each_step_is_a_link_to_its_line_and_none_covers_another(library: Library, flow: str) -> None:
    tree = ET.fromstring(as_svg(picture_of(library, library.flows[flow])))
    steps = {one.get("data-step"): one for one in tree.iter(f"{SVG}g") if one.get("class") == "step"}
    for step in library.flows[flow].steps.values():
        if step.id in steps:  # a bare 'next' is an arrow
            link = steps[step.id].find(f"{SVG}a")
            assert link is not None
            assert link.get("href") == f"{step.at.file}#L{step.at.line}"
            assert f"{step.at.file}:{step.at.line}" in "".join(steps[step.id].itertext())
    named = {id_ for id_ in library.flows[flow].steps if "." not in id_}
    assert named <= set(steps)
    places = [place for one in steps.values() for place in _corner(one)]
    for (x1, y1), (x2, y2) in combinations(places, 2):
        assert abs(x1 - x2) >= WIDE or abs(y1 - y2) >= HIGH


def _corner(step: ET.Element) -> list[tuple[float, float]]:
    card = next((one for one in step.iter(f"{SVG}rect") if one.get("width") == str(WIDE)), None)
    if card is not None:
        return [(float(card.get("x", "")), float(card.get("y", "")))]
    points = next(step.iter(f"{SVG}polygon")).get("points", "").split()
    pairs = [tuple(map(float, point.split(","))) for point in points]
    return [(min(x for x, _ in pairs), min(y for _, y in pairs))]


def test_a_way_back_and_a_payment_are_marked(library: Library) -> None:
    assert "stroke-dasharray" in as_svg(picture_of(library, library.flows["top_up"]))
    assert "NO WAY BACK" in as_svg(picture_of(library, library.flows["transfer_money"]))


def test_coverage_shows_what_no_test_goes() -> None:
    drawn = graph("transfer_money", "--format", "svg", "--coverage")
    assert "not tested: reject 1 of" in drawn
    assert "tip-bad" in drawn.partition("</defs>")[2]


def test_mermaid_names_every_step_and_every_reason(library: Library) -> None:
    said = as_mermaid(picture_of(library, library.flows["transfer_money"]))
    assert said.startswith("---\ntitle: transfer_money")
    assert '-->|"unknown_result"| ' in said
    line = library.flows["transfer_money"].steps["ask_from"].at.line
    assert f'click n0 "flows/transfer_money.flow.yml#L{line}"' in said
    assert all(re.match(r"(---|title:|flowchart TD|  \S)", row) for row in said.strip().split("\n"))


def test_the_page_has_the_text_beside_the_picture() -> None:
    page = graph("transfer_money", "--format", "html")
    assert 'data-step="pay" data-line="64"' in page
    assert '<div class="row" id="L64"><i>64</i><span>  - id: pay</span></div>' in page
    assert "http" not in page.replace("http://www.w3.org", "")


def test_all_flows_are_drawn_with_who_calls_whom() -> None:
    drawn = graph("--format", "svg")
    assert "transfer_money calls strong_auth" in drawn
    assert "transfer_money links top_up" in drawn


def test_an_unknown_flow_is_not_drawn() -> None:
    result = CliRunner().invoke(app, ["graph", "transfer_mony", "--folder", str(PAGE)])
    assert result.exit_code == 2
    assert "Did you mean 'transfer_money'?" in result.output


def test_every_flow_that_is_shipped_can_be_drawn() -> None:
    found = check(CONTENT, brand_of("sandbox"), channels=capabilities(), templates=templates()).library
    for flow in found.flows.values() if found is not None else ():
        ET.fromstring(as_svg(picture_of(found, flow)))
