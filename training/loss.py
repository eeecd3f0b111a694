"""An article's labels as numbers, and how far the network is from them."""

import dataclasses
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812  (the name that everyone uses)
from torch import Tensor

from training.network import Reader
from transforms.reader.features import Span
from transforms.reader.labels import MODES, STATUSES
from transforms.reader.pieces import Pieces, Tokenise, cut

# How much each part counts.
_WEIGHTS = {
    "trigger": 5.0,
    "mention tag": 2.0,
    "place tag": 2.0,
    "several": 0.3,
    "entity": 2.0,
    "status": 0.5,
    "mode": 0.3,
    "party": 2.5,
    "date": 1.0,
    "place": 1.0,
    "meeting": 1.0,
}
# A look-alike counts as this many other pieces.
_LOOKALIKE = 2.0


@dataclasses.dataclass
class Labels:
    """One article's labels over its pieces.

    Attributes:
        id: The article's id.
        source: Where it is from.
        weak: Its labels are derived.
        pieces: Its text.
        tags: By name ("trigger", "mention tag", "place tag"): values and weights of the pieces.
        triggers: Spans with their meeting.
        mentions: Spans with their entities.
        others: Spans of names that are no party.
        dates: Spans of dates with their number among the candidates.
        places: The same for places.
        meetings: By key: status, mode, parties, dates and places (labels of the candidates).
    """

    id: str
    source: str
    weak: bool
    pieces: Pieces
    tags: dict[str, tuple[Tensor, Tensor]]
    triggers: list[tuple[Span, str]]
    mentions: list[tuple[Span, list[str]]]
    others: list[Span]
    dates: list[tuple[int, Span]]
    places: list[tuple[int, Span]]
    meetings: dict[str, dict[str, Any]]


def labels(example: dict[str, Any], near: Sequence[tuple[int, int]], tokenise: Tokenise) -> Labels | None:
    """The labels of an example in the sentences around ``near``; None where nothing is there to read."""
    pieces = cut(example["text"], near, tokenise)
    if not pieces.ids:
        return None
    size = len(pieces.ids)

    def spans(items: Sequence[Any]) -> list[tuple[Span, Any]]:
        found = [(pieces.span(item[0], item[1]), item[2] if len(item) > 2 else None) for item in items]
        return [(span, rest) for span, rest in found if span is not None]

    trigger, weight = torch.zeros(size), torch.ones(size)
    for (a, b), _ in spans(example["unknown_triggers"]):
        weight[a:b] = 0
    for (a, b), _ in spans(example["lookalikes"]):
        weight[a:b] = _LOOKALIKE
    triggers = spans(example["triggers"])
    for (a, b), key in triggers:
        trigger[a:b] = 1
        weight[a:b] = 0.0 if example["meetings"][key]["optional"] else 1.0
    mentions = spans(example["mentions"])
    weak = example["weak"]
    tags = {
        "trigger": (trigger, weight),
        "mention tag": _bio(size, mentions, 0.5 if weak else 1.0, [s for s, _ in spans(example["unknown_mentions"])]),
        "place tag": _bio(size, spans(example["place_spans"]), 0.3 if weak else 1.0, []),
    }
    numbered = [
        [(n, s) for n, s in enumerate(pieces.span(*x[:2]) for x in example[name]) if s] for name in ("dates", "places")
    ]
    meetings = {
        key: {**meeting, "date": example["date_labels"][key], "place": example["place_labels"][key]}
        for key, meeting in example["meetings"].items()
    }
    return Labels(
        example["id"], example["source"], weak, pieces, tags, sorted(set(triggers)), mentions,
        [s for s, _ in spans(example["others"])], numbered[0], numbered[1], meetings,
    )  # fmt: skip


def _bio(
    size: int, items: Sequence[tuple[Span, Any]], outside: float, unknown: Sequence[Span]
) -> tuple[Tensor, Tensor]:
    """0 outside, 1 the first piece and 2 the others of ``items``; of nested ones the outer."""
    tags, weight = torch.zeros(size, dtype=torch.long), torch.full((size,), outside)
    for a, b in unknown:
        weight[a:b] = 0
    last = -1
    for (a, b), _ in sorted(items, key=lambda item: (item[0][0], -item[0][1])):
        if a >= last:
            tags[a:b] = 2
            tags[a] = 1
            weight[a:b] = 1
            last = b
    return tags, weight


def _between(logits: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    return F.binary_cross_entropy_with_logits(logits, truth, reduction="sum", weight=weight)


class Losses:
    """Sums of losses and of their weights, by part."""

    def __init__(self) -> None:
        self.sums: dict[str, Tensor] = {}
        self.counts: defaultdict[str, float] = defaultdict(float)

    def add(self, name: str, loss: Tensor, count: float) -> None:
        """Adds to one part."""
        if count > 0:
            self.sums[name] = self.sums[name] + loss if name in self.sums else loss
            self.counts[name] += count

    def total(self) -> tuple[Tensor, dict[str, float]]:
        """The weighted sum of the parts' means, and the means."""
        means = {name: loss / self.counts[name] for name, loss in self.sums.items()}
        total = torch.stack([_WEIGHTS[name] * mean for name, mean in means.items()]).sum()
        return total, {name: float(mean.detach()) for name, mean in means.items()}


def loss(reader: Reader, articles: Sequence[Labels]) -> tuple[Tensor, dict[str, float]]:
    """What is wrong with what ``reader`` says of ``articles``."""
    losses = Losses()
    for article, vectors in zip(articles, reader.vectors([a.pieces for a in articles]), strict=True):
        vectors = F.dropout(vectors, 0.15, reader.training)
        _tags(reader, article, vectors, losses)
        triggers, mentions = [s for s, _ in article.triggers], [s for s, _ in article.mentions]
        told, named = reader.spans(vectors, triggers), reader.spans(vectors, mentions)
        _entities(reader, article, mentions, named, losses)
        if triggers:
            _meetings(reader, article, triggers, told, losses)
            _parties(reader, article, vectors, triggers, told, losses)
            for name, candidates in (("date", article.dates), ("place", article.places)):
                _candidates(reader, article, vectors, name, candidates, triggers, told, losses)
    return losses.total()


def _tags(reader: Reader, article: Labels, vectors: Tensor, losses: Losses) -> None:
    logits = reader.tags(vectors)
    truth, weight = article.tags["trigger"]
    losses.add("trigger", _between(logits[:, 0], truth, weight), float(weight.sum()))
    for name, first in (("mention tag", 1), ("place tag", 4)):
        truth, weight = article.tags[name]
        scores = logits[:, first : first + 3].log_softmax(-1)
        if article.weak:  # where a mention begins is not known for certain
            each = torch.where(truth == 0, -scores[:, 0], -torch.logsumexp(scores[:, 1:], -1))
        else:
            each = F.nll_loss(scores, truth, reduction="none")
        losses.add(name, (each * weight).sum(), float(weight.sum()))


def _entities(reader: Reader, article: Labels, spans: list[Span], vectors: Tensor, losses: Losses) -> None:
    if not spans:
        return
    owners = [set(keys) for _, keys in article.mentions]
    several = torch.tensor([float(len(keys) > 1) for keys in owners])
    losses.add(
        "several",
        F.binary_cross_entropy_with_logits(reader.several(vectors)[:, 0], several, reduction="sum"),
        len(spans),
    )
    if len(spans) > 1:
        truth = torch.tensor([[float(bool(a & b)) for b in owners] for a in owners])
        before = torch.ones_like(truth).tril(-1)
        logits = reader.pair("entity", article.pieces, spans, spans, vectors, vectors)
        losses.add("entity", _between(logits, truth, before), float(before.sum()))


def _meetings(reader: Reader, article: Labels, spans: list[Span], vectors: Tensor, losses: Losses) -> None:
    keys = [key for _, key in article.triggers]
    for name, values, logits in (
        ("status", STATUSES, reader.status(vectors)),
        ("mode", MODES, reader.mode(vectors)),
    ):
        for number, key in enumerate(keys):
            said = article.meetings[key][name]
            if said in values:
                losses.add(name, F.cross_entropy(logits[number : number + 1], torch.tensor([values.index(said)])), 1)
    if len(spans) > 1:
        truth = torch.tensor([[float(a == b) for b in keys] for a in keys])
        before = torch.ones_like(truth).tril(-1)
        logits = reader.pair("meeting", article.pieces, spans, spans, vectors, vectors)
        losses.add("meeting", _between(logits, truth, before), float(before.sum()))


def _parties(
    reader: Reader, article: Labels, vectors: Tensor, triggers: list[Span], told: Tensor, losses: Losses
) -> None:
    """A trigger's parties: of each, the mentions of its sentence, or else the nearest one before and behind it."""
    mentions = [s for s, _ in article.mentions]
    candidates = mentions + article.others
    if not candidates:
        return
    truth, weight = torch.zeros(len(triggers), len(candidates)), torch.ones(len(triggers), len(candidates))
    sentence = article.pieces.sentence
    for row, (trigger, key) in enumerate(article.triggers):
        for party in article.meetings[key]["parties"]:
            its = [j for j, (_, keys) in enumerate(article.mentions) if party in keys]
            weight[row, its], truth[row, its] = 0.0, 1.0
            near = [j for j in its if sentence[mentions[j][0]] == sentence[trigger[0]]]
            if not near:
                before = [j for j in its if mentions[j][0] < trigger[0]]
                behind = [j for j in its if mentions[j][0] > trigger[0]]
                near = [
                    *([max(before, key=lambda j: mentions[j][0])] if before else []),
                    *([min(behind, key=lambda j: mentions[j][0])] if behind else []),
                ]
            weight[row, near] = 1.0
    logits = reader.pair("party", article.pieces, triggers, candidates, told, reader.spans(vectors, candidates))
    losses.add("party", _between(logits, truth, weight), float(weight.sum()))


def _candidates(
    reader: Reader,
    article: Labels,
    vectors: Tensor,
    name: str,
    candidates: list[tuple[int, Span]],
    triggers: list[Span],
    told: Tensor,
    losses: Losses,
) -> None:
    if not candidates:
        return
    spans = [span for _, span in candidates]
    labels_ = [article.meetings[key][name] for _, key in article.triggers]
    truth = torch.tensor([[float(row[number]) for number, _ in candidates] for row in labels_])
    known = (truth >= 0).float()
    logits = reader.pair(name, article.pieces, triggers, spans, told, reader.spans(vectors, spans))
    losses.add(name, _between(logits, truth.clamp(min=0), known), float(known.sum()))
