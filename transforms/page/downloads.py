"""Just this view of the meetings as CSV, JSON lines, Parquet, a calendar or an Atom feed."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as Xml

import pyarrow as pa
import pyarrow.parquet as pq
from icalendar import Calendar, Event

from transforms.browse import listing
from transforms.browse.connection import Reader
from transforms.browse.filters import Filter
from transforms.page.render import mode, names, when
from transforms.tables.queries import flat

Row = dict[str, Any]
# Meetings of one download, and of a feed, which readers fetch again and again.
MOST, IN_FEED = 100_000, 50
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
    "ics": "text/calendar; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
}
_ATOM = "http://www.w3.org/2005/Atom"
# What XML 1.0 cannot hold.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DAY = timedelta(days=1)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_ICS_STATUS = {"cancelled": "CANCELLED", "denied": "CANCELLED", "planned": "CONFIRMED", "proposed": "TENTATIVE"}


def bodies(reader: Reader, chosen: Filter, most: int = MOST) -> Iterator[str]:
    """The meetings of a view as JSON, newest first, fetched so many at once."""
    older = None
    while most > 0:
        found = listing.listed(reader, chosen, min(1000, most), older)
        yield from found.bodies
        older, most = found.older, most - 1000
        if older is None:
            return


def as_csv(meetings: Iterable[Row]) -> Iterator[str]:
    """CSV of flat lines; text that a spreadsheet would run gets a ``'``."""
    names_ = None
    for line in flat.meetings(meetings):
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        if names_ is None:
            names_ = list(line)
            writer.writerow(names_)
        writer.writerow([f"'{v}" if isinstance(v, str) and v.startswith(_FORMULA) else v for v in line.values()])
        yield text.getvalue()


def as_parquet(meetings: Iterable[Row]) -> bytes:
    """The flat lines as a Parquet file."""
    lines = list(flat.meetings(meetings))
    buffer = io.BytesIO()
    pq.write_table(
        pa.Table.from_pylist(lines) if lines else pa.table({"meeting_id": pa.array([], pa.string())}), buffer
    )
    return buffer.getvalue()


def as_calendar(meetings: Iterable[Row], base: str) -> bytes:
    """An iCalendar of those meetings that have a day; ``base`` is what addresses of meetings begin with."""
    made = Calendar()
    made.add("prodid", "-//meetwire//who met whom//EN")
    made.add("version", "2.0")
    for meeting in meetings:
        start = (meeting["date"] or {}).get("start")
        if not start:
            continue
        event = Event()
        event.add("uid", f"{meeting['meeting_id']}@meetwire")
        event.add("dtstamp", _moment(meeting["last_reported"] or f"{start}T00:00:00Z"))
        event.add("dtstart", date.fromisoformat(start))
        last = date.fromisoformat(meeting["date"]["end"] or start)
        event.add("dtend", min(last, date.max - _DAY) + _DAY)
        event.add("summary", f"{meeting['status']}: {names(meeting['participants'])}")
        event.add("description", "\n".join(s for source in meeting["sources"] for s in source["sentences"]))
        event.add("url", f"{base}meetings/{meeting['meeting_id']}")
        event.add("status", _ICS_STATUS.get(meeting["status"], "CONFIRMED"))
        if meeting["place"]:
            event.add("location", meeting["place"]["name"])
        made.add_component(event)
    return bytes(made.to_ical())


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def as_atom(meetings: Sequence[Row], base: str, query: str, updated: str, page: str = "meetings/{}") -> bytes:
    """An Atom feed of the newest of a view. ``updated`` is its time where it holds no meeting, RFC 3339.

    ``page`` is the address of a meeting behind ``base``. Ids of entries are the same wherever the feed lies.
    """
    Xml.register_namespace("", _ATOM)
    feed = Xml.Element(f"{{{_ATOM}}}feed")
    _text(feed, "title", "Who met whom")
    _text(feed, "id", f"urn:meetwire:meetings{quote(query)}")
    _text(feed, "updated", max((m["last_reported"] for m in meetings if m["last_reported"]), default=updated))
    Xml.SubElement(Xml.SubElement(feed, f"{{{_ATOM}}}author"), f"{{{_ATOM}}}name").text = "meetwire"
    Xml.SubElement(feed, f"{{{_ATOM}}}link", rel="self", href=f"{base}atom.xml{query}")
    for meeting in meetings:
        entry = Xml.SubElement(feed, f"{{{_ATOM}}}entry")
        address = base + page.format(quote(meeting["meeting_id"]))
        _text(entry, "title", f"{names(meeting['participants'])}: {meeting['status']}, {when(meeting['date'])}")
        _text(entry, "id", f"urn:meetwire:meeting:{quote(meeting['meeting_id'])}")
        _text(entry, "updated", meeting["last_reported"] or updated)
        Xml.SubElement(entry, f"{{{_ATOM}}}link", rel="alternate", href=address)
        _text(entry, "summary", _summary(meeting))
    return bytes(Xml.tostring(feed, encoding="utf-8", xml_declaration=True))


def _summary(meeting: Row) -> str:
    place = meeting["place"]["name"] if meeting["place"] else ""
    told = [sentence for source in meeting["sources"] for sentence in source["sentences"]]
    return " · ".join(filter(None, [place, mode(meeting["mode"]), "; ".join(meeting["topics"]), *told]))


def _text(parent: Xml.Element, name: str, text: str) -> None:
    Xml.SubElement(parent, f"{{{_ATOM}}}{name}").text = _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def loaded(texts: Iterable[str]) -> Iterator[Row]:
    """Each body as a row."""
    return map(json.loads, texts)
