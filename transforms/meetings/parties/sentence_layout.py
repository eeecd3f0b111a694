"""How a parsed sentence is laid out: its noun phrases, the words that join them, the remarks to read over."""

from spacy.tokens import Doc, Span

from transforms.language.mentions.entities import Reading
from transforms.language.mentions.phrases import Phrase, phrases_of
from transforms.lexicon import vocabulary

_JOINING = {
    ("and",),
    (",", "and"),
    ("as", "well", "as"),
    (",", "as", "well", "as"),
    ("along", "with"),
    ("together", "with"),
    ("&",),
    (",", "along", "with"),
    (",", "together", "with"),
    ("plus",),
    ("or",),
    ("and", "then"),
    ("and", "also"),
    ("and", "later"),
    (",", "then"),
    (",", "and", "then"),
    (",", "and", "also"),
    ("alongside",),
    ("and", "with"),
    ("accompanied", "by"),
    (",", "accompanied", "by"),
    (",", "flanked", "by"),
    (",", "joined", "by"),
    ("joined", "by"),
    (",", "alongside"),
    (",", "plus"),
}
INCLUDING = {
    ("including",),
    (",", "including"),
    ("such", "as"),
    (",", "such", "as"),
    (",", "among", "them"),
    (":",),
    (",", "namely"),
}
# "a delegation led by A" is A.
LED = {("led", "by"), (",", "led", "by"), ("headed", "by"), (",", "headed", "by")}


class Layout:
    """One parsed sentence with its phrases, ready to be asked what stands where."""

    def __init__(self, reading: Reading, span: Span, number: int) -> None:
        self.reading = reading
        self.doc: Doc = reading.doc
        self.span = span
        self.number = number
        self.phrases: list[Phrase] = phrases_of(reading, span)
        self._starts = {p.start: i for i, p in enumerate(self.phrases)}
        self._covers = {t: i for i, p in enumerate(self.phrases) for t in range(p.start, p.end)}

    def covering(self, token: int) -> int | None:
        """The index of the phrase that holds ``token``."""
        return self._covers.get(token)

    def starting(self, token: int) -> int | None:
        """The index of the phrase that begins at ``token``."""
        return self._starts.get(token)

    def skip(self, at: int) -> int:
        """Past brackets and remarks on who stands where in a picture."""
        doc, end = self.doc, self.span.end
        while at < end:
            if doc[at].text == "(":
                close = next((i for i in range(at + 1, min(at + 8, end)) if doc[i].text == ")"), None)
                if close is None:
                    return at
                at = close + 1
            elif doc[at].text == "," and (stop := self._remark(at + 1)) is not None:
                at = stop
            else:
                return at
        return at

    def over_date(self, at: int) -> int:
        """Past a weekday that parts a group from ", including": "four leaders Saturday, including A"."""
        stop = at
        while stop < min(at + 3, self.span.end) and (
            self.doc[stop].ent_type_ == "DATE" or (self.doc[stop].lower_ == "on" and stop == at)
        ):
            stop += 1
        if stop > at and stop + 1 < self.span.end and {t.lower_ for t in self.doc[stop : stop + 2]} & {"including"}:
            return stop
        return at

    def _remark(self, at: int) -> int | None:
        """Behind ", left," and ", third from right,", comma and all; None where there is none."""
        doc, end = self.doc, self.span.end
        for stop in range(at, min(at + 5, end)):
            if doc[stop].lower_ in vocabulary("picture_sides") and all(
                t.lower_ in vocabulary("picture_places") for t in doc[at:stop]
            ):
                stop += 1
                return stop + 1 if stop < end and doc[stop].text == "," else stop
            if doc[stop].text == ",":
                return None
        return None

    def separator(self, at: int) -> tuple[tuple[str, ...], int]:
        """(the words that join, the token behind them) at ``at``; ((), at) where nothing joins."""
        doc, end = self.doc, self.span.end
        for length in (4, 3, 2, 1):
            if at + length < end:
                text = tuple(t.lower_ for t in doc[at : at + length])
                if text in _JOINING or text in INCLUDING or text in LED or text == (",",):
                    return text, at + length
        return (), at

    def phrase_near(self, at: int) -> int | None:
        """The phrase that begins at ``at``, over "with", "also" and adverbs."""
        for skip in range(4):
            index = self.starting(at + skip)
            if index is not None:
                return index
            if at + skip >= self.span.end or self.doc[at + skip].pos_ not in {"ADV", "DET", "ADJ", "NUM"}:
                return None
        return None

    def opens_clause(self, phrase: Phrase, trigger: int | None) -> bool:
        """Whether ``phrase`` is the subject of another verb behind it."""
        for i in (phrase.head, phrase.end - 1):
            token = self.doc[i]
            if token.dep_ in {"nsubj", "nsubjpass"} and token.head.i >= phrase.end:
                return token.head.i != trigger and not (trigger is not None and phrase.end <= trigger)
        return False
