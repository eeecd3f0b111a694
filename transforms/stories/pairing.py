"""Who of one report is who of another."""

from typing import NamedTuple

from transforms.stories.told_party import LIKELY, SURE, Agreement, Party, agree, contradict, namesakes


class Match(NamedTuple):
    """One party of each report.

    Attributes:
        one: Its place in the first report.
        other: Its place in the second.
        agreement: How surely they are one, and why.
    """

    one: int
    other: int
    agreement: Agreement


class Pairing(NamedTuple):
    """How the parties of two reports go together.

    Attributes:
        matches: Those taken for one, the surest first.
        left: Parties of the first report without a match.
        right: Parties of the second report without a match.
    """

    matches: tuple[Match, ...]
    left: tuple[Party, ...]
    right: tuple[Party, ...]

    @property
    def sure(self) -> int:
        """How many matches need nothing else to speak for them."""
        return sum(match.agreement.score >= SURE for match in self.matches)

    @property
    def quarrel(self) -> bool:
        """Whether each report has someone who can be nobody whom the other leaves over."""
        return bool(self.left and self.right) and (
            any(all(contradict(p, q) for q in self.right) for p in self.left)
            or any(all(contradict(p, q) for q in self.left) for p in self.right)
        )

    @property
    def namesakes(self) -> bool:
        """Whether two who share a surname met, one in each report: brothers, spouses, strangers."""
        return any(namesakes(one, other) for one in self.left for other in self.right)


def pair(one: tuple[Party, ...], other: tuple[Party, ...]) -> Pairing:
    """Matches the parties of two reports one to one, the surest first."""
    found = [
        Match(i, j, agreement)
        for i, a in enumerate(one)
        for j, b in enumerate(other)
        if (agreement := agree(a, b)).score >= LIKELY
    ]
    matches: list[Match] = []
    for match in sorted(found, key=lambda m: (-m.agreement.score, m.one, m.other)):
        if all(match.one != known.one and match.other != known.other for known in matches):
            matches.append(match)
    left = tuple(p for i, p in enumerate(one) if all(i != m.one for m in matches))
    right = tuple(p for j, p in enumerate(other) if all(j != m.other for m in matches))
    return Pairing(tuple(matches), left, right)
