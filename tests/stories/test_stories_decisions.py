"""Decisions on who is who count alike whenever they are made or taken back: tables that grow end as a rebuild makes them."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from told_stories import written

from transforms import rows
from transforms.stories.decided import Decisions, name_words, own_id, split_off
from transforms.stories.same_meeting import Search
from transforms.stories.told import GUESSED_BACK
from transforms.tables.anew import every_meeting
from transforms.tables.conform import to_dict
from transforms.tables.merging import concerned, merged

ARTICLES, REPORTS = written("test")
ARTICLES = [article._replace(text=article.article_id) for article in ARTICLES]  # none is a copy of another
COUNTRIES = sorted({p.country for report in REPORTS for p in report.participants if p.country})
OF_ARTICLE = {article.article_id: [r for r in REPORTS if r.article_id == article.article_id] for article in ARTICLES}
PEOPLE = sorted(
    {
        p.name
        for report in REPORTS
        for p in report.participants
        if p.kind == "person" and own_id(name_words(p.name)) and p.title != p.name
    }
)


def decision(kind, actor_ids, names, number, country=None):
    at = f"2026-01-01T00:00:{number:02}Z"
    return rows.ActorDecision(f"d{number}", kind, actor_ids, names, country, None, at, "ana", "so it is", None, None)


@st.composite
def decided(draw):
    """Some decisions: joins, splits and known actors of any of the people."""
    made = []
    for number in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["join", "split", "known"]))
        names = draw(st.lists(st.sampled_from(PEOPLE), min_size=2, max_size=3, unique=True))
        ids = list(dict.fromkeys(own_id(name_words(name)) for name in names))
        country = draw(st.sampled_from([None, *COUNTRIES]))
        if kind == "split" and country:
            made.append(decision(kind, [ids[0], split_off(ids[0], [], country)], names[:1], number, country))
        elif kind == "split":
            made.append(decision(kind, [ids[0], split_off(ids[0], names[:1])], names[:1], number))
        elif kind == "known" or len(ids) > 1:
            made.append(decision(kind, ids if kind == "join" else ids[:1], names if kind == "known" else [], number))
    return made


def plain(row):
    return to_dict(type(row), row)


class Growing:
    """Tables in memory that grow by articles and decisions."""

    def __init__(self):
        self.tables = {"articles": {}, "meeting_reports": {}, "article_sketches": {}, "merged_reports": {}}
        self.meetings, self.rows = {}, {}

    def of_articles(self, table, articles, columns=None):
        return [plain(row) for row in self.tables[table].values() if row.article_id in articles]

    def found(self, wanted):
        def wants(one: Search, row):
            days = map(date.fromisoformat, (row.first_day, row.last_day))
            return one.reaches(*days) and not one.keys.isdisjoint(row.keys)

        return {r.article_id for r in self.tables["merged_reports"].values() for one in wanted if wants(one, r)}

    def decisions(self):
        return Decisions(self.rows.values())

    def near(self, first, last):
        return []

    def write(self, articles):
        for article in articles:
            self.tables["articles"][article.article_id] = article
            self.tables["meeting_reports"] |= {r.report_id: r for r in OF_ARTICLE[article.article_id]}
        self.merge({article.article_id for article in articles})

    def decide(self, changed):
        self.rows |= {row.decision_id: row for row in changed}
        held = (map(plain, self.tables[name].values()) for name in ("meeting_reports", "merged_reports"))
        articles = concerned(changed, self.decisions(), *held)
        self.merge(articles, articles)

    def merge(self, articles, decided=frozenset()):
        made = merged(self, articles, decided)
        self.meetings = {of: m for of, m in self.meetings.items() if of not in made.ids}
        self.meetings |= {meeting.meeting_id: meeting for meeting in made.meetings}
        self.tables["merged_reports"] |= {row.report_id: row for row in made.reports}


def by_day(articles):
    """The reports of ``articles`` as a rebuild reads them."""
    told = []
    for article in articles:
        of_article = {f"article_{name}": value for name, value in article._asdict().items()}
        for report in OF_ARTICLE[article.article_id]:
            guessed = date.fromisoformat(report.published[:10]) - timedelta(GUESSED_BACK)
            begin = (report.date and report.date.start) or guessed.isoformat()
            told.append({**of_article, **plain(report), "begin": begin})
    return sorted(told, key=lambda row: row["begin"])


@settings(max_examples=25)
@given(decided(), st.permutations(ARTICLES[:40]), st.integers(1, 39), st.data())
def test_tables_that_grow_beside_decisions_are_what_a_rebuild_makes(decisions, articles, half, data):
    grown = Growing()
    grown.write(articles[:half])
    grown.decide(decisions)
    grown.write(articles[half:])
    if data.draw(st.booleans()):
        grown.decide([data.draw(st.sampled_from(decisions))._replace(taken_back_at="2026-02-01T00:00:00Z")])
    made = list(every_meeting(by_day(articles), {}, Decisions(grown.rows.values())))
    assert grown.tables["merged_reports"] == {row.report_id: row for part in made for row in part.reports}
    assert grown.meetings == {row.meeting_id: row for part in made for row in part.meetings}
