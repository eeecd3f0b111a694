"""Weights of a reader that is tiny and knows nothing: the same files, shapes and code paths as the real ones."""

import hashlib
import json

import numpy
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from transforms.reader.features import SIZES
from transforms.reader.labels import MODES, STATUSES, TAGS

HIDDEN, SPAN, PAIR = 8, 6, 5
WORDS = [
    *(
        [
            "ana",
            "lars",
            "met",
            "holm",
            "ruiz",
            "in",
            "oslo",
            "on",
            "sunday",
            "and",
            "the",
            "talks",
            "they",
            "phon",
            "##ed",
            "##s",
            ".",
            ",",
            "'",
            "\u2029",
        ]
    ),
    *"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
    *(f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz0123456789"),
]


def _encoder(chance: numpy.random.Generator, words: int) -> onnx.ModelProto:
    tables = {
        "words": chance.normal(size=(words, HIDDEN)).astype("float32"),
        "weights": chance.normal(size=(HIDDEN, len(TAGS))).astype("float32"),
    }
    nodes = [
        helper.make_node("Gather", ["words", "ids"], ["vectors"]),
        helper.make_node("Cast", ["attention"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("MatMul", ["vectors", "weights"], ["tags"]),
    ]
    shape = ["rows", "pieces"]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(n, TensorProto.INT64, shape) for n in ("ids", "attention")],
        [
            helper.make_tensor_value_info("vectors", TensorProto.FLOAT, [*shape, HIDDEN]),
            helper.make_tensor_value_info("tags", TensorProto.FLOAT, [*shape, len(TAGS)]),
        ],
        [numpy_helper.from_array(value, name) for name, value in tables.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def _heads(chance: numpy.random.Generator) -> dict[str, numpy.ndarray]:
    shapes: dict[str, tuple[int, int]] = {
        "span": (SPAN, 2 * HIDDEN),
        "status": (len(STATUSES), SPAN),
        "mode": (len(MODES), SPAN),
        "several": (1, SPAN),
    }
    heads: dict[str, numpy.ndarray] = {}
    for kind, sizes in SIZES.items():
        for part in ("left", "right", "times_left", "times_right"):
            shapes[f"pairs.{kind}.{part}"] = (PAIR, SPAN)
        shapes[f"pairs.{kind}.score"] = (1, PAIR)
        for number, size in enumerate(sizes):
            heads[f"pairs.{kind}.features.{number}.weight"] = chance.normal(size=(size, PAIR))
    for name, shape in shapes.items():
        heads[f"{name}.weight"], heads[f"{name}.bias"] = chance.normal(size=shape), chance.normal(size=shape[:1])
    return {name: value.astype("float16") for name, value in heads.items()}


@pytest.fixture(scope="session")
def weights(tmp_path_factory):
    """A folder of weights."""
    folder = tmp_path_factory.mktemp("weights")
    chance = numpy.random.default_rng(7)
    vocabulary = ["[PAD]", *(f"[unused{n}]" for n in range(1, 100)), "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    onnx.save(_encoder(chance, len(vocabulary)), folder / "reader.onnx")
    numpy.savez_compressed(folder / "heads.npz", **_heads(chance))
    names = ("reader.onnx", "heads.npz", "vocab.txt")
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    (folder / "digests.json").write_text(json.dumps(digests))
    return folder
