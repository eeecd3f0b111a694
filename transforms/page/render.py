"""Pages from templates: every value is escaped, and only addresses of the web become links."""

import functools
import re
from datetime import date
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import jinja2
from babel import Locale

from transforms.browse.one_meeting import said

# What is shown beside a status, so that colour is never the only sign.
SIGNS = {"held": "●", "ongoing": "◐", "planned": "○", "proposed": "◌", "cancelled": "✕", "denied": "⊘"}
_MODES = {"in_person": "in person", "phone": "by phone", "video": "by video", "unknown": "mode unknown"}
_WIKIDATA = re.compile(r"Q[1-9]\d{0,11}", re.ASCII)
_TERRITORIES = Locale("en").territories


class Addresses:
    """Where pages are: on a server, whose addresses begin with ``root`` ("/")."""

    is_live = True

    def __init__(self, root: str = "/") -> None:
        self.root = root

    def __call__(self, path: str, query: str = "") -> str:
        """The address of the page ``path`` (such as ``meetings/ID``; ``""`` is the first), with a query."""
        return f"{self.root}{path}{query}"

    def asset(self, name: str) -> str:
        """The address of a file that pages need."""
        return f"{self.root}assets/{name}"

    def has(self, path: str) -> bool:
        """Whether there is such a page."""
        return True


def web_link(link: str | None) -> str | None:
    """``link`` where a reader may follow it: an absolute address of http or https; else None."""
    try:
        parts = urlsplit(link or "")
    except ValueError:
        return None
    return link if parts.scheme in ("http", "https") and parts.netloc else None


def wikidata_link(item: str | None) -> str | None:
    """The address of an item of Wikidata; None for what is none."""
    return f"https://www.wikidata.org/wiki/{item}" if _WIKIDATA.fullmatch(item or "") else None


def country(code: str | None) -> str:
    """A country's English name; the code where there is none."""
    return str(_TERRITORIES.get(code, code)) if code else ""


def when(moment: dict[str, Any] | None) -> str:
    """A meeting's date as people write it: ``12 Oct 2026``, ``Oct 2026``, ``12–18 Oct 2026``; ``no date``."""
    if not moment or not moment.get("start"):
        return "no date"
    start = date.fromisoformat(moment["start"])
    end = date.fromisoformat(moment.get("end") or moment["start"])
    if moment.get("precision") == "year":
        return f"{start:%Y}"
    if moment.get("precision") == "month":
        return f"{start:%b %Y}"
    if start == end:
        return day(start)
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}–{day(end)}"
    return f"{day(start)} – {day(end)}" if start.year != end.year else f"{start.day} {start:%b} – {day(end)}"


def day(moment: date | str | None) -> str:
    """``12 Oct 2026``; ``""`` for nothing."""
    if moment is None:
        return ""
    moment = date.fromisoformat(moment[:10]) if isinstance(moment, str) else moment
    return f"{moment.day} {moment:%b %Y}"


def minute(moment: str | None) -> str:
    """``12 Oct 2026, 09:00 UTC`` of an RFC 3339 time in UTC; ``""`` for nothing."""
    return f"{day(moment)}, {moment[11:16]} UTC" if moment else ""


def mode(name: str) -> str:
    """``in_person`` as ``in person``."""
    return _MODES.get(name, name.replace("_", " "))


def names(parties: list[dict[str, Any]], most: int = 40) -> str:
    """Who, in a line: ``A, B and C``."""
    shown = [party["name"] for party in parties[:most]]
    if len(parties) > most:
        return f"{', '.join(shown)} and {len(parties) - most} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))


@functools.cache
def environment() -> jinja2.Environment:
    """The templates, with autoescape, and an error for any name that is not there."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(str(files("transforms.page") / "templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "web_link": web_link, "wikidata_link": wikidata_link, "country": country, "when": when, "day": day, "minute": minute, "mode": mode,
        "names": names, "said": said, "number": "{:,}".format,
    }  # fmt: skip
    made.globals |= {"SIGNS": SIGNS}
    return made


def page(template: str, to: Addresses, **context: Any) -> str:
    """A page as HTML; ``to`` gives the addresses in it."""
    return environment().get_template(template).render(to=to, **context)
