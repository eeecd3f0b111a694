"""What looks like a meeting and is none: matches of teams, targets met, interviews and appearances."""

import functools
import re

from transforms import lexicon
from transforms.language.words import noun_kind
from transforms.language.words import words as group_words
from transforms.meetings.encounter import Encounter
from transforms.meetings.party import Party

# "Ted Cruz, R-Texas": where a politician stands, no one else.
_PARTY_TAG = re.compile(r"[DR]-[A-Z][\w.]*")
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
    return (bool(_MEDIA.search(near.text)) and encounter.frame != "speak-with") or (
        encounter.frame == "speak-with" and re.search(r"\binterview\b", near.text) is not None
    )


_NOBODY = {
    "anybody",
    "anyone",
    "somebody",
    "someone",
    "nobody",
    "everyone",
    "everybody",
    "each other",
    "one another",
    "himself",
    "herself",
    "themselves",
    "people",
    "it",
    "that",
    "this",
    "those",
    "these",
    "who",
    "which",
    "what",
    "others",
    "you",
    "us",
    "we",
    "both",
    "all",
    "me",
    "my",
    "i",
    "our",
}
_LOOSE = {"discuss", "negotiate", "speak-with", "confer", "exchange-views", "conversation"}


def counts(encounter: Encounter, parties: list[Party], status: str, dated: bool, placed: bool) -> bool:
    """Whether parties and circumstances make a specific encounter: someone is identified, a loose plan has a day."""
    if any(p.name.casefold() in _NOBODY for p in parties):
        return False
    if any(_PARTY_TAG.fullmatch(p.name) for p in parties):
        return False
    if not any(_identified(encounter, p) for p in parties):
        return False
    if encounter.trigger.tag_ in {"VBP", "VBZ"} and not dated and all(p.kind == "pronoun" for p in encounter.parties):
        return False  # "they meet to complete the sale": what is usual
    if encounter.frame in _LOOSE and status != "held" and all(p.kind == "pronoun" for p in encounter.parties):
        return False
    return not (
        encounter.frame in _LOOSE
        and status in {"planned", "proposed", "denied"}
        and not dated
        and not _is_fixed(encounter)
        and not (status == "denied" and sum(p.kind == "person" and p.entity is not None for p in parties) >= 2)
    )


def _identified(encounter: Encounter, party: Party) -> bool:
    if party.kind in {"person"} and party.entity is not None:
        return True
    if party.kind in {"country", "organization"} or party.country is not None:
        return True
    words = encounter.sentence.doc[party.start : party.end]
    if party.entity is not None and words.root.lemma_.lower() in group_words("creeds"):
        return False
    if any(sum(c.isupper() for c in t.text) >= 2 or t.ent_type_ in {"ORG", "GPE"} for t in words):
        return True
    if party.kind == "group" and not party.plural and noun_kind(encounter.sentence.doc[party.head].text) == "office":
        return True
    return any(t.text[:1].isupper() and t.i > party.start and t.is_alpha for t in words) or (
        len(words) > 0 and words[0].text[:1].isupper() and words[0].pos_ == "PROPN"
    )


def _is_fixed(encounter: Encounter) -> bool:
    """Whether a plan is more than a wish: "will speak with"."""
    verb = encounter.verb
    return (
        verb is not None
        and any(c.lower_ in {"will", "'ll", "’ll"} for c in verb.children)
        and encounter.frame != "discuss"
    )
