"""Bodies that take part in meetings and are no country: alliances, blocs, international bodies, movements.

The table is ``lexicon/organisations.yaml``.
"""

import functools
from typing import NamedTuple

from transforms import lexicon
from transforms.language.names import bare, fold


class Organisation(NamedTuple):
    """A body that the table knows.

    Attributes:
        name: Its usual name.
        kind: alliance, bloc, international, movement, sport, religion or business.
        country: ISO 3166-1 alpha-2, where it belongs to one.
    """

    name: str
    kind: str
    country: str | None


@functools.cache
def _index() -> dict[str, tuple[Organisation, bool]]:
    """Folded form -> (body, whether the form counts in capitals only)."""
    found: dict[str, tuple[Organisation, bool]] = {}
    for kind, bodies in lexicon.table("organisations").items():
        for name, entry in bodies.items():
            body = Organisation(name, kind, entry.get("country"))
            for form in (name, *entry.get("also", ())):
                letters = [c for c in form if c.isalpha()]
                short = len(letters) <= 5 and all(c.isupper() for c in letters)
                known = found.setdefault(fold(form), (body, short))
                found[fold(form)] = (known[0], known[1] and short)
    return found


def organisation_of(text: str) -> Organisation | None:
    """The body that ``text`` as a whole names (``the G-7``, ``Group of Seven``, ``NATO's``); None for any other."""
    plain = bare(text)
    entry = _index().get(fold(plain))
    if entry is None or not any(c.isupper() for c in plain):
        return None
    body, short = entry
    return None if short and not plain.replace(".", "").replace("-", "").isupper() else body


@functools.cache
def _first_words() -> frozenset[str]:
    return frozenset(form.split(" ")[0] for form in _index()) | {"the", ""}


def begins_organisation(word: str) -> bool:
    """Whether the name of a body in the table can begin with ``word``: spares looking up what follows most words."""
    return fold(word).split(" ")[0] in _first_words()


def is_organisation(text: str) -> bool:
    """Whether ``text`` as a whole names a body of the table."""
    return organisation_of(text) is not None
