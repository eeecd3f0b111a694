"""The language of an entry: what its text shows, else what the entry or its feed declares."""

import re
from functools import cache
from typing import Any

import pycountry

from transforms.feeds.document import Entry

# Below forty letters guesses are wild; py3langid's probability is sharp above, so anything lower is a mixed text.
_FEWEST_LETTERS = 40
_CERTAIN = 0.9
_ENOUGH = 600
# Codes that ISO 639 has renamed.
_RENAMED = {"iw": "he", "in": "id", "ji": "yi", "jw": "jv", "mo": "ro"}
_TAG = re.compile(r"^\s*([A-Za-z]{2,3})(?![A-Za-z])")


def with_language(entry: Entry, read_text: bool = True) -> Entry:
    """``entry`` with its language. A feed's declaration is a template's default too often to be believed first.

    Without ``read_text`` what is declared is all that counts.
    """
    found = detect(f"{(entry.title or '')[:_ENOUGH]}\n{entry.text[: 4 * _ENOUGH]}") if read_text else None
    if found:
        return entry._replace(language=found, language_source="text")
    declared = primary(entry.language_declared)
    return entry._replace(language=declared, language_source=(entry.language_source or "feed") if declared else None)


def primary(tag: str | None) -> str | None:
    """The primary language of a tag (``en`` of ``en-US`` or ``eng``); None where it names no language of ISO 639."""
    match = _TAG.match(tag or "")
    code = match[1].lower() if match else ""
    code = _RENAMED.get(code, code)
    found = pycountry.languages.get(**{f"alpha_{len(code)}": code}) if code else None
    return getattr(found, "alpha_2", None) or getattr(found, "alpha_3", None)


def detect(text: str) -> str | None:
    """The language that ``text`` is written in, ISO 639-1; None where it is too short or does not tell."""
    sample = re.sub(r"https?://\S+", " ", text[: 4 * _ENOUGH])[:_ENOUGH]
    if sum(map(str.isalpha, sample)) < _FEWEST_LETTERS:
        return None
    language, probability = _identifier().classify(sample)
    return str(language) if probability >= _CERTAIN else None


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
