"""Verbs in the sense of an encounter: "called the president" but not "called the attack cowardly"."""

from spacy.tokens import Token

from transforms.lexicon import vocabulary
from transforms.lexicon.meeting_words import frames
from transforms.meetings.encounters import grammar
from transforms.meetings.parties.sentence import Party, Sentence


def is_gerund(sentence: Sentence, token: Token) -> bool:
    """Whether "meeting" right behind a verb and before a person is no noun: "denied meeting trader Luca Ferri"."""
    if token.lower_ != "meeting" or token.i == sentence.span.start or token.i + 1 >= sentence.span.end:
        return False
    before = sentence.doc[token.i - 1]
    if before.pos_ != "VERB" or before.lemma_ in frames().support - {"deny", "avoid", "recall", "describe", "mention"}:
        return False
    index = sentence.covering(token.i + 1)
    return index is not None and sentence.phrases[index].kind == "person" and sentence.phrases[index].end > token.i + 1


def stands_as_verb(sentence: Sentence, token: Token) -> bool:
    """Whether a noun right behind a person is a headline's or caption's verb: "Erdogan greets Bahceli"."""
    if token.i == sentence.span.start:
        return False
    index = sentence.covering(token.i - 1)
    return (
        index is not None
        and sentence.phrases[index].kind in {"person", "role"}
        and sentence.phrases[index].end == token.i
    )


# "met to discuss": what an encounter was for is no second one.
PURPOSES = {"discuss", "exchange-views", "negotiate", "confer"}


def told_already(sentence: Sentence, verb: Token) -> bool:
    """Whether the sentence told of an encounter before this verb of purpose."""
    table = frames()
    return any(
        t.i != verb.i and t.lemma_.lower() in table.nouns
        for t in sentence.doc[max(sentence.span.start, verb.i - 30) : verb.i]
    )


def speak_together(sentence: Sentence, verb: Token) -> bool:
    """Whether people who "spoke" did so with each other, and not in front of the Pentagon or to the media."""
    at = verb.i + 1
    while at < sentence.span.end and (sentence.doc[at].pos_ == "ADV" or sentence.doc[at].ent_type_ in {"DATE", "TIME"}):
        at += 1
    if at >= sentence.span.end or sentence.doc[at].is_punct:
        return True
    low = sentence.doc[at].lower_
    following = {t.lower_ for t in sentence.doc[at : at + 4]}
    if low in {"by", "over", "via"} or (
        low == "on" and (following & {"phone", "telephone"} or sentence.doc[at + 1].ent_type_ == "DATE")
    ):
        return True
    return low in {"for", "again", "and", "until", "alone", "privately"}


def speak_by_means(sentence: Sentence, verb: Token) -> bool:
    """Whether a telephone or the like stands right behind the verb: "the ministers spoke by video conference"."""
    behind = [t.lower_ for t in sentence.doc[verb.i + 1 : min(verb.i + 6, sentence.span.end)]]
    return bool({"by", "over", "via", "on"} & set(behind[:2])) and bool((vocabulary("means") | {"zoom"}) & set(behind))


def is_acquaintance(sentence: Sentence, objects: list[Party]) -> bool:
    """ "met the woman of my dreams", "met his wife": no encounter of parties."""
    if len(objects) != 1 or objects[0].kind != "group" or objects[0].plural:
        return False
    return sentence.doc[objects[0].head].lower_ in vocabulary("acquaintances")


def is_courtship(sentence: Sentence) -> bool:
    """Whether those who met became a couple: "met on a film set and married a year later"."""
    return any(t.lemma_ in vocabulary("courtship") and t.pos_ == "VERB" for t in sentence.span)


def is_seeing(sentence: Sentence, verb: Token) -> bool:
    """Whether "see" is to meet: "will see both brothers next Monday", "had last seen each other in Riyadh"."""
    following = [t.lower_ for t in sentence.doc[verb.i + 1 : verb.i + 3]]
    if following in (["each", "other"], ["one", "another"]):
        return True
    if grammar.children(verb, "ccomp", "xcomp", "neg") or not grammar.children(verb, "dobj"):
        return False
    awaited = (
        verb.tag_ == "VBG" and verb.i > 2 and [t.lower_ for t in verb.doc[verb.i - 2 : verb.i]] == ["forward", "to"]
    )
    if verb.head.lemma_ in vocabulary("travelling") and "to" in grammar.auxiliaries(verb):  # "went to see B"
        named = any(t.ent_type_ == "PERSON" for thing in grammar.children(verb, "dobj") for t in thing.subtree)
        if named:
            return True
    return (awaited or bool(grammar.auxiliaries(verb) & {"will", "to"})) and any(
        t.ent_type_ in {"DATE", "TIME"} for t in sentence.doc[verb.i : verb.i + 16]
    )


def is_phone_call(verb: Token) -> bool:
    """Whether "call" is to telephone: no "call for", "call on", "call B a liar", "so-called"."""
    following = verb.nbor(1).lower_ if verb.i + 1 < len(verb.doc) else ""
    if following in {"for", "on", "upon", "out", "off", "in", "itself", "themselves", "himself", "into"}:
        return False
    objects = grammar.children(verb, "dobj", "dative")
    described = verb.dep_ in {"acl", "relcl"} and not grammar.children(verb, "nsubj")  # "a man called Lars Holm"
    alone = [] if objects or described else _named_alone(verb)
    others = [c for c in grammar.children(verb, "oprd", "ccomp", "xcomp", "attr", "acomp") if c not in alone]
    purposes = [c for c in others if c.dep_ == "xcomp" and c.pos_ == "VERB" and "to" in grammar.auxiliaries(c)]
    if others and not purposes:
        return False
    # "called the attacks barbarous": something stands behind the object that describes it
    for thing in objects:
        end = max(t.i for t in thing.subtree) + 1
        if end < len(verb.doc) and verb.doc[end].pos_ in {"ADJ", "DET", "NOUN"} and not _is_when(verb.doc[end]):
            return False
    return True


def _named_alone(verb: Token) -> list[Token]:
    """The person of "called Lars Holm on Monday", whom the parse takes for a description."""
    for name in grammar.children(verb, "oprd"):
        end = name.i + 1
        closed = (
            end >= len(verb.doc) or verb.doc[end].pos_ in {"PUNCT", "CCONJ"} or verb.doc[end].lower_ in _BEHIND_NAME
        )
        if name.pos_ == "PROPN" and name.ent_type_ == "PERSON" and (closed or _is_when(verb.doc[end])):
            return [name]
    return []


# What may stand behind the name of someone who is telephoned.
_BEHIND_NAME = {"on", "to", "from", "after", "earlier", "later", "again"}


def _is_when(token: Token) -> bool:
    return token.ent_type_ in {"DATE", "TIME"} or token.lower_ in {"this", "last", "today", "tomorrow", "early", "late"}
