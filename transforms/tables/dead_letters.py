"""Dead letters: whatever a stage could not process, whole, in one form, so that it can be replayed."""

import base64
import json
import re
from collections.abc import Mapping
from datetime import datetime
from importlib import metadata
from typing import Any

from transforms.plain import to_plain
from transforms.rows import Attribute, DeadLetter, derive_id

STAGE = "tables"
_RAISED_IN = re.compile(r"transforms[/\\](\w+)[/\\]")
_IDS = ("revision_id", "article_id", "message_id", "letter_id")


def version() -> str:
    """The version of meetwire that runs."""
    try:
        return metadata.version("meetwire")
    except metadata.PackageNotFoundError:
        return "unknown"


def dead_letter(
    stage: str,
    error: BaseException | tuple[str, str],
    payload: Any,
    now: datetime,
    element_id: str | None = None,
    attributes: Mapping[str, str] | None = None,
) -> DeadLetter:
    """A dead letter of ``payload``: bytes (base64 where they are not UTF-8), text, or a row, which becomes JSON.

    ``error`` is an exception, or its class's name and its text. ``now`` is aware. The same element failing in the same
    stage gives the same letter_id, whatever the time and the error.
    """
    error_type, text = (type(error).__name__, str(error)) if isinstance(error, BaseException) else error
    body, encoding = _payload(payload)
    return DeadLetter(
        letter_id=derive_id(stage, element_id or "", body),
        stage=stage,
        error_type=error_type,
        error=" ".join(text.split()) or error_type,
        element_id=element_id,
        payload=body,
        payload_encoding=encoding,
        attributes=[Attribute(key, value) for key, value in sorted((attributes or {}).items())],
        occurred_at=now.isoformat(),
        version=version(),
    )


def payload_of(letter: DeadLetter) -> bytes:
    """The bytes that the stage was given."""
    return base64.b64decode(letter.payload) if letter.payload_encoding == "base64" else letter.payload.encode()


def letter_of_row(table: str, row: Any, error: BaseException, now: datetime) -> DeadLetter:
    """The dead letter of a row that fits no column of ``table``."""
    from transforms.tables.layout import LAYOUTS

    keys = [getattr(row, name, None) for name in reversed(LAYOUTS[table].keys)]
    element_id = next((found for found in keys if isinstance(found, str)), None)
    return dead_letter(STAGE, error, row, now, element_id, {"table": table})


def letter_of_failure(failure: Any, now: datetime, stage: str | None = None) -> DeadLetter:
    """The dead letter of what Beam's exception handling gives, ``(element, (class, its repr, traceback lines))``.

    A failure that is a dead letter already stays as it is. Without ``stage``, the stage is the folder of
    ``transforms`` in which the exception was raised. An element with an id is named by it.
    """
    if isinstance(failure, DeadLetter):
        return failure
    element, (error_class, shown, trace) = failure
    name = getattr(error_class, "__name__", str(error_class))
    text = str(shown)
    if text.startswith(f"{name}(") and text.endswith(")"):
        text = text[len(name) + 1 : -1].strip("'\"")
    folders = _RAISED_IN.findall("".join(trace))
    article = getattr(element, "article", element)
    element_id = next((i for n in _IDS if isinstance(i := getattr(article, n, None), str)), None)
    attributes = getattr(element, "attributes", None)
    return dead_letter(
        stage or (folders[-1] if folders else "unknown"),
        (name, text or name),
        getattr(element, "data", element),
        now,
        element_id,
        attributes if isinstance(attributes, Mapping) else None,
    )


def _payload(payload: Any) -> tuple[str, str]:
    if isinstance(payload, str):
        if payload.isascii() and "\0" not in payload:
            return payload, "text"
        payload = payload.encode("utf-8", "surrogatepass")
    if isinstance(payload, bytes | bytearray):
        try:
            text = bytes(payload).decode()
        except UnicodeDecodeError:
            text = "\0"
        # A table's text cannot hold NUL.
        return (base64.b64encode(payload).decode(), "base64") if "\0" in text else (text, "text")
    return json.dumps(to_plain(payload), default=repr), "text"
