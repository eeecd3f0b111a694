"""What a pass over the feeds did, in counts and in one line; every process can read it without loading the feed reader."""

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from pipelines.command_line.progress import Progress
from transforms.wording import counted

if TYPE_CHECKING:
    from transforms.feeds.polling.outbox import Drained
    from transforms.feeds.polling.poll import Outcome

Tell = Callable[[str], None]


class PublishSummary(NamedTuple):
    """What one pass over the feeds did; ``entries == published + sum(skipped.values())``.

    Attributes:
        polls: Feeds by outcome: ok, unchanged, error, held.
        entries: Entries of all documents read.
        published: Revisions that went into the outbox.
        revised: Those of them that are not an article's first.
        skipped: Reason -> entries that were not published.
        sent: Messages that the stream acknowledged, those of earlier passes among them.
        waiting: Messages still in the outbox.
        dead: Messages that no stream takes; they are dead letters.
        error: Why messages are waiting.
    """

    polls: Counter[str]
    entries: int
    published: int
    revised: int
    skipped: Counter[str]
    sent: int
    waiting: int
    dead: int
    error: str | None = None

    @property
    def all_failed(self) -> bool:
        """True where feeds were asked and each of them failed."""
        return 0 < self.polls["error"] == self.polls.total()

    def summary(self) -> str:
        """One line that says it."""
        polls = ", ".join(
            f"{self.polls[kind]} {kind}" for kind in ("ok", "unchanged", "error", "held") if self.polls[kind]
        )
        skipped = "".join(f", {number} {reason}" for reason, number in sorted(self.skipped.items()))
        line = f"{counted(self.polls.total(), 'feed')} ({polls or 'none'}); "
        line += f"{counted(self.entries, 'entry', 'entries')}: {self.published:,} published"
        line += (f" ({self.revised} revised)" if self.revised else "") + skipped
        line += f", {counted(self.dead, 'dead letter')}" if self.dead else ""
        return line + (
            f"; {counted(self.waiting, 'message')} in the outbox: {self.error or 'not sent yet'}"
            if self.waiting
            else ""
        )


class Tally:
    """Adds outcomes up, shows how far they are, and says what went wrong."""

    def __init__(self, tell: Tell, progress: Progress | None = None) -> None:
        self.say, self._progress = tell, progress
        self.polls: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self.entries = self.published = self.revised = 0

    def add(self, outcome: "Outcome") -> None:
        """Takes one outcome into account."""
        self.polls[outcome.status] += 1
        self.skipped.update(outcome.skipped)
        self.entries += outcome.fetched
        self.published += outcome.published
        self.revised += outcome.revised
        if self._progress:
            self._progress.add(1, entries=outcome.fetched, published=outcome.published)
        if outcome.error:
            self.say(f"{outcome.source.url}: {outcome.error}")
        if outcome.gap:
            self.say(f"{outcome.source.url}: no entry of the last visit is left; some were probably missed")

    def summary(self, drained: "Drained", waiting: int) -> PublishSummary:
        """Everything so far."""
        return PublishSummary(
            self.polls,
            self.entries,
            self.published,
            self.revised,
            self.skipped,
            drained.sent,
            waiting,
            drained.dead,
            drained.error,
        )
