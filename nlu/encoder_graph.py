"""The encoder's ONNX graph, written from its weights: six layers of attention, the mean over words, length 1.

Needed once, when a cache has no graph yet; ``onnx`` is imported here only. Matrices are kept as int8, which costs
hundredths of a point of accuracy and saves three quarters of memory and most of the time.
"""

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

LAYERS, HEADS, WIDTH = 6, 12, 384
_EPSILON = 1e-12
_OPSET = 17
Tensors = Mapping[str, NDArray[np.float32]]


def build(weights: Path, target: Path) -> None:
    """Write the quantised graph of a ``model.safetensors`` to a file."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    whole = target.with_suffix(".whole")
    onnx.save(_Graph(tensors(weights)).model(), whole)
    quantize_dynamic(
        whole, target, op_types_to_quantize=["MatMul", "Gather"], per_channel=True, weight_type=QuantType.QInt8
    )
    whole.unlink()


def tensors(file: Path) -> dict[str, NDArray[np.float32]]:
    """The 32-bit tensors of a safetensors file: the length of a JSON header, the header, the numbers."""
    raw = file.read_bytes()
    (length,) = struct.unpack_from("<Q", raw)
    header = json.loads(raw[8 : 8 + length])
    found = {}
    for name, of in header.items():
        if name != "__metadata__" and of["dtype"] == "F32":
            start, end = (8 + length + offset for offset in of["data_offsets"])
            found[name] = np.frombuffer(raw[start:end], np.float32).reshape(of["shape"])
    return found


class _Graph:
    """Nodes in the order in which they are written; every step returns the name of what it makes."""

    def __init__(self, weights: Tensors) -> None:
        self._weights = weights
        self._nodes: list[Any] = []
        self._constants: dict[str, Any] = {}

    def model(self) -> Any:
        """``ids`` and ``mask`` (texts x words) to ``vectors`` (texts x 384)."""
        from onnx import TensorProto, helper

        words = self._words()
        hidden = self._embedded()
        unseen = self._unseen(words)
        for layer in range(LAYERS):
            hidden = self._layer(f"encoder.layer.{layer}.", hidden, unseen)
        self._pooled(hidden, words)
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "words"]) for name in ("ids", "mask")
        ]
        outputs = [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", WIDTH])]
        graph = helper.make_graph(self._nodes, "encoder", inputs, outputs, list(self._constants.values()))
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=8)

    def _words(self) -> str:
        """1 for a word and 0 for padding, as numbers to reckon with: texts x words x 1."""
        from onnx import TensorProto

        return self._node("Unsqueeze", self._node("Cast", "mask", to=TensorProto.FLOAT), self._whole("last", [2]))

    def _embedded(self) -> str:
        """Each word by its meaning, its place and the kind of its sentence."""
        table, places = (f"embeddings.{kind}_embeddings.weight" for kind in ("word", "position"))
        kind = self._constant("kind", self._weights["embeddings.token_type_embeddings.weight"][0])
        size = self._node("Gather", self._node("Shape", "ids"), self._whole("second", [1]))
        place = self._node("Slice", self._weight(places), self._whole("zero", [0]), size, self._whole("zero", [0]))
        word = self._node("Gather", self._weight(table), "ids")
        return self._normed("embeddings.LayerNorm", self._node("Add", self._node("Add", word, place), kind))

    def _unseen(self, words: str) -> str:
        """A large negative number at the padding: nobody attends to it. texts x 1 x 1 x words."""
        flat = self._node("Transpose", words, perm=[0, 2, 1])
        less = self._node("Sub", flat, self._number("one", 1.0))
        return self._node(
            "Unsqueeze", self._node("Mul", less, self._number("much", 10_000.0)), self._whole("second", [1])
        )

    def _layer(self, layer: str, hidden: str, unseen: str) -> str:
        attention = f"{layer}attention."
        query, key, value = (
            self._in_heads(self._dense(f"{attention}self.{part}", hidden), order)
            for part, order in (("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]), ("value", [0, 2, 1, 3]))
        )
        scale = self._number("scale", (WIDTH / HEADS) ** -0.5)
        scores = self._node("Mul", self._node("MatMul", query, key), scale)
        shares = self._node("Softmax", self._node("Add", scores, unseen), axis=-1)
        heard = self._node("Transpose", self._node("MatMul", shares, value), perm=[0, 2, 1, 3])
        joined = self._node("Reshape", heard, self._whole("joined", [0, 0, WIDTH]))
        said = self._dense(f"{attention}output.dense", joined)
        hidden = self._normed(f"{attention}output.LayerNorm", self._node("Add", said, hidden))
        inner = self._gelu(self._dense(f"{layer}intermediate.dense", hidden))
        outer = self._dense(f"{layer}output.dense", inner)
        return self._normed(f"{layer}output.LayerNorm", self._node("Add", outer, hidden))

    def _in_heads(self, hidden: str, order: Sequence[int]) -> str:
        shape = self._whole("heads", [0, 0, HEADS, WIDTH // HEADS])
        return self._node("Transpose", self._node("Reshape", hidden, shape), perm=list(order))

    def _pooled(self, hidden: str, words: str) -> None:
        """The mean over words, made to length 1."""
        axis = self._whole("second", [1])
        total = self._node("ReduceSum", self._node("Mul", hidden, words), axis, keepdims=0)
        mean = self._node("Div", total, self._node("ReduceSum", words, axis, keepdims=0))
        length = self._node("ReduceL2", mean, axes=[1], keepdims=1)
        self._node("Div", mean, length, name="vectors")

    def _gelu(self, hidden: str) -> str:
        bent = self._node("Erf", self._node("Mul", hidden, self._number("root", 0.5**0.5)))
        raised = self._node("Add", bent, self._number("one", 1.0))
        return self._node("Mul", self._node("Mul", hidden, raised), self._number("half", 0.5))

    def _dense(self, name: str, hidden: str) -> str:
        weight = self._constant(f"{name}.turned", np.ascontiguousarray(self._weights[f"{name}.weight"].T))
        return self._node("Add", self._node("MatMul", hidden, weight), self._weight(f"{name}.bias"))

    def _normed(self, name: str, hidden: str) -> str:
        scale, bias = self._weight(f"{name}.weight"), self._weight(f"{name}.bias")
        return self._node("LayerNormalization", hidden, scale, bias, axis=-1, epsilon=_EPSILON)

    def _weight(self, name: str) -> str:
        return self._constant(name, self._weights[name])

    def _number(self, name: str, value: float) -> str:
        return self._constant(name, np.array(value, np.float32))

    def _whole(self, name: str, values: Sequence[int]) -> str:
        return self._constant(name, np.array(values, np.int64))

    def _constant(self, name: str, values: NDArray[Any]) -> str:
        from onnx import numpy_helper

        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(values, name)
        return name

    def _node(self, kind: str, *inputs: str, name: str = "", **how: Any) -> str:
        from onnx import helper

        name = name or f"{kind}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], **how))
        return name
