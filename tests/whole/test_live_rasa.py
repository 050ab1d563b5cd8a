"""A customer's dialogue through a live Rasa: trained here, served by Rasa itself, asked by a running Teller.

Needs Rasa's environment, which `tools/rasa prepare` makes on Python 3.10. A dozen examples an intent and a few epochs
are enough to show the way through; how good a whole model is stands in docs/understanding.md.
"""

import os
import re
import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from installation import Running, free_port, installed
from phone_in_hand import Phone, pays_somebody_new, with_a_card

from bot.content import library
from core_adapters import brands
from nlu import families
from nlu.rasa_project import exported
from nlu.training_data import PROJECT, merged, of_flows, read

pytestmark = pytest.mark.needs("rasa")

EXAMPLES_AN_INTENT = 12
EPOCHS = 14
START_S = 900.0
QUIET = {"RASA_TELEMETRY_ENABLED": "false", "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "2"}


def test_free_text_finds_its_flow_through_rasa_and_also_when_rasa_is_gone(server: str, tmp_path: Path) -> None:
    train(tmp_path)
    (folder := tmp_path / "teller").mkdir()
    secret = secrets.token_urlsafe(32)
    with served(tmp_path, secret) as (url, rasa):
        told = {"TELLER_NLU__URL": url, "TELLER_NLU__TOKEN": secret, "TELLER_NLU__TIMEOUT_MS": "5000"}
        with installed(server, folder, **told) as teller:
            roksana = with_a_card(Phone(teller.url, "+380501110097", name="Roksana"))
            roksana.say("what is my balance")
            roksana.wait_for("on Digital card •")
            roksana.say("send 53 to 4111 1111 1111 1111")
            roksana.wait_for("Send 53.00")
            pays_somebody_new(roksana)
            roksana.wait_for("Done. 53.00")
            assert len(teller.transfers(5_300)) == 1
            by_rasa = parses(teller)
            assert by_rasa.keys() == {("rasa", "asked")}
            assert by_rasa["rasa", "asked"] >= 2

            rasa.terminate()
            rasa.wait()
            roksana.say("show me my balance please")
            roksana.wait_for("on Digital card •")
            assert parses(teller)["embedded", "silent"] >= 1
            log = teller.log.read_text()
            roksana.http.close()
    assert log.count("understanding_falls_back") == 1
    assert secret not in log
    print(f"Rasa answered {by_rasa['rasa', 'asked']:.0f} sentences of the dialogue, then the embedded engine did.")


def train(folder: Path) -> None:
    """A model of every intent of today's content, from some of its examples."""
    examples = merged(read(PROJECT), of_flows(library(brands.load("sandbox").for_flows())))
    few = {intent: texts[:EXAMPLES_AN_INTENT] for intent, texts in examples.items()}
    (folder / "nlu.yml").write_text(exported(few, families.read(PROJECT)), encoding="utf-8")
    config = (PROJECT / "config.yml").read_text(encoding="utf-8")
    (folder / "config.yml").write_text(re.sub(r"epochs: \d+", f"epochs: {EPOCHS}", config), encoding="utf-8")
    command = ("-m", "rasa", "train", "nlu", "--config", "config.yml", "--nlu", "nlu.yml", "--out", ".",
               "--fixed-model-name", "nlu")  # fmt: skip
    done = of_rasa(folder, *command)
    assert done.wait() == 0, (folder / "rasa.log").read_text()


@contextmanager
def served(folder: Path, secret: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Rasa's own server, with its model loaded: where it is, and its process."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = (str(PROJECT / "serve.py"), "--interface", "127.0.0.1", "--port", str(port), "--model", "nlu.tar.gz")
    rasa = of_rasa(folder, *command, RASA_JWT=secret)
    try:
        deadline = time.monotonic() + START_S
        while not answers(url):
            assert rasa.poll() is None, (folder / "rasa.log").read_text()
            assert time.monotonic() < deadline, "Rasa did not come up"
            time.sleep(0.5)
        yield url, rasa
    finally:
        rasa.terminate()
        rasa.wait()


def of_rasa(folder: Path, *arguments: str, **environment: str) -> "subprocess.Popen[bytes]":
    with (folder / "rasa.log").open("ab") as log:
        command = [str(PROJECT / ".venv" / "bin" / "python"), *arguments]
        given = {**os.environ, **QUIET, **environment}
        return subprocess.Popen(command, cwd=folder, env=given, stdout=log, stderr=log)


def answers(url: str) -> bool:
    """Its port answers only once the model is loaded; the first page needs no token."""
    try:
        return httpx.get(url, timeout=5).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def parses(teller: Running) -> dict[tuple[str, str], float]:
    """Sentences by whose word was taken and why."""
    found = httpx.get(f"{teller.url}/metrics").raise_for_status().text
    lines = re.findall(r'^teller_nlu_parses_total\{engine="(\w+)",reason="(\w+)"\} (\S+)$', found, re.MULTILINE)
    return {(engine, reason): float(count) for engine, reason, count in lines}
