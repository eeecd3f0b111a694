"""Any row that the types allow survives BigQuery, loaded or inserted, and comes back equal."""

import itertools

import pytest
from any_rows import row_of
from holding import query
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from transforms.clock import utc_now
from transforms.tables.conform import to_dict
from transforms.tables.layout import key
from transforms.tables.lines import to_lines
from transforms.tables.sinks import open_sink

_examples = itertools.count()


@pytest.mark.parametrize("table", ["meeting_reports", "articles"])
@pytest.mark.parametrize("method", ["batch", "stream"])
def test_any_row_that_the_types_allow_comes_back_equal(target, table, method):
    @settings(
        max_examples=6,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(rows=st.lists(row_of(table), min_size=5, max_size=10, unique_by=lambda row: key(table, row)))
    def survives(rows):
        sink, now = open_sink(target.replace("?", f"_{next(_examples)}?")), utc_now()
        lines, dead = to_lines({table: rows})
        assert not dead
        assert not sink.write(lines, now, bounded=method == "batch")
        names = ", ".join(f"`{name}`" for name in type(rows[0])._fields)
        setting = f"bigquery://{sink.target.project}/{sink.target.dataset}"
        found = query(setting, f"SELECT {names} FROM `{table}`")
        wanted = [list(to_dict(type(row), row).values()) for row in rows]
        assert sorted(found, key=repr) == sorted(wanted, key=repr)

    survives()
