"""Who met whom as a graph, for Gephi, Cytoscape and the like: actors are nodes, an edge is all meetings of two of them."""

import io
import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import networkx

Row = Mapping[str, Any]
# Between values of one attribute.
_BETWEEN = "; "


def graph_of(meetings: Iterable[Row], actors: Iterable[Row]) -> networkx.Graph:
    """The graph of some rows of ``meetings``.

    A node has the actor_id and, as ``actors`` have it, name (``label``), kind, country, Wikidata id, names and offices, and
    how many of these ``meetings`` it was in. An edge has their number (``weight``), ids, days, statuses with how often,
    and articles. Nobody is beside oneself.
    """
    known = {actor["actor_id"]: actor for actor in actors}
    pairs: dict[tuple[str, str], list[Row]] = defaultdict(list)
    seen: Counter[str] = Counter()
    graph = networkx.Graph()
    for meeting in meetings:
        parties = {party["actor_id"] or party["name"]: party for party in meeting["participants"]}
        for one, party in parties.items():
            graph.add_node(one, **_node(known.get(one, {}), party))
        seen.update(parties.keys())
        for pair in itertools.combinations(sorted(parties), 2):
            pairs[pair].append(meeting)
    networkx.set_node_attributes(graph, dict(seen), "meetings")
    for (one, other), together in pairs.items():
        graph.add_edge(one, other, **_edge(together))
    return graph


def _node(actor: Row, party: Row) -> dict[str, str]:
    return {
        "label": _text(actor.get("name") or party["name"]),
        "kind": actor.get("kind") or party["kind"],
        "country": actor.get("country") or party["country"] or "",
        "wikidata_id": actor.get("wikidata_id") or "",
        "names": _listed(actor.get("names") or [party["name"]]),
        "offices": _listed([office["title"] for office in actor.get("offices") or []]),
    }


def _edge(meetings: Sequence[Row]) -> dict[str, Any]:
    spans = sorted(
        (meeting["date"]["start"], meeting["date"]["end"] or meeting["date"]["start"])
        for meeting in meetings
        if meeting["date"] and meeting["date"]["start"]
    )
    statuses = sorted(Counter(meeting["status"] for meeting in meetings).items())
    made: dict[str, Any] = {
        "weight": len(meetings),
        "status": _listed([f"{status} {count}" for status, count in statuses]),
        "dates": _listed([first if first == last else f"{first}..{last}" for first, last in spans]),
        "first": spans[0][0] if spans else "",
        "last": max((last for _, last in spans), default=""),
        "modes": _listed(sorted({meeting["mode"] for meeting in meetings})),
        "articles": sum(meeting["report_count"] for meeting in meetings),
        "confidence": max(float(meeting["confidence"]) for meeting in meetings),
        "meeting_ids": _listed(sorted(meeting["meeting_id"] for meeting in meetings)),
    }
    return {**made, "spells": spans} if spans else made


def _listed(texts: Sequence[str]) -> str:
    return _BETWEEN.join(map(_text, texts))


def _text(text: str) -> str:
    """``text`` without what XML cannot hold."""
    return "".join(letter for letter in text if letter.isprintable())


def gexf(graph: networkx.Graph) -> str:
    """The graph as GEXF 1.2, whose edges are there on the days of their meetings: Gephi's timeline shows them."""
    return _written(networkx.write_gexf, graph)


def graphml(graph: networkx.Graph) -> str:
    """The graph as GraphML, which knows no time: days are text."""
    plain = graph.copy()
    for *_, edge in plain.edges(data=True):
        edge.pop("spells", None)
    return _written(networkx.write_graphml, plain)


def _written(write: Callable[..., None], graph: networkx.Graph) -> str:
    out = io.BytesIO()
    write(graph, out)
    return out.getvalue().decode()


GRAPHS: dict[str, Callable[[networkx.Graph], str]] = {"gexf": gexf, "graphml": graphml}
