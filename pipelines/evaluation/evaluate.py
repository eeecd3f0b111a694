"""Scores the extractor against gold articles: precision, recall and F1 of meetings, participants and perfect meetings,
and of those found the share with the right date, place, status and mode.

  meetwire evaluate                    every set of the project, against its floors; exit 1 where a figure is below
  meetwire evaluate mine.jsonl         a set of your own (docs/meetings.md has the format)
  meetwire evaluate --calibration      also what each confidence has meant

Columns: articles; meetings found (precision, recall, F1); participants (F1); meetings right in every field (F1); of the
found meetings those with the right date, place, status, mode; alarms: of the articles without a meeting, those in which
one was found. Date sets count expressions that are resolved to the right days.
"""

import argparse
import dataclasses
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.command_line.flags import add_min_confidence
from pipelines.command_line.progress import Progress, say
from pipelines.configuration.checks import check_readable
from pipelines.configuration.settings import Settings
from pipelines.evaluation import floors, score_tables
from pipelines.evaluation.calibration import calibration, calibration_error
from pipelines.evaluation.gold import GoldError, GoldSet, find, load, to_article
from pipelines.evaluation.score import Score, by_kind, score
from transforms.language.dates.expressions import resolve
from transforms.meetings.article_reader import Extractor, ModelError
from transforms.plain import to_plain
from transforms.wording import counted


@dataclasses.dataclass(frozen=True)
class Result:
    """What came of one gold set.

    Attributes:
        gold: The set.
        figures: Every figure, as printed with ``--json``.
        score: The counts behind them; None for a set of dates.
        kinds: The same for the articles of each kind.
        failures: One line for each failure.
    """

    gold: GoldSet
    figures: dict[str, Any]
    score: Score | None
    kinds: dict[str, Score]
    failures: Sequence[str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own flags."""
    parser.add_argument("gold", nargs="*", type=Path, metavar="GOLD.jsonl", help="gold sets (default: the project's)")
    parser.add_argument("--show-errors", action="store_true", help="list every failure on stderr")
    parser.add_argument("--kinds", action="store_true", help="also by what each gold article tries")
    parser.add_argument("--calibration", action="store_true", help="also what each confidence meant, over all sets")
    add_min_confidence(
        parser, "count only meetings found with at least this confidence, 0 to 1; floors are not compared", 0.0
    )
    parser.add_argument("--floors", type=Path, default=floors.FILE, metavar="FILE", help="default: %(default)s")
    parser.add_argument("--update-floors", action="store_true", help="raise the floors to what is measured")
    parser.add_argument("--lower-floors", action="store_true", help="with --update-floors: let them fall too")


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """0 where every figure holds its floor; 1 where one does not or nothing can be scored; 2 on bad usage."""
    model = settings.language.model
    if arguments.lower_floors and not arguments.update_floors:
        print("meetwire evaluate: --lower-floors goes with --update-floors", file=sys.stderr)
        return 2
    if arguments.min_confidence and arguments.update_floors:
        print("meetwire evaluate: floors hold for every meeting, whatever its --min-confidence", file=sys.stderr)
        return 2
    try:
        for path in arguments.gold:
            check_readable(path, "GOLD")
        paths = arguments.gold or find(Path())
        if not paths:
            raise GoldError("no gold sets here; name one: meetwire evaluate GOLD.jsonl")
        pinned = floors.read(arguments.floors)
        results = evaluate(map(load, paths), model, settings.language.reader, arguments.min_confidence)
    except (GoldError, ModelError, floors.FloorsError) as error:
        print(f"meetwire evaluate: {error}", file=sys.stderr)
        return 2 if isinstance(error, ModelError) else 1
    _print(arguments, results)
    if arguments.show_errors:
        print(*[line for result in results for line in result.failures], sep="\n", file=sys.stderr)
    measured = [(result.gold.name, result.gold.sha256, floors.pinnable(result.figures)) for result in results]
    if arguments.update_floors:
        return _update(arguments, model, pinned, measured)
    if arguments.min_confidence:
        return 0
    if pinned["model"] not in (None, model):
        print(f"meetwire evaluate: floors hold for {pinned['model']}, not for {model}; not compared", file=sys.stderr)
        return 0
    faults = [fault for name, sha256, figures in measured for fault in floors.below(name, sha256, figures, pinned)]
    for fault in faults:
        say(f"meetwire evaluate: {fault}")
    say(f"evaluate: {counted(len(results), 'set')}, {counted(len(faults), 'figure')} below the floor")
    return 1 if faults else 0


def evaluate(sets: Iterable[GoldSet], model: str, reader: bool = False, least: float = 0.0) -> list[Result]:
    """The results of ``sets``, in order; ``model`` is loaded only where a set holds articles,
    with ``reader`` also the taught reader. Meetings found with less confidence than ``least`` do not count.

    Raises:
        ModelError: the model is not installed or cannot do it.
        GoldError: an article of a set cannot be read.
    """
    extractor: Extractor | None = None
    results = []
    sets = list(sets)
    articles = sum(len(gold.records) for gold in sets if gold.kind != "dates")
    with Progress("evaluate", "articles", articles) as progress:
        for gold in sets:
            if gold.kind == "dates":
                results.append(_dates(gold))
                continue
            extractor = extractor or Extractor(model, reader)
            results.append(_articles(gold, extractor, progress, least))
    return results


def _articles(gold: GoldSet, extractor: Extractor, progress: Progress, least: float) -> Result:
    """Scores the meetings of a set's articles."""
    found = []
    extracts = extractor.extract([to_article(record, gold) for record in gold.records])
    for record, extract in zip(gold.records, extracts, strict=True):
        reports = [report for report in extract.reports if report.confidence >= least]
        found += [{**to_plain(report), "article_id": str(record["id"])} for report in reports]
        progress.add(1, reports=len(reports))
    total = score(gold.records, found)
    failures = [score_tables.failure_line(gold.name, failure) for failure in total.failures]
    return Result(gold, total.figures(), total, by_kind(gold.records, found), failures)


def _dates(gold: GoldSet) -> Result:
    """Scores date expressions: right where the first and the last day are the gold ones, or both have none.

    Of a part of a month (``mid-April``) any days within the gold ones are right.
    """
    wrong = []
    for record in gold.records:
        anchor = datetime.fromisoformat(record["anchor"])
        if record.get("tz"):
            anchor = anchor.astimezone(ZoneInfo(record["tz"]))
        found = resolve(record["text"], anchor, record["tense"], record["sentence"])
        start = date.fromisoformat(record["start"]) if record["start"] else None
        # The gold's end is the day behind the last one; none where it is a single day.
        end = date.fromisoformat(record["end"]) - timedelta(days=1) if record["end"] else start
        days = (found.start, found.end) if found else (None, None)
        within = found and start and end and start <= found.start <= found.end <= end
        if days != (start, end) and not (record.get("gran") == "part" and within):
            wrong.append(f"{gold.name} {record['id']}: {record['text']!r} is {start}..{end}, got {days[0]}..{days[1]}")
    figures = {"right": len(gold.records) - len(wrong), "of": len(gold.records)}
    return Result(gold, figures, None, {}, wrong)


def _print(arguments: argparse.Namespace, results: Sequence[Result]) -> None:
    scores = {result.gold.name: result.score for result in results if result.score}
    table = calibration(triple for one in scores.values() for triple in one.confidences)
    if arguments.json:
        document: dict[str, Any] = {
            result.gold.name: {
                "file": str(result.gold.path),
                "sha256": result.gold.sha256,
                **result.figures,
                "kinds": {kind: one.figures() for kind, one in result.kinds.items()},
            }
            for result in results
        }
        if arguments.calibration:
            document = {"sets": document, "calibration": [row._asdict() for row in table]}
        print(json.dumps(document))
        return
    if scores:
        print(score_tables.figures_table(scores))
        print("\n" + score_tables.failures_table(scores))
    for result in results:
        if not result.score:
            print(f"\n{result.gold.name}: {result.figures['right']} of {result.figures['of']} dates right")
    if arguments.kinds:
        kinds = [(kind, one) for result in results for kind, one in result.kinds.items()]
        print("\n" + score_tables.kinds_table(kinds))
    if arguments.calibration:
        print("\n" + score_tables.calibration_table(table, calibration_error(table)))


def _update(
    arguments: argparse.Namespace,
    model: str,
    pinned: dict[str, Any],
    measured: Sequence[tuple[str, str, dict[str, float]]],
) -> int:
    """Writes the raised floors. Where one would fall and may not, none of that set moves and the exit is 1."""
    falling: list[str] = []
    for name, sha256, figures in measured:
        pinned, below = floors.raised(name, sha256, figures, pinned, arguments.lower_floors)
        falling += below
    floors.write(arguments.floors, {**pinned, "model": model})
    if falling and not arguments.lower_floors:
        print(f"meetwire evaluate: lower than the floor: {'; '.join(falling)}: add --lower-floors", file=sys.stderr)
        return 1
    return 0
