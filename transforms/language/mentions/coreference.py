"""Whom pronouns, "the two", "both leaders" and offices without a name stand for, by rule.

Rules, not a model: on news they reach what trained systems reach, at no cost; an answer is given only where one
candidate is left.
"""

from collections.abc import Iterator

from spacy.tokens import Span, Token

from transforms.language.mentions.entities import Reading
from transforms.language.people.titles import general_titles
from transforms.lexicon import vocabulary

# What a text by someone calls itself in its first line.
_OWN_WORDS = {"statement", "remarks", "letter", "message", "speech", "address", "transcript", "testimony"}
# How many tokens the name and office before a speaker's words may take.
_LABEL = 16
# Through how many sentences in a row "she" is followed back to a name.
_CHAIN = 4
_SINGULAR = {"he", "she", "his", "him", "her", "i", "my", "me"}


class Memory:
    """Who was spoken of so far, in the order of reading."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def _spans(self) -> list[tuple[int, int]]:
        """(first token, entity) of every mention of a person known by now; frames find further names."""
        return [
            (start, index)
            for index, draft in enumerate(self._reading.entities)
            if draft.label == "PERSON"
            for start, _ in draft.spans
        ]

    def people_before(self, token: int, floor: int = 0) -> list[int]:
        """The people named from token ``floor`` up to ``token``, the last one first, each once."""
        seen: list[int] = []
        for start, index in sorted(self._spans(), reverse=True):
            if floor <= start < token and index not in seen:
                seen.append(index)
        return seen

    def pronoun(self, token: Token, sentence: Span) -> int | None:
        """The person whom a singular pronoun stands for: the subject before it, else the last person named."""
        if token.lower_ not in _SINGULAR:
            return None
        inside = self.people_before(token.i, sentence.start)
        subjects = [i for i in inside if self._is_subject(i, sentence, token.i)]
        if token.lower_ in {"i", "my", "me"}:
            return self._speaker(token, sentence)
        if subjects:
            return subjects[-1] if len(subjects) > 1 and token.lower_ in {"his", "her"} else subjects[0]
        if inside:
            return inside[-1]
        before = self._subject_of_previous(sentence, token)
        if before is not None:
            return before
        earlier = self.people_before(sentence.start, max(0, sentence.start - 120))
        return earlier[0] if earlier else self._later(token, sentence)

    def _later(self, token: Token, sentence: Span) -> int | None:
        """Cataphora: "Following his talks with Orban, Duda flew": the subject of the main clause."""
        root = sentence.root
        for child in root.children:
            if child.dep_ in {"nsubj", "nsubjpass"} and child.i > token.i:
                return self._reading.person_at(child.i)
        return None

    def cataphor(self, token: Token, sentence: Span) -> int | None:
        """The subject of the main clause behind a pronoun that opens the sentence; None where there is none."""
        return self._later(token, sentence)

    def author(self) -> int | None:
        """Who says "I" outside of quotations: the one whose statement or speech the first line announces.

        None in any other text, where it is the writer.
        """
        doc = self._reading.doc
        end = next((t.i for t in doc if "\n" in t.text or "\u2029" in t.text), 0)
        if not any(t.lower_ in _OWN_WORDS for t in doc[:end]):
            end = next((t.i for t in doc[:_LABEL] if t.text == ":"), 0)  # "Mr. Lund, Minister of Trade: I met ..."
        return next(iter(reversed(self.people_before(end))), None)

    def _speaker(self, token: Token, sentence: Span) -> int | None:
        if not is_quoted(token):
            return self.author()
        said = [t for t in sentence if t.pos_ == "VERB" and t.lemma_ in {"say", "tell", "add"} and t.i < token.i]
        inside = self.people_before(token.i, sentence.start)
        if inside and said:
            return inside[0]
        for verb in sentence:  # "I met ...," Vella told parliament.
            if verb.pos_ == "VERB" and verb.lemma_ in vocabulary("saying") and verb.i > token.i:
                for child in verb.children:
                    if child.dep_ == "nsubj" and (found := self._named_or_meant(child, sentence)) is not None:
                        return found
        if inside:
            return inside[0]
        earlier = self.people_before(sentence.start, max(0, sentence.start - 60))
        return earlier[0] if earlier else None

    def _named_or_meant(self, token: Token, sentence: Span) -> int | None:
        """The person whom ``token`` names or, as "he" or "she", stands for."""
        if token.lower_ in {"he", "she"}:
            return self._subject_of_previous(sentence, token)  # those in the quotation are others
        return self._reading.person_at(token.i)

    def _is_subject(self, index: int, sentence: Span, before: int) -> bool:
        for start, end in self._reading.entities[index].spans:
            if sentence.start <= start < before:
                for token in self._reading.doc[start:end]:
                    if token.dep_ in {"nsubj", "nsubjpass"} or (
                        token.dep_ == "appos" and token.head.dep_ in {"nsubj", "nsubjpass"}
                    ):
                        return True
        return False

    def _subject_of_previous(self, sentence: Span, pronoun: Token) -> int | None:
        """The person who is the subject of the sentence before, or of the one before that where it is ``pronoun`` too."""
        speakers = self._speakers_behind(pronoun, sentence)
        for _ in range(_CHAIN):
            if sentence.start == 0:
                return None
            sentence = self._reading.doc[sentence.start - 1].sent
            subjects = [token for token in sentence if token.dep_ in {"nsubj", "nsubjpass"}]
            people = (self._reading.person_at(token.i) for token in subjects)
            found = next((i for i in people if i is not None and i not in speakers), None)
            if found is not None or not any(token.lower_ == pronoun.lower_ for token in subjects):
                return found
        return None

    def _speakers_behind(self, pronoun: Token, sentence: Span) -> set[int | None]:
        """Who says the sentence of ``pronoun``, and so is not meant by it: "She will meet B," said Ruiz."""
        verbs = (t for t in sentence if t.lemma_ in vocabulary("saying") and t.i > pronoun.i)
        return {self._reading.person_at(c.i) for verb in verbs for c in verb.children if c.dep_ == "nsubj"}

    def pair(self, token: int, sentence: Span, count: int = 2) -> list[int]:
        """The last ``count`` people before ``token``: in its own sentence, else looking back over the article."""
        inside = self.people_before(token, sentence.start)
        if len(inside) >= count:
            return sorted(inside[:count], key=lambda i: self._first(i))
        back = self.people_before(token)
        if len(back) < count:
            after = [i for i in self.people_before(sentence.end, token) if i not in back]
            back = [*back, *reversed(after)]
        return sorted(back[:count], key=lambda i: self._first(i)) if len(back) >= count else []

    def office(self, title: str, country: str | None, token: int) -> int | None:
        """The one person before ``token`` who holds the office ``title`` ("the secretary", "the Japanese minister")."""
        people = [
            index
            for index in self.people_before(token)
            if country is None or self._reading.entities[index].country in {None, country}
        ]
        for titles in ([title], general_titles().get(title, [])):
            fits = [index for index in people if any(self._holds(index, each) for each in titles)]
            if fits:
                return fits[0] if len(fits) == 1 else None
        return None

    def _holds(self, index: int, title: str) -> bool:
        held = self._reading.entities[index].title or ""
        return bool(title) and title in held

    def _first(self, index: int) -> int:
        return min((start for start, _ in self._reading.entities[index].spans), default=0)


def is_quoted(token: Token) -> bool:
    """Whether ``token`` stands inside of a quotation that its paragraph opens."""
    inside = False
    for before in _in_paragraph(token):
        if before.text in {"“", "”"}:
            return before.text == "“"
        inside ^= before.text in {'"', "''", "``"}
    return inside


def _in_paragraph(token: Token) -> Iterator[Token]:
    """The tokens of its paragraph before ``token``, the last one first."""
    for i in range(token.i - 1, max(-1, token.i - 400), -1):
        before = token.doc[i]
        if "\n" in before.text or "\u2029" in before.text:
            return
        yield before
