"""Countries as news text names them: by name, by their people, by their capital or the seat of their government.

The table is ``lexicon/countries.yaml``. Codes are ISO 3166-1 alpha-2, and ``XK`` for Kosovo. A look-up takes
microseconds and never raises.
"""

import functools
import re
from typing import Any, NamedTuple

from transforms import lexicon
from transforms.language.names import bare, fold

_NO_PLURAL = re.compile(r"(?:ese|ch|sh|s|x|men|man)$")
# Words before a demonym or a country that do not change the country.
_DIRECTION = re.compile(
    r"^(?:(?:north|south|east|west)(?:ern|east|west|eastern|western)?|central|upper|lower|mainland|then|former)[\s\-]+",
    re.IGNORECASE,
)


class _Index(NamedTuple):
    names: dict[str, str]  # folded name -> code
    people: dict[str, str]  # folded demonym -> code
    seats: dict[str, str]  # folded capital or seat -> code
    abbreviations: frozenset[str]  # folded forms that count in capitals only
    usual: dict[str, str]  # code -> the usual name
    adjectives: dict[str, str]  # code -> the first demonym
    capitals: dict[str, tuple[str, ...]]


def _is_abbreviation(form: str) -> bool:
    letters = [c for c in form if c.isalpha()]
    return len(letters) <= 5 and bool(letters) and all(c.isupper() for c in letters)


def _plural(word: str) -> str:
    return word if _NO_PLURAL.search(word) else word + "s"


@functools.cache
def _index() -> _Index:
    names: dict[str, str] = {}
    people: dict[str, str] = {}
    seats: dict[str, str] = {}
    abbreviations: set[str] = set()
    usual: dict[str, str] = {}
    adjectives: dict[str, str] = {}
    capitals: dict[str, tuple[str, ...]] = {}
    row: dict[str, Any]
    for code, row in lexicon.table("countries").items():
        usual[code] = row["name"]
        for form in (row["name"], *row.get("also", ())):
            names.setdefault(fold(form), code)
            if _is_abbreviation(form):
                abbreviations.add(fold(form))
        for form in row["people"]:
            people.setdefault(fold(form), code)
            people.setdefault(fold(_plural(form)), code)
        if row["people"]:
            adjectives[code] = row["people"][0]
        capitals[code] = tuple(row.get("seat", ()))
        for form in capitals[code]:
            seats.setdefault(fold(form), code)
    return _Index(names, people, seats, frozenset(abbreviations), usual, adjectives, capitals)


def _look_up(table: dict[str, str], text: str) -> str | None:
    plain = bare(text)
    if not plain or not any(c.isupper() for c in plain):
        return None
    key = fold(plain)
    code = table.get(key)
    if code is not None and key in _index().abbreviations and not _is_abbreviation(plain):
        return None
    return code


def without_direction(text: str) -> str:
    """``text`` without a word before it that leaves the country the same: "northern Syria", "former Soviet"."""
    if text and _look_up(_index().names, text) is None:
        return _DIRECTION.sub("", bare(text))
    return text


@functools.lru_cache(maxsize=8192)
def country_of(text: str) -> str | None:
    """The country that ``text`` names as a whole, by a name, an abbreviation or its people.

    ``U.S.``, ``the United States'``, ``Americans`` and ``American`` give ``US``; ``western Japan`` gives ``JP``.
    Capitals do not count: see ``capital_metonym``. Words without a capital letter name no country.
    """
    index = _index()
    for form in dict.fromkeys((text, _DIRECTION.sub("", bare(text)))):
        code = _look_up(index.names, form) or _look_up(index.people, form)
        if code is not None:
            return code
    return None


@functools.cache
def _first_words() -> frozenset[str]:
    index = _index()
    return frozenset(form.split(" ")[0] for form in (*index.names, *index.people)) | {"the", ""}


def begins_country(word: str) -> bool:
    """Whether what ``country_of`` knows can begin with ``word``: spares looking up what follows most words."""
    return fold(word).split(" ")[0] in _first_words() or _DIRECTION.match(f"{word} ") is not None


def is_country_name(text: str) -> bool:
    """Whether ``text`` as a whole is a name or an abbreviation of a country (``Japan``, ``the UK``)."""
    return _look_up(_index().names, text) is not None


def is_demonym(text: str) -> bool:
    """Whether ``text`` as a whole is a word for a country's people or its adjective (``Dutch``, ``Britons``)."""
    return _look_up(_index().people, text) is not None


def capital_metonym(text: str) -> str | None:
    """The country whose government ``text`` stands for: ``Beijing``, ``the Kremlin``, ``Downing Street``."""
    return _look_up(_index().seats, text)


def name_of(code: str) -> str | None:
    """The usual English name of the country ``code``; None for an unknown code."""
    return _index().usual.get(code)


def adjective_of(code: str) -> str | None:
    """The usual adjective of the country ``code`` (``Japanese``); None where the table has none."""
    return _index().adjectives.get(code)


def seats_of(code: str) -> tuple[str, ...]:
    """The capital of the country ``code`` and what else stands for its government, the capital first."""
    return _index().capitals.get(code, ())


def codes() -> tuple[str, ...]:
    """Every code of the table."""
    return tuple(_index().usual)
