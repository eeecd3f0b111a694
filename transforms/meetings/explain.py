"""Every report's reasons: the frame that fired and the words behind each field, as text and as HTML by displaCy."""

import html
from typing import Any

from spacy import displacy

from transforms.articles.clean import mask
from transforms.meetings.find import Found
from transforms.meetings.reports.draft import Draft
from transforms.rows import Article, MeetingReport

_COLOURS = {"MEETING": "#ffd54f", "PERSON": "#aed6f1", "GPE": "#d5f5e3", "ORG": "#f5cba7"}


def as_text(article: Article, found: Found) -> str:
    """The reports of ``article``, each with the words that say so; a line where there is none."""
    if not found.reports:
        return f"{article.article_id}: no meeting found"
    return "\n\n".join(_one(article, report, draft) for report, draft in zip(found.reports, found.drafts, strict=True))


def _one(article: Article, report: MeetingReport, draft: Draft) -> str:
    who = " · ".join(p.name for p in report.participants)
    lines = [f"{article.article_id}: {who}", f"  frame         {report.extractor}  confidence {report.confidence}"]
    for participant in report.participants:
        detail = ", ".join(x for x in (participant.title, participant.country, participant.role) if x)
        lines.append(f"  participant   {participant.name} ({participant.kind}{'; ' + detail if detail else ''})")
    lines.append(f"  status        {report.status:12} because of {draft.status.why!r}")
    lines.append(f"  mode          {report.mode:12} because of {draft.mode[1]!r}")
    if report.date:
        date = f"{report.date.start}" + (f" to {report.date.end}" if report.date.end != report.date.start else "")
        lines.append(
            f"  date          {date:12} because of {report.date.text!r} ({report.date.precision}, {report.date.source})"
        )
    if report.place:
        lines.append(
            f"  place         {report.place.name} ({report.place.country or 'country unknown'}, {report.place.source})"
        )
    if report.duration_minutes:
        words = draft.duration[1] if draft.duration else ""
        lines.append(f"  duration      {report.duration_minutes} minutes  because of {words!r}")
    for label, value in (
        ("occasion", report.occasion),
        ("attribution", report.attribution),
        ("topics", "; ".join(report.topics)),
    ):
        if value:
            lines.append(f"  {label:13} {value}")
    if draft.said:
        lines.append("  reader says   " + ", ".join(f"{field} {surely:.2f}" for field, surely in draft.said.items()))
    for encounter in draft.encounters:
        reasons = ", ".join(f"{key} {value!r}" for key, value in encounter.why.items() if value)
        lines.append(f"  found by      {encounter.frame}: {reasons}")
    for evidence in report.evidence:
        lines.append(
            f"  evidence      [{evidence.start}:{evidence.end}] {evidence.kind}: {' '.join(evidence.text.split())}"
        )
    return "\n".join(lines)


def as_html(article: Article, found: Found) -> str:
    """The text of ``article`` with names and the words of encounters marked, and its reports above it."""
    masked = mask(article)
    marks: list[dict[str, Any]] = []
    for draft in found.drafts:
        for encounter in draft.encounters:
            token = encounter.trigger
            start, end = masked.span(token.idx, token.idx + len(token))
            marks.append({"start": start, "end": end, "label": "MEETING"})
    for entity in found.entities:
        marks.extend({"start": m.start, "end": m.end, "label": entity.type} for m in entity.mentions)
    marks.sort(key=lambda m: (m["start"], -m["end"]))
    apart: list[dict[str, Any]] = []
    for mark in marks:
        if not apart or mark["start"] >= apart[-1]["end"]:
            apart.append(mark)
    drawn = displacy.render(
        {"text": article.text, "ents": apart, "title": None},
        style="ent",
        manual=True,
        page=False,
        jupyter=False,
        options={"colors": _COLOURS},
    )
    reasons = html.escape(as_text(article, found))
    return f"<section><h2>{html.escape(article.title or article.article_id)}</h2><pre>{reasons}</pre>{drawn}</section>"


def page(sections: list[str]) -> str:
    """One HTML page of ``as_html`` sections, without a script and without a request to elsewhere."""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>meetwire extract</title>'
        "<style>body{font:16px/1.6 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap}</style>"
        f"{''.join(sections)}</html>\n"
    )
