"""Each page, made of the read model; the same for a server and for files."""

import itertools
import json
from typing import Any
from urllib.parse import parse_qsl

from markupsafe import Markup

from transforms.browse import listing, one_meeting, overview, who
from transforms.browse.connection import Reader
from transforms.browse.filters import Filter
from transforms.browse.rows_shown import actor_of
from transforms.page import graph_layout, marks, world_map
from transforms.page.render import Addresses, country, environment, mode, page

Row = dict[str, Any]
PER_PAGE = 30
# People in the graph: as many as a screen can name.
IN_GRAPH, IN_CIRCLE = 42, 24
_TITLES = {"status": "Status", "confidence": "Confidence", "year": "Year", "country": "Country", "mode": "How", "kind": "Parties", "feed": "Feed"}  # fmt: skip
_OPEN = ("status", "year", "confidence")
DOWNLOADS = {"CSV": "csv", "JSON lines": "jsonl", "Parquet": "parquet", "Calendar (ICS)": "ics"}


def with_actors(meetings: list[Row]) -> list[tuple[Row, list[str]]]:
    """Each meeting with its participants' actors."""
    return [(meeting, [actor_of(party) for party in meeting["participants"]]) for meeting in meetings]


def meetings(
    reader: Reader, to: Addresses, chosen: Filter, older: str | None, newer: str | None, pending: int = 0
) -> str:
    """The list, with facets and downloads of just this view."""
    shown = listing.listed(reader, chosen, PER_PAGE, older, newer)
    count, unlikely = listing.counts(reader, chosen)
    separator = "&" if chosen.query() else "?"
    links = {
        name: to("", f"{chosen.query()}{separator}{name}={_quoted(at)}") if at else None
        for name, at in (("older", shown.older), ("newer", shown.newer))
    }
    downloads = [(name, to(f"meetings.{kind}", chosen.query())) for name, kind in DOWNLOADS.items()]
    return page(
        "meetings.html",
        to,
        here="",
        totals=overview.totals(reader),
        query=chosen.query(),
        chosen=chosen,
        hidden=_hidden(chosen),
        count=count,
        unlikely=unlikely,
        pending=pending,
        facets=_facets(reader, chosen) if reader.facts.count else [],
        shown=with_actors(shown.meetings),
        downloads=[*downloads, ("Atom feed", to("atom.xml", chosen.query()))],
        **links,
    )


def _quoted(key: str) -> str:
    return key.replace(" ", "+")


def _hidden(chosen: Filter) -> list[tuple[str, str]]:
    """What else the search form sends: the filter without its words."""
    return parse_qsl(chosen.query(q="")[1:])


def _facets(reader: Reader, chosen: Filter) -> list[Row]:
    found = listing.facets(reader, chosen)
    made = []
    for name, title in _TITLES.items():
        now = getattr(chosen, name)
        values = []
        for value, count in found[name]:
            if name == "confidence":
                shown = f"at least {float(value):.0%}" if float(value) else "any"
                query, on = chosen.query(confidence=float(value)), float(value) == now
            else:
                shown = country(value) if name == "country" else mode(value) if name == "mode" else value
                query, on = chosen.toggled(name, value), value in now
            values.append({"shown": shown, "count": count, "query": query, "on": on})
        number = 0 if name == "confidence" else len(now)
        if values:
            made.append({"title": title, "values": values, "chosen": number, "open": name in _OPEN or number})
    return made


def meeting(reader: Reader, to: Addresses, meeting_id: str) -> str | None:
    """One meeting with its sources; None where there is none."""
    found = one_meeting.meeting(reader, meeting_id)
    if found is None:
        return None
    told = one_meeting.reports(reader, found["meeting_id"])
    for report in told:
        report["paragraphs"] = marks.paragraphs(report["text"] or "", report["evidence"], report["mentions"] or [])
    actors = [actor_of(party) for party in found["participants"]]
    named = list(dict(zip(actors, found["participants"], strict=True)).items())[:6]
    point = found["place"] and found["place"]["latitude"] is not None and found["place"]["longitude"] is not None
    return page(
        "meeting.html",
        to,
        here="meetings",
        totals=overview.totals(reader),
        m=found,
        actors=actors,
        told=told,
        why=_why(found, told),
        fields=_fields(found, told),
        steps=one_meeting.history(told),
        differ=one_meeting.disagreements(told),
        pairs=[
            (one, other, f"{a['name']} and {b['name']}")
            for (one, a), (other, b) in itertools.combinations(named, 2)
            if to.has(f"pairs/{one}/{other}")
        ],
        map_point=point,
        world=world(to, [{**found["place"], "meetings": 1}], near=True) if point else "",
        gold=json.dumps(one_meeting.gold(told[-1], found), ensure_ascii=False, indent=1) if told else "",
    )


def _why(found: Row, told: list[Row]) -> str:
    """Why the meeting is believed as far as it is, in words."""
    copies = sum(bool(report["duplicate_of"]) for report in told)
    kinds = sorted({evidence["kind"] for report in told for evidence in report["evidence"]})
    articles = "One article tells" if len(told) == 1 else f"{found['report_count']} articles tell"
    copied = f", {copies} of them a copy of another," if copies else ""
    where = f"; it stands in the {' and the '.join(kinds)}" if kinds else ""
    readers = ", ".join(sorted({report["extractor"] for report in told}))
    return f"{articles}{copied} of it{where}. The figure is the surest report's, read by {readers}."


def _fields(found: Row, told: list[Row]) -> list[tuple[str, str]]:
    """Where each field came from."""
    date, place = found["date"] or {}, found["place"] or {}
    durations = [report["duration_minutes"] for report in told if report["duration_minutes"]]
    return [
        ("When", f"“{date['text']}”, from the {date['source']}" if date.get("text") else ""),
        ("Where", f"from the {place['source']}" if place else ""),
        ("Parties", found["kind"]),
        ("Roles", _few([f"{p['name']}: {p['role']}" for p in found["participants"] if p["role"]])),
        ("Offices", _few([f"{p['name']}: {p['title']}" for p in found["participants"] if p["title"]])),
        ("Lasted", f"{durations[-1]} minutes" if durations else ""),
    ]


def _few(told: list[str], most: int = 8) -> str:
    """The first ``most`` in a line, and how many more there are: at a summit they would be the whole page."""
    return ", ".join(told[:most]) + (f" and {len(told) - most} more" if len(told) > most else "")


def actors(reader: Reader, to: Addresses, q: str, after: tuple[int, str] | None, limit: int = 100) -> str:
    """People and bodies, those with most meetings first."""
    found = who.actors(reader, q, limit + 1, after)
    last = found[limit - 1] if len(found) > limit else None
    query = Filter(q=q).query()
    older = f"{query}{'&' if query else '?'}after={last['meetings']}.{last['actor_id']}" if last else None
    return page(
        "actors.html", to, here="actors", totals=overview.totals(reader), q=q, actors=found[:limit],
        older=to("actors", older) if older and to.is_live else None, newer=to("actors", query) if after else None,
    )  # fmt: skip


def actor(reader: Reader, to: Addresses, actor_id: str) -> str | None:
    """One person or body; None where there is none."""
    found = who.actor(reader, actor_id)
    if found is None:
        return None
    met = [other for other in who.counterparts(reader, actor_id, IN_CIRCLE) if to.has(f"actors/{other['actor_id']}")]
    circle = [found, *met]
    edges = who.among(reader, [person["actor_id"] for person in circle], 120)
    chosen = Filter(actor=(actor_id,), confidence=0.0)
    shown = listing.listed(reader, chosen, PER_PAGE)
    return page(
        "actor.html", to, here="actor", totals=overview.totals(reader), a=found, met=met,
        net=graph_layout.drawn(circle, edges), shown=with_actors(shown.meetings),
        more=to("", chosen.query()) if shown.older and to.is_live else None,
    )  # fmt: skip


def pair(reader: Reader, to: Addresses, one: str, other: str) -> str | None:
    """All meetings of two; None where one of them is not there."""
    found = [who.actor(reader, actor_id) for actor_id in (one, other)]
    if not all(found):
        return None
    chosen = Filter(actor=(one, other), confidence=0.0)
    shown = listing.listed(reader, chosen, PER_PAGE)
    return page(
        "pair.html", to, here="pair", totals=overview.totals(reader), one=found[0], other=found[1],
        count=listing.counts(reader, chosen)[0], shown=with_actors(shown.meetings),
        more=to("", chosen.query()) if shown.older and to.is_live else None,
    )  # fmt: skip


def world(to: Addresses, places: list[Row], near: bool = False) -> Markup:
    """The map with a circle a place; ``near`` cuts out the surroundings of the first, without links."""
    circles = world_map.circles(places)
    box = f"0 0 {world_map.WIDTH} {world_map.HEIGHT}"
    if near:
        x, y = circles[0]["x"], circles[0]["y"]
        box = f"{min(max(0, x - 120), world_map.WIDTH - 240):g} {min(max(0, y - 70), world_map.HEIGHT - 140):g} 240 140"
    label = f"Map: {places[0]['name']}" if near else "Map of where the meetings were"
    made = environment().get_template("world.html").render(
        to=to, countries=world_map.countries(), circles=circles, box=box, link=to.is_live and not near, label=label
    )  # fmt: skip
    return Markup(made)


def map_of(reader: Reader, to: Addresses, year: str = "") -> str:
    """Where the meetings were, in one year or all."""
    chosen = Filter(year=(year,) if year else ())
    places = overview.places(reader, chosen)
    for place in places:
        place["query"] = Filter(q=place["name"], year=chosen.year).query()
    years = [value for value, _ in listing.facets(reader, Filter())["year"]]
    return page(
        "map.html", to, here="map", totals=overview.totals(reader), year=year, years=years, places=places,
        world=world(to, places),
    )  # fmt: skip


def graph(reader: Reader, to: Addresses) -> str:
    """Who met whom: the pairs with most meetings, until there are ``IN_GRAPH`` people."""
    pairs = who.pairs(reader, 400)
    chosen: dict[str, None] = {}
    for found in pairs:
        both = dict.fromkeys((found["one"], found["other"]))
        if len(chosen | both) > IN_GRAPH:
            break
        chosen |= both
    people = who.by_ids(reader, list(chosen))
    edges = who.among(reader, list(chosen), 200)
    least = min((edge["meetings"] for edge in edges), default=1)
    return page(
        "graph.html", to, here="graph", totals=overview.totals(reader), net=graph_layout.drawn(people, edges), least=least,
        pairs=[found for found in pairs[:50] if to.has(f"actors/{found['one']}") and to.has(f"actors/{found['other']}")],
    )  # fmt: skip
