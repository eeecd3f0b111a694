"""Meetings of short texts that the reader alone saw: its triggers and the names that it links to them, drafted by rule.

In whole articles most of such triggers retell a meeting that is known; in a feed's entries they do not.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from spacy.tokens import Token

from transforms.articles.clean import Masked
from transforms.language.mentions.entities import Reading
from transforms.meetings.details import when
from transforms.meetings.encounters.encounter import Encounter
from transforms.meetings.parties.sentence import Party, Sentence
from transforms.meetings.reports import same_encounter
from transforms.meetings.reports.combine import Decisions, Seen
from transforms.meetings.reports.draft import Draft
from transforms.meetings.reports.drafting import draft_of, kind_of, looks_like_caption, sentences
from transforms.reader.features import Span

READER = "reader"
_KINDS = {"PERSON": "person", "GPE": "country", "ORG": "body"}
# From which probability on a name is a party.
_PARTY = 0.5


def added(
    drafts: Sequence[Draft], seen: Seen, masked: Masked, anchor: datetime | None, limits: Decisions
) -> Iterator[Draft]:
    """A draft of each meeting that is surely told and that none of ``drafts`` tells."""
    own, known = seen.own(limits.add), [*drafts]
    parsed = list(sentences(seen.reading)) if own else []
    for probability, trigger in own:
        if seen.is_told(trigger, known):
            continue
        token = seen.token(trigger)
        sentence = next((s for s in parsed if s.span.start <= token.i < s.span.end), None)
        if sentence is None:
            continue
        parties = _parties(seen, trigger)
        encounter = _encounter(sentence, token, parties, seen.mode(trigger), probability)
        kind = kind_of(sentence, masked)
        caption = kind == "caption" or looks_like_caption(sentence)
        draft = draft_of(encounter, parties, when.dates_in(sentence), anchor, caption, kind, seen.reading)
        if (
            draft is not None
            and len(draft.parties) > 1
            and not any(same_encounter.same(other, draft) for other in known)
        ):
            draft.said.update(meeting=probability, added=probability)
            known.append(draft)
            yield draft


def _encounter(sentence: Sentence, token: Token, parties: list[Party], mode: str, surely: float) -> Encounter:
    verb = next((t for t in (token, *token.ancestors) if t.pos_ in {"VERB", "AUX"}), None)
    why = {"trigger": token.text}
    noun = token.pos_ in {"NOUN", "PROPN"}
    return Encounter(READER, token, sentence, parties, mode, surely, verb, noun=noun, until=token.i + 1, why=why)


def _parties(seen: Seen, trigger: Span) -> list[Party]:
    """The named ones that belong to ``trigger``, in the order of the text."""
    found: dict[int, tuple[int, Party]] = {}
    for probability, (start, end) in seen.linked("party", [trigger], seen.reading.at_names(_KINDS)):
        index = seen.reading.at[start]
        if probability >= _PARTY and index not in found:
            found[index] = (start, _party(seen.reading, index, start, end))
    return [party for _, party in sorted(found.values(), key=lambda pair: pair[0])]


def _party(reading: Reading, index: int, start: int, end: int) -> Party:
    entity = reading.entities[index]
    kind = _KINDS[entity.label]
    return Party(kind, entity.name, index, entity.country, entity.title, start, end, end - 1, False)
