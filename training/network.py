"""The reader's network: a BERT encoder, tags of its pieces, and scores of spans and of pairs of spans."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy
import torch
import torch.nn.functional as F  # noqa: N812  (the name that everyone uses)
from torch import Tensor, nn

from transforms.reader.features import SIZES, Span, pair_features
from transforms.reader.labels import MODES, STATUSES, TAGS
from transforms.reader.pieces import CLS, SEP, Pieces, stitched

HIDDEN, HEADS, FEED = 768, 12, 3072
SPAN, PAIR = 256, 160
# Sixteen bits are several times as fast where the processor multiplies tiles (AMX), and slower elsewhere.
_CPU = Path("/proc/cpuinfo")
_TILES = _CPU.exists() and "amx_bf16" in _CPU.read_text("utf-8")


class Layer(nn.Module):
    """One transformer layer."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(HIDDEN, HIDDEN) for _ in range(3))
        self.output = nn.Linear(HIDDEN, HIDDEN)
        self.norm_output = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.widen, self.narrow = nn.Linear(HIDDEN, FEED), nn.Linear(FEED, HIDDEN)
        self.norm_narrow = nn.LayerNorm(HIDDEN, eps=1e-12)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """The layer's vectors; ``mask`` is added to the attention scores."""
        rows, size = x.shape[0], HIDDEN // HEADS
        query, key, value = (
            part(x).view(rows, -1, HEADS, size).transpose(1, 2) for part in (self.query, self.key, self.value)
        )
        weights = ((query * size**-0.5) @ key.transpose(-1, -2) + mask).softmax(-1)
        mixed = (weights @ value).transpose(1, 2).reshape(rows, -1, HIDDEN)
        x = self.norm_output(x + F.dropout(self.output(mixed), 0.1, self.training))
        return self.norm_narrow(x + F.dropout(self.narrow(F.gelu(self.widen(x))), 0.1, self.training))


class Encoder(nn.Module):
    """BERT without its pooler; the lowest ``frozen`` layers and the embeddings are not trained."""

    def __init__(self, layers: int, words: int, frozen: int) -> None:
        super().__init__()
        self.word = nn.Embedding(words, HIDDEN)
        self.position = nn.Embedding(512, HIDDEN)
        self.segment = nn.Parameter(torch.zeros(HIDDEN))
        self.norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(layers))
        self.frozen = frozen
        for part in (self.word, self.position, self.norm, *self.layers[:frozen]):
            part.requires_grad_(False)
        self.segment.requires_grad_(False)

    def forward(self, ids: Tensor, attention: Tensor) -> Tensor:
        """A vector for each piece of each row; ``attention`` is 1 where a piece stands, 0 where a row is filled up."""
        return self.upper(self.lower(ids, attention), attention)

    def lower(self, ids: Tensor, attention: Tensor) -> Tensor:
        """What comes out of the layers that are not trained."""
        x = self.norm(self.word(ids) + self.position(torch.arange(ids.shape[1]))[None] + self.segment)
        for layer in self.layers[: self.frozen]:
            x = layer.eval()(x, _mask(attention))
        return x

    def upper(self, x: Tensor, attention: Tensor) -> Tensor:
        """What the other layers make of that."""
        if self.training:
            x = F.dropout(x, 0.1, True)
        for layer in self.layers[self.frozen :]:
            x = layer(x, _mask(attention))
        return x


def _mask(attention: Tensor) -> Tensor:
    return (1 - attention.float())[:, None, None, :] * -1e4


def load_bert(encoder: Encoder, tensors: Mapping[str, numpy.ndarray], words: Sequence[int]) -> None:
    """Fills ``encoder`` with the first of the published layers and the vectors of the published ``words``."""

    def put(parameter: Tensor, name: str, turned: bool = False) -> None:
        value = torch.from_numpy(numpy.array(tensors[f"module/bert/{name}"]))
        with torch.no_grad():
            parameter.copy_(value.T if turned else value)

    with torch.no_grad():
        encoder.word.weight.copy_(torch.from_numpy(tensors["module/bert/embeddings/word_embeddings"][words]))
    put(encoder.position.weight, "embeddings/position_embeddings")
    with torch.no_grad():
        encoder.segment.copy_(torch.from_numpy(numpy.array(tensors["module/bert/embeddings/token_type_embeddings"][0])))
    put(encoder.norm.weight, "embeddings/LayerNorm/gamma")
    put(encoder.norm.bias, "embeddings/LayerNorm/beta")
    for number, layer in enumerate(encoder.layers):
        base = f"encoder/layer_{number}"
        for part, name in (
            (layer.query, "attention/self/query"),
            (layer.key, "attention/self/key"),
            (layer.value, "attention/self/value"),
            (layer.output, "attention/output/dense"),
            (layer.widen, "intermediate/dense"),
            (layer.narrow, "output/dense"),
        ):
            put(part.weight, f"{base}/{name}/kernel", turned=True)
            put(part.bias, f"{base}/{name}/bias")
        for norm, name in ((layer.norm_output, "attention/output"), (layer.norm_narrow, "output")):
            put(norm.weight, f"{base}/{name}/LayerNorm/gamma")
            put(norm.bias, f"{base}/{name}/LayerNorm/beta")


class Pair(nn.Module):
    """Scores each pair of two lists of spans."""

    def __init__(self, sizes: Sequence[int]) -> None:
        super().__init__()
        self.left, self.right = nn.Linear(SPAN, PAIR), nn.Linear(SPAN, PAIR)
        self.times_left, self.times_right = nn.Linear(SPAN, PAIR), nn.Linear(SPAN, PAIR)
        self.features = nn.ModuleList(nn.Embedding(size, PAIR) for size in sizes)
        self.score = nn.Linear(PAIR, 1)
        for table in self.features:
            nn.init.normal_(table.weight, 0, 0.05)

    def forward(self, rows: Tensor, columns: Tensor, features: Sequence[Tensor]) -> Tensor:
        """Logits, rows by columns."""
        x = self.left(rows)[:, None] + self.right(columns)[None]
        x = x + self.times_left(rows)[:, None] * self.times_right(columns)[None]
        for table, values in zip(self.features, features, strict=True):
            x = x + table(values)
        return self.score(F.dropout(F.gelu(x, approximate="tanh"), 0.2, self.training))[..., 0]


class Reader(nn.Module):
    """The whole network."""

    def __init__(self, layers: int, words: int, frozen: int = 0) -> None:
        super().__init__()
        self.encoder = Encoder(layers, words, frozen)
        self.tags = nn.Linear(HIDDEN, len(TAGS))
        self.span = nn.Linear(2 * HIDDEN, SPAN)
        self.status, self.mode = nn.Linear(SPAN, len(STATUSES)), nn.Linear(SPAN, len(MODES))
        self.several = nn.Linear(SPAN, 1)
        self.pairs = nn.ModuleDict({name: Pair(sizes) for name, sizes in SIZES.items()})
        self.kept: dict[int, list[Tensor]] = {}

    def vectors(self, texts: Sequence[Pieces]) -> list[Tensor]:
        """The vectors of the pieces of each text."""
        with torch.autocast("cpu", torch.bfloat16, enabled=_TILES):
            rows = [row for text in texts for row in self._lower(text)]
            attention = torch.nn.utils.rnn.pad_sequence([torch.ones(len(row)) for row in rows], batch_first=True)
            encoded = self.encoder.upper(torch.nn.utils.rnn.pad_sequence(rows, batch_first=True).float(), attention)
        encoded = encoded.float()
        found, first = [], 0
        for text in texts:
            parts = [
                encoded[first + number, 1 + at - text.windows[number][0] : 1 + until - text.windows[number][0]]
                for number, at, until in stitched(text)
            ]
            found.append(torch.cat(parts))
            first += len(text.windows)
        return found

    @torch.no_grad()
    def _lower(self, text: Pieces) -> list[Tensor]:
        """The frozen layers' vectors of each window of ``text``, kept because every epoch asks for them."""
        known = self.kept.get(id(text))
        if known is None:
            rows = [torch.tensor([[CLS, *text.ids[start:end], SEP]]) for start, end in text.windows]
            known = [self.encoder.lower(row, torch.ones_like(row))[0].half() for row in rows]
            self.kept[id(text)] = known
        return known

    def spans(self, vectors: Tensor, spans: Sequence[Span]) -> Tensor:
        """A vector for each span."""
        if not spans:
            return torch.zeros(0, SPAN)
        both = torch.stack([torch.cat([vectors[a:b].mean(0), vectors[a]]) for a, b in spans])
        return F.gelu(self.span(both), approximate="tanh")

    def pair(
        self, name: str, text: Pieces, rows: Sequence[Span], columns: Sequence[Span], left: Tensor, right: Tensor
    ) -> Tensor:
        """Logits of every pair of ``rows`` and ``columns``, whose vectors are ``left`` and ``right``."""
        features = [torch.from_numpy(numpy.array(x)) for x in pair_features(name, text, rows, columns)]
        logits: Tensor = self.pairs[name](left, right, features)
        return logits


def save(reader: Reader, layers: int, path: Any) -> None:
    """Writes the weights."""
    torch.save({"layers": layers, "state": reader.state_dict()}, path)


def load(path: Any, frozen: int = 0) -> tuple[Reader, int]:
    """The reader saved at ``path`` and its number of layers."""
    saved = torch.load(path, map_location="cpu")
    reader = Reader(saved["layers"], len(saved["state"]["encoder.word.weight"]), frozen)
    reader.load_state_dict(saved["state"])
    return reader, int(saved["layers"])
