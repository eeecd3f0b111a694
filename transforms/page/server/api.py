"""The API: JSON of meetings, actors, pairs, places and health, described by its own OpenAPI."""

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response

from transforms.browse import listing, one_meeting, overview, who
from transforms.page.operation import shown_feed
from transforms.page.server.asked import At, Chosen, Connection
from transforms.rows import Meeting
from transforms.tables.schemas import Column, columns

router = APIRouter(prefix="/api", tags=["api"])
Limit = Annotated[int, Query(ge=1, le=200, description="how many at most")]
_KINDS = {"INTEGER": "integer", "FLOAT": "number", "BOOLEAN": "boolean"}
_LIST = {"type": "array", "items": {"type": "object"}}


def schema_of(fields: Sequence[Column]) -> dict[str, Any]:
    """The JSON schema of a row with these columns."""
    return {
        "type": "object",
        "required": [field.name for field in fields],
        "properties": {field.name: _field_schema(field) for field in fields},
    }


def _field_schema(field: Column) -> dict[str, Any]:
    made = schema_of(field.columns) if field.columns else {"type": _KINDS.get(field.kind, "string")}
    if field.mode == "REPEATED":
        made = {"type": "array", "items": made}
    elif field.mode == "NULLABLE":
        made = {**made, "type": [made["type"], "null"]}
    return {**made, "description": field.description}


def _answers(schema: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI is told of answers with this schema."""
    return {200: {"content": {"application/json": {"schema": schema}}}, 304: {"description": "Not changed"}}


def _found(schema: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    return {**_answers(schema), 404: {"description": "There is none"}}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


MEETING = schema_of(columns(Meeting))
_NEXT = {"type": ["string", "null"], "description": "the cursor of what follows; null at the end"}
_COUNT = {"type": "integer"}


def answer(value: Any) -> Response:
    """``value`` as JSON."""
    return Response(json.dumps(value, ensure_ascii=False), media_type="application/json")


@router.get("/meetings", responses=_answers(_object(meetings={"type": "array", "items": MEETING}, next=_NEXT)))
def meetings(reader: Connection, chosen: Chosen, limit: Limit = 50, after: At = None) -> Response:
    """Meetings as the table ``meetings`` holds them, newest first."""
    found = listing.listed(reader, chosen, limit, after)
    body = f'{{"meetings": [{", ".join(found.bodies)}], "next": {json.dumps(found.older)}}}'
    return Response(body, media_type="application/json")


@router.get("/facets", responses=_answers(_object(count=_COUNT, unlikely=_COUNT, facets={"type": "object"})))
def facets(reader: Connection, chosen: Chosen) -> Response:
    """How many meetings a filter takes, how many more below its confidence, and how many each further choice would give."""
    count, unlikely = listing.counts(reader, chosen)
    found = listing.facets(reader, chosen)
    return answer(
        {"count": count, "unlikely": unlikely, "facets": {name: dict(values) for name, values in found.items()}}
    )


@router.get("/meetings/{meeting_id}", responses=_found(_object(meeting=MEETING, reports=_LIST)))
def meeting(reader: Connection, meeting_id: Annotated[str, Path(description="its id, or one that it had")]) -> Response:
    """One meeting with each report of it; an alias leads to it too."""
    found = one_meeting.meeting(reader, meeting_id)
    if found is None:
        raise HTTPException(404, "no such meeting")
    left_out = ("text", "mentions")
    told = one_meeting.reports(reader, found["meeting_id"])
    reports = [{name: value for name, value in report.items() if name not in left_out} for report in told]
    return answer({"meeting": found, "reports": reports})


@router.get("/actors", responses=_answers(_object(actors=_LIST, next=_NEXT)))
def actors(
    reader: Connection,
    q: Annotated[str, Query(max_length=200, description="words that each begin a word of a name or the office")] = "",
    limit: Limit = 50,
    after: Annotated[
        str | None,
        Query(max_length=200, pattern=r"^\d{1,15}\.[^\x00]{1,150}$", description="a cursor that an answer gave"),
    ] = None,
) -> Response:
    """People and bodies, those with most meetings first, with ``wikidata_id`` where the user's own file has it."""
    found = who.actors(reader, q, limit + 1, actor_after(after))
    last = found[limit - 1] if len(found) > limit else None
    return answer({"actors": found[:limit], "next": f"{last['meetings']}.{last['actor_id']}" if last else None})


def actor_after(reader: str | None) -> tuple[int, str] | None:
    """What the cursor of a list of actors says."""
    number, _, actor_id = (reader or "").partition(".")
    return (int(number), actor_id) if number.isdecimal() and len(number) < 16 else None


@router.get("/actors/{actor_id}", responses=_found(_object(actor={"type": "object"}, counterparts=_LIST)))
def actor(reader: Connection, actor_id: Annotated[str, Path(description="its id, as in participants")]) -> Response:
    """One person or body: names and why they are its, decisions that count, offices over time, countries, whom it met."""
    found = who.actor(reader, actor_id)
    if found is None:
        raise HTTPException(404, "no such actor")
    return answer({"actor": found, "counterparts": who.counterparts(reader, actor_id, 200)})


@router.get("/pairs", responses=_answers(_object(pairs=_LIST)))
def pairs(
    reader: Connection, limit: Limit = 50, least: Annotated[int, Query(ge=1, le=10**9, description="meetings")] = 1
) -> Response:
    """Who met whom most often."""
    return answer({"pairs": who.pairs(reader, limit, least)})


@router.get("/places", responses=_answers(_object(places=_LIST)))
def places(reader: Connection, chosen: Chosen, limit: Limit = 200) -> Response:
    """Where the meetings of a filter were."""
    return answer({"places": overview.places(reader, chosen, limit)})


@router.get("/health", responses=_answers(_object(totals={"type": "object"}, feeds=_LIST, dead_letters=_LIST)))
def health(reader: Connection) -> Response:
    """How feeds and stages are doing."""
    feeds = [
        {
            **feed,
            "feed_url": shown_feed(feed["feed_url"]),
            "error": feed["error"] and feed["error"].split(feed["feed_url"])[-1],
        }
        for feed in overview.feeds(reader)
    ]
    return answer({"totals": overview.totals(reader), "feeds": feeds, "dead_letters": overview.stages(reader)})


@router.get("/version", responses=_answers(_object(version=_COUNT, meetings=_COUNT, pending=_COUNT)))
def version(request: Request) -> Response:
    """A number that changes with the tables, one that changes with the meetings, and how many rows are still to be read."""
    model = request.app.state.model
    return answer({"version": model.version, "meetings": model.news, "pending": model.pending})


Format = Literal["csv", "jsonl", "parquet", "ics"]
