"""Whether an encounter told by a noun happened: "the planned meeting", "before their talks", "talk of a summit"."""

from spacy.tokens import Token

from transforms.meetings import grammar
from transforms.meetings.matrix import INTENTIONS, WILL, WOULD, Verdict, is_none, lexical, status_words

# What someone is asked by: it has an answer.
REQUESTS = frozenset(
    {"request", "invitation", "offer", "proposal", "appeal", "demand", "invite", "call", "plea", "bid"}
)
_IDEAS = {"talk", "prospect", "possibility", "idea", "hope", "call", "speculation", "chance", "proposal", "offer", "request", "suggestion",
          "rumor", "rumour"}  # fmt: skip


_PLANS = {"plan", "preparation", "arrangement", "date", "schedule", "eve", "agenda"}


def only_an_idea(noun: Token) -> Verdict | None:
    """ "talk of a summit", "plans for a meeting", "X's invitation to talks": no more than what becomes of the noun above."""
    if (request := request_above(noun)) is not None:
        verb = grammar.governor(request)
        answer = lexical(verb, request) if verb is not None else None
        if answer is not None and answer.status == "denied":
            return answer
        if verb is not None and verb.lemma_ == "accept" and not grammar.negated(verb):
            return Verdict("planned", verb.text)
        return Verdict("proposed", request.text)
    preposition = noun.head
    if (
        noun.dep_ != "pobj"
        or preposition.lower_ not in {"of", "for", "about"}
        or preposition.head.pos_ not in {"NOUN", "PROPN"}
    ):
        return None
    thing = preposition.head
    if thing.lemma_.lower() in INTENTIONS and is_none(thing):
        return Verdict("denied", f"no {thing.text}")
    if thing.lemma_.lower() in _IDEAS:
        return Verdict("proposed", thing.text)
    return Verdict("planned", thing.text) if thing.lemma_.lower() in _PLANS else None


def request_above(noun: Token) -> Token | None:
    """What asks for the encounter: the "request" of "declined a request from B for a meeting"."""
    if noun.dep_ != "pobj" or noun.head.lower_ not in {"for", "to"}:
        return None
    for token in grammar.chain(noun.head):
        if token.lemma_.lower() in REQUESTS and token.pos_ == "NOUN":
            return token
        if token.pos_ in grammar.VERBAL:
            return next((t for t in grammar.children(token, "dobj") if t.lemma_.lower() in REQUESTS), None)
    return None


def by_modifiers(noun: Token) -> Verdict | None:
    """What an adjective says: "the planned meeting"; None where none does."""
    start = noun.left_edge.i if noun.i - noun.left_edge.i < 12 else noun.i - 6
    for token in noun.doc[max(start, noun.i - 8) : noun.i]:
        low = token.lower_
        for status in ("cancelled", "proposed", "ongoing", "planned"):
            if low in status_words(f"{status}_before") and _modifies(token, noun):
                if status == "planned":
                    above = grammar.governor(noun)
                    if (
                        above is not None
                        and (worse := lexical(above, noun))
                        and worse.status in {"cancelled", "denied"}
                    ):
                        return worse
                    return Verdict("planned", token.text)
                return Verdict(status, token.text)
    return None


def _modifies(token: Token, noun: Token) -> bool:
    return (
        token.head == noun
        or (token.head.head == noun and token.i > noun.i - 5)
        or (token.dep_ in {"amod", "compound"} and noun.i - token.i <= 4)
    )


def beside(noun: Token, verb: Token) -> Verdict:
    """A noun that is no argument of the verb ("agreed during their talks"): as real as the clause it stands in."""
    prepositions = [t.lower_ for t in grammar.chain(noun) if t.pos_ in {"ADP", "SCONJ", "VERB"} and t != verb]
    if prepositions[:1] and prepositions[0] in {"after", "following", "since"}:
        return Verdict("held", prepositions[0])
    finite = verb
    for token in grammar.chain(verb):
        if token.pos_ in grammar.VERBAL:
            finite = token
            if token.tag_ in {"VBD", "VBZ", "VBP"} or grammar.auxiliaries(token) & (
                WILL | WOULD | {"has", "have", "had", "was", "were"}
            ):
                break
    if grammar.auxiliaries(finite) & WILL:
        return Verdict("planned", "will")
    if grammar.auxiliaries(finite) & {"could", "may", "might"} and "have" not in grammar.auxiliaries(finite):
        return Verdict("proposed", "could")
    if finite.tag_ in {"VBZ", "VBP"} and finite != verb and finite.lemma_ in status_words("planned"):
        return Verdict("planned", finite.text)
    if finite.lemma_ in {"plan", "expect", "schedule", "set", "hope", "intend"} and finite != verb:
        return Verdict("planned", finite.text)
    if finite == verb and "to" in grammar.auxiliaries(verb) and verb.dep_ == "ROOT":
        return Verdict("planned", "to " + verb.text)
    return Verdict("held", noun.text)


def labels_between(low: Token, high: Token) -> set[str]:
    """The dependency labels from ``low`` up to below ``high``."""
    found: set[str] = set()
    for token in grammar.chain(low):
        if token == high:
            break
        found.add(token.dep_)
    return found


def ahead_of_noun(noun: Token) -> bool:
    """ "before/ahead of/prior to/on the eve of" right before the noun's phrase."""
    start = noun.left_edge.i
    if noun.i - start > 10:
        start = max(0, noun.i - 6)
    lows = [t.lower_ for t in noun.doc[max(0, start - 4) : noun.i]]
    joined = " " + " ".join(lows) + " "
    return any(
        f" {words} " in joined
        for words in ("before", "ahead of", "prior to", "eve of", "in advance of", "until", "awaiting")
    )
