"""What looks like a meeting and is none: matches of teams, targets met, interviews and appearances, machines."""

import functools
import re

from spacy.tokens import Doc, Token

from transforms import lexicon
from transforms.language.mentions.coreference import is_quoted
from transforms.language.words import noun_kind
from transforms.lexicon import vocabulary
from transforms.lexicon.meeting_words import traps
from transforms.meetings.encounters import grammar
from transforms.meetings.encounters.encounter import Encounter
from transforms.meetings.parties.party import Party

# What a program calls its parts: "Parser.parse", "read_line", "Node.js". Web shops are companies.
_CODE = re.compile(r"[=()\[\]{}<>_\\#|`*@]|^\.|\w\.(?!com\b|org\b|net\b|co\b)[a-z]{2}")
# A final score: "won 98-91".
_SCORE = re.compile(r"\b(?:won|win|wins|beat|lost|lose|drew|draw)\b.{0,40}\b\d{1,3}[-–]\d{1,3}\b")
# Before a conversation in which something was said.
_DURING = frozenset({"in", "during", "over", "on", "by", "via"})
# Frames of talk: with the press, in a podcast or among programs they are no meeting.
_TALK = frozenset(
    {"speak-with", "conversation", "discuss", "sit-down", "talks", "exchange-views", "join-for", "phone-call"}
)


@functools.cache
def _interview() -> re.Pattern[str]:
    words = sorted(traps("press"), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)


@functools.cache
def _outlet() -> re.Pattern[str]:
    """Matches an outlet of the press: a known one, with its own capitals, or a name that ends as theirs do."""
    known = "|".join(re.escape(str(name).removeprefix("The ")) for name in lexicon.table("traps")["outlets"])
    ends = "|".join(f"{word.capitalize()}|{word.upper()}" for word in sorted(traps("outlet_words")))
    return re.compile(
        rf"(?:The |the )?(?:(?:{known})|(?:[A-Z][\w.&’']* ){{1,4}}(?:{ends})|(?:Radio|TV|Television) [A-Z]\w+)(?!\w)"
    )


def rejected(encounter: Encounter) -> bool:
    """Whether the words around ``encounter`` say that it is no meeting."""
    return (
        _is_sport(encounter)
        or _is_response(encounter)
        or _is_with_the_press(encounter)
        or _is_another_thing(encounter)
        or _is_among_programs(encounter)
    )


def _is_sport(encounter: Encounter) -> bool:
    if encounter.frame not in {"meet-with", "meeting"} or any(p.title for p in encounter.parties):
        return False
    doc, trigger, sentence = encounter.sentence.doc, encounter.trigger, encounter.sentence.span
    if _are_teams(encounter) or _SCORE.search(sentence.text):
        return True
    if any(doc[p.head].lemma_.lower() == "opponent" for p in encounter.parties):
        return True
    return any(
        t.i > trigger.i
        and t.lower_ in traps("sport")
        and t.pos_ in {"NOUN", "PROPN", "ADJ"}
        and not (t.lower_ in {"title", "game", "match", "seed"} and t.pos_ == "ADJ")
        for t in sentence
    )


def _are_teams(encounter: Encounter) -> bool:
    """Two bare countries of which one "meets" the other: leaders meet *with* each other, or in a place."""
    if encounter.noun or len(encounter.parties) != 2 or any(p.kind != "country" for p in encounter.parties):
        return False
    first, second = encounter.parties
    between = encounter.sentence.doc[encounter.trigger.i + 1 : second.start]
    return first.end <= encounter.trigger.i < second.start and all(t.pos_ in {"DET", "ADV"} for t in between)


def _is_response(encounter: Encounter) -> bool:
    return any(
        encounter.sentence.doc[p.head].lemma_.lower() in traps("responses") | traps("objects")
        for p in encounter.parties
    )


def _is_with_the_press(encounter: Encounter) -> bool:
    """A conversation in an interview or a podcast, or with someone who asks for the press."""
    if _is_told_to_the_press(encounter) or any(_is_of_an_outlet(encounter, party) for party in encounter.parties):
        return True
    asked = any(_asks_for_the_press(encounter, party) for party in encounter.parties)
    interview = _interview().search(encounter.sentence.span.text) is not None
    if encounter.frame not in _TALK:
        return asked and interview
    return asked or (interview and encounter.frame not in {"talks", "phone-call"} and not _is_told(encounter))


def _is_told_to_the_press(encounter: Encounter) -> bool:
    """Whether someone told the writer or an outlet something in it: "told me in a phone call"."""
    within = encounter.trigger.head
    if (
        encounter.trigger.dep_ != "pobj"
        or within.lower_ not in _DURING
        or within.head.lemma_ not in vocabulary("saying")
    ):
        return False
    return any(
        (told.lower_ in {"me", "us"} and not is_quoted(told)) or _outlet().match(_text_of(told)) is not None
        for told in grammar.children(within.head, "dobj", "dative")
    )


def _text_of(token: Token) -> str:
    return token.doc[token.left_edge.i : token.right_edge.i + 1].text


def _is_told(encounter: Encounter) -> bool:
    """Whether someone says that it took place: "said in an interview that he spoke with B"."""
    return any(
        token.dep_ in {"ccomp", "xcomp"} and token.head.lemma_ in vocabulary("saying")
        for token in grammar.chain(encounter.trigger)
    )


def _is_of_an_outlet(encounter: Encounter, party: Party) -> bool:
    """Whether an outlet's name owns the party's: "Fox News's Ann Lee", "Axios' Ann Lee"."""
    doc = encounter.sentence.doc
    owner, *rest = re.split(r"['’]s? ", party.name, maxsplit=1)
    if rest and _outlet().fullmatch(owner):
        return True
    before = doc[max(0, party.start - 4) : party.start].text.split()
    if before and (owned := re.fullmatch(r"(.*?) ?['’]s?", " ".join(before))):
        names = owned[1].split()
        return any(_outlet().fullmatch(" ".join(names[i:])) for i in range(len(names)))
    return False


def _asks_for_the_press(encounter: Encounter, party: Party) -> bool:
    """Whether ``party`` is an outlet, a programme with its name in quotation marks, or a journalist."""
    doc, name = encounter.sentence.doc, party.name.strip("\"“”'‘’ ")
    if any(t.lower_ in traps("press_people") for t in doc[party.start : party.end]):
        return True
    if party.kind == "country" or party.title is not None:
        return False
    if party.kind != "person" or name.split()[:1] in (["Radio"], ["TV"], ["Television"]):
        return _outlet().match(party.name) is not None
    return _stands_in_marks(doc, party) or name.casefold() in traps("outlets")


def _stands_in_marks(doc: Doc, party: Party) -> bool:
    """Whether quotation marks enclose the name alone: "Morning Talk"."""
    opened = {t.text for t in doc[max(0, party.start - 1) : party.start + 1]} & {'"', "“", "``"}
    closed = {t.text for t in doc[party.end - 1 : party.end + 1]} & {'"', "”", "''"}
    return bool(opened and closed)


def _is_another_thing(encounter: Encounter) -> bool:
    """An Oscar received."""
    doc = encounter.sentence.doc
    return any(
        p.kind == "person" and p.title is None and doc[p.start].lower_ in {"a", "an"} and p.end - p.start == 2
        for p in encounter.parties
    )


def _is_among_programs(encounter: Encounter) -> bool:
    """Parts of a program that talk to or call each other; bodies hold talks, and their people speak."""
    if any(_CODE.search(p.name) for p in encounter.parties):
        return True
    if encounter.mode == "phone" or encounter.frame in {"speak-with", "conversation"}:
        return all(p.kind == "organization" and p.title is None for p in encounter.parties)
    return False


_LOOSE = {"discuss", "negotiate", "speak-with", "confer", "exchange-views", "conversation"}


def counts(encounter: Encounter, parties: list[Party], status: str, dated: bool, placed: bool) -> bool:
    """Whether parties and circumstances make a specific encounter: someone is identified, a loose plan has a day."""
    if any(p.kind != "country" and p.name.casefold() in traps("nobody") | traps("things") for p in parties):
        return False
    if not any(_identified(encounter, p) for p in parties):
        return False
    pronouns = all(p.kind == "pronoun" for p in encounter.parties)
    if pronouns and status != "held" and (encounter.frame in _LOOSE or (len(encounter.parties) > 1 and not dated)):
        return False  # "or we will meet them at the gate"
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
