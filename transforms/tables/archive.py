"""Articles and dead letters that the tables already hold, as rows."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from transforms.plain import Row, from_plain
from transforms.rows import Article, DeadLetter
from transforms.streams.message import timestamp
from transforms.tables.queries.ask import ask
from transforms.tables.queries.views import quoted

# An attribute of a dead letter that has been replayed and went through, with when; and how often it failed again.
SOLVED, FAILED_AGAIN = "replayed_at", "failed_again"


def archived_articles(targets: Sequence[str], since: datetime | None, until: datetime | None) -> Iterator[Article]:
    """The newest revision of each article fetched at or after ``since`` and before ``until``, oldest first.

    Raises:
        FileNotFoundError: there are no tables yet.
    """
    return _rows(targets, Article, "articles", _between("fetched_at", since, until), "fetched_at, article_id")


def open_letters(
    targets: Sequence[str],
    stage: str | None = None,
    error: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    solved: bool = False,
) -> list[DeadLetter]:
    """The dead letters that no replay has brought through, oldest first: of one ``stage``, whose error's class or text
    holds ``error``, that occurred at or after ``since`` and before ``until``. ``solved``: those too."""
    where = _between("occurred_at", since, until) + (f" AND stage = {quoted(stage)}" if stage else "")
    return [
        letter
        for letter in _rows(targets, DeadLetter, "dead_letters", where, "occurred_at, letter_id")
        if (error or "").lower() in f"{letter.error_type}: {letter.error}".lower()
        and (solved or not any(attribute.key == SOLVED for attribute in letter.attributes))
    ]


def _rows(targets: Sequence[str], row: type[Row], table: str, where: str, order: str) -> Iterator[Row]:
    """Rows of a table, asked in words that DuckDB and BigQuery share: of a folder or bucket where there is one."""
    target = next((one for one in targets if not _in_bigquery(one)), targets[0])
    name = f"{table}_latest" if _in_bigquery(target) else table
    with ask(target, f"SELECT * FROM {name} WHERE {where} ORDER BY {order}") as answer:
        for values in answer.rows:
            yield from_plain(row, dict(zip(answer.columns, values, strict=True)))


def _in_bigquery(target: str) -> bool:
    """Whether ``target`` names a dataset."""
    return target.startswith("bigquery://")


def _between(column: str, since: datetime | None, until: datetime | None) -> str:
    bounds = (("TRUE", None), (f"{column} >=", since), (f"{column} <", until))
    return " AND ".join(
        f"{of} CAST({quoted(timestamp(at))} AS TIMESTAMP)" if at else of for of, at in bounds if at or of == "TRUE"
    )
