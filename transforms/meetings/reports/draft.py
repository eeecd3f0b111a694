"""A meeting report while its article is read."""

import dataclasses

from transforms.meetings.details.cues import Verdict
from transforms.meetings.details.when import When
from transforms.meetings.encounters.encounter import Encounter
from transforms.meetings.parties.party import Party
from transforms.meetings.parties.place_phrases import Where


@dataclasses.dataclass
class Draft:
    """What one sentence, later one article, says of one meeting.

    Attributes:
        parties: Who met, resolved.
        encounters: The sentences' encounters that it was made from, the leading one first.
        status: With the words that say so.
        mode: With the words that say so.
        when: The date, with the sentence's number that it stands in.
        where: The place, with that of its encounter.
        occasion: The event on whose sidelines it was.
        duration: (minutes, words).
        topics: What it was about.
        attribution: Who says so.
        kinds: headline, body or caption for each encounter.
        weight: From 0 to 1: how sure the frames are.
        said: What the taught reader said of it (meeting, same, date, place), with its probability.
    """

    parties: list[Party]
    encounters: list[Encounter]
    status: Verdict
    mode: tuple[str, str]
    when: tuple[When, Encounter, str] | None
    where: tuple[Where, Encounter, str] | None
    occasion: str | None
    duration: tuple[int, str] | None
    topics: list[str]
    attribution: str | None
    kinds: list[str]
    weight: float
    said: dict[str, float] = dataclasses.field(default_factory=dict)

    @property
    def keys(self) -> frozenset[object]:
        """What tells its parties from others'."""
        return frozenset(
            p.entity if p.entity is not None and p.kind == "person" else p.name.casefold() for p in self.parties
        )
