"""The language of an entry: what the entry itself says, else what its text shows, else what the feed declares."""

import re
from functools import cache
from typing import Any

from transforms.feeds.document import Document, Entry

# Below forty letters guesses are wild; py3langid's probability is sharp above, so anything lower is a mixed text.
_FEWEST_LETTERS = 40
_CERTAIN = 0.9
_ENOUGH = 600
_TAG = re.compile(r"^\s*([A-Za-z]{2,3})(?![A-Za-z])")


def detect_all(document: Document) -> Document:
    """``document`` with the language of every entry."""
    return document._replace(entries=[with_language(entry) for entry in document.entries])


def with_language(entry: Entry) -> Entry:
    """``entry`` with its language. A feed's declaration is a template's default too often to be believed first."""
    declared = primary(entry.language_declared)
    if entry.language_source == "entry" and declared:
        return entry._replace(language=declared)
    found = detect(f"{entry.title or ''}\n{entry.text}")
    if found:
        return entry._replace(language=found, language_source="text")
    return entry._replace(language=declared, language_source="feed" if declared else None)


def primary(tag: str | None) -> str | None:
    """The primary language of a tag (``en`` of ``en-US``); null where it is no tag."""
    match = _TAG.match(tag or "")
    return match[1].lower() if match else None


def detect(text: str) -> str | None:
    """The language that ``text`` is written in, ISO 639-1; null where it is too short or does not tell."""
    sample = re.sub(r"https?://\S+", " ", text[: 4 * _ENOUGH])[:_ENOUGH]
    if sum(map(str.isalpha, sample)) < _FEWEST_LETTERS:
        return None
    language, probability = _identifier().classify(sample)
    return str(language) if probability >= _CERTAIN else None


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
