"""Why reports are one meeting: what each of them tells, and by which features two of them were joined."""

from collections.abc import Sequence
from typing import Any

from pipelines.command_line import terminal
from pipelines.configuration.settings import SettingsError
from transforms.rows import MeetingReport, Participant
from transforms.stories.compare import compare, weights
from transforms.stories.decided import Decisions
from transforms.stories.same_meeting import corrected, join
from transforms.stories.told import Source, Told, hours, told
from transforms.tables.conform import from_dict
from transforms.tables.merging import decisions_of
from transforms.tables.queries.ask import ask

_REPORTS = """SELECT r.*, a.title, a.feed_title, a.utc_offset, m.reasons FROM meeting_reports AS r
    LEFT JOIN articles AS a USING (article_id) LEFT JOIN (SELECT report_id, reasons FROM merged_reports) AS m USING (report_id)
    WHERE meeting_id = (SELECT coalesce(max("new"), '{0}') FROM meeting_aliases WHERE "old" = '{0}')
    ORDER BY r.published, report_id"""


def why_merged(tables: str, meeting_id: str) -> dict[str, Any]:
    """The reports of a meeting, by its id or one of its aliases, days moved by corrections, and pairs that joined them.

    Raises:
        SettingsError: there is no such meeting.
    """
    if not (meeting_id.isalnum() and meeting_id.isascii()):
        raise SettingsError(f"--explain: {meeting_id!r} is no meeting_id (meetwire meetings --json shows them)")
    with ask(tables, _REPORTS.format(meeting_id)) as answer:
        rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    if not rows:
        raise SettingsError(f"--explain: no meeting {meeting_id} in {tables} (meetwire meetings --json shows them)")
    reports = {row["report_id"]: from_dict(MeetingReport, row) for row in rows}
    with ask(tables, "SELECT * FROM actor_decisions") as answer:
        decisions = Decisions(decisions_of(dict(zip(answer.columns, row, strict=True)) for row in answer.rows))
    given = [
        told(reports[row["report_id"]], Source(row["title"] or "", hours(row["utc_offset"])), decisions) for row in rows
    ]
    moved = corrected(given)
    first_day = {t.report_id: t.first for t in given}
    corrections = {t.report_id: t.first.isoformat() for t in moved if t.first != first_day[t.report_id]}
    same = ("report_id", "title", "feed_title", "published", "status", "mode", "date", "participants", "reasons")
    return {
        "meeting_id": rows[0]["meeting_id"],
        "reports": [{name: row[name] for name in same} for row in rows],
        "corrected": corrections,
        "joined": [_pair(one, other) for one, other in join(given).pairs],
    }


def _pair(one: Told, other: Told) -> dict[str, Any]:
    made = compare(one, other)
    return {
        "reports": [one.report_id, other.report_id],
        "score": round(made.score, 2),
        "features": {name: weights()[name] for name in made.features},
        "parties": [match.agreement.reason for match in made.pairing.matches],
    }


def print_why(explained: dict[str, Any]) -> None:
    """Prints what ``why_merged`` gives, for people."""
    numbers = {row["report_id"]: number for number, row in enumerate(explained["reports"], 1)}
    for row in explained["reports"]:
        day = (row["date"] or {}).get("start") or "no date"
        reasons = row["reasons"] or []  # none where the report is still to be merged
        names = ", ".join(map(_named, row["participants"], [*reasons, *[""] * len(row["participants"])]))
        source = " · ".join(filter(None, [row["title"], row["feed_title"], terminal.shortest_time(row["published"])]))
        if moved := explained["corrected"].get(row["report_id"]):
            day = f"{moved} (told {day}, corrected)"
        print(f"{numbers[row['report_id']]:3}  {row['status']:9}  {day}  {terminal.plain(f'{names} · {source}')}")
    for pair in explained["joined"]:
        one, other = (numbers[report] for report in pair["reports"])
        weighed = ", ".join(f"{name} {weight:+g}" for name, weight in pair["features"].items())
        print(f"{one} and {other}: {pair['score']:+g} = {weighed}; parties: {_listed(pair['parties'])}")


def _named(participant: dict[str, Any], reason: str) -> str:
    made = Participant(**participant)
    return f"{made.name} [{(made.actor_id or '')[:8]}{f': {reason}' if reason else ''}]"


def _listed(reasons: Sequence[str]) -> str:
    return ", ".join(reasons) or "told twice by one article"
