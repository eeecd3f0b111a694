"""The sample feeds give the same tables in Delta, DuckDB and BigQuery, in batch and as a stream."""

import making
import pytest
from holding import PROJECT_FOLDER, content, query

from pipelines import cli
from transforms import rows


def without_times(held):
    """What does not say when a run was: articles know when they were fetched, letters when they were made."""
    fetched = rows.Article._fields.index("fetched_at")
    made = rows.DeadLetter._fields.index("occurred_at")
    return {
        **held,
        "articles": [row[:fetched] + row[fetched + 1 :] for row in held["articles"]],
        "dead_letters": [row[:made] + row[made + 1 :] for row in held["dead_letters"]],
        "feed_health": [],
    }


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A stream that holds the sample feeds."""
    folder = tmp_path_factory.mktemp("published")
    flags = ["--config", str(PROJECT_FOLDER / "configs/local.yaml"), "--state", f"{folder}/state.sqlite"]
    flags += ["--stream", f"folder:{folder}/stream"]
    assert cli.main(["publish", *flags, "--tables", f"{folder}/tables"]) in (0, 1)
    return flags


def test_a_batch_the_same_once_more_and_a_stream_give_the_same_tables_everywhere(
    published, target, proxy, tmp_path, capsys
):
    places = [f"{tmp_path}/delta", target.replace("deadline=5", "deadline=60")]
    targets = [flag for place in places for flag in ("--tables", place)]
    again = [f"{flag}#again" if flag.startswith("folder:") else flag for flag in published]
    held, streamed = [], []
    for command in (["batch", *published], ["batch", "--since", "1h", *published], ["stream", *again]):
        proxy.requests.clear()
        idle = ["--stop-when-idle", "1s"] if command[0] == "stream" else []
        assert cli.main([*command, *idle, *targets]) == 0
        streamed.append(sum(len(one.inserts) for one in proxy.requests if "/articles/insertAll" in one.path))
        held.append([without_times(one) for one in (making.content(places[0]), content(target))])
    first = held[0][0]
    assert len(first["articles"]) > 20
    assert len(first["meetings"]) > 10
    assert held == [[first] * 2] * 3
    ((revisions,),) = query(places[1], "SELECT COUNT(*) FROM article_revisions")
    assert streamed == [0, 0, revisions], "a batch loads, which costs nothing; a stream inserts"
