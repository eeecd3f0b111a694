"""Precision, recall and F1 of meetings against gold articles, and what went wrong in each.

A gold article is ``{"id", "meetings": [...]}``; a found meeting names its ``article_id``. The guideline in
``docs/meetings.md`` says what a gold meeting holds. All figures are micro-averaged over the articles given.
"""

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipelines.evaluation.agree import Meeting, pair_meetings, pair_participants, same_field

FIELDS = ("date", "place", "status", "mode")
# Of single participants, where the annotator says so; reported beside the others, no part of "perfect".
DETAILS = ("country", "role")


@dataclasses.dataclass(frozen=True)
class Failure:
    """One thing that went wrong.

    Attributes:
        article_id: In which article.
        kinds: missed, spurious, or the fields that are wrong (participants, date, place, status, mode).
        gold: The annotator's meeting; None where a meeting is spurious.
        found: The meeting found; None where one was missed.
    """

    article_id: str
    kinds: tuple[str, ...]
    gold: Meeting | None
    found: Meeting | None


@dataclasses.dataclass
class Score:
    """The counts behind every figure.

    Attributes:
        articles: Gold articles.
        gold: Meetings that must be found (optional ones are neither right nor wrong).
        found: Meetings that were found, less those that pair with an optional one.
        paired: Meetings that are right: paired one to one.
        perfect: Paired meetings that are right in every field the annotator gave.
        gold_participants: Participants of ``gold``.
        found_participants: Participants of ``found``.
        paired_participants: Participants that are right, of the paired meetings.
        given: By field, the paired meetings (for country and role: participants) whose gold value is given.
        right: By field, those of ``given`` that are right.
        negatives: Gold articles without any meeting.
        alarms: Those of ``negatives`` in which one was found.
        confidences: Of each found meeting: its confidence, whether it is paired, whether it is perfect.
        failures: What went wrong.
    """

    articles: int = 0
    gold: int = 0
    found: int = 0
    paired: int = 0
    perfect: int = 0
    gold_participants: int = 0
    found_participants: int = 0
    paired_participants: int = 0
    given: Counter[str] = dataclasses.field(default_factory=Counter)
    right: Counter[str] = dataclasses.field(default_factory=Counter)
    negatives: int = 0
    alarms: int = 0
    confidences: list[tuple[float, bool, bool]] = dataclasses.field(default_factory=list)
    failures: list[Failure] = dataclasses.field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """Every figure: p/r/f1 of meetings, participants and perfect meetings, and by field the share that is right."""
        return {
            "articles": self.articles,
            "meeting": _f1(self.paired, self.found, self.gold),
            "participant": _f1(self.paired_participants, self.found_participants, self.gold_participants),
            "perfect": _f1(self.perfect, self.found, self.gold),
            **{field: self._accuracy(field) for field in (*FIELDS, *DETAILS) if self.given[field]},
            "negatives": {"articles": self.negatives, "alarms": self.alarms},
            "failures": dict(Counter(kind for failure in self.failures for kind in failure.kinds).most_common()),
        }

    def _accuracy(self, field: str) -> dict[str, float]:
        return {"accuracy": round(self.right[field] / self.given[field], 4), "given": self.given[field]}


def _f1(hits: int, found: int, gold: int) -> dict[str, float]:
    precision = hits / found if found else 0.0
    recall = hits / gold if gold else 0.0
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return {
        "p": round(precision, 4),
        "r": round(recall, 4),
        "f1": round(f1, 4),
        "hits": hits,
        "predicted": found,
        "gold": gold,
    }


def score(articles: Iterable[Mapping[str, Any]], found: Iterable[Meeting]) -> Score:
    """The score of the meetings ``found`` in gold ``articles``. A meeting of no gold article counts as spurious."""
    by_article: dict[str, list[Meeting]] = defaultdict(list)
    for meeting in found:
        by_article[str(meeting.get("article_id"))].append(meeting)
    total = Score()
    for article in articles:
        _add_article(total, article, by_article.pop(str(article["id"]), []))
    for article_id, strays in by_article.items():
        total.found += len(strays)
        total.failures += [Failure(article_id, ("spurious",), None, stray) for stray in strays]
    return total


def _add_article(total: Score, article: Mapping[str, Any], found: Sequence[Meeting]) -> None:
    gold: list[Meeting] = list(article.get("meetings") or [])
    total.articles += 1
    total.negatives += not gold
    total.alarms += bool(found) and not gold
    spared = {j for i, j in pair_meetings(gold, found) if gold[i].get("optional")}
    gold = [meeting for meeting in gold if not meeting.get("optional")]
    found = [meeting for j, meeting in enumerate(found) if j not in spared]
    pairs = dict(pair_meetings(gold, found))
    total.gold += len(gold)
    total.found += len(found)
    total.paired += len(pairs)
    total.gold_participants += sum(len(meeting["participants"]) for meeting in gold)
    total.found_participants += sum(len(meeting.get("participants") or []) for meeting in found)
    article_id = str(article["id"])
    wrong = {j: _add_pair(total, gold[i], found[j]) for i, j in pairs.items()}
    total.failures += [Failure(article_id, wrong[j], gold[i], found[j]) for i, j in pairs.items() if wrong[j]]
    total.failures += [Failure(article_id, ("missed",), m, None) for i, m in enumerate(gold) if i not in pairs]
    total.failures += [Failure(article_id, ("spurious",), None, m) for j, m in enumerate(found) if j not in wrong]
    for j, meeting in enumerate(found):
        total.confidences.append((float(meeting.get("confidence") or 0), j in wrong, wrong.get(j) == ()))


def _add_pair(total: Score, gold: Meeting, found: Meeting) -> tuple[str, ...]:
    """Counts one pair of meetings; the fields that are wrong."""
    people = pair_participants(gold, found)
    total.paired_participants += len(people)
    complete = len(people) == len(gold["participants"]) == len(found["participants"])
    wrong = [] if complete else ["participants"]
    for field in FIELDS:
        agrees = same_field(field, gold, found)
        if agrees is not None:
            total.given[field] += 1
            total.right[field] += agrees
            if not agrees:
                wrong.append(field)
    for wanted, participant in people:
        for detail in DETAILS:
            if wanted.get(detail):
                total.given[detail] += 1
                total.right[detail] += wanted[detail] == participant.get(detail)
    total.perfect += not wrong
    return tuple(wrong)


def by_kind(articles: Sequence[Mapping[str, Any]], found: Sequence[Meeting]) -> dict[str, Score]:
    """One score for each ``kind`` (or each of the ``kinds``) that the gold articles say they try."""
    kinds: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for article in articles:
        for kind in article.get("kinds") or filter(None, [article.get("kind")]):
            kinds[kind].append(article)
    scores = {}
    for kind, members in sorted(kinds.items()):
        ids = {str(article["id"]) for article in members}
        scores[kind] = score(members, [meeting for meeting in found if str(meeting.get("article_id")) in ids])
    return scores
