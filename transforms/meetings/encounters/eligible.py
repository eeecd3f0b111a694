"""Who can be a party of an encounter by appointment, and who only listens."""

from transforms.language.words import noun_kind, plurals, words
from transforms.lexicon import vocabulary
from transforms.meetings.parties.sentence import Party, Sentence


def is_named(sentence: Sentence, party: Party, frame: str) -> bool:
    """Whether ``party`` is someone whom one meets by appointment: a person with a name, an office, a delegation."""
    head = sentence.doc[party.head]
    if frame in {"visit-person", "together", "greet", "summon"}:
        return (party.kind == "person" and (party.title is not None or frame != "visit-person")) or (
            party.kind == "group" and noun_kind(head.text) == "office" and not party.plural
        )
    body = frame in {"receive", "host"} and _is_body(sentence, party)
    if party.kind == "group":
        return (
            body
            or noun_kind(head.text) == "office"
            or head.lemma_.lower() in vocabulary("delegations")
            or (party.country is not None and noun_kind(head.text) == "body")
        )
    if party.kind in {"country", "organization"}:
        return (
            body
            or frame in {"speak-with", "discuss"}
            or noun_kind(sentence.doc[party.head - 1].text) == "office"
            or _behind_office(sentence, party)
        )
    return True


def _is_body(sentence: Sentence, party: Party) -> bool:
    """Whether ``party`` is a body by its name, or members of one: "the Farmers Federation", "members of the Senate"."""
    tokens = sentence.doc[party.start : party.end]
    return any(t.text[:1].isupper() and noun_kind(t.text) == "body" for t in tokens)


def _behind_office(sentence: Sentence, party: Party) -> bool:
    """Whether a country stands for its leaders: "hosted the presidents of Uganda and Rwanda"."""
    for token in sentence.doc[max(sentence.span.start, party.start - 9) : party.start]:
        if (
            noun_kind(token.text) == "office"
            and token.i + 1 < party.start
            and sentence.doc[token.i + 1].lower_ in {"of", "from"}
        ):
            return True
    return False


def only_listens(sentence: Sentence, parties: list[Party]) -> bool:
    """Whether those spoken to only listen: reporters, a crowd."""
    heads = words("audience") | plurals("audience")
    return all(
        p.kind in {"group", "organization"} and any(t.lower_ in heads for t in sentence.doc[p.start : p.end])
        for p in parties
    )


def is_addressed(sentence: Sentence, parties: list[Party]) -> bool:
    """Whether someone made a speech to these: "spoke to the Chamber of Commerce"."""
    spoken_to = sentence.doc[parties[0].start - 1].lower_ == "to"
    return spoken_to and all(p.kind == "organization" and p.title is None for p in parties)


def could_attend(sentence: Sentence, party: Party) -> bool:
    """Whether ``party`` can have been there: no spokesman, no statement."""
    head = sentence.doc[party.head]
    return head.lemma_.lower() not in vocabulary("said_by") and not (party.title or "").startswith("spokes")
