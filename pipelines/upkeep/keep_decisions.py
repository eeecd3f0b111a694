"""The table ``actor_decisions``: read, written to every place, and kept in step with the user's own file of actors."""

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pipelines.command_line.progress import say
from pipelines.configuration.actors_file import read_actors_file
from pipelines.configuration.settings import Settings
from transforms.rows import ActorDecision
from transforms.tables.conform import rfc3339
from transforms.tables.layout import DECISIONS
from transforms.tables.lines import to_lines
from transforms.tables.merging import decisions_of
from transforms.tables.queries.ask import ask
from transforms.tables.sinks import open_sink
from transforms.wording import counted


def read_decisions(tables: str) -> list[ActorDecision]:
    """All rows of ``actor_decisions``, the latest first."""
    view = f"{DECISIONS}_latest" if tables.startswith("bigquery://") else DECISIONS
    with ask(tables, f"SELECT * FROM {view} ORDER BY decided_at DESC, decision_id") as answer:
        return decisions_of(dict(zip(answer.columns, row, strict=True)) for row in answer.rows)


def write_decisions(settings: Settings, rows: Sequence[ActorDecision], now: datetime) -> None:
    """Writes decisions to every place of tables, with what they change."""
    lines, _ = to_lines({DECISIONS: rows})
    for target in settings.tables:
        sink = open_sink(target)
        sink.write(lines, now)
        sink.settle(now)


def heed(settings: Settings, file: str) -> None:
    """Brings the decisions in all tables in step with the user's own file of actors.

    Raises:
        SettingsError: the file cannot be used.
        OSError: a place of tables cannot be read or written to.
    """
    now = datetime.now(UTC)
    name = Path(file).name  # tables and pages are given to others, whom folders of this machine do not concern
    known = {row.decision_id: row for row in (actor.decision(name, now) for actor in read_actors_file(Path(file)))}
    for target in settings.tables:
        try:
            held = [row for row in read_decisions(target) if row.kind == "known" and not row.taken_back_at]
        except FileNotFoundError:  # no tables yet
            held = []
        ids = {row.decision_id for row in held}
        gone = [
            row._replace(taken_back_at=rfc3339(now), taken_back_by=name) for row in held if row.decision_id not in known
        ]
        if changed := [*gone, *(row for row in known.values() if row.decision_id not in ids)]:
            write_decisions(dataclasses.replace(settings, tables=(target,)), changed, now)
            say(f"{file}: {counted(len(known), 'actor')} known, {counted(len(changed), 'change')} in {target}")
