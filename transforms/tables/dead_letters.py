"""Dead letters: what a stage could not process, whole and with the reason, so that it can be replayed."""

import base64
import functools
import importlib.metadata
from collections.abc import Mapping
from datetime import UTC, datetime

from transforms.rows import Attribute, DeadLetter, derive_id


@functools.cache
def version() -> str:
    """meetwire's version; ``0`` where it runs from a tree that was never installed."""
    try:
        return importlib.metadata.version("meetwire")
    except importlib.metadata.PackageNotFoundError:
        return "0"


def timestamp(moment: datetime) -> str:
    """``moment`` (aware) as the rows hold times: RFC 3339 in UTC."""
    text = moment.astimezone(UTC).isoformat(timespec="microseconds" if moment.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def dead_letter(
    stage: str,
    error: Exception,
    payload: bytes,
    now: datetime,
    element_id: str | None = None,
    attributes: Mapping[str, str] | None = None,
) -> DeadLetter:
    """The letter for ``payload``, which ``stage`` could not process because of ``error``, at ``now``.

    The payload is kept whole: as text where it is UTF-8 without NUL, else as base64. The same failure of the same
    payload has the same ``letter_id`` whenever it happens.
    """
    try:
        text, encoding = payload.decode("utf-8"), "text"
        if "\0" in text:
            raise ValueError("NUL")
    except ValueError:
        text, encoding = base64.b64encode(payload).decode("ascii"), "base64"
    return DeadLetter(
        letter_id=derive_id(stage, type(error).__name__, text),
        stage=stage,
        error_type=type(error).__name__,
        error=" ".join(str(error).split()) or type(error).__name__,
        element_id=element_id,
        payload=text,
        payload_encoding=encoding,
        attributes=[Attribute(key, value) for key, value in sorted((attributes or {}).items())],
        occurred_at=timestamp(now),
        version=version(),
    )


def payload_of(letter: DeadLetter) -> bytes:
    """The bytes that the stage was given."""
    return base64.b64decode(letter.payload) if letter.payload_encoding == "base64" else letter.payload.encode()
