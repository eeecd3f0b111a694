"""What looks like a meeting and is none: matches of teams, targets met, interviews and appearances."""

import functools
import re

from transforms import lexicon
from transforms.meetings.encounter import Encounter

_MEDIA = re.compile(r"\b(?:interview|news conference|press conference|press briefing)\b", re.IGNORECASE)


@functools.cache
def _words(key: str) -> frozenset[str]:
    return frozenset(str(word).casefold() for word in lexicon.table("traps")[key])


def rejected(encounter: Encounter) -> bool:
    """Whether the words around ``encounter`` say that it is no meeting."""
    return _is_sport(encounter) or _is_response(encounter) or _is_with_the_press(encounter)


def _is_sport(encounter: Encounter) -> bool:
    if encounter.frame not in {"meet-with", "meeting"}:
        return False
    sentence = encounter.sentence.span
    hits = [t for t in sentence if t.lower_ in _words("sport") and t.i != encounter.trigger.i]
    return any(
        t.i > encounter.trigger.i
        and not any(
            p.start <= t.i < p.end and p.kind != "person" and p.country is None and False for p in encounter.parties
        )
        and t.pos_ in {"NOUN", "PROPN", "ADJ"}
        and not (t.lower_ in {"title", "game", "final", "match", "seed"} and t.pos_ == "ADJ" and t.lower_ != "final")
        for t in hits
    ) and not any(p.title for p in encounter.parties)


def _is_response(encounter: Encounter) -> bool:
    return any(
        encounter.sentence.doc[p.head].lemma_.lower() in _words("responses") | _words("objects")
        for p in encounter.parties
    )


def _is_with_the_press(encounter: Encounter) -> bool:
    """A conversation in an interview, or a conference with the press as the only partner."""
    if encounter.frame not in {"speak-with", "conversation", "discuss"}:
        return False
    near = encounter.sentence.span
    return (
        bool(_MEDIA.search(near.text))
        and encounter.frame != "speak-with"
        or (encounter.frame == "speak-with" and re.search(r"\binterview\b", near.text) is not None)
    )
