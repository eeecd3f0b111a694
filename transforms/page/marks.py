"""The very sentences of an article in their paragraphs, with the people, bodies and places that it names marked."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple


class Run(NamedTuple):
    """Characters of a text that are marked alike.

    Attributes:
        text: The characters.
        told: Whether they are of a sentence that tells of the meeting.
        entity: What they name: PERSON, ORG, GPE, …; None for nothing.
    """

    text: str
    told: bool
    entity: str | None


def paragraphs(text: str, evidence: Sequence[Any], mentions: Sequence[Any]) -> list[list[Run]]:
    """Those paragraphs of ``text`` that hold any of ``evidence`` (records with start and end), each as its runs.

    ``mentions`` has entities with a type and ``places``, pairs of offsets. Offsets beyond the text are left out.
    """
    sentences = sorted((e["start"], e["end"]) for e in evidence if 0 <= e["start"] < e["end"] <= len(text))
    named = sorted((start, end, e["type"]) for e in mentions for start, end in e["places"] if 0 <= start < end)
    spans = dict.fromkeys(_paragraph(text, start, end) for start, end in sentences)
    return [_runs(text, *span, sentences, named) for span in spans]


def _paragraph(text: str, start: int, end: int) -> tuple[int, int]:
    after = text.find("\n", end)
    return text.rfind("\n", 0, start) + 1, len(text) if after < 0 else after


def _runs(
    text: str, begin: int, stop: int, sentences: Sequence[tuple[int, int]], named: Sequence[tuple[int, int, str]]
) -> list[Run]:
    inside = [(start, end, kind) for start, end, kind in named if begin <= start and end <= stop]
    apart: list[tuple[int, int, str]] = []
    for start, end, kind in inside:  # of two that overlap, the first
        if not apart or start >= apart[-1][1]:
            apart.append((start, end, kind))
    cuts = {begin, stop, *(cut for start, end, _ in apart for cut in (start, end))}
    cuts |= {cut for sentence in sentences for cut in sentence if begin <= cut <= stop}
    made = []
    for start, end in pairwise(sorted(cuts)):
        told = any(first <= start and end <= last for first, last in sentences)
        entity = next((kind for first, last, kind in apart if first <= start and end <= last), None)
        made.append(Run(text[start:end], told, entity))
    return made
