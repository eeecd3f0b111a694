"""Whose office a counterpart has: "his British counterpart James Cleverly" holds that of the one who met him."""

from transforms.language.mentions.entities import Reading
from transforms.language.people.titles import parse_title

_WORD = "counterpart"


def hand_on_offices(reading: Reading) -> None:
    """Gives each person who is only somebody's counterpart the office of the last person before with one.

    The office is that which any country would have: the counterpart of a Secretary of State is a foreign minister.
    Where nobody before has an office, the counterpart has none either.
    """
    last: str | None = None
    people = [entity for entity in reading.entities if entity.label == "PERSON"]
    for _, draft in sorted(
        ((start, person) for person in people for start, _ in person.spans), key=lambda named: named[0]
    ):
        if draft.title and draft.title.endswith(_WORD):
            draft.title = counterpart_office(last) if last else None
        last = draft.title or last


def counterpart_office(title: str) -> str:
    """The office in another country of the one who holds ``title``: ``foreign minister`` for ``secretary of state``."""
    parsed = parse_title(title)
    return parsed.counterpart if parsed else title
