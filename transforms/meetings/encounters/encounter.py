"""One encounter as one sentence tells it, before its article is put together."""

import dataclasses

from spacy.tokens import Token

from transforms.meetings.parties.sentence import Party, Sentence


@dataclasses.dataclass
class Encounter:
    """An encounter found by one frame in one sentence.

    Attributes:
        frame: The frame's name ("meet-with").
        trigger: The word that told of it.
        sentence: Where it stands.
        parties: Who took part, as read.
        mode: The frame's own mode.
        weight: How sure the frame is by itself.
        verb: The verb that says whether and when it happened; None where only nouns stand.
        host: The parties that are at home.
        noun: The trigger is a noun.
        until: Behind the last token of the frame's words.
        date_span: Tokens of the date that belongs to this one alone ("Thursday with A and Friday with B").
        why: Words behind the fields, for an explanation.
        pattern: Found by the order of words alone, not by the parse.
        points_back: It names no party and means the meeting told last.
        repeated: "separate calls to A, B and C": one encounter each.
    """

    frame: str
    trigger: Token
    sentence: Sentence
    parties: list[Party]
    mode: str
    weight: float
    verb: Token | None
    host: list[Party] = dataclasses.field(default_factory=list)
    noun: bool = False
    until: int = 0
    date_span: tuple[int, int] | None = None
    why: dict[str, str] = dataclasses.field(default_factory=dict)
    pattern: bool = False
    points_back: bool = False
    repeated: bool = False
