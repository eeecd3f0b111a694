"""Articles and dead letters that the tables already hold, as rows."""

from collections.abc import Iterator
from datetime import datetime

from pipelines.meetings import delta_tables
from pipelines.settings import Settings
from transforms.plain import from_plain
from transforms.rows import Article, DeadLetter
from transforms.streams.message import timestamp
from transforms.tables.ask import ask
from transforms.tables.views import quoted

# An attribute of a dead letter that has been replayed and went through, with when; and how often it failed again.
SOLVED, FAILED_AGAIN = "replayed_at", "failed_again"


def archived_articles(settings: Settings, since: datetime | None, until: datetime | None) -> Iterator[Article]:
    """The newest revision of each article fetched at or after ``since`` and before ``until``, oldest first.

    Raises:
        SettingsError: all tables are in BigQuery.
        FileNotFoundError: there are no tables yet.
    """
    where = _between("fetched_at", since, until)
    sql = f"SELECT * FROM articles WHERE {where} ORDER BY fetched_at, article_id"
    with ask(delta_tables(settings), sql) as answer:
        for row in answer.rows:
            yield from_plain(Article, dict(zip(answer.columns, row, strict=True)))


def open_letters(
    settings: Settings,
    stage: str | None = None,
    error: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    solved: bool = False,
) -> list[DeadLetter]:
    """The dead letters that no replay has brought through, oldest first: of one ``stage``, whose error's class or text
    holds ``error``, that occurred at or after ``since`` and before ``until``. ``solved``: those too."""
    conditions = [_between("occurred_at", since, until)]
    if stage:
        conditions.append(f"stage = {quoted(stage)}")
    if error:
        conditions.append(f"contains(lower(error_type || ': ' || error), lower({quoted(error)}))")
    if not solved:
        conditions.append(f"len(list_filter(attributes, lambda a: a.key = '{SOLVED}')) = 0")
    sql = f"SELECT * FROM dead_letters WHERE {' AND '.join(conditions)} ORDER BY occurred_at, letter_id"
    with ask(delta_tables(settings), sql) as answer:
        return [from_plain(DeadLetter, dict(zip(answer.columns, row, strict=True))) for row in answer.rows]


def _between(column: str, since: datetime | None, until: datetime | None) -> str:
    low = f"{column} >= TIMESTAMPTZ {quoted(timestamp(since))}" if since else "true"
    return f"{low} AND {column} < TIMESTAMPTZ {quoted(timestamp(until))}" if until else low
