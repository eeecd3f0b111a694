"""Parts any number of reports into those that are connected, with only those in memory to which more may come."""

import itertools
from collections.abc import Iterable, Iterator
from datetime import date

from transforms.stories.compare import related
from transforms.stories.same_meeting import REACH, Lying
from transforms.stories.told import Told

# Reports that are taken at a time, at least.
_AT_ONCE = 1000

Part = list[Told]


def connected_parts(reports: Iterable[tuple[date, Told]]) -> Iterator[Part]:
    """Lists of the reports that chains of related ones connect, each report in one: merged, these are merged for good.

    Args:
        reports: Each with a day before which neither its meeting nor that of any later one of them can have been.
    """
    reports, open_parts = iter(reports), dict[str, Part]()
    while some := list(itertools.islice(reports, max(_AT_ONCE, len(open_parts)))):
        _add(open_parts, [told for _, told in some])
        begin, _ = some[-1]
        for part in _each(open_parts):
            if begin - max(told.last for told in part) > REACH:
                for told in part:
                    del open_parts[told.report_id]
                yield part
    yield from _each(open_parts)


def _add(parts: dict[str, Part], new: list[Told]) -> None:
    """Puts ``new`` reports into the ``parts``, by report, that they are connected with; parts that they connect become one."""
    parts |= {told.report_id: [told] for told in new}
    lying = Lying(itertools.chain.from_iterable(_each(parts)))
    met = set[str]()
    for one in new:
        met.add(one.report_id)
        for other in lying.near(one):
            own, others = parts[one.report_id], parts[other.report_id]
            if other.report_id not in met and own is not others and related(one, other):
                small, large = sorted((own, others), key=len)
                large += small
                parts |= dict.fromkeys((told.report_id for told in small), large)


def _each(parts: dict[str, Part]) -> list[Part]:
    return list({id(part): part for part in parts.values()}.values())
