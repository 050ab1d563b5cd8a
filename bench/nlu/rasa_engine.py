"""Rasa beside ours: trained by ``rasa train nlu`` on the same sentences, asked over HTTP, as Teller would ask it.

Needs the environment that ``tools/rasa prepare`` makes. One thread, as ours has. ``RASA_EPOCHS`` takes the place of the
epochs of ``nlu/model/config.yml``, for sets on which one of them costs minutes; say so beside the figures. What it has
learnt once stays in bench/out, with what that has cost.
"""

import hashlib
import os
import re
import resource
import secrets
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from bench.nlu.engines import CACHE, Ranking, Served
from nlu import families
from nlu.rasa import PATH, RasaLogin, ranking_of
from nlu.rasa_project import as_sent, exported
from nlu.training_data import PROJECT

PYTHON = PROJECT / ".venv" / "bin" / "python"
START_S = 900.0
MODEL = "nlu.tar.gz"
ALONE = {
    "RASA_TELEMETRY_ENABLED": "false",
    "CUDA_VISIBLE_DEVICES": "-1",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "OMP_NUM_THREADS": "1",
    "TF_INTRA_OP_PARALLELISM_THREADS": "1",
    "TF_INTER_OP_PARALLELISM_THREADS": "1",
}


class Rasa:
    """One server at a time; it stays until the next training or the end."""

    name = "rasa"

    def __init__(self) -> None:
        if not PYTHON.exists():
            raise ImportError("the environment of Rasa is not there; make it with tools/rasa prepare (Python 3.10)")
        self._folder = Path(tempfile.mkdtemp(prefix="teller-bench-rasa-"))
        self._secret = secrets.token_urlsafe(32)
        self._http = httpx.Client(auth=RasaLogin(self._secret), timeout=60, trust_env=False)
        self._server: subprocess.Popen[bytes] | None = None
        self._served: Path | None = None

    def train(self, examples: Mapping[str, Sequence[str]]) -> float:
        """The same sentences are learnt once: our own set is asked once a language, and a training is long."""
        learning = exported(examples, families.read(PROJECT))
        kept = CACHE / f"rasa-{hashlib.sha256((learning + _config()).encode()).hexdigest()[:16]}.tar.gz"
        cost = kept.with_suffix(".cpu-s")
        if not cost.exists():
            self._stop()
            seconds = self._learn(learning)
            CACHE.mkdir(exist_ok=True)
            shutil.copy(self._folder / MODEL, kept)
            cost.write_text(f"{seconds:.1f}\n", encoding="ascii")
        if kept != self._served:
            self._stop()
            shutil.copy(kept, self._folder / MODEL)
            self._start()
            self._served = kept
        return float(cost.read_text(encoding="ascii"))

    def _learn(self, learning: str) -> float:
        (self._folder / "nlu.yml").write_text(learning, encoding="utf-8")
        (self._folder / "config.yml").write_text(_config(), encoding="utf-8")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = self._run("-m", "rasa", "train", "nlu", "--config", "config.yml", "--nlu", "nlu.yml",
                         "--out", ".", "--fixed-model-name", MODEL.removesuffix(".tar.gz")).wait()  # fmt: skip
        if done:
            raise RuntimeError((self._folder / "log").read_text(encoding="utf-8")[-2000:])
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def parse(self, text: str) -> Ranking:
        """No letter and no number: it is not asked, as in Teller."""
        sent = as_sent(text)
        if not sent:
            return [("out_of_scope", 0.0)]
        return ranking_of(self._http.post(self._url + PATH, json={"text": sent}).raise_for_status().content)

    def served(self, texts: Sequence[str]) -> Served:
        """From our side of the socket; CPU and memory are the server's, all of it, for it is a process of its own."""
        assert self._server is not None
        walls, began = [], self._cpu_s()
        for text in texts:
            at = time.perf_counter()
            self.parse(text)
            walls.append(1000 * (time.perf_counter() - at))
        cpu_ms = 1000 * (self._cpu_s() - began) / len(texts)
        status = Path(f"/proc/{self._server.pid}/status").read_text(encoding="ascii")
        rss_mb = int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024
        walls.sort()
        return Served(statistics.median(walls), walls[int(0.95 * len(walls))], cpu_ms, rss_mb)

    def close(self) -> None:
        self._stop()
        self._http.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self._url = f"http://127.0.0.1:{port}"
        served = (str(PROJECT / "serve.py"), "--interface", "127.0.0.1", "--port", str(port), "--model", MODEL)
        self._server = self._run(*served)
        deadline = time.monotonic() + START_S
        while not self._is_up():
            if time.monotonic() > deadline or self._server.poll() is not None:
                raise RuntimeError((self._folder / "log").read_text(encoding="utf-8")[-2000:])
            time.sleep(0.5)

    def _is_up(self) -> bool:
        try:
            return self._http.get(self._url + "/status").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def _run(self, *arguments: str) -> "subprocess.Popen[bytes]":
        environment = {**os.environ, **ALONE, "RASA_JWT": self._secret}
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                [str(PYTHON), *arguments], cwd=self._folder, env=environment, stdout=log, stderr=log
            )

    def _stop(self) -> None:
        if self._server is not None:
            self._server.terminate()
            self._server.wait()
            self._server = None

    def _cpu_s(self) -> float:
        assert self._server is not None
        fields = Path(f"/proc/{self._server.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _config() -> str:
    text = (PROJECT / "config.yml").read_text(encoding="utf-8")
    epochs = os.environ.get("RASA_EPOCHS")
    return re.sub(r"epochs: \d+", f"epochs: {int(epochs)}", text) if epochs else text
