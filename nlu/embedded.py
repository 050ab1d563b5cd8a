"""The embedded engine: an ``Understanding`` in the process, trained on the first start and kept in a cache."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from flows.facts import Fact
from nlu import families
from nlu.encoder import Encoder
from nlu.trained import Model, load, save
from nlu.training import VERSION, train
from nlu.training_data import PROJECT, Examples, merged, read


@dataclass(frozen=True, slots=True)
class EmbeddedEngine:
    """Answers at once, in the event loop: a parse takes a fraction of a millisecond."""

    model: Model

    async def parse(self, text: str, locale: str) -> Fact:
        """The ``nlu`` fact, with ``threshold`` beside the ranking: a best confidence under it is not understood.

        One model knows all languages, for customers mix them; ``locale`` is not asked for here.
        """
        del locale
        ranking = [{"intent": intent, "confidence": confidence} for intent, confidence in self.model.rank(text)]
        return {"ranking": ranking, "degraded": False, "threshold": self.model.calibration.threshold}


def open_engine(
    cache: Path, flow_examples: Examples | None = None, project: Path = PROJECT, encoder: Encoder | None = None
) -> EmbeddedEngine:
    """The engine for these examples: from the cache, or trained now (seconds of CPU, once) and cached.

    ``flow_examples`` is intent -> the ``examples`` of the flows that start on it.

    Raises:
        nlu.training_data.TrainingDataError: the examples cannot be used.
    """
    key = cache_key(project, flow_examples or {}) + ("-encoder" if encoder is not None else "")
    model = load(cache, key, encoder)
    if model is None:
        model = train(merged(read(project), flow_examples or {}), encoder, families.read(project))
        save(model, cache, key)
    return EmbeddedEngine(model)


def cache_key(project: Path, flow_examples: Examples) -> str:
    """A name for the model of exactly these examples and this version of the code."""
    digest = hashlib.sha256(f"embedded {VERSION}\n".encode())
    for file in sorted((project / "data").glob("*.yml")):
        digest.update(file.read_bytes())
    more = {intent: list(texts) for intent, texts in flow_examples.items()}
    digest.update(json.dumps(more, sort_keys=True, ensure_ascii=False).encode())
    return f"embedded-{digest.hexdigest()[:32]}"
