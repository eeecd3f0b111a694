"""Which words stand for people and bodies: ``lexicon/groups.yaml``, with plurals."""

import functools

from transforms import lexicon

# Irregular plurals of single words; compounds ("lawmaker") end in one of them or take an -s.
_IRREGULAR = {"man": "men", "woman": "women", "child": "children", "person": "people", "wife": "wives"}


def plural(word: str) -> str:
    """The English plural of ``word`` (``party`` gives ``parties``, ``spokesman`` gives ``spokesmen``)."""
    for one, many in _IRREGULAR.items():
        if word.endswith(one) and (word == one or one in ("man", "woman")):
            return word[: -len(one)] + many
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    if word.endswith(("s", "x", "ch", "sh", "z")):
        return word + "es"
    return word + "s"


def words(key: str) -> frozenset[str]:
    """The single words under ``key`` as they stand, in lower case."""
    return lexicon.words("groups", key)


@functools.cache
def plurals(key: str) -> frozenset[str]:
    """The plurals of the words under ``key``; of several words the last one changes."""
    return frozenset(plural(word) for word in words(key))


def noun_kind(word: str) -> str | None:
    """``office``, ``people`` or ``body`` for a noun that stands for someone; None for any other word."""
    word = word.casefold()
    for kind, key in (("office", "offices"), ("people", "people"), ("body", "bodies")):
        if word in words(key) or word in plurals(key):
            return kind
    if "-" in word:  # co-leader, vice-premier, interior-minister
        return noun_kind(word.rsplit("-", 1)[1])
    return None


def is_plural_noun(word: str) -> bool:
    """Whether ``word`` is the plural of a noun that stands for someone."""
    word = word.casefold().rsplit("-", 1)[-1]
    return any(word in plurals(key) for key in ("offices", "people", "bodies")) or word in {"people", "clergy", "staff"}


@functools.cache
def unique_offices() -> dict[str, str]:
    """Offices that only one country has under this name (``secretary of state``) -> ISO 3166-1 alpha-2."""
    return {str(title): str(code) for title, code in lexicon.table("offices").items()}
