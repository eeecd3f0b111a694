"""What else a sentence says of an encounter: occasion, duration, topics, and who reports it."""

import re

from spacy.tokens import Token

from transforms.lexicon import vocabulary
from transforms.meetings.encounters import grammar
from transforms.meetings.encounters.encounter import Encounter
from transforms.meetings.parties.sentence import Sentence

_SIDELINES = re.compile(r"\b(?:on|at|in) the (?:sidelines?|margins?|fringes?|side) of ", re.IGNORECASE)
# What the name of an event is made of, and what may stand between.
_NOMINAL = {"ADJ", "DET", "NOUN", "NUM", "PROPN"}
_JOINTS = {"of", "-", "–", "&", "'", "’"}
_WORDS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "forty-five": 45,
    "fifty": 50,
    "sixty": 60,
    "ninety": 90,
    "a": 1,
    "an": 1,
}
_NUMBER = r"(\d+(?:\.\d+)?|" + "|".join(sorted(_WORDS, key=len, reverse=True)) + r")"
_DURATION = re.compile(
    rf"\b(?:{_NUMBER}(?: and a |-and-a-)half[- ]hours?|(half)[- ](?:an? )?hour|{_NUMBER}[- ](hour|minute)s?(?:[- ]long)?|(hour)[- ]long)\b",
    re.IGNORECASE,
)
_LASTING = re.compile(
    r"\b(?:last(?:ed|ing|s)?|for|over|took|long|than|nearly|about|almost|-)\b|[- ](?:minute|hour|long)", re.IGNORECASE
)


def occasion_of(encounter: Encounter) -> str | None:
    """The event on whose sidelines, or at which, the encounter took place."""
    sentence = encounter.sentence
    text, base = sentence.span.text, sentence.span.start_char
    for match in _SIDELINES.finditer(text):
        behind = _token_at(sentence, base + match.end())
        if behind is not None:
            return _event(sentence, behind)
    for token in sentence.span:
        if token.lower_ in {"at", "during"} and abs(token.i - encounter.trigger.i) <= 25:
            index = sentence.starting(token.i + 1)
            if index is None:
                continue
            phrase = sentence.phrases[index]
            head = sentence.doc[phrase.head]
            named = any(
                t.text[:1].isupper() or any(c.isdigit() for c in t.text)
                for t in sentence.doc[phrase.start : phrase.end]
            )
            if (
                named
                and head.i != encounter.trigger.i
                and head.lemma_.lower() in vocabulary("occasions")
                and head.lemma_.lower() != "talks"
            ):
                return _event(sentence, token.i + 1)
    return None


def _token_at(sentence: Sentence, offset: int) -> int | None:
    return next((t.i for t in sentence.span if t.idx >= offset), None)


def _event(sentence: Sentence, start: int) -> str | None:
    """The event's name that begins at token ``start``: nouns and what goes before them, "of ..." and owners too."""
    doc, limit = sentence.doc, sentence.span.end
    while start < limit and doc[start].lower_ in {"the", "a", "an", "this", "that"}:
        start += 1
    end = start
    while end < limit and (doc[end].pos_ in _NOMINAL or doc[end].tag_ == "POS" or doc[end].lower_ in _JOINTS):
        end += 1
    while end > start and doc[end - 1].pos_ not in {"NOUN", "PROPN", "NUM"}:
        end -= 1
    return " ".join(doc[start:end].text.split()) or None


def duration_of(encounter: Encounter) -> tuple[int, str] | None:
    """(minutes, words) that the encounter took."""
    sentence = encounter.sentence
    text, base = sentence.span.text, sentence.span.start_char
    for match in _DURATION.finditer(text):
        token = _token_at(sentence, base + match.start())
        around = text[max(0, match.start() - 20) : match.end()]
        if token is None or abs(token - encounter.trigger.i) > 30 or not _LASTING.search(around):
            continue
        if re.match(
            r"\s+(?:ago|before|after|later|earlier|away|drive|flight|deadline|notice|ultimatum|old|speech|delay)",
            text[match.end() :],
        ):
            continue
        minutes = _minutes(match)
        if 0 < minutes <= 24 * 60:
            return minutes, match[0]
    return None


def _minutes(match: re.Match[str]) -> int:
    with_half, half, number, unit, hour_long = match.groups()
    if half:
        return 30
    if with_half:
        return round((_value(with_half) + 0.5) * 60)
    if hour_long and not number:
        return 60
    return round(_value(number) * (60 if unit.lower() == "hour" else 1))


def _value(word: str) -> float:
    return float(_WORDS.get(word.lower(), 0)) or float(word)


def attribution_of(encounter: Encounter) -> str | None:
    """Who reports the encounter: "according to ...", "..., the ministry said"."""
    sentence, doc = encounter.sentence, encounter.sentence.doc
    for token in sentence.span[:-2] if len(sentence.span) > 2 else []:
        if token.lower_ == "according" and doc[token.i + 1].lower_ == "to":
            index = sentence.starting(token.i + 2)
            return _source(sentence, index) if index is not None else None
    for token in sentence.span:
        if token.pos_ == "VERB" and token.lemma_ in vocabulary("saying") and token.i != encounter.trigger.i:
            if token.dep_ not in {"ROOT", "ccomp", "parataxis", "advcl"} or not _governs(token, encounter.trigger):
                continue
            who = next(iter(grammar.children(token, "nsubj")), None)
            index = sentence.covering(who.i) if who is not None else None
            if index is not None and sentence.phrases[index].kind in {
                "person",
                "body",
                "role",
                "group",
                "name",
                "country",
            }:
                return _source(sentence, index)
    return None


def _governs(verb: Token, trigger: Token) -> bool:
    above = {t.i for t in grammar.chain(trigger)}
    if verb.i not in above:
        return False
    below = next((t for t in grammar.chain(trigger) if t.head.i == verb.i), None)
    return below is not None and below.dep_ in {"ccomp", "conj", "parataxis", "dep"}


def _source(sentence: Sentence, index: int) -> str | None:
    parties, _ = sentence.read_one(index)
    if parties:
        return parties[0].name
    phrase = sentence.phrases[index]
    doc, start = sentence.doc, phrase.start
    while start < phrase.end - 1 and doc[start].lower_ in {"the", "a", "an"}:
        start += 1
    return " ".join(doc[start : phrase.end].text.split())


def topics_of(encounter: Encounter) -> list[str]:
    """What it was about, as noun phrases: behind "discuss", "talks on", "about"."""
    sentence, doc = encounter.sentence, encounter.sentence.doc
    start = None
    for token in doc[encounter.trigger.i : min(sentence.span.end, encounter.trigger.i + 45)]:
        if (
            (token.lemma_ in {"discuss", "review", "address"} and token.pos_ == "VERB")
            or (token.lower_ in {"about", "regarding", "concerning"} and token.i - encounter.trigger.i <= 20)
            or (
                token.lower_ in {"on", "over"}
                and (token.head == encounter.trigger or token.i == encounter.trigger.i + 1)
            )
        ):
            start = token.i + 1
        if start is not None and start < sentence.span.end and (index := _topic_phrase(sentence, start)) is not None:
            return _topics(sentence, index)
        start = None
    return []


def _topic_phrase(sentence: Sentence, start: int) -> int | None:
    for at in range(start, min(start + 3, sentence.span.end)):
        index = sentence.starting(at)
        if index is not None:
            head = sentence.doc[sentence.phrases[index].head]
            if head.ent_type_ in {"DATE", "TIME"} or sentence.phrases[index].kind in {"person", "pronoun", "pair"}:
                return None
            if head.lower_ in vocabulary("no_topics"):
                return None
            return index
    return None


def _topics(sentence: Sentence, index: int) -> list[str]:
    doc = sentence.doc
    found: list[str] = []
    while len(found) < 6:
        phrase = sentence.phrases[index]
        start, end = phrase.start, phrase.end
        while (
            end + 1 < sentence.span.end
            and doc[end].lower_ in {"of", "in", "with", "between", "for", "to", "against", "on"}
            and (following := sentence.starting(end + 1)) is not None
        ):
            behind_it = sentence.phrases[following]
            if doc[behind_it.head].ent_type_ in {"DATE", "TIME"} or behind_it.kind in {"person", "pronoun"}:
                break
            end = sentence.phrases[following].end
        while start < end - 1 and doc[start].lower_ in {"the", "a", "an", "their", "his", "her"}:
            start += 1
        found.append(" ".join(doc[start:end].text.split()))
        joint, behind = sentence.separator(end)
        next_one = sentence.starting(behind) if joint else None
        if (
            next_one is None
            or doc[sentence.phrases[next_one].head].dep_ in {"nsubj", "nsubjpass"}
            or sentence.phrases[next_one].kind in {"pronoun"}
        ):
            break
        index = next_one
    return found
