"""One meeting: what each article tells of it, its history, who disagrees, and why it is believed."""

import json
from typing import Any

import duckdb

from transforms.tables.ask import plain_value

Cursor = duckdb.DuckDBPyConnection
Row = dict[str, Any]
# What reports can differ in.
_COMPARED = ("status", "mode", "date", "place")
_NESTED = ("participants", "date", "place", "evidence", "mentions")
_OF_ARTICLE = ("feed_title", "title", "link", "text", "utc_offset", "mentions", "duplicate_of")


def meeting(cursor: Cursor, meeting_id: str) -> Row | None:
    """The meeting as the table ``meetings`` holds it; null where there is none. An alias finds it too."""
    sql = """SELECT body FROM meetings
        WHERE meeting_id = coalesce((SELECT max("new") FROM aliases WHERE "old" = ?), ?)"""
    found = cursor.execute(sql, [meeting_id, meeting_id]).fetchall()
    return dict(json.loads(found[0][0])) if found else None


def reports(cursor: Cursor, meeting_id: str) -> list[Row]:
    """Its reports, oldest first, each with title, outlet, link, text and mentions of its article."""
    # Two questions: joined, DuckDB may go through all articles with their texts.
    found = _rows(
        cursor, "SELECT * FROM reports WHERE meeting_id = ? ORDER BY published NULLS LAST, report_id", [meeting_id]
    )
    ids = list({report["article_id"] for report in found})
    told = _rows(cursor, "SELECT * FROM articles WHERE article_id IN (SELECT unnest(?))", [ids])
    articles = {row["article_id"]: row for row in told}
    return [
        {**{name: articles.get(report["article_id"], {}).get(name) for name in _OF_ARTICLE}, **report}
        for report in found
    ]


def _rows(cursor: Cursor, sql: str, values: list[Any]) -> list[Row]:
    rows = cursor.execute(sql, values).to_arrow_table().to_pylist()
    return [{name: _value(name, value) for name, value in row.items()} for row in rows]


def _value(name: str, value: Any) -> Any:
    return json.loads(value) if name in _NESTED and value is not None else plain_value(value)


def history(told: list[Row]) -> list[Row]:
    """The statuses in the order in which articles gave them, each with the first report that did."""
    steps: list[Row] = []
    for report in told:
        if not steps or steps[-1]["status"] != report["status"]:
            steps.append(report)
    return steps


def disagreements(told: list[Row]) -> dict[str, list[tuple[str, list[Row]]]]:
    """Field -> each value with the reports that give it, for those fields in which reports differ."""
    found = {}
    for field in _COMPARED:
        values: dict[str, list[Row]] = {}
        for report in told:
            shown = said(field, report[field])
            if shown:
                values.setdefault(shown, []).append(report)
        if len(values) > 1:
            found[field] = sorted(values.items(), key=lambda item: -len(item[1]))
    return found


def said(field: str, value: Any) -> str:
    """A field of a report in short, so that equal ones are equal; ``""`` for nothing."""
    if field == "date" and value:
        days = dict.fromkeys(filter(None, (value["start"], value["end"])))
        return " to ".join(days)
    if field == "place" and value:
        return str(value["name"])
    return "" if value in (None, "unknown") else str(value)


def gold(told: Row, meeting: Row) -> Row:
    """A gold record of ``meetwire evaluate``: the article of report ``told`` with the meeting as it was read.

    Whoever knows better corrects it and has a test.
    """
    date, place = meeting["date"] or {}, meeting["place"]
    return {
        "id": told["article_id"],
        "title": told["title"] or "",
        "text": told["text"] or "",
        "published": told["published"],
        "meetings": [
            {
                "participants": [
                    {name: party[name] for name in ("name", "country", "role") if party[name]}
                    for party in meeting["participants"]
                ],
                "status": meeting["status"],
                "mode": meeting["mode"],
                "date": {"start": date.get("start"), "end": date.get("end")},
                "place": {"name": place["name"] if place else None},
            }
        ],
    }
