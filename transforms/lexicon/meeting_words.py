"""The frames of ``lexicon/frames.yaml`` and the cheap test whether a paragraph can hold one."""

import functools
import re
from typing import Any, NamedTuple

from transforms import lexicon

# Forms that no rule derives from the lemma.
_IRREGULAR = {
    "meet": ["met"],
    "sit": ["sat", "sitting"],
    "shake": ["shook", "shaken"],
    "speak": ["spoke", "spoken"],
    "hold": ["held"],
    "pay": ["paid"],
    "ring": ["rang", "rung"],
    "chat": ["chatted", "chatting"],
    "confer": ["conferred", "conferring"],
    "sup": ["supped"],
    "see": ["saw", "seen"],
    "spend": ["spent"],
}


class VerbFrame(NamedTuple):
    """A verb that tells of an encounter; the fields are those of ``frames.yaml``."""

    name: str
    lemmas: tuple[str, ...]
    mode: str
    parties: tuple[str, ...]
    two: bool
    named_object: bool
    needs: frozenset[str]
    particle: frozenset[str]
    host: str | None
    weight: float


class NounFrame(NamedTuple):
    """A noun that tells of an encounter; the fields are those of ``frames.yaml``."""

    name: str
    lemmas: tuple[str, ...]
    mode: str
    modifiers: frozenset[str]
    weight: float


class Frames(NamedTuple):
    """Every frame, by lemma, verbs also by each inflected form, and the gate."""

    verbs: dict[str, VerbFrame]
    forms: dict[str, VerbFrame]
    nouns: dict[str, NounFrame]
    support: frozenset[str]
    telling: frozenset[str]
    blaming: frozenset[str]
    gate: re.Pattern[str]


_KNOWN_VERB = {"lemmas", "mode", "parties", "two", "object", "needs", "particle", "host", "weight"}
_KNOWN_NOUN = {"lemmas", "mode", "modifiers", "weight"}


def _checked(name: str, entry: Any, known: set[str]) -> dict[str, Any]:
    if not isinstance(entry, dict) or not entry.get("lemmas"):
        raise ValueError(f"lexicon/frames.yaml: {name}: a mapping with lemmas is expected")
    unknown = sorted(set(entry) - known)
    if unknown:
        raise ValueError(f"lexicon/frames.yaml: {name}.{unknown[0]}: unknown (known: {', '.join(sorted(known))})")
    if entry.get("mode") not in {"in_person", "phone", "video", "unknown"}:
        raise ValueError(
            f"lexicon/frames.yaml: {name}.mode: {entry.get('mode')!r} is none of in_person, phone, video, unknown"
        )
    if not all(isinstance(word, str) for word in (*entry["lemmas"], *entry.get("parties", ()))):
        raise ValueError(f"lexicon/frames.yaml: {name}: put the words on, off, yes and no in quotes")
    return entry


@functools.cache
def frames() -> Frames:
    """The frames, read and checked once a process.

    Raises:
        ValueError: ``frames.yaml`` holds a key or value that means nothing; one line that names it.
    """
    table = lexicon.table("frames")
    verbs: dict[str, VerbFrame] = {}
    for name, raw in table["verbs"].items():
        entry = _checked(f"verbs.{name}", raw, _KNOWN_VERB)
        frame = VerbFrame(
            name,
            tuple(entry["lemmas"]),
            entry["mode"],
            tuple(entry["parties"]),
            bool(entry["two"]),
            entry.get("object") == "named",
            frozenset(entry.get("needs", ())),
            frozenset(entry.get("particle", ())),
            entry.get("host"),
            float(entry["weight"]),
        )
        verbs.update((str(lemma), frame) for lemma in frame.lemmas)
    nouns: dict[str, NounFrame] = {}
    for name, raw in table["nouns"].items():
        entry = _checked(f"nouns.{name}", raw, _KNOWN_NOUN)
        noun = NounFrame(
            name, tuple(entry["lemmas"]), entry["mode"], frozenset(entry.get("modifiers", ())), float(entry["weight"])
        )
        for lemma in noun.lemmas:
            nouns.setdefault(str(lemma), noun)
    return Frames(
        verbs,
        {form: frame for lemma, frame in verbs.items() for form in _forms(lemma)},
        nouns,
        frozenset(table["support"]),
        frozenset(table["telling"]),
        frozenset(table["blaming"]),
        _gate(verbs, nouns),
    )


def traps(key: str) -> frozenset[str]:
    """The words under ``key`` of ``traps.yaml``, in lower case."""
    return lexicon.words("traps", key)


def _forms(lemma: str) -> list[str]:
    """The inflected forms of the verb ``lemma``."""
    stem = lemma.removesuffix("e")
    regular = [
        f"{lemma}s",
        f"{lemma}es",
        f"{stem}ed",
        f"{stem}ing",
        f"{lemma[:-1]}ied" if lemma.endswith("y") else f"{stem}ed",
    ]
    return [lemma, *regular, *_IRREGULAR.get(lemma, ())]


def _gate(verbs: dict[str, VerbFrame], nouns: dict[str, NounFrame]) -> re.Pattern[str]:
    """Matches where any form of any lemma stands."""
    stems: set[str] = set()
    for lemma in verbs:
        stem = lemma.removesuffix("e") if len(lemma) > 3 else lemma
        stems.add(re.escape(stem.removesuffix("y") if stem.endswith("y") else stem))
        stems.update(re.escape(form) for form in _IRREGULAR.get(lemma, ()))
    stems.update(re.escape(lemma.removesuffix("s")) for lemma in nouns)
    stems.update(("accompan", "also present", "in attendance"))  # what adds to a meeting told before
    return re.compile(
        r"\b(?:tele|video)?(?:" + "|".join(sorted(stems, key=lambda s: (-len(s), s))) + r")", re.IGNORECASE
    )
