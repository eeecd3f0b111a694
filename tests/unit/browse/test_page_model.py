"""The read model of the page says what the tables say, however they came to it, and follows each change of theirs."""

import json
import random
import shutil
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import pytest
from deltalake import DeltaTable, write_deltalake
from making import article, entity, participant, report

from transforms import rows
from transforms.browse import listing, one_meeting, overview, who
from transforms.browse.filters import Filter
from transforms.browse.model import Model
from transforms.tables.delta_lake.compaction import compact
from transforms.tables.queries.ask import ask
from transforms.tables.sinks import Tables, open_sink

NAMES = ["Ann Lee", "Lee", "Bo Kim", "Eva Ruiz", "Per Holm", "Müller Straße", "ASEAN", "יצחק כהן"]
TOWNS = [("Oslo", "NO", 59.9, 10.75), ("Lima", "PE", -12.05, -77.04), ("Nowhere", None, None, None)]
FILTERS = [
    Filter(), Filter(confidence=0), Filter(q="lee"), Filter(q="strasse mull", confidence=0), Filter(status=("held", "planned")),
    Filter(country=("NO",), confidence=0), Filter(year=("2023",), kind=("bilateral",)), Filter(feed=("News 1", "News 2")),
    Filter(since=date(2023, 4, 3), until=date(2023, 4, 20), confidence=0), Filter(mode=("phone",)), Filter(q="zz"), Filter(q="!"),
]  # fmt: skip


def told(number, revision=1):
    """An article with its entities and up to two reports; another one in each revision."""
    chance = random.Random(f"{number} {revision}")
    day = datetime(2023, 4, 1, tzinfo=UTC) + timedelta(days=number % 30 - (700 if number % 5 == 0 else 0))
    made = article(
        f"a{number}", revision, title=f"Talks {number}", published=f"{day:%Y-%m-%dT%H:%M:%SZ}", feed_title=f"News {number % 3}",
        text=f"Talks {number}\n\nThey met {chance.random()}.",
    )  # fmt: skip
    reports = []
    for one in range(chance.choice([0, 1, 1, 2]) if revision > 1 else 1):
        who_met = chance.sample(NAMES, chance.choice([2, 2, 3, 5]))
        when = None if number % 7 == 0 else rows.MeetingDate(*[f"{day:%Y-%m-%d}"] * 2, "day", "then", "sentence")
        reports.append(
            report(
                made, chance.choice(["held", "planned", "denied"]), f"m{number}.{one}",
                participants=[participant(n, title=f"minister {chance.randrange(3)}") for n in who_met],
                mode=chance.choice(["phone", "in_person"]), kind="bilateral" if len(who_met) == 2 else "multilateral",
                date=when, place=rows.Place(*TOWNS[number % 3], "sentence"), confidence=round(chance.random(), 2),
            )
        )  # fmt: skip
    return {
        "articles": [made],
        "entities": [entity(made, name) for name in chance.sample(NAMES, 3)],
        "meeting_reports": reports,
    }


def write(folder, *made):
    Tables([str(folder)]).write_all({table: [row for one in made for row in one[table]] for table in made[0]})


def said(reader):
    """All that the read model says, in an order of its own."""
    every = listing.listed(reader, Filter(confidence=0), 1000)
    ids = [meeting["meeting_id"] for meeting in every.meetings]
    actors = who.actors(reader, "", 1000)
    return {
        "meetings": every.bodies,
        "filtered": [(listing.listed(reader, f, 1000).bodies, listing.counts(reader, f), listing.facets(reader, f)) for f in FILTERS],
        "reports": [one_meeting.reports(reader, meeting) for meeting in ids],
        "actors": [(who.actor(reader, a["actor_id"]), who.counterparts(reader, a["actor_id"], 99)) for a in actors],
        "pairs": who.pairs(reader, 1000), "words": [a["actor_id"] for a in who.actors(reader, "lee", 99)],
        "places": [overview.places(reader, f) for f in FILTERS], "months": overview.months(reader),
        "days": overview.days(reader, date.min, date.max, 3), "totals": overview.totals(reader),
        "arrivals": overview.arrivals(reader), "feeds": overview.feeds(reader), "letters": overview.letters(reader),
    }  # fmt: skip


def anew(folder):
    with Model(str(folder)) as model:
        model.refresh()
        with model.reader() as reader:
            return said(reader)


def rows_of(folder, sql):
    with ask(str(folder), sql) as answer:
        return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("model") / "tables"
    write(made, *(told(number) for number in range(40)))
    return made


@pytest.fixture(scope="module")
def reader(folder):
    with Model(str(folder)) as model:
        model.refresh()
        with model.reader() as made:
            yield made


def test_meetings_are_those_of_the_table(folder, reader):
    held = {row["meeting_id"]: row for row in rows_of(folder, "SELECT * FROM meetings")}
    shown = listing.listed(reader, Filter(confidence=0), 1000).meetings
    assert len(held) > 20
    assert {meeting["meeting_id"]: meeting for meeting in shown} == held


def test_reports_are_those_of_the_table(folder, reader):
    held = {row["report_id"]: row for row in rows_of(folder, "SELECT * FROM meeting_reports")}
    copies = {row["article_id"]: row["duplicate_of"] for row in rows_of(folder, "SELECT * FROM articles")}
    shown = {}
    for meeting in listing.listed(reader, Filter(confidence=0), 1000).meetings:
        for found in one_meeting.reports(reader, meeting["meeting_id"]):
            assert found["duplicate_of"] == copies[found["article_id"]]
            assert found["title"].startswith("Talks") and len(found["mentions"]) == 3
            shown[found["report_id"]] = {name: found[name] for name in held[found["report_id"]]}
    assert shown == held


def test_actors_are_those_of_the_view(folder, reader):
    shown = {a["actor_id"]: who.actor(reader, a["actor_id"]) for a in who.actors(reader, "", 1000)}
    held = {row["actor_id"]: row for row in rows_of(folder, "SELECT * FROM actors")}
    assert shown.keys() == held.keys() and len(held) > 5
    for actor_id, row in held.items():
        found = shown[actor_id]
        assert [found[n] for n in ("name", "kind", "country", "wikidata_id", "names", "offices", "meetings")] == [
            row[n] for n in ("name", "kind", "country", "wikidata_id", "names", "offices", "meeting_count")
        ]


def decision(kind, ids, names, **fields):
    made = rows.ActorDecision(
        f"{kind} {names}", kind, ids, names, None, None, "2023-05-01T00:00:00Z", "ana", "so", None, None
    )
    return made._replace(**fields)


def decide(folder, *rows_):
    Tables([str(folder)]).write_all({"actor_decisions": rows_})


def test_an_actor_has_what_was_decided_and_why_names_are_its(tmp_path):
    """As the view has it, at once after each decision, and no more when it is taken back."""
    write(tmp_path, *(told(number) for number in range(20)))
    with Model(str(tmp_path)) as model:
        model.refresh()
        with model.reader() as reader:
            ids = {a["name"]: a["actor_id"] for a in who.actors(reader, "", 99)}
        ann, eva = ids["Ann Lee"], ids["Eva Ruiz"]
        known = decision("known", [ann], ["Dame Ann Lee", "Annie"], wikidata_id="Q42", decided_by="people.yaml")
        joined = decision("join", [ann, eva], ["Ann Lee", "Eva Ruiz"])
        for made in ([known], [joined], [joined._replace(taken_back_at="2023-05-02T00:00:00Z", taken_back_by="bo")]):
            decide(tmp_path, *made)
            model.refresh()
            with model.reader() as reader:
                assert said(reader) == anew(tmp_path)
                test_actors_are_those_of_the_view(tmp_path, reader)
                found = who.actor(reader, ann)
                assert [a["actor_id"] for a in who.actors(reader, "annie", 9)] == [ann]
            kinds = [row["kind"] for row in found["decisions"]]
            assert kinds == (["join", "known"] if made == [joined] else ["known"])
            assert any(r["reason"].startswith("join by ana: so") for r in found["reasons"]) == (made == [joined])
        assert (found["name"], found["wikidata_id"]) == ("Dame Ann Lee", "Q42")
        assert found["reasons"][0]["reason"] == "known by people.yaml: so" and found["reasons"][0]["reports"] > 1


def test_tables_of_an_earlier_version_have_no_decisions_and_no_reasons(tmp_path):
    write(tmp_path, told(1), told(2))
    shutil.rmtree(tmp_path / "actor_decisions")
    drop_column(tmp_path / "merged_reports", "reasons")
    with Model(str(tmp_path)) as model:
        model.refresh()
        with model.reader() as reader:
            assert {
                (a["wikidata_id"], *who.actor(reader, a["actor_id"])["reasons"]) for a in who.actors(reader, "", 9)
            } == {(None,)}


def drop_column(table, name):
    held = DeltaTable(table)
    write_deltalake(table, held.to_pyarrow_table().drop_columns([name]), mode="overwrite", schema_mode="overwrite")


def test_pairs_are_those_of_the_view(folder, reader):
    sql = """SELECT least(one_id, other_id) AS one, greatest(one_id, other_id) AS other,
            count(DISTINCT meeting_id) AS meetings, max(date_start) AS last_day
        FROM who_met_whom WHERE status IN ('held', 'ongoing') AND confidence >= 0.5 AND one_id <> other_id GROUP BY ALL"""
    held = {(row["one"], row["other"]): (row["meetings"], row["last_day"]) for row in rows_of(folder, sql)}
    shown = {tuple(sorted((p["one"], p["other"]))): (p["meetings"], p["last_day"]) for p in who.pairs(reader, 1000)}
    assert shown == held and held


@pytest.mark.parametrize("chosen", FILTERS)
def test_a_filter_takes_and_counts_what_it_says(reader, chosen):
    every = listing.listed(reader, Filter(confidence=0), 1000).meetings
    taken = listing.listed(reader, chosen, 1000).meetings
    assert taken == [meeting for meeting in every if _fits(meeting, chosen)]
    assert listing.counts(reader, chosen)[0] == len(taken)
    for name, values in listing.facets(reader, chosen).items():
        for value, count in values:
            one = (float(value),) if name == "confidence" else ((value,),)
            assert listing.counts(reader, Filter(**{**chosen.__dict__, name: one[0]}))[0] == count, (name, value)


def _fits(meeting, chosen):
    when, place = meeting["date"] or {}, meeting["place"] or {}
    day = when.get("start") or meeting["last_reported"][:10]
    countries = {p["country"] for p in meeting["participants"]} | {place.get("country")}
    text = " ".join([p["name"] + " " + p["title"] for p in meeting["participants"]] + [place.get("name", "")])
    text += " ".join(["", *meeting["topics"], *(s["title"] for s in meeting["sources"])])
    words = text.lower().replace("ü", "u").replace("ß", "ss").split()
    return (
        all(any(w.startswith(q) for w in words) for q in chosen.q.replace("!", "").split())
        and meeting["confidence"] >= chosen.confidence
        and (not chosen.status or meeting["status"] in chosen.status)
        and (not chosen.mode or meeting["mode"] in chosen.mode)
        and (not chosen.kind or meeting["kind"] in chosen.kind)
        and (not chosen.year or day[:4] in chosen.year)
        and (not chosen.country or bool(countries & set(chosen.country)))
        and (not chosen.feed or any(s["feed_title"] in chosen.feed for s in meeting["sources"]))
        and (not chosen.since or (when.get("end") or "") >= f"{chosen.since}")
        and (not chosen.until or "" < (when.get("start") or "") < f"{chosen.until}")
    )


def test_meetings_of_several_are_those_in_which_all_took_part(reader):
    ids = [a["actor_id"] for a in who.actors(reader, "", 6)]
    for both in combinations(ids, 2):
        taken = listing.listed(reader, Filter(actor=both, confidence=0), 1000).meetings
        every = listing.listed(reader, Filter(confidence=0), 1000).meetings
        assert taken == [m for m in every if {*both} <= {p["actor_id"] for p in m["participants"]}]


@pytest.mark.parametrize("size", [1, 3, 7])
def test_pages_forward_and_back_hold_each_meeting_once(reader, size):
    every = listing.listed(reader, Filter(confidence=0), 1000).bodies
    seen, cursors, older = [], [], None
    while True:
        page = listing.listed(reader, Filter(confidence=0), size, older)
        seen += page.bodies
        cursors.append(page.newer)
        if (older := page.older) is None:
            break
    assert seen == every and cursors[0] is None
    back = page.bodies
    while page.newer:
        page = listing.listed(reader, Filter(confidence=0), size, newer=page.newer)
        back = page.bodies + back
    assert back == every


@pytest.mark.parametrize(("retention", "is_local"), [(48.0, True), (0.0, True), (48.0, False)])
def test_it_follows_each_change_as_if_read_anew(tmp_path, retention, is_local):
    """Also where files are long gone before it looks again, and where they are read as those of a bucket."""
    folder = tmp_path / "tables"
    write(folder, *(told(number) for number in range(12)))
    steps = [
        lambda: write(folder, *(told(number) for number in range(12, 20))),
        lambda: write(folder, *(told(number, 2) for number in range(0, 20, 3))),  # other reports, or none
        lambda: compact(str(folder), retention),
        lambda: (write(folder, *(told(number, 3) for number in range(10))), compact(str(folder), retention)),
        lambda: open_sink(str(folder)).rebuild(datetime(2023, 5, 1, tzinfo=UTC)),
    ]
    with Model(str(folder)) as model:
        model._store.local = is_local
        model.refresh()
        for step in steps:
            step()
            model.refresh()
            assert not model.refresh()
            with model.reader() as reader:
                assert said(reader) == anew(folder)
            assert model.pending == 0


def test_whoever_reads_goes_on_reading_what_was_there(tmp_path):
    folder = tmp_path / "tables"
    write(folder, *(told(number) for number in range(5)))
    with Model(str(folder)) as model:
        model.refresh()
        with model.reader() as before:
            first = said(before)
            write(folder, *(told(number, 2) for number in range(5)), told(6))
            model.refresh()
            assert json.dumps(said(before)["reports"]) == json.dumps(first["reports"])


@pytest.mark.parametrize("more", [1, 4])
def test_tables_that_were_removed_and_made_anew_are_read_anew(tmp_path, more):
    """What was read stays until there are others, be they of more commits or of fewer."""
    folder, other = tmp_path / "tables", tmp_path / "other"
    for number in range(3):
        write(folder, told(number))
    for number in range(10, 10 + more):
        write(other, told(number))
    with Model(str(folder)) as model:
        model.refresh()
        with model.reader() as reader:
            before = said(reader)
        folder.rename(tmp_path / "aside")
        with pytest.raises(FileNotFoundError):
            model.refresh()
        with model.reader() as reader:
            assert said(reader) == before
        other.rename(folder)
        model.refresh()
        with model.reader() as reader:
            assert said(reader) == anew(folder) != before


def test_a_refresh_that_fails_half_way_is_made_good_by_the_next(tmp_path, monkeypatch):
    folder = tmp_path / "tables"
    write(folder, *(told(number) for number in range(9)))
    with Model(str(folder)) as model:
        stops = iter([False, False, True])
        model.refresh(lambda: next(stops, True))
        model.refresh()
        with model.reader() as reader:
            assert said(reader) == anew(folder)


def test_tables_of_nothing_make_pages_of_nothing(tmp_path):
    write(tmp_path, told(1) | {"meeting_reports": []})
    found = anew(tmp_path)
    assert found["meetings"] == [] and found["totals"]["meetings"] == 0 and found["months"] == []


def test_only_what_changes_meetings_is_news(tmp_path):
    write(tmp_path, told(1), told(2))
    with Model(str(tmp_path)) as model:
        model.refresh()
        version, news = model.version, model.news
        write(tmp_path, told(3) | {"meeting_reports": []})
        assert model.refresh() and model.version > version and model.news == news
        write(tmp_path, told(4))
        assert model.refresh() and model.news > news
