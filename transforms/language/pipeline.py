"""The spaCy model, and how an article's paragraphs go through it.

``read`` gives what ``nlp.pipe`` would, at less cost: names are looked for everywhere, but only paragraphs that the
caller asks for are tagged and parsed. A text beyond ``LIMIT`` characters is cut there.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy
import spacy
from spacy.attrs import DEP, HEAD
from spacy.language import Language
from spacy.strings import get_string_id
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc, Token
from spacy.training import minibatch_by_words

from transforms.errors import MeetwireError

# Characters of one text that are read: some 35,000 words, ten times the longest news features.
LIMIT = 200_000
_PARAGRAPH = re.compile(r"[^\n\u2029]+(?:\n(?!\s*\n)[^\n\u2029]+)*[\n\u2029]*|[\n\u2029]+")
# A single paragraph of more characters is split between words: the parser's memory grows with its length.
_LONGEST = 4_000
# Tokens that a component works on at a time: its memory grows by 3 kB with each, and more are no faster.
_TOGETHER = 4_000
_NEEDED = ("parser", "ner")
# What runs only on paragraphs that are to be parsed, in the order of the model's own pipeline.
_NAMES_ONLY = ("ner", "transformer")
Components = Sequence[tuple[str, Any]]


class ModelError(MeetwireError, RuntimeError):
    """The model is not installed or lacks a component; the text is one line that says what to do."""


def load(model: str) -> Language:
    """The spaCy pipeline ``model`` (a package's name, a module with ``model_path()``, or a folder).

    Raises:
        ModelError: it is not installed, cannot be read, or has no parser or no named entities.
    """
    try:
        nlp = spacy.load(_path(model), exclude=["senter"])
    except (OSError, ImportError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise ModelError(
            f"language.model: {model!r} cannot be loaded: {reason[:200]} (install it with pip, or name another)"
        ) from error
    missing = [name for name in _NEEDED if name not in nlp.pipe_names]
    if missing:
        raise ModelError(f"language.model: {model!r} has no {' and no '.join(missing)}: choose a pipeline with both")
    prepare(nlp)
    return nlp


def prepare(nlp: Language) -> None:
    """Mends the lemmatizer of ``nlp``, if it has one, and keeps its dictionary at the vocabulary."""
    if isinstance(nlp.tokenizer, Tokenizer):
        for office in _WITH_PREFIX:  # else three words, of which the parser takes one for a title
            nlp.tokenizer.add_special_case(office, [{"ORTH": office}])
    if "lemmatizer" in nlp.pipe_names:
        _mend_lemmas(nlp)
        _remember_words(nlp)


# Offices with a hyphen.
_WITH_PREFIX = tuple(
    start + office
    for start in ("vice-", "Vice-")
    for office in ("president", "premier", "chancellor", "chairman", "chair", "minister", "president's", "governor")
)
# Rare verbs that the models' rules would read in forms of common ones ("hoped" for "hop").
_RARE_VERBS = ("ax", "din", "fin", "hop", "slat", "stag")


def _mend_lemmas(nlp: Language) -> None:
    """Takes rare verbs out of the lemmatizer's dictionary."""
    lookups = getattr(nlp.get_pipe("lemmatizer"), "lookups", None)
    if lookups is not None and lookups.has_table("lemma_index"):
        verbs = lookups.get_table("lemma_index").get("verb", {})
        lookups.get_table("lemma_index")["verb"] = type(verbs)(v for v in verbs if v not in _RARE_VERBS)


_KNOWN_WORDS, _HASHES = "meetwire_words", "hashes"


def _remember_words(nlp: Language) -> None:
    """Keeps the model's dictionary at the vocabulary, so that a word that is none of the language's is known for a name."""
    lookups = getattr(nlp.get_pipe("lemmatizer"), "lookups", None)
    if lookups is None or nlp.vocab.lookups.has_table(_KNOWN_WORDS):
        return
    tables = (lookups.get_table(name) for name in ("lemma_index", "lemma_exc") if lookups.has_table(name))
    words = {get_string_id(word) for table in tables for entries in table.values() for word in entries}
    hashes = numpy.sort(numpy.fromiter(words, numpy.uint64, len(words)))  # a fiftieth of what a set takes
    nlp.vocab.lookups.add_table(_KNOWN_WORDS, {_HASHES: hashes})


def is_word(token: Token) -> bool:
    """Whether ``token`` or its base form is in the model's dictionary; True where there is none."""
    if not token.vocab.lookups.has_table(_KNOWN_WORDS):
        return True
    hashes, low = token.vocab.lookups.get_table(_KNOWN_WORDS)[_HASHES], token.lower_
    forms = (low, low.removesuffix("s"), low.removesuffix("ed"), token.lemma_.lower())
    wanted = numpy.array([get_string_id(form) for form in forms], numpy.uint64)
    found = numpy.searchsorted(hashes, wanted)
    return bool(token.is_stop or (hashes.take(found, mode="clip") == wanted).any())


def _path(model: str) -> str:
    """``model``, or the folder inside a package that ships a model and says where (``model_path()``)."""
    if re.fullmatch(r"[A-Za-z_]\w*", model) and not spacy.util.is_package(model):
        try:
            module: Any = __import__(model)
        except ImportError:
            return model
        if hasattr(module, "model_path"):
            return str(module.model_path())
    return model


def paragraphs(text: str) -> list[tuple[int, int]]:
    """(start, end) of the paragraphs of ``text``, gapless; long ones are split at a space."""
    spans: list[tuple[int, int]] = []
    for match in _PARAGRAPH.finditer(text):
        start, end = match.span()
        while end - start > _LONGEST:
            cut = max(text.rfind(" ", start, start + _LONGEST), start)
            cut = cut + 1 if cut > start else start + _LONGEST
            spans.append((start, cut))
            start = cut
        spans.append((start, end))
    return spans


def read(
    nlp: Language,
    texts: Iterable[str],
    wanted: Callable[[Sequence[str]], Sequence[bool]],
    components: Components | None = None,
) -> Iterator[Doc]:
    """One Doc a text, in order, with names throughout and a parse where ``wanted`` of its paragraphs says so.

    A paragraph that is not parsed is one flat sentence without tags. Every token keeps its place in the text. All
    ``texts`` are held at once. Only ``components`` of ``nlp`` work on them; by default all.
    """
    components = nlp.pipeline if components is None else components
    parts: list[list[Doc]] = []
    for text in (text[:LIMIT] for text in texts):
        parts.append([nlp.make_doc(text[start:end]) for start, end in paragraphs(text)])
    everything = [doc for docs in parts for doc in docs]
    chosen = [
        doc
        for docs in parts
        for doc, parse in zip(docs, wanted([doc.text for doc in docs]), strict=True)
        if parse and len(doc)
    ]
    _run([(name, component) for name, component in components if name in _NAMES_ONLY], everything)
    if "transformer" not in nlp.pipe_names:  # its vectors belong to the tokens it saw
        for doc in everything:
            _join_given_names(doc)
    _run([(name, component) for name, component in components if name not in _NAMES_ONLY], chosen)
    parsed = {id(doc) for doc in chosen}
    for docs in parts:
        for doc in docs:
            if id(doc) not in parsed and len(doc):
                _flatten(doc)
        whole = Doc.from_docs(docs, ensure_whitespace=False, exclude=["tensor"]) if docs else None  # type: ignore[call-arg]  # the stub lacks it
        yield whole if whole is not None else nlp.make_doc("")


def _run(components: Components, docs: Iterable[Doc]) -> None:
    """Lets each of ``components`` work on all ``docs`` that hold a token."""
    run = [doc for doc in docs if len(doc)]
    for name, component in components:
        for some in minibatch_by_words(run, size=_TOGETHER, tolerance=0):
            piped = component.pipe(some, batch_size=len(some)) if hasattr(component, "pipe") else map(component, some)
            assert len(list(piped)) == len(some), name


# One syllable as Korean and Chinese names are romanised: "min", "geun", "hye", "wen", "jeou".
_SYLLABLE = (
    r"(?:ch|h[sw]|j[jw]|k[kw]|pp|s[shw]|t[stw]|zh|[bcdfghjklmnprtswxyz])?y?"
    r"(?:yeo|ae|ai|ao|e[eiou]|i[aeou]|o[eou]|u[aeio]|[aeiou])(?:ng|[hklmnprt])?"
)
_GIVEN_NAME = re.compile(rf"\b[A-Z][a-z]+ ((?=[A-Z])(?i:{_SYLLABLE})-(?=[a-z]){_SYLLABLE})(?![\w-])")


def _join_given_names(doc: Doc) -> None:
    """Makes the given name of "Park Min-ho" and "Tsai Ing-wen" one token, and one with the family name's entity.

    Of three tokens the parser takes the last for a preposition or an adverb; the entity recogniser, which learned on
    three, has to run before.
    """
    found = [span for match in _GIVEN_NAME.finditer(doc.text) if (span := doc.char_span(*match.span(1)))]
    if not found:
        return
    entities = [(entity.start_char, entity.end_char, entity.label_) for entity in doc.ents]
    with doc.retokenize() as retokenizer:
        for span in found:
            if len(span) > 1:
                retokenizer.merge(span)
    spans = [doc.char_span(start, end, label=label, alignment_mode="expand") for start, end, label in entities]
    doc.ents = tuple(span for span in spans if span is not None)


def _flatten(doc: Doc) -> None:
    """Makes ``doc`` one sentence in which every token hangs on the first."""
    heads = numpy.zeros((len(doc), 2), dtype="uint64")
    heads[:, 0] = (-numpy.arange(len(doc))).astype("int64").astype("uint64")
    heads[1:, 1] = doc.vocab.strings.add("dep")
    heads[0, 1] = doc.vocab.strings.add("ROOT")
    doc.from_array([HEAD, DEP], heads)  # type: ignore[arg-type]  # the stub knows no numpy arrays
