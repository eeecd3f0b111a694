"""From a sentence's encounter to a draft: when, where, how, and whether it counts at all."""

from collections.abc import Iterator
from datetime import datetime

from transforms.articles.clean import Masked
from transforms.language.mentions.entities import Reading
from transforms.lexicon.meeting_words import frames as lexicon_frames
from transforms.meetings.details import circumstances, mode, status, travel, when, where
from transforms.meetings.encounters.encounter import Encounter
from transforms.meetings.encounters.lookalikes import counts
from transforms.meetings.parties.sentence import Party, Sentence
from transforms.meetings.reports.draft import Draft

# How many sentences back "she met B" takes day and place from where she went.
_BACK = 3
# "I hope to hold a meeting", with no day to it, is a wish and no plan.
_WISHES = ("hope", "hoping", "wish", "look")


def sentences(reading: Reading) -> Iterator[Sentence]:
    """The sentences that can hold an encounter and were parsed."""
    gate = lexicon_frames().gate
    for number, span in enumerate(reading.doc.sents):
        if len(span) > 1 and gate.search(span.text) and any(t.pos_ for t in span[:2]):
            yield Sentence(reading, span, number)


def kind_of(sentence: Sentence, masked: Masked) -> str:
    """headline, caption or body; a headline may also be glued to the text without a title of its own."""
    span = sentence.span
    kind = masked.kind_at(masked.offset(span.start_char))
    if (
        kind == "body"
        and span.start_char < 3
        and sentence.doc.text[span.end_char - 1 : span.end_char + 2].find("\u2029") >= 0
    ):
        return "headline"
    return kind


def looks_like_caption(sentence: Sentence) -> bool:
    """A sentence that ends in a full date and is not in the past tense: a picture's caption without its mark."""
    return sentence.span.root.tag_ not in {"VBD", "VBN"} and any(t.shape_ == "dddd" for t in sentence.span[-4:])


def _goes_on(encounter: Encounter) -> bool:
    """Whether the sentence is about the same person as the one before: its subject is "she", or it is led in by a day."""
    span = encounter.sentence.span
    subject = next((t for t in span if t.dep_ in {"nsubj", "nsubjpass"}), None)
    led_in = span.doc[span.start - 1].text in {":", "-", "–", "—"}
    return led_in or (subject is not None and subject.lower_ in {"he", "she", "they"})


def draft_of(
    encounter: Encounter,
    parties: list[Party],
    spans: list[tuple[int, int]],
    anchor: datetime | None,
    caption: bool,
    kind: str,
    reading: Reading,
) -> Draft | None:
    """What the sentence of ``encounter`` tells of it, ``spans`` being its dates; None where that is no meeting."""
    verdict = status.status_of(encounter, spans)
    if verdict.hypothetical:
        return None
    date = when.when(encounter, spans, anchor, verdict.status, caption)
    verdict = status.settled(verdict, encounter, date, anchor, caption)
    goes_on = _goes_on(encounter)
    before = travel.sentences_before(encounter, verdict.status, _BACK if goes_on else 1)
    if date is not None:
        date = when.when(encounter, spans, anchor, verdict.status, caption)
    elif goes_on:
        led_in = (when.led_in(encounter, sentence, anchor, verdict.status) for sentence in before)
        date = next(filter(None, led_in), None)
    date = date or when.just_now(encounter, anchor, verdict.status)
    if date is None and verdict.status in {"planned", "proposed"} and verdict.why.startswith(_WISHES):
        return None
    place = where.where(encounter)
    manner = mode.mode_of(encounter, place is not None)
    if manner[0] in {"phone", "video"}:
        place = None
    if place is None and manner[0] == "in_person":
        led_to = (travel.from_context(encounter, reading, sentence, verdict.status) for sentence in before)
        place = next(filter(None, led_to), None)
    parties = [
        p for p in parties if place is None or not (p.kind in {"country"} and place.start <= p.start < place.end)
    ]
    if not parties or (len(parties) == 1 and not parties[0].plural):
        return None
    if not counts(encounter, parties, verdict.status, date is not None, place is not None):
        return None
    return Draft(
        parties,
        [encounter],
        verdict,
        manner,
        (date, encounter, "sentence") if date else None,
        (place, encounter, place.source) if place else None,
        circumstances.occasion_of(encounter),
        circumstances.duration_of(encounter),
        circumstances.topics_of(encounter),
        circumstances.attribution_of(encounter),
        [kind],
        encounter.weight,
    )
