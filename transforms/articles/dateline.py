"""The dateline that opens an agency's text: ``KARUIZAWA, Japan, April 17 (Kyodo) —``."""

import re
from datetime import datetime

from transforms.language.dates.date_words import MONTH, WEEKDAY
from transforms.language.dates.expressions import resolve
from transforms.language.world import organisations
from transforms.language.world.places import Located, locate
from transforms.rows import Dateline

_WORD = r"[^\W\d_a-z][\w'’.‐-]{0,24}"
_JOINT = r"(?: (?:de|la|las|los|le|el|al|da|do|dos|du|of|upon|sur|the|am))?"
_NAME = rf"{_WORD}(?:{_JOINT} {_WORD}){{0,3}}"
_PLACE = rf"{_NAME}(?: ?/ ?{_NAME}){{0,2}}(?:,? and {_NAME})?(?:, {_NAME}){{0,2}}?(?: \[{_NAME}\])?"
_DAY = rf"(?:{WEEKDAY},? )?(?:{MONTH} \d{{1,2}}(?:st|nd|rd|th)?|\d{{1,2}}(?:st|nd|rd|th)? {MONTH})(?:,? (?:19|20)\d\d)?"
_AGENCY = r"\((?=[^()]{2,40}\))[A-Za-z][\w .,&/’'-]*\)(?: [A-Z]{2,8})?"
_DATELINE = re.compile(
    rf"(?!(?i:{_DAY}))(?P<place>{_PLACE})(?:[,.]? (?P<open>\()?(?P<date>(?i:{_DAY}))(?(open)\))(?![\w-]))?,?"
    rf"(?: ?(?P<agency>{_AGENCY}))?(?P<mark>[,.]? ?(?:—|–|―|--+)[ \n]?| [-_|] |(?<=\))(?:[-:] ?| )|: )"
)
_WITHOUT_PLACE = re.compile(
    rf"(?:(?P<date>(?i:{_DAY})),?)?(?: ?(?P<agency>{_AGENCY}))?(?P<mark> ?(?:—|–|―|--+)[ \n]?| [-_|] |(?<=\))- ?)"
)
_KNOWN_AGENCY = re.compile(
    r"\b(?:AP|AFP|Reuters|Kyodo|Xinhua|TASS|Yonhap|ANI|PTI|IANS|UNI|UPI|dpa|Bernama|Jiji|EFE|ANSA|Interfax|RIA|Sputnik"
    r"|Anadolu|AA|VOA|Petra|SPA|WAM|KUNA|QNA|MENA|IRNA|SANA|APP|BSS|VNA|Antara|Ukrinform|Tanjug|Hina|PAP|MTI|CTK|News"
    r"|Press|Agency|Agence)\b"
)
# What an editor puts before a headline or a text; none of it is a place.
_LABELS = re.compile(
    r"(?:alert|analysis|breaking|column|comment|correction|editorial|exclusive|explainer|factbox|feature|file|focus"
    r"|insight|interview|just|live|news|note|opinion|photos?|podcast|poll|profile|recap|review|timeline|update|urgent"
    r"|video|watch|wrapup)\b",
    re.IGNORECASE,
)
# Lines above the text: a byline, a time of publication.
_ABOVE = re.compile(
    r"(?:by |updated|published|posted|last |\d{1,2}[:.]\d{2}|staff|edited by|written by)", re.IGNORECASE
)
_LINES_ABOVE = 3
_LONGEST = 160


def find_dateline(text: str, published: datetime | None = None, start: int = 0) -> tuple[Dateline, int] | None:
    """The dateline of the text that begins at ``start``, and the offset behind it; None where there is none.

    A place in small letters or without agency and date counts only where it is a known city and a dash follows. A
    byline above the text is passed over. Several places ("MOSCOW/KYIV") are kept as printed.

    Args:
        text: The article's text.
        published: When it was published, in the source's zone; gives the date its year.
        start: Where the body begins.
    """
    for begin in _openings(text, start):
        found = _read(text[begin : begin + _LONGEST], published)
        if found is not None:
            return found[0], begin + found[1]
    return None


def _openings(text: str, start: int) -> list[int]:
    """Where the text can begin: its first line that is not blank, and the next ones while they stand above the text."""
    begins: list[int] = []
    for line in re.finditer(r"\S[^\n]*", text[start : start + 2000]):
        begins.append(start + line.start())
        if len(begins) > _LINES_ABOVE or len(line[0]) > 100 or not _ABOVE.match(line[0]):
            break
    return begins


def _read(head: str, published: datetime | None) -> tuple[Dateline, int] | None:
    match = _DATELINE.match(head)
    if match is not None:
        place: str | None = _trim(match["place"])
        if not _fits(
            place or "", match["agency"] or "", bool(match["date"]), match["mark"], head[match.end() :].lstrip()
        ):
            return None
    else:
        match, place = _WITHOUT_PLACE.match(head), None
        if match is None or not (match["agency"] or match["date"]) or not head[match.end() :].strip():
            return None
    resolved = resolve(match["date"], published, "present") if match["date"] else None
    return Dateline(place, resolved.start.isoformat() if resolved else None), match.end()


def _trim(place: str) -> str:
    """``place`` without the full stop that ends it, unless it is that of an abbreviation (``D.C.``, ``Calif.``)."""
    last = place.rsplit(" ", 1)[-1]
    return place[:-1] if last.endswith(".") and last.isupper() and "." not in last[:-1] else place


def _fits(place: str, agency: str, day: bool, mark: str, rest: str) -> bool:
    """Whether ``place``, with what stands around it, is a dateline's and not the first words of a headline."""
    if not rest:
        return False
    capitals = place.split(",")[0].split(" [")[0].isupper()
    words = place.lower().split()
    if _LABELS.match(place) or (organisations.is_organisation(place) and not agency):
        return False
    if not any(c.islower() for c in rest[:40]):
        return False
    known = place_of(place)
    if agency or day:
        by_agency = _KNOWN_AGENCY.search(agency) is not None
        if agency and not mark.strip() and not by_agency:
            return False  # "MCP (Model Context Protocol) is"
        return capitals or known is not None or (by_agency and bool(mark.strip()) and len(words) <= 4)
    if known is None:
        return False
    if capitals:
        return True
    opens = rest[0].isupper() or not rest[0].isalpha()
    is_point = known.latitude is not None and len(words) <= 4
    return mark.strip() != ":" and is_point and opens


def place_of(place: str) -> Located | None:
    """Where a dateline's place lies; of several the first that is known."""
    place = re.sub(r" \[(.+)\]$", r", \1", place)
    for name in (place, *re.split(r" ?/ ?|,? (?i:and) ", place)):
        found = locate(name)
        if found is not None:
            return found
    return None
