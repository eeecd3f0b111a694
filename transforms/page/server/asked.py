"""What a request asks for: the filter, the reader, and a connection that is interrupted when it takes too long."""

import asyncio
import datetime
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request

from transforms.browse.connection import Reader
from transforms.browse.filters import Filter
from transforms.browse.take import LIKELY

# Seconds that the questions of one request may take.
TIME_LIMIT = 10.0
_Text = Annotated[str, Query(max_length=200)]
_Texts = Annotated[tuple[Annotated[str, Query(max_length=200)], ...], Query(max_length=50)]
_Status = Literal["held", "ongoing", "planned", "proposed", "cancelled", "denied"]
At = Annotated[str | None, Query(pattern=r"^\d{1,7}\.\d{1,20}\.\d{1,20}$", description="a cursor that an answer gave")]


async def connection(request: Request) -> AsyncIterator[Reader]:
    """A connection to the read model for one request."""
    reader = request.app.state.model.reader()
    limit = asyncio.get_running_loop().call_later(TIME_LIMIT, reader.interrupt)
    try:
        yield reader
    finally:
        limit.cancel()
        reader.close()


def chosen(
    q: Annotated[str, Query(max_length=200, description="words that each begin a word of names, place, topics")] = "",
    status: Annotated[tuple[_Status, ...], Query(max_length=6, description="any of these")] = (),
    mode: Annotated[
        tuple[Literal["in_person", "phone", "video", "unknown"], ...], Query(max_length=4, description="any of these")
    ] = (),
    kind: Annotated[
        tuple[Literal["bilateral", "trilateral", "multilateral"], ...], Query(max_length=3, description="any of these")
    ] = (),
    country: Annotated[_Texts, Query(description="of a participant or the place, ISO 3166-1 alpha-2")] = (),
    feed: Annotated[_Texts, Query(description="title of a feed that tells of it")] = (),
    year: Annotated[_Texts, Query(description="of the first day, or of the newest report")] = (),
    actor: Annotated[_Texts, Query(description="ids of those who all took part")] = (),
    since: Annotated[datetime.date | None, Query(description="that end on this day or later")] = None,
    until: Annotated[datetime.date | None, Query(description="that begin before this day")] = None,
    confidence: Annotated[float, Query(ge=0, le=1, description="at least so much")] = LIKELY,
) -> Filter:
    """The filter that a request's query says."""
    several: dict[str, Any] = {
        "status": status, "mode": mode, "kind": kind, "country": country, "feed": feed, "year": year, "actor": actor,
    }  # fmt: skip
    given: dict[str, Any] = {name: tuple(dict.fromkeys(values)) for name, values in several.items()}
    return Filter(q=q.strip(), since=since, until=until, confidence=confidence, **given)


Connection = Annotated[Any, Depends(connection)]
Chosen = Annotated[Filter, Depends(chosen)]
