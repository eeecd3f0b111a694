"""Registers the rows with Beam. Every module that builds a PTransform over rows imports it."""

from apache_beam.coders import registry

from transforms import rows

ROWS = tuple(member for member in vars(rows).values() if isinstance(member, type) and hasattr(member, "_fields"))

for _row in ROWS:
    registry.register_row(_row)
