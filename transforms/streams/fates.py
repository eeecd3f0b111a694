"""What became of what went through the chain, in counts; every process can read them without loading Beam."""

import dataclasses
from collections import Counter

from transforms.wording import counted


@dataclasses.dataclass
class Fates:
    """What became of the elements that went in: each is counted once, under one fate.

    Attributes:
        messages: Messages or articles that went in.
        extracted: Articles that reached the tables.
        reports: Meeting reports that did.
        dead_letters: Elements that a stage could not process, by stage.
        refused: Rows that fit no column or that a place refused, by table; they too are dead letters.
    """

    messages: int = 0
    extracted: int = 0
    reports: int = 0
    dead_letters: Counter[str] = dataclasses.field(default_factory=Counter)
    refused: Counter[str] = dataclasses.field(default_factory=Counter)

    def add(self, other: "Fates") -> None:
        """Adds the counts of another run."""
        self.messages += other.messages
        self.extracted += other.extracted
        self.reports += other.reports
        self.dead_letters.update(other.dead_letters)
        self.refused.update(other.refused)

    def summary(self) -> str:
        """One line that says it."""
        dead = ", ".join(f"{count:,} at {stage}" for stage, count in sorted(self.dead_letters.items()) if count)
        refused = ", ".join(f"{count:,} of {table}" for table, count in sorted(self.refused.items()) if count)
        articles, reports = counted(self.extracted, "article"), counted(self.reports, "report")
        return f"{counted(self.messages, 'message')}: {articles} with {reports}; dead letters: {dead or 'none'}" + (
            f"; rows that a table refused: {refused}" if refused else ""
        )

    @property
    def complete(self) -> bool:
        """True where the fates add up to what went in."""
        return self.messages == self.extracted + self.dead_letters.total() + self.refused["articles"]
