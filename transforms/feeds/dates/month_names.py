"""Names of months in the languages that news is written in (CLDR's and dateparser's, with forms seen in feeds)."""

import json
import re
import unicodedata
from functools import cache
from importlib import resources

from transforms.feeds.dates import weekday_names

# Where two languages call different months by one name and nothing tells which is meant: the one with more news.
_PREFERRED = ("en", "es", "pt", "fr", "de", "ru", "it", "pl", "cs", "uk", "tr", "nl", "id", "ar")
_FIGURE_BEFORE = re.compile(r"\d\S{0,2}\s*(?:\w{1,3}[\s'’]+)?[\s,/.-]*$")
_FIGURE_AFTER = re.compile(r"^[\s,/.-]*(?:\w{1,3}\.?\s+)?\d")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*\.?")


def find(text: str, languages: tuple[str, ...] = ()) -> tuple[int, int, int] | None:
    """The month named in ``text``: (month 1-12, start, end); None where none is.

    Weekdays can be months elsewhere (``lun``, ``mar``), so a name with a figure on both sides goes before one with a
    figure on one side, and a name in one of ``languages`` before others.

    Args:
        text: A date as a feed writes it, folded.
        languages: Language tags, likeliest first; a name that is known only elsewhere is found all the same.
    """
    words = list(_WORD.finditer(text))
    tags = {re.split("[-_]", tag.lower())[0] for tag in languages}
    best: tuple[tuple[int, int, int], tuple[int, int, int]] | None = None
    for index, word in enumerate(words):
        for last in range(min(index + 3, len(words) - 1), index - 1, -1):
            start, end = word.start(), words[last].end()
            senses = _senses(text[start:end])
            if not senses or (weekday_names.is_one(text[start:end], languages) and not (tags | {"en"}) & senses.keys()):
                continue
            figures = bool(_FIGURE_BEFORE.search(text[:start])) + bool(_FIGURE_AFTER.match(text[end:]))
            rank = (figures, bool(tags & senses.keys()), last - index)
            if best is None or rank > best[0]:
                best = rank, (lookup(text[start:end], languages) or 0, start, end)
            break
    return best and best[1]


def lookup(name: str, languages: tuple[str, ...] = ()) -> int | None:
    """The month that ``name`` means, 1-12; accents and full stops do not matter."""
    senses = _senses(name)
    if not senses:
        return None
    tags = [re.split("[-_]", tag.lower())[0] for tag in languages]
    for tag in (*tags, *_PREFERRED):
        if tag in senses:
            return senses[tag]
    return next(iter(senses.values()))


def _senses(name: str) -> dict[str, int] | None:
    """Language -> month of ``name``."""
    return _names().get(_key(name)) or _names().get(_bare(_key(name)))


def fold(text: str) -> str:
    """``text`` in lower case and compatibility form, Unicode digits as ASCII ones."""
    text = unicodedata.normalize("NFKC", text).lower()
    return "".join(str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in text)


def _key(name: str) -> str:
    return re.sub(r"[\s._]+", " ", unicodedata.normalize("NFKC", name).lower().replace("’", "'")).strip()


def _bare(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


@cache
def _names() -> dict[str, dict[str, int]]:
    """Name -> language -> month."""
    source = resources.files("transforms.feeds.dates").joinpath("month_names.json").read_text(encoding="utf-8")
    table: dict[str, dict[str, int]] = {}
    for language, months in json.loads(source).items():
        for month, names in enumerate(months, 1):
            for name in names.split():
                key = _key(name)
                table.setdefault(key, {}).setdefault(language, month)
    for key, senses in list(table.items()):
        bare = _bare(key)
        if bare != key:
            target = table.setdefault(bare, {})
            for language, month in senses.items():
                target.setdefault(language, month)
    return table
