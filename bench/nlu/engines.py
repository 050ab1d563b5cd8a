"""What an engine is to this bench, and those of ours. ``rasa_engine`` plugs in Rasa the same way."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Protocol

import numpy as np

from bench.nlu.serving import KEY
from nlu.encoder import Encoder, Vectors, open_encoder
from nlu.families import read
from nlu.trained import Model, save
from nlu.training import train
from nlu.training_data import PROJECT

# By the name that --engines takes: module and class. A class is made without arguments.
KNOWN = {
    "embedded": ("bench.nlu.engines", "Embedded"),
    "encoder": ("bench.nlu.engines", "WithEncoder"),
    "rasa": ("bench.nlu.rasa_engine", "Rasa"),
}
Ranking = Sequence[tuple[str, float]]
CACHE = Path(__file__).parents[1] / "out"


@dataclass(frozen=True, slots=True)
class Served:
    """What answering costs, with the model alone in a process of its own; ``rss_mb`` is what it adds."""

    p50_ms: float
    p95_ms: float
    cpu_ms: float
    rss_mb: float


class Engine(Protocol):
    """Trained anew for each set; then asked, sentence by sentence."""

    name: str

    def train(self, examples: Mapping[str, Sequence[str]]) -> float:
        """Learn these examples (intent -> sentences) and forget all others. The CPU seconds that it took."""
        ...

    def parse(self, text: str) -> Ranking:
        """Intents with their confidences, the likeliest first; at least one."""
        ...

    def served(self, texts: Sequence[str]) -> Served:
        """The cost of asking the trained engine these sentences one after another, as a serving process would."""
        ...

    def close(self) -> None:
        """End what it has started."""
        ...


class Embedded:
    """The base engine: in the process, NumPy only once it is trained."""

    name = "embedded"

    def __init__(self, encoder: Encoder | None = None) -> None:
        self._model: Model | None = None
        self._encoder = encoder
        self._learnt: Mapping[str, Sequence[str]] = {}
        self._cost_s = 0.0

    def train(self, examples: Mapping[str, Sequence[str]]) -> float:
        """The same examples are learnt once: our own set is asked once a language."""
        if examples is not self._learnt:
            began = time.process_time()
            self._model = train(examples, self._encoder, read(PROJECT))
            self._learnt, self._cost_s = examples, time.process_time() - began
        return self._cost_s

    def parse(self, text: str) -> Ranking:
        return self._trained.rank(text)

    def served(self, texts: Sequence[str]) -> Served:
        with tempfile.TemporaryDirectory(prefix="teller-bench-nlu-") as name:
            save(self._trained, Path(name), KEY)
            return in_a_fresh_process(Path(name), texts, CACHE if self._encoder is not None else None)

    def close(self) -> None:
        """It has started nothing."""

    @property
    def _trained(self) -> Model:
        assert self._model is not None, "train it first"
        return self._model


class WithEncoder(Embedded):
    """With the extra ``nlu``; its graph is kept beside the figures."""

    name = "encoder"

    def __init__(self) -> None:
        opened = open_encoder(CACHE)
        super().__init__(Remembering(opened.session, opened.tokenizer))


@dataclass(frozen=True, slots=True)
class Remembering(Encoder):
    """Reads a sentence once, however often a set asks for it. What a sentence costs is measured without it."""

    read: dict[str, Vectors] = field(default_factory=dict)

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """The same rows."""
        new = list(dict.fromkeys(text for text in texts if text not in self.read))
        self.read.update(zip(new, Encoder.vectors(self, new), strict=True))
        return np.stack([self.read[text] for text in texts])


def in_a_fresh_process(folder: Path, texts: Sequence[str], encoder: Path | None = None) -> Served:
    """What ``bench.nlu.serving`` finds in an interpreter that has loaded nothing else."""
    command = [sys.executable, "-m", "bench.nlu.serving", str(folder), *([str(encoder)] if encoder else [])]
    answer = subprocess.run(command, input=json.dumps(list(texts)), capture_output=True, text=True, check=True)
    return Served(**json.loads(answer.stdout))


def engine(name: str) -> Engine:
    """One by its name.

    Raises:
        ImportError: what it needs is not installed.
    """
    module, kind = KNOWN[name]
    made: Engine = getattr(import_module(module), kind)()
    return made
