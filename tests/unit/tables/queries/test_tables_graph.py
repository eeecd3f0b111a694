"""``export --format gexf`` and ``graphml``: a graph of who met whom that networkx, and so Gephi, reads back whole."""

import io
import itertools

import networkx
import pytest
from making import article, participant, report

from pipelines import cli
from transforms import rows
from transforms.tables.sinks import Tables

READ = {"gexf": networkx.read_gexf, "graphml": networkx.read_graphml}
ODD = 'Zoë "Z" <O\'Hara> & 李\x01\x0b'


def told(name, status, day, *people):
    on = rows.MeetingDate(day, day, "day", day, "sentence") if day else None
    made = article(name, text=name, published="2023-04-30T09:00:00Z")
    who = [participant(person, title=f"{person}'s office", country="NO") for person in people]
    return made, report(made, status, name, participants=who, date=on, place=None)


@pytest.fixture
def folder(tmp_path):
    given = [
        told("a", "held", "2023-04-03", "Ann Lee", "Bo Kim"),
        told("b", "planned", "2023-06-01", "Ann Lee", "Bo Kim", ODD),
        told("c", "held", None, "Ann Lee", "Otto Falk"),
        told("d", "held", "2023-04-05", "Only One"),
    ]
    articles, reports = zip(*given, strict=True)
    Tables([str(tmp_path / "t")]).write_all({"articles": articles, "entities": [], "meeting_reports": reports})
    return str(tmp_path / "t")


@pytest.fixture(params=READ)
def graph(request, folder, capsys):
    """Exports with some flags; the graph that is read back, by names."""

    def export(*flags):
        assert cli.main(["export", "--format", request.param, "--tables", folder, *flags]) == 0
        found = READ[request.param](io.BytesIO(capsys.readouterr().out.encode()))
        return networkx.relabel_nodes(found, dict(found.nodes(data="label")))

    return export


def met(graph):
    return {frozenset(pair) for pair in graph.edges}


def test_actors_are_nodes_and_all_meetings_of_two_are_one_edge_with_days_and_statuses(graph):
    found = graph()
    three = ("Ann Lee", "Bo Kim", next(name for name in found if name.startswith("Zo")))
    assert met(found) == {*map(frozenset, itertools.combinations(three, 2)), frozenset(("Ann Lee", "Otto Falk"))}
    assert "Only One" in found
    ann = found.nodes["Ann Lee"]
    assert (ann["kind"], ann["country"], ann["offices"], ann["meetings"]) == ("person", "NO", "Ann Lee's office", 3)
    edge = found.edges["Ann Lee", "Bo Kim"]
    assert (edge["weight"], edge["status"], edge["articles"]) == (2, "held 1; planned 1", 2)
    assert (edge["dates"], edge["first"], edge["last"]) == ("2023-04-03; 2023-06-01", "2023-04-03", "2023-06-01")
    undated = found.edges["Ann Lee", "Otto Falk"]
    assert (undated["dates"], undated["first"], undated["weight"]) == ("", "", 1)


def test_names_of_any_letters_are_kept_but_what_xml_cannot_hold(graph):
    assert 'Zoë "Z" <O\'Hara> & 李' in graph()


@pytest.mark.parametrize(
    ("flags", "pairs"),
    [
        (("--status", "planned"), 3),
        (("--who", "Otto Falk"), 1),
        (("--who", "Ann Lee", "--with", "Bo Kim"), 3),
        (("--since", "2023-05-01"), 3),
        (("--country", "JP"), 0),
        (("--min-confidence", "1"), 0),
    ],
)
def test_the_flags_of_other_questions_choose_meetings(graph, flags, pairs):
    assert graph(*flags).number_of_edges() == pairs


def test_gexf_tells_on_which_days_two_met(folder, tmp_path):
    file = tmp_path / "met.gexf"
    assert cli.main(["export", "--format", "gexf", "--tables", folder, "--who", "Bo Kim", "--output", str(file)]) == 0
    spells = [edge["spells"] for *_, edge in networkx.read_gexf(file).edges(data=True)]
    assert [("2023-04-03", "2023-04-03"), ("2023-06-01", "2023-06-01")] in spells
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


def test_a_graph_of_anything_but_meetings_is_refused(folder, capsys):
    assert cli.main(["export", "participants", "--format", "graphml", "--tables", folder]) == 2
    assert "leave participants out" in capsys.readouterr().err


def test_who_met_is_asked_of_every_kind_of_lines(folder, capsys):
    assert cli.main(["export", "sources", "--who", "Otto Falk", "--tables", folder]) == 0
    assert capsys.readouterr().out.count("\n") == 2
    assert cli.main(["export", "--who", "Nobody Atall", "--tables", folder]) == 2
    assert "nobody is called" in capsys.readouterr().err
