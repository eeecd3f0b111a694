"""The notebook and the manual's page on analysis do what they say, with polars, pandas, DuckDB and SQLite."""

import contextlib
import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from making import article, participant, report

from pipelines import cli
from transforms.rows import MeetingDate
from transforms.tables.sinks import Tables

ROOT = Path(__file__).parents[3]
WHO = "Aigerim Suleimenova"
SHOWN = f"""
import json
print(json.dumps({{
    "met": [[str(day), name] for day, name, *_ in met.fetchall()],
    "met_polars": [[str(day), name] for day, name in met_polars.rows() if name != {WHO!r}],
    "met_pandas": sorted(set(met_pandas) - {{{WHO!r}}}),
    "later_held": [[row[0], str(row[2])] for row in later_held.fetchall()],
    "sources": sorted({{row[-1] for row in sources.fetchall()}}),
}}))
"""


@pytest.fixture
def folder(tmp_path):
    """A project's folder after a run: three held meetings, one of them planned before, one plan, one of 2025."""
    made, told = [], []

    def meeting(name, other, day, status="held", last=None, published="2026-10-20T08:00:00Z"):
        of = article(name, title=f"{other} again", published=published)
        date = MeetingDate(day, last or day, "week" if last else "day", "that day", "sentence")
        parties = [participant(WHO), participant(other)]
        made.append(of)
        told.append(report(of, status, f"m-{name}", date=date, participants=parties))

    meeting("a", "Paolo Venturelli", "2026-10-05")
    meeting("b", "Rohan Kulkarni", "2026-10-06")
    meeting("c", "Ann Lee", "2026-10-12", "planned", last="2026-10-18", published="2026-10-01T08:00:00Z")
    meeting("d", "Ann Lee", "2026-10-14")
    meeting("e", "Bo Kim", "2026-11-14", "planned")
    meeting("f", "Bo Kim", "2025-11-14", published="2025-11-15T08:00:00Z")
    Tables([str(tmp_path / "data/tables")]).write_all({"articles": made, "entities": [], "meeting_reports": told})
    return tmp_path


MET = [["2026-10-05", "Paolo Venturelli"], ["2026-10-06", "Rohan Kulkarni"], ["2026-10-14", "Ann Lee"]]
ANSWERS = {
    "met": MET,
    "met_polars": MET,
    "met_pandas": ["Ann Lee", "Paolo Venturelli", "Rohan Kulkarni"],
    "later_held": [[[WHO, "Ann Lee"], "2026-10-14"]],
    "sources": ["Ministers met"],
}


def run(folder, code, **environment):
    """What code prints in a process of its own, in that folder."""
    environment = {**os.environ, "MPLBACKEND": "Agg", "MPLCONFIGDIR": str(folder / "mpl"), **environment}
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_the_notebook_answers_with_every_library_and_draws(folder):
    notebook = json.loads((ROOT / "examples/who_met_whom.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert not any(cell.get("outputs") for cell in notebook["cells"])
    drawn = 'plt.savefig("plot.png")\nassert len(axes.patches) >= 4\n'
    said = run(folder, "\n".join([*cells, drawn, SHOWN]), MEETWIRE_TABLES=str(folder / "data/tables"))
    assert said == ANSWERS
    assert (folder / "plot.png").stat().st_size > 5000


def blocks(language):
    page = (ROOT / "docs/analysis.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def test_the_page_answers_as_the_notebook_does(folder):
    assert run(folder, "\n".join([*blocks("python"), SHOWN])) == ANSWERS


def test_the_pages_sql_runs_on_the_sqlite_export(folder):
    file = str(folder / "meetings.sqlite")
    assert cli.main(["export", "--tables", str(folder / "data/tables"), "--format", "sqlite", "--output", file]) == 0
    (sql,) = blocks("sql")
    with contextlib.closing(sqlite3.connect(file)) as connection:
        found = connection.execute(sql).fetchall()
    assert [[day, name] for name, day, *_ in found] == [["2025-11-14", "Bo Kim"], *MET]
    assert {sentence for *_, sentence in found} == {"Ministers met"}
