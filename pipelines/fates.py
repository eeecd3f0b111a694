"""What became of what went through the chain, in counts; every process can read them without loading Beam."""

import dataclasses
from collections import Counter

from pipelines.progress import counted


@dataclasses.dataclass
class Fates:
    """What became of the elements that went in: each is counted once, under one fate.

    Attributes:
        messages: Messages or articles that went in.
        extracted: Articles that reached the tables.
        reports: Meeting reports among them.
        dead_letters: Elements that a stage could not process, by stage.
    """

    messages: int = 0
    extracted: int = 0
    reports: int = 0
    dead_letters: Counter[str] = dataclasses.field(default_factory=Counter)

    def add(self, other: "Fates") -> None:
        """Adds the counts of another run."""
        self.messages += other.messages
        self.extracted += other.extracted
        self.reports += other.reports
        self.dead_letters.update(other.dead_letters)

    def summary(self) -> str:
        """One line that says it."""
        dead = ", ".join(f"{count} at {stage}" for stage, count in sorted(self.dead_letters.items())) or "none"
        articles, reports = counted(self.extracted, "article"), counted(self.reports, "report")
        return f"{counted(self.messages, 'message')}: {articles} with {reports}; dead letters: {dead}"

    @property
    def complete(self) -> bool:
        """True where the fates add up to what went in (a row that fits no table is counted beside its article)."""
        lost_articles = sum(count for stage, count in self.dead_letters.items() if stage != "tables")
        return self.messages == self.extracted + lost_articles
