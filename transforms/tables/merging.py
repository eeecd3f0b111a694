"""Works out which reports are one meeting, what they say together, and which articles are copies.

Whenever articles or their reports change, only what the change can reach is read and worked out: the reports of the same
blocks and days, and whatever a chain of related reports connects with them. So what grows article by article is what
all of it at once would give.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple, Protocol

from transforms.rows import ActorDecision, Meeting, MeetingReport, Participant, derive_id
from transforms.rows_of_merging import ArticleSketch, MergedReport
from transforms.stories import same_meeting
from transforms.stories.account import About, account
from transforms.stories.decided import NONE, Concerned, Decisions
from transforms.stories.near import WINDOW, Pool, Pools, Sketch, sketch
from transforms.stories.same_actor import actors
from transforms.stories.told import Source, Told, hours, told
from transforms.tables.conform import from_dict, rfc3339
from transforms.tables.delta_lake.sketches import Kept

Groups = set[str]
Row = Mapping[str, Any]
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
ABOUT = ("article_id", "feed_title", "title", "link", "utc_offset")
TEXTS = ("article_id", "published", "title", "text")


class Held(Protocol):
    """What the tables hold, as far as merging asks for it."""

    def of_articles(self, table: str, articles: Groups, columns: Sequence[str] | None = None) -> Sequence[Row]:
        """The rows of a table that belong to articles."""

    def found(self, wanted: Sequence[same_meeting.Search]) -> Groups:
        """The articles of merged reports that any of some searches asks for, and maybe more."""

    def decisions(self) -> Decisions:
        """Who is who by decision."""

    def near(self, first: datetime, last: datetime) -> Sequence[Kept]:
        """What the rows of ``article_sketches`` published from ``first`` to ``last`` hold, and maybe others."""


class Merged(NamedTuple):
    """What merging makes of some reports and all that are connected with them.

    Attributes:
        reports: The rows of ``merged_reports``.
        meetings: The rows of ``meetings``.
        ids: Every meeting_id that any of these reports had or could have: rows of ``meetings`` with another are of others.
        articles: Articles of which ``reports`` has all that there are; those of which nothing has changed are left out.
    """

    reports: list[MergedReport]
    meetings: list[Meeting]
    ids: Groups
    articles: Groups


class _Reports:
    """Reports and their articles, each read once.

    Attributes:
        decisions: Who is who by decision.
        rows: The reports that were read, by report.
    """

    def __init__(self, held: Held) -> None:
        self._held = held
        self.decisions = held.decisions()
        self.rows: dict[str, MeetingReport] = {}
        self._told: dict[str, list[Told]] = {}
        self._articles: dict[str, Row] = {}

    def of_articles(self, articles: Groups) -> list[Told]:
        """All reports of ``articles`` as they are compared."""
        missing = articles - self._told.keys()
        if missing:
            self._told |= {article: [] for article in missing}
            found = self._held.of_articles("meeting_reports", missing)
            telling = {row["article_id"] for row in found}
            self._articles |= {row["article_id"]: row for row in self._held.of_articles("articles", telling, ABOUT)}
            for row in found:
                report = self.rows[row["report_id"]] = from_dict(MeetingReport, dict(row))
                article = self._articles.get(report.article_id, {})
                self._told[report.article_id].append(told(report, source(article), self.decisions))
        return [report for article in sorted(articles) for report in self._told[article]]

    def find(self, wanted: Sequence[same_meeting.Search]) -> list[Told]:
        """The reports that any of some searches asks for, with the others of their articles."""
        return self.of_articles(self._held.found(wanted))

    def abouts(self, given: Iterable[Told]) -> dict[str, About]:
        """What the articles of ``given`` reports are."""
        telling = {t.article_id for t in given}
        copies = self._held.of_articles("article_sketches", telling, ("article_id", "duplicate_of"))
        originals = {row["article_id"]: row["duplicate_of"] for row in copies}
        return {of: about(self._articles.get(of, {}), originals.get(of)) for of in telling}


def about(article: Row, duplicate_of: str | None) -> About:
    """What a meeting's row says of an article; ``article`` has the columns of ``ABOUT``, or none."""
    return About(article.get("feed_title"), article.get("title"), article.get("link"), duplicate_of)


def source(article: Row) -> Source:
    """What comparing takes from a report's article."""
    return Source(article.get("title") or "", hours(article.get("utc_offset")))


def mark(own: Told, report: MeetingReport, article: About) -> str:
    """Stands for all that merging takes from a report and its article: the same mark, the same report."""
    return derive_id(repr(report), repr(article), repr(own.offset))


def merged(held: Held, articles: Groups, decided: Set[str] = frozenset()) -> Merged:
    """What may change when the reports of ``articles`` are new, others or gone, or other articles are their copies.

    ``decided``: those of whose reports a new decision may say something, though the reports are the same.
    """
    reports, day = _Reports(held), date.fromisoformat
    before = held.of_articles("merged_reports", articles)
    then, now = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for row in before:
        then[row["article_id"]].add(row.get("mark") or "")
    known = reports.of_articles(set(then))
    abouts = reports.abouts(known)
    for t in known:
        now[t.article_id].add(mark(t, reports.rows[t.report_id], abouts[t.article_id]))
    telling = {t.article_id for t in reports.of_articles(articles)}
    changed = (telling | then.keys()) - {article for article in then.keys() - decided if now[article] == then[article]}
    before = [row for row in before if row["article_id"] in changed]  # what these held together may fall apart
    old = [
        same_meeting.Search(same_meeting.wanted_by(set(row["keys"])), day(row["first_day"]), day(row["last_day"]))
        for row in before
    ]
    ids = {row["meeting_id"] for row in before}
    seeds = {t.report_id: t for t in (*reports.of_articles(changed), *reports.find(old))}
    given = same_meeting.connected(seeds.values(), reports.find)
    made = merged_of(given, reports.rows, reports.abouts(given), reports.decisions)
    return made._replace(ids=made.ids | ids, articles=changed)


def decisions_of(rows: Iterable[Row]) -> list[ActorDecision]:
    """Rows of ``actor_decisions``."""
    return [from_dict(ActorDecision, dict(row)) for row in rows]


def concerned(
    changed: Sequence[ActorDecision], decisions: Decisions, reports: Iterable[Row], merged_reports: Iterable[Row]
) -> Groups:
    """The articles of whose reports decisions that are new, or were taken back, may say something.

    ``reports`` have the columns ``article_id`` and ``participants``, ``merged_reports`` ``article_id`` and ``actor_ids``.
    """
    whom = Concerned(changed, decisions)
    found = {row["article_id"] for row in merged_reports if whom.actors(row["actor_ids"])}
    return found | {
        row["article_id"]
        for row in reports
        if any(whom.names(from_dict(Participant, one)) for one in row["participants"])
    }


def merged_of(
    given: Iterable[Told],
    reports: Mapping[str, MeetingReport],
    articles: Mapping[str, About],
    decisions: Decisions = NONE,
) -> Merged:
    """What merging makes of the ``given`` reports, from these alone."""
    given = list(given)
    as_told = {t.report_id: t for t in given}
    made = Merged([], [], {t.meeting_id for t in given}, set())
    for meeting in same_meeting.merge(given):
        who = actors(meeting, {t.report_id: reports[t.report_id].participants for t in meeting.reports}, decisions)
        made.meetings.append(account(meeting, reports, who, articles))
        for own in (as_told[t.report_id] for t in meeting.reports):
            identities = who[own.report_id]
            made.reports.append(
                MergedReport(
                    own.report_id,
                    own.article_id,
                    meeting.meeting_id,
                    [identity.actor_id for identity in identities],
                    [identity.reason for identity in identities],
                    sorted(same_meeting.blocks_of(own)),
                    own.first.isoformat(),
                    own.last.isoformat(),
                    rfc3339(datetime.combine(own.first, time())),
                    mark(own, reports[own.report_id], articles[own.article_id]),
                )
            )
    return made


def copied(held: Held, articles: Groups) -> list[ArticleSketch]:
    """The rows of ``article_sketches`` that may change when the texts of ``articles`` are new or others."""
    new = {one.article_id: one for one in sketches_of(held.of_articles("articles", articles, TEXTS))}
    times = [one.published for one in new.values() if one.published]
    first = max(min(times, default=_LAST), _FIRST + 2 * WINDOW) - 2 * WINDOW
    last = min(max(times, default=_FIRST), _LAST - 2 * WINDOW) + 2 * WINDOW
    near = held.near(first, last) if times else []
    own = Pool.of(new.values())
    among = Pools(own, [kept.pool for kept in near], new.keys())
    touched = {other.article_id: other for kept in near for other in kept.copies(new.keys())}
    touched |= among.later(own)
    return sketch_rows((touched | new).values(), among)


def sketches_of(articles: Iterable[Row]) -> list[Sketch]:
    """The sketches of articles with the columns of ``TEXTS``."""
    return [sketch(row["article_id"], _time(row["published"]), row["title"], row["text"]) for row in articles]


def sketch_rows(sketches: Iterable[Sketch], among: Pools) -> list[ArticleSketch]:
    """The rows of sketches by article, each with the one ``among`` which it is that it copies, or none."""
    sketches = sorted(sketches)
    originals = among.originals(Pool.of(sketches))
    return [
        ArticleSketch(
            one.article_id,
            rfc3339(one.published) if one.published else None,
            one.numbers.tolist(),
            originals.get(one.article_id),
        )
        for one in sketches
    ]


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
