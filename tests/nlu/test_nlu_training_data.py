"""Files of examples: what is read, and what a wrong file is told."""

import pytest

from flows.model import Brand, Catalogue, Flow, FlowSettings, Library, Place, StartsOn
from nlu.training import train
from nlu.training_data import TrainingDataError, merged, of_flows, read

GOOD = "nlu:\n  - intent: greet\n    examples: |\n      - hello\n      - hi\n"


def _project(tmp_path, text):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "nlu.yml").write_text(text, "utf-8")
    return tmp_path


def test_entity_annotations_are_read_as_plain_words(tmp_path):
    lines = '      - send [50](amount) to [mom]{"entity": "who"}\n      - to [card •1111]\n'
    text = f"nlu:\n  - intent: send\n    examples: |\n{lines}"
    assert read(_project(tmp_path, text)) == {"send": ["send 50 to mom", "to [card •1111]"]}


def test_flow_examples_join_and_nothing_stands_twice():
    assert merged({"a": ["x", "y"]}, {"a": ["y", "z"], "b": ["w"]}) == {"a": ["x", "y", "z"], "b": ["w"]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nlu: [", "cannot be read"),
        ("intents: []", "no 'nlu:' list"),
        ("nlu:\n  - intent: greet\n", "entry 1 of 'nlu:'"),
        ("nlu:\n  - intent: greet\n    examples: |\n      hello\n", "write '- hello'"),
    ],
)
def test_a_wrong_file_is_told_what_and_where(tmp_path, text, said):
    with pytest.raises(TrainingDataError, match=r"nlu\.yml") as problem:
        read(_project(tmp_path, text))
    assert said in str(problem.value)


@pytest.mark.parametrize(("kind", "home"), [("synonym", "synonyms.yml"), ("lookup", "lookups.yml")])
def test_words_that_mean_the_same_in_another_file_are_told_where_they_belong(tmp_path, kind, home):
    words = f"  - {kind}: town\n    examples: |\n      - kyiv\n"
    project = _project(tmp_path, GOOD + words)
    with pytest.raises(TrainingDataError) as problem:
        read(project)
    told = f"entry 2 of 'nlu:', {kind} 'town', is not read here; move it to {home}"
    assert str(problem.value) == f"{project / 'data' / 'nlu.yml'}: {told}"
    (project / "data" / "nlu.yml").write_text(GOOD, "utf-8")
    (project / "data" / home).write_text("nlu:\n" + words, "utf-8")
    assert read(project).keys() == {"greet"}


def test_a_folder_without_examples_is_told(tmp_path):
    with pytest.raises(TrainingDataError, match="give the folder of a Rasa project"):
        read(tmp_path)


def test_one_intent_alone_cannot_be_trained(tmp_path):
    with pytest.raises(TrainingDataError, match="nothing to tell apart"):
        train(read(_project(tmp_path, GOOD)))


def test_the_examples_of_flows_stand_under_the_intent_that_starts_them():
    starts = [
        StartsOn(intents=("top_up", "greet"), examples=("add 300",)),
        StartsOn(intents=("top_up",), examples=("поповнити",)),
        StartsOn(commands=("/menu",), examples=("menu",)),
    ]
    at = Place("a.flow.yml", 1, 1, 1)
    flows = {
        str(n): Flow(str(n), "", at, "", each, "guest", (), FlowSettings(), {}, (), {}) for n, each in enumerate(starts)
    }
    brand = Brand("Bank", "UAH", ("en",), "Europe/Kyiv", {}, {})
    library = Library(flows, {}, {}, Catalogue({}, {}, {}, {}), brand, "1")
    assert of_flows(library) == {"top_up": ["add 300", "поповнити"]}
