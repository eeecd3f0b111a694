"""What the dependency parse says about a verb: its subject, what governs it, its negation and auxiliaries."""

from collections.abc import Iterator

from spacy.tokens import Token

from transforms.lexicon import vocabulary

VERBAL = {"VERB", "AUX"}
_DEEPEST = 12


def children(token: Token, *labels: str) -> list[Token]:
    """The children of ``token`` with one of the dependency ``labels``."""
    return [child for child in token.children if child.dep_ in labels]


def subject(verb: Token) -> Token | None:
    """The token that does what ``verb`` says: its own subject, or that of the clause that it hangs on.

    A relative pronoun gives the noun that it stands for; a passive gives its agent where there is one.
    """
    current = verb
    for _ in range(_DEEPEST):
        own = children(current, "nsubj", "nsubjpass", "csubj")
        if own:
            found = own[0]
            if found.tag_ in {"WP", "WDT"} and current.dep_ in {"relcl", "acl"}:
                return current.head
            return found
        label, head = current.dep_, current.head
        if head == current:
            return None
        if label in {"conj", "advcl", "xcomp", "ccomp", "pcomp", "prep", "dep", "parataxis", "acomp", "oprd"}:
            if label == "xcomp" and head.lemma_ in vocabulary("object_control") and (given := children(head, "dobj")):
                return given[0]
            if (
                label == "ccomp"
                and head.lemma_ in vocabulary("object_control")
                and (given := children(head, "dobj", "nsubj"))
            ):
                return given[-1]
            current = head
        elif label in {"relcl", "acl"}:
            if is_superlative(head) and (own := children(head.head, "nsubj")):
                return own[0]
            if head.pos_ in {"NOUN"} and head.lemma_ in vocabulary("intended"):
                above = governor(head)
                if above is None:
                    return None
                current = above
            else:
                return head
        elif label in {"pobj", "dobj", "attr", "nsubj", "appos", "oprd", "nmod", "compound", "amod"}:
            above = governor(current)
            if above is None or above is current:
                return None
            current = above
        else:
            return None
    return None


def is_superlative(noun: Token) -> bool:
    """Whether ``noun`` says that its subject is the first or highest to do something: "is the first envoy to meet B"."""
    ranks = any(c.tag_ in {"JJS", "RBS"} or c.lower_ in {"first", "last", "only"} for c in noun.subtree if c.i < noun.i)
    return noun.dep_ == "attr" and noun.head.lemma_ == "be" and ranks


def agent(verb: Token) -> Token | None:
    """The noun behind "by" of a passive."""
    for by in children(verb, "agent"):
        for noun in children(by, "pobj"):
            return noun
    return None


# "conferred by video link": by what means, not by whom.
_NO_AGENT = vocabulary("means") | {"call", "radio"}


def is_passive(verb: Token) -> bool:
    """Whether ``verb`` is in the passive voice."""
    if children(verb, "auxpass", "nsubjpass"):
        return True
    by = [child for preposition in children(verb, "agent") for child in preposition.children]
    return verb.tag_ == "VBN" and bool(by) and not any(thing.lemma_.lower() in _NO_AGENT for thing in by)


def governor(token: Token) -> Token | None:
    """The nearest verb above ``token``, over prepositions and nouns; None where a noun is the root."""
    current = token
    for _ in range(_DEEPEST):
        if current.head == current:
            return current if current.pos_ in VERBAL else None
        current = current.head
        if current.pos_ in VERBAL:
            return current
    return None


def chain(token: Token) -> Iterator[Token]:
    """``token`` and everything above it."""
    current = token
    for _ in range(40):
        yield current
        if current.head == current:
            return
        current = current.head


def below(token: Token, verb: Token) -> Token:
    """What ``token`` hangs on right below ``verb``: the "to" of "invited B to a summit"; itself where it is not below."""
    return next((t for t in chain(token) if t.head == verb), token)


_DENYING = {"never", "no", "n't", "not"}


def negated(verb: Token) -> bool:
    """Whether "not", "never", "no" or "without" denies ``verb``."""
    denying = [c for c in verb.children if c.dep_ == "neg" or (c.i < verb.i and c.lower_ in _DENYING)]
    if any(c.i + 1 == len(verb.doc) or c.nbor().lower_ != "only" for c in denying):
        return True
    if verb.dep_ == "conj" and any(c.dep_ == "cc" and c.lower_ in {"or", "nor"} for c in verb.head.children):
        return negated(verb.head)  # "never met or spoke with"
    return verb.dep_ == "pcomp" and verb.head.lower_ in {"without", "instead"}


def auxiliaries(verb: Token) -> set[str]:
    """The auxiliaries and particles of ``verb`` in lower case ("will", "has", "to")."""
    found = {t.lower_ for t in verb.children if t.dep_ in {"aux", "auxpass"}}
    if verb.dep_ == "conj" and not found and verb.head.pos_ in VERBAL and verb.tag_ in {"VB", "VBN", "VBG"}:
        return auxiliaries(verb.head)
    return found
