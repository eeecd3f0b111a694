"""The reader's weights at work: what the encoder and its heads say of a text. NumPy and ONNX Runtime, no torch."""

import dataclasses
import functools
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy
import numpy.typing

from transforms.errors import MeetwireError
from transforms.reader.features import Span, pair_features
from transforms.reader.labels import MODES
from transforms.reader.pieces import CLS, SEP, Pieces, cut, stitched

Array = numpy.typing.NDArray[Any]
WEIGHTS = Path(__file__).parent / "weights"


class ReaderError(MeetwireError, RuntimeError):
    """The reader cannot be used; the text is one line that says what to do."""


@dataclasses.dataclass(frozen=True)
class Sight:
    """One text as the encoder sees it.

    Attributes:
        pieces: Its word pieces.
        vectors: One row a piece.
        tags: By piece, the scores of ``labels.TAGS``: the first a probability, of the two further groups of three each.
    """

    pieces: Pieces
    vectors: Array
    tags: Array


class Network:
    """The weights in ``folder``: ``reader.onnx``, ``heads.npz``, ``vocab.txt`` and ``digests.json``.

    Raises:
        ReaderError: a file is missing or damaged, or ONNX Runtime is not installed.
    """

    def __init__(self, folder: Path = WEIGHTS) -> None:
        _check(folder)
        try:
            import onnxruntime
            from tokenizers import BertWordPieceTokenizer
        except ImportError as error:
            raise ReaderError(
                f"language.reader: {error.name} is not installed: pip install onnxruntime tokenizers, "
                "or set 'language: {reader: off}'"
            ) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS") or 1)
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # or memory stays at the largest batch that was ever seen
        self._session = onnxruntime.InferenceSession(
            str(folder / "reader.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._heads = {name: value.astype(numpy.float32) for name, value in numpy.load(folder / "heads.npz").items()}
        self._pieces = BertWordPieceTokenizer(str(folder / "vocab.txt"), lowercase=False)

    def tokenise(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        """The ids of the word pieces of ``text`` and their (start, end) in it."""
        encoded = self._pieces.encode(text, add_special_tokens=False)
        return encoded.ids, encoded.offsets

    def read(self, text: str, near: Sequence[Span]) -> Sight | None:
        """What is seen of ``text`` around ``near``, which are (start, end) in it; None where that is nothing."""
        pieces = cut(text, near, self.tokenise) if near else None
        if not pieces or not pieces.ids:
            return None
        vectors, logits = (numpy.concatenate(parts) for parts in zip(*self._encode(pieces), strict=True))
        tags = numpy.concatenate([_sigmoid(logits[:, :1]), _softmax(logits[:, 1:4]), _softmax(logits[:, 4:7])], axis=1)
        return Sight(pieces, vectors, tags)

    def _encode(self, pieces: Pieces) -> Iterator[tuple[Array, Array]]:
        """Vectors and logits of gapless stretches; one window at a time, for one core gains nothing from more."""
        for window, at, until in stitched(pieces):
            start, end = pieces.windows[window]
            ids = numpy.array([[CLS, *pieces.ids[start:end], SEP]], dtype=numpy.int64)
            vectors, tags = self._session.run(["vectors", "tags"], {"ids": ids, "attention": numpy.ones_like(ids)})
            yield vectors[0, 1 + at - start : 1 + until - start], tags[0, 1 + at - start : 1 + until - start]

    def spans(self, sight: Sight, spans: Sequence[Span]) -> Array:
        """A vector for each span of pieces."""
        if not spans:
            return numpy.zeros((0, len(self._heads["span.bias"])), dtype=numpy.float32)
        vectors = sight.vectors
        both = numpy.stack([numpy.concatenate([vectors[a:b].mean(0), vectors[a]]) for a, b in spans])
        return _gelu(self._linear("span", both))

    def pairs(self, kind: str, sight: Sight, rows: Sequence[Span], columns: Sequence[Span]) -> Array:
        """The probability, for each of ``rows`` and ``columns``, that they belong together as ``kind`` says."""
        if not rows or not columns:
            return numpy.zeros((len(rows), len(columns)), dtype=numpy.float32)
        left, right = self.spans(sight, rows), self.spans(sight, columns)
        head = f"pairs.{kind}"
        x = self._linear(f"{head}.left", left)[:, None] + self._linear(f"{head}.right", right)[None]
        x = x + self._linear(f"{head}.times_left", left)[:, None] * self._linear(f"{head}.times_right", right)[None]
        for number, values in enumerate(pair_features(kind, sight.pieces, rows, columns)):
            x = x + self._heads[f"{head}.features.{number}.weight"][values]
        return _sigmoid(self._linear(f"{head}.score", _gelu(x))[..., 0])

    def meetings(self, sight: Sight, columns: Sequence[Span]) -> Array:
        """The probability that two triggers tell of the same meeting; the later one is asked of the earlier."""
        order = sorted(range(len(columns)), key=lambda i: columns[i])
        spans = [columns[i] for i in order]
        lower = numpy.tril(self.pairs("meeting", sight, spans, spans), -1)
        found = numpy.ones((len(columns), len(columns)), dtype=numpy.float32)
        found[numpy.ix_(order, order)] = lower + lower.T + numpy.eye(len(order), dtype=numpy.float32)
        return found

    def mode(self, sight: Sight, trigger: Span) -> str:
        """How those most likely met of whom ``trigger`` tells: one of ``labels.MODES``."""
        return MODES[int(self._linear("mode", self.spans(sight, [trigger]))[0].argmax())]

    def _linear(self, name: str, x: Array) -> Array:
        result: Array = x @ self._heads[f"{name}.weight"].T + self._heads[f"{name}.bias"]
        return result


@functools.cache
def network(folder: Path = WEIGHTS) -> Network:
    """The process's one network of ``folder``."""
    return Network(folder)


def _check(folder: Path) -> None:
    try:
        digests = json.loads((folder / "digests.json").read_text("utf-8"))
        for name, digest in digests.items():
            with (folder / name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
            if found != digest:
                raise ReaderError(
                    f"language.reader: {folder / name} is damaged (its SHA-256 is not the one in digests.json): "
                    "install meetwire anew, or set 'language: {reader: off}'"
                )
    except (OSError, ValueError) as error:
        raise ReaderError(
            f"language.reader: the weights in {folder} cannot be read ({error}): install meetwire anew, "
            "train them (make train), or set 'language: {reader: off}'"
        ) from error


def _sigmoid(x: Array) -> Array:
    result: Array = 1 / (1 + numpy.exp(-x))
    return result


def _softmax(x: Array) -> Array:
    raised = numpy.exp(x - x.max(-1, keepdims=True))
    result: Array = raised / raised.sum(-1, keepdims=True)
    return result


def _gelu(x: Array) -> Array:
    result: Array = 0.5 * x * (1 + numpy.tanh(0.7978845608 * (x + 0.044715 * x**3)))
    return result
