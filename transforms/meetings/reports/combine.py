"""Rules and reader put together: the rules' reports of one article, as the reader sees them.

The reader may drop a report, join two of one meeting, give a date or place, and drop a party (``added`` tells of
meetings that it alone saw); each only from the probability on that ``lexicon/decisions.yaml`` names for it.
"""

import dataclasses
import functools
from collections.abc import Iterable, Sequence
from datetime import datetime

import numpy
from spacy.tokens import Doc, Token

from transforms import lexicon
from transforms.language.dates.expressions import find_dates, resolve
from transforms.language.dates.intervals import DateSpan, Tense
from transforms.language.mentions.entities import Reading
from transforms.meetings.details.when import When
from transforms.meetings.parties.place_phrases import Where
from transforms.meetings.reports import same_encounter
from transforms.meetings.reports.draft import Draft
from transforms.reader.component import TRIGGERS, ReaderComponent
from transforms.reader.features import Span
from transforms.reader.network import Network, Sight

_PLACES = frozenset({"GPE", "LOC", "FAC"})
# Pieces around a rule's trigger in which the reader's may stand ("held talks": one has the verb, one the noun).
_AROUND = 3
# From which probability on a piece is the reader's own trigger, and two triggers are of one meeting where fields are sought.
_SURE = 0.5
# Words of a text that is a feed's entry or a short statement.
_SHORT = 120
_TENSES: dict[str, Tense] = {"held": "past", "denied": "past", "planned": "future", "proposed": "future"}


@dataclasses.dataclass(frozen=True)
class Decisions:
    """From which probability on the reader's word counts; ``lexicon/decisions.yaml`` tells what each is."""

    filter: float = 0.0
    merge: float = 1.1
    date: float = 1.1
    date_instead: float = 1.1
    place: float = 1.1
    place_instead: float = 1.1
    party: float = 0.0
    add: float = 1.1
    rules: dict[str, float] = dataclasses.field(default_factory=dict)
    both: dict[str, float] = dataclasses.field(default_factory=dict)


@functools.cache
def decisions() -> Decisions:
    """The decisions that the package ships.

    Raises:
        ValueError: ``decisions.yaml`` holds a key that means nothing.
    """
    table = lexicon.table("decisions")
    unknown = sorted(set(table) - {field.name for field in dataclasses.fields(Decisions)})
    if unknown:
        raise ValueError(f"lexicon/decisions.yaml: {unknown[0]}: unknown")
    return Decisions(**table)


class Seen:
    """What the reader says of the drafts of one article."""

    def __init__(self, network: Network, sight: Sight, reading: Reading) -> None:
        self.sight, self.reading, self._network = sight, reading, network
        self._own = _runs(sight.tags[:, 0] >= _SURE)
        # The same is asked again where decisions are chosen, and of the date and the place of one draft.
        self._pairs = functools.cache(lambda kind, rows, columns: network.pairs(kind, sight, rows, columns))
        self._meetings = functools.cache(lambda spans: network.meetings(sight, spans))

    def pieces(self, start: int, end: int) -> Span | None:
        """The pieces of tokens ``start`` to ``end``; None where they were not read."""
        return self.sight.pieces.span(*_characters(self.reading, (start, end)))

    def triggers(self, draft: Draft) -> list[Span]:
        """The triggers of ``draft`` that were read."""
        found = (self.pieces(e.trigger.i, e.trigger.i + 1) for e in draft.encounters)
        return sorted({span for span in found if span is not None})

    def told(self, draft: Draft) -> list[Span]:
        """The triggers of ``draft``, and the reader's own beside them or of the same meeting."""
        its = self.triggers(draft)
        if not its or not self._own:
            return its
        same = self._meetings((*its, *self._own))[: len(its), len(its) :].max(0)
        others = {
            own
            for own, surely in zip(self._own, same, strict=True)
            if surely >= _SURE or any(own[0] < b + _AROUND and a - _AROUND < own[1] for a, b in its)
        }
        return sorted(others.union(its))

    def meeting(self, draft: Draft) -> float | None:
        """How surely ``draft`` tells of a meeting; None where it was not read."""
        tags = self.sight.tags[:, 0]
        found = [tags[max(0, a - _AROUND) : b + _AROUND].max() for a, b in self.triggers(draft)]
        return float(max(found)) if found else None

    def same(self, one: Draft, other: Draft) -> float:
        """How surely two drafts tell of the same meeting."""
        a, b = self.triggers(one), self.triggers(other)
        if not a or not b:
            return 0.0
        both = self._meetings((*a, *b))
        return float(both[: len(a), len(a) :].mean())

    def own(self, needed: float) -> list[tuple[float, Span]]:
        """(probability, pieces) of the reader's own triggers, surest first."""
        found = ((float(self.sight.tags[a:b, 0].max()), (a, b)) for a, b in self._own)
        return sorted((pair for pair in found if pair[0] >= needed), reverse=True)

    def is_told(self, trigger: Span, drafts: Iterable[Draft]) -> bool:
        """Whether the reader's own ``trigger`` stands beside one of ``drafts``, or is of the same meeting."""
        return any(trigger in self.told(draft) for draft in drafts)

    def token(self, trigger: Span) -> Token:
        """The word that pieces ``trigger`` hang by."""
        span = self.reading.doc.char_span(*self.sight.pieces.characters(trigger), alignment_mode="expand")
        assert span is not None
        return span.root

    def mode(self, trigger: Span) -> str:
        """How those of ``trigger`` most likely met."""
        return self._network.mode(self.sight, trigger)

    def best(self, kind: str, draft: Draft, candidates: Iterable[Span]) -> list[tuple[float, Span]]:
        """(probability, tokens) of ``candidates`` as the ``kind`` (date, place, party) of ``draft``, surest first."""
        return self.linked(kind, self.told(draft), candidates)

    def linked(self, kind: str, triggers: Sequence[Span], candidates: Iterable[Span]) -> list[tuple[float, Span]]:
        """The same of pieces ``triggers``."""
        read = [(tokens, pieces) for tokens in candidates if (pieces := self.pieces(*tokens)) is not None]
        if not triggers or not read:
            return []
        scores = self._pairs(kind, tuple(triggers), tuple(pieces for _, pieces in read)).max(0)
        return sorted(((float(s), t) for s, (t, _) in zip(scores, read, strict=True)), reverse=True)


def is_short(doc: Doc) -> bool:
    """Whether ``doc`` is an entry of a feed rather than a whole article."""
    return sum(token.is_alpha for token in doc) < _SHORT


def _runs(of: Iterable[bool]) -> list[Span]:
    """(start, end) of the stretches that are true."""
    changes = numpy.flatnonzero(numpy.diff([False, *of, False]))
    return [(int(start), int(end)) for start, end in zip(changes[::2], changes[1::2], strict=True)]


def look(reader: ReaderComponent, reading: Reading, drafts: Sequence[Draft], adding: bool) -> Seen | None:
    """What the reader sees around the triggers of ``drafts``; None where there is nothing to read.

    In a short text to which it may be ``adding`` meetings, it reads around every word that can tell of one.
    """
    doc = reading.doc
    if not (adding and is_short(doc)):
        triggers = sorted({encounter.trigger.i for draft in drafts for encounter in draft.encounters})
        doc.spans[TRIGGERS] = [doc[i : i + 1] for i in triggers]
    sight = reader(doc)._.meetwire_sight
    return Seen(reader.network, sight, reading) if sight else None


def _characters(reading: Reading, tokens: Span) -> Span:
    words = reading.doc[tokens[0] : tokens[1]]
    return words.start_char, words.end_char


def combine(drafts: Iterable[Draft], seen: Seen, anchor: datetime | None, limits: Decisions) -> list[Draft]:
    """``drafts`` as the reader leaves them; they themselves stay as they are."""
    copies = [
        dataclasses.replace(d, encounters=[*d.encounters], kinds=[*d.kinds], parties=[*d.parties], said={})
        for d in drafts
    ]
    kept = [draft for draft in copies if _holds(draft, seen, limits)]
    joined = _joined(kept, seen, limits)
    dates, places = _date_spans(seen.reading), _place_spans(seen.reading)
    for draft in joined:
        _parties(draft, seen, limits)
        _date(draft, seen, dates, anchor, limits)
        _place(draft, seen, places, limits)
    return joined


def _holds(draft: Draft, seen: Seen, limits: Decisions) -> bool:
    probability = seen.meeting(draft)
    if probability is None:
        return True
    draft.said["meeting"] = probability
    return probability >= limits.filter


def _joined(drafts: Sequence[Draft], seen: Seen, limits: Decisions) -> list[Draft]:
    joined: list[Draft] = []
    for draft in drafts:
        known = [(seen.same(other, draft), other) for other in joined if other.keys & draft.keys]
        probability, other = max(known, key=lambda pair: pair[0], default=(0.0, None))
        if other is None or probability < limits.merge:
            joined.append(draft)
        else:
            same_encounter.absorb(other, draft)
            other.said["meeting"] = max(other.said.get("meeting", 0), draft.said.get("meeting", 0))
            other.said["same"] = probability
    return joined


def _date_spans(reading: Reading) -> list[Span]:
    found = (reading.doc.char_span(a, b, alignment_mode="expand") for a, b in find_dates(reading.doc.text))
    return [(span.start, span.end) for span in found if span is not None]


def _place_spans(reading: Reading) -> list[Span]:
    return reading.at_names(_PLACES)


def _parties(draft: Draft, seen: Seen, limits: Decisions) -> None:
    if len(draft.parties) < 3 or limits.party <= 0:
        return
    scores = []
    for party in draft.parties:
        spans = {(party.start, max(party.end, party.start + 1))}
        if party.entity is not None:
            spans.update(seen.reading.entities[party.entity].spans)
        found = seen.best("party", draft, spans)
        scores.append(found[0][0] if found else 1.0)
    least = sorted(scores)[-2]
    draft.parties = [p for p, s in zip(draft.parties, scores, strict=True) if s >= min(limits.party, least)]


def _date(draft: Draft, seen: Seen, candidates: Sequence[Span], anchor: datetime | None, limits: Decisions) -> None:
    needed = limits.date if draft.when is None else limits.date_instead
    for probability, (start, end) in seen.best("date", draft, candidates):
        if probability < needed:
            return
        found = date_of(seen.reading.doc[start:end].text, anchor, draft.status.status)
        if found is not None:
            if draft.when is None or draft.when[0].span != found:
                draft.when = (When(found, start, end), draft.encounters[0], "document")
                draft.said["date"] = probability
            return


def _place(draft: Draft, seen: Seen, candidates: Sequence[Span], limits: Decisions) -> None:
    if draft.mode[0] in {"phone", "video"}:
        return
    needed = limits.place if draft.where is None else limits.place_instead
    best = seen.best("place", draft, candidates)
    if best and best[0][0] >= needed:
        probability, (start, end) = best[0]
        if draft.where is None or not (draft.where[0].start < end and start < draft.where[0].end):
            draft.where = (Where(start, end, "document"), draft.encounters[0], "document")
            draft.said["place"] = probability


def date_of(words: str, anchor: datetime | None, status: str) -> DateSpan | None:
    """The days that a date expression means for a meeting of ``status``; None where none can be told."""
    return resolve(words, anchor, _TENSES.get(status, "present"))
