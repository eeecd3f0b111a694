"""How likely two reports tell of one meeting: named features, each with a weight in ``lexicon/merging.yaml``.

A pair's score is the sum of its features' weights: above 0 the two are more likely one meeting than two. What rules it
out, whatever else is equal, is a ``Veto``.
"""

import functools
import math
from typing import NamedTuple

from transforms import lexicon
from transforms.stories.pairing import Pairing, pair
from transforms.stories.told import REMOTE, Told, hours_of
from transforms.stories.told_party import contradict

# Days by which a correction may move a meeting, and days off those that are guessed for a report without a date.
CORRECTED_DAYS, UNDATED_DAYS = (int(lexicon.table("merging")["days"][name]) for name in ("corrected", "undated"))
_SAME_TOWN_KM = 60
_ZONES_APART = 6.0


class Comparison(NamedTuple):
    """What two reports have in common.

    Attributes:
        features: Feature -> its strength, mostly 1.
        veto: What rules out that they tell of one meeting; None where nothing does.
        pairing: Who is who.
    """

    features: dict[str, float]
    veto: str | None
    pairing: Pairing

    @property
    def score(self) -> float:
        """Above 0 where they more likely are one meeting; a veto is minus infinity."""
        if self.veto:
            return -math.inf
        return sum(weights()[name] * strength for name, strength in self.features.items())


@functools.cache
def weights() -> dict[str, float]:
    """Feature -> weight."""
    return {str(name): float(weight) for name, weight in lexicon.table("merging")["weights"].items()}


def compare(one: Told, other: Told) -> Comparison:
    """Compares two reports; the same whichever stands first."""
    one, other = sorted((one, other), key=lambda t: t.order)
    pairing = pair(one.parties, other.parties)
    days = _days(one, other, pairing)
    twice = one.article_id == other.article_id and _told_twice(one, other, pairing)
    features = {"any pair": 1.0, **_parties(pairing, twice), days: 1.0}
    features |= {**place_features(one, other), **_manner(one, other)}
    if one.article_id == other.article_id:
        features["same article"] = 1.0
    return Comparison(features, _veto(one, other, pairing, days, twice), pairing)


def related(one: Told, other: Told) -> bool:
    """Whether two reports, as they were published, speak for one meeting, or one moves the other's day.

    A report that is not connected with a report by a chain of related ones has no say in what becomes of it.
    """
    gap = max((other.first - one.last).days, (one.first - other.last).days)
    dated = CORRECTED_DAYS if one.correction or other.correction else 1
    if gap > (dated if one.dated and other.dated else UNDATED_DAYS):
        return False
    if one.meeting_id == other.meeting_id or compare(one, other).score > 0:
        return True
    return is_moved(one, other) or is_moved(other, one)


def is_moved(told: Told, correction: Told) -> bool:
    """Whether a later article corrects the day of a report."""
    gap = abs((correction.first - told.first).days)
    if not correction.correction or correction.precision != "day" or told.precision != "day" or told.correction:
        return False
    if not 0 < gap <= CORRECTED_DAYS or told.mode != correction.mode:
        return False
    if not 0 <= (correction.published - told.published).days <= 14:
        return False
    pairing = pair(told.parties, correction.parties)
    return pairing.sure >= 2 and not pairing.left and not pairing.right


def _veto(one: Told, other: Told, pairing: Pairing, days: str, twice: bool) -> str | None:
    if not pairing.matches and not twice and not _may_be_them(one, other):
        return "nobody in common"
    if days == "days apart":
        return days
    if (one.mode in REMOTE and other.mode == "in_person") or (other.mode in REMOTE and one.mode == "in_person"):
        return "a call and a meeting"
    if len(pairing.matches) == 1 and pairing.quarrel:
        return "with someone else"
    if pairing.namesakes:
        return "namesakes"
    if one.article_id == other.article_id and not twice:
        return "two meetings of one article"
    return None


def _may_be_them(one: Told, other: Told) -> bool:
    """Whether one report gives offices or countries alone, and each of them may be somebody of the other."""
    for vague, known in ((one, other), (other, one)):
        if all(not party.words for party in vague.parties):
            return all(any(not contradict(p, q) for q in known.parties) for p in vague.parties)
    return False


def _told_twice(one: Told, other: Told, pairing: Pairing) -> bool:
    """Whether an article tells of one meeting in two reports: the same parties, once by office, denied or undated."""
    if len(one.parties) != len(other.parties) or pairing.quarrel:
        return False
    named = [sum(p.kind == "named" for p in t.parties) for t in (one, other)]
    if not pairing.matches:
        return min(named) == 0 and max(named) == len(one.parties) and one.status == other.status
    return (
        named[0] != named[1]
        or one.correction
        or not (one.dated and other.dated)
        or "denied" in (one.status, other.status)
    )


def _parties(pairing: Pairing, twice: bool) -> dict[str, float]:
    sure, found = pairing.sure, len(pairing.matches)
    left, right = len(pairing.left), len(pairing.right)
    kinds = {
        (3, 3): "three sure parties",
        (2, 3): "two sure parties",
        (2, 2): "two sure parties",
        (1, 3): "one sure, one likely party",
        (0, 3): "two likely parties",
        (1, 2): "one sure, one likely party",
        (0, 2): "two likely parties",
    }
    name = kinds.get((min(sure, 3), min(found, 3))) or (
        "one sure party" if sure else "one likely party" if found else "told twice" if twice else "nobody in common"
    )
    made = {name: 1.0}
    if not left and not right:
        made["all parties"] = 1.0
    elif not left or not right:
        made["fewer parties" if found > 1 else "one party told"] = 1.0
    elif pairing.quarrel:
        made["other parties"] = 1.0
    else:
        made["others not named"] = 1.0
    return made


def _days(one: Told, other: Told, pairing: Pairing) -> str:
    """The feature that says how the days of two reports fit; ``one`` was published first."""
    gap = max((other.first - one.last).days, (one.first - other.last).days)
    if one.dated and other.dated:
        if gap <= 0:
            return _overlap(one, other)
        if gap == 1 and _same_moment(one, other):
            return "days across the date line"
        if gap <= CORRECTED_DAYS and other.correction:
            return "day corrected"
        return "next day" if gap == 1 and _slip(one, other, pairing) else "days apart"
    if one.dated or other.dated:
        if gap > UNDATED_DAYS:
            return "days apart"
        return "no date, not near" if gap > 0 else "no date, near" if _fresh(one, other) else "no date, some days"
    apart = (other.published - one.published).days
    return (
        "no dates, near" if gap <= 0 and apart <= 7 else "no dates, not near" if gap <= UNDATED_DAYS else "days apart"
    )


def _overlap(one: Told, other: Told) -> str:
    coarse = {one.precision, other.precision} - {"day"}
    if not coarse:
        return "same day" if (one.first, one.last) == (other.first, other.last) else "days overlap"
    return "within a week" if coarse == {"week"} else "within a month or year"


def _same_moment(one: Told, other: Told) -> bool:
    """Whether two days can be one moment: far apart by their zones, or a day that had not begun in Greenwich."""
    early, late = (one, other) if one.first < other.first else (other, one)
    if late.status == "held" and late.first > late.published.date():
        return True
    if early.offset is not None and late.offset is not None and late.offset - early.offset >= _ZONES_APART:
        return True
    hours = [h for p in (*one.parties, *other.parties) if p.country and (h := hours_of(p.country)) is not None]
    return {one.mode, other.mode} <= REMOTE and bool(hours) and max(hours) - min(hours) >= _ZONES_APART


def _slip(one: Told, other: Told, pairing: Pairing) -> bool:
    """Whether a day off by one may be a slip: a call has no second day, and talks of three go on over days."""
    calls = {one.mode, other.mode} <= REMOTE and one.status == other.status == "held"
    return calls or (pairing.sure >= 3 and not pairing.left and not pairing.right)


def _fresh(one: Told, other: Told) -> bool:
    """Whether the day of the dated report is near the other's publication: five days, or three weeks ahead for plans."""
    dated, bare = (one, other) if one.dated else (other, one)
    day = bare.published.date()
    ahead = 21 if bare.status in ("planned", "proposed") else 5
    return (day - dated.last).days <= 5 and (dated.first - day).days <= ahead


def place_features(one: Told, other: Told) -> dict[str, float]:
    """The features that say how the places of two reports fit; empty where one of them has none."""
    if not one.place or not other.place:
        return {}
    a, b = one.located, other.located
    if one.place <= other.place or other.place <= one.place:
        return {"same place": 1.0}
    if a is None or b is None:
        return {}
    if a.country != b.country:
        return {"other place": 1.0}
    if None in (a.latitude, a.longitude, b.latitude, b.longitude):
        return {"same country": 1.0}
    # All four are there, which the type checker does not see.
    near = _kilometres(a.latitude, a.longitude, b.latitude, b.longitude) <= _SAME_TOWN_KM  # type: ignore[arg-type]
    return {"same place": 1.0} if near else {"other place": 1.0}


def _kilometres(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    width = math.cos(math.radians((lat1 + lat2) / 2)) * ((lon2 - lon1 + 180) % 360 - 180)
    return 111.2 * math.hypot(lat2 - lat1, width)


def _manner(one: Told, other: Told) -> dict[str, float]:
    made = {}
    if one.mode == other.mode != "unknown":
        made["same call" if one.mode in REMOTE else "same mode"] = 1.0
    if {one.status, other.status} == {"cancelled", "held"}:
        made["called off and held"] = 1.0
    if one.occasion and one.occasion & other.occasion:
        made["same occasion"] = 1.0
    return made
