"""One meeting: what each article tells of it, its history, who disagrees, and why it is believed."""

import json
from typing import Any

from transforms.browse.connection import Reader, key_of

Row = dict[str, Any]
# What reports can differ in.
_COMPARED = ("status", "mode", "date", "place")
_OF_ARTICLE = ("feed_title", "title", "link", "text", "utc_offset", "duplicate_of")


def meeting(reader: Reader, meeting_id: str) -> Row | None:
    """The meeting as the table ``meetings`` holds it; None where there is none. An alias finds it too."""
    alias = (
        """SELECT meeting_id FROM reports JOIN merged USING (report) WHERE own_meeting = ? ORDER BY meeting_id DESC"""
    )
    for found in (meeting_id, *reader.column(f"{alias} LIMIT 1", [key_of(meeting_id)])):
        for body in reader.column("SELECT body FROM meetings WHERE meeting_id = ?", [found]):
            return dict(json.loads(body))
    return None


def reports(reader: Reader, meeting_id: str) -> list[Row]:
    """Its reports, oldest first, each with title, outlet, link, text and mentions of its article."""
    sql = """SELECT actor_ids, body, report, a.*, coalesce(s.duplicate_of, a.duplicate_of) AS duplicate_of
        FROM merged JOIN reports USING (report) LEFT JOIN articles AS a USING (article) LEFT JOIN sketches AS s USING (article)
        WHERE meeting = ?"""
    found = [_report(row, meeting_id) for row in reader.rows(sql, [key_of(meeting_id)])]
    mentions: dict[str, list[Row]] = {}
    for article_id in {report["article_id"] for report in found}:
        sql = "SELECT name, type, places FROM mentions WHERE article = ? ORDER BY entity"
        rows = reader.rows(sql, [key_of(article_id)])
        mentions[article_id] = [{**row, "places": json.loads(row["places"])} for row in rows]
    made = [{**report, "mentions": mentions[report["article_id"]]} for report in found]
    return sorted(made, key=lambda report: (report["published"] is None, report["published"], report["report_id"]))


def _report(row: Row, meeting_id: str) -> Row:
    """A report with what is kept of its article, and the actors of its participants."""
    body = json.loads(row["body"])
    ids = dict(enumerate(json.loads(row["actor_ids"])))
    parties = [{**party, "actor_id": ids.get(number)} for number, party in enumerate(body["participants"])]
    of_article = {name: row[name] for name in _OF_ARTICLE}
    return {**of_article, **body, "meeting_id": meeting_id, "participants": parties}


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
    """A gold record of ``meetwire evaluate``: the article of report ``told`` with the meeting as it was read."""
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
