"""Inflates what servers compress, counting the bytes that come out."""

import zlib

from transforms.errors import MeetwireError


class TooLargeError(MeetwireError, ValueError):
    """The document is larger than the limit."""


class EncodingError(MeetwireError, ValueError):
    """The body is not in the content encoding that it claims, or in one that was not asked for."""


class Inflater:
    """Takes a body piece by piece and gives it back inflated, never more than ``limit`` bytes in all."""

    def __init__(self, content_encoding: str, limit: int) -> None:
        """``content_encoding`` is the header's value; EncodingError for any but gzip, deflate and identity."""
        names = [name.strip().lower() for name in content_encoding.split(",") if name.strip()]
        names = [name for name in names if name not in ("identity", "none", "utf-8")]
        unknown = [name for name in names if name not in ("gzip", "x-gzip", "deflate")]
        if unknown or len(names) > 1:
            raise EncodingError(f"content encoding {content_encoding!r} was not asked for")
        self._limit = limit
        self._pieces: list[bytes] = []
        self._size = 0
        self._decoder = zlib.decompressobj(47) if names else None
        self._deflate = names == ["deflate"]

    def feed(self, data: bytes) -> None:
        """Takes the next bytes. TooLargeError where the limit is passed, EncodingError where they do not inflate."""
        if self._decoder is None:
            self._add(data)
            return
        while data:
            try:
                out = self._decoder.decompress(data, self._limit - self._size + 1)
            except zlib.error as error:
                if not self._deflate or self._size:
                    raise EncodingError(f"body does not inflate: {error}") from None
                self._decoder, self._deflate = zlib.decompressobj(-15), False  # raw deflate, which some servers send
                continue
            self._add(out)
            data = self._decoder.unconsumed_tail
            if self._decoder.eof and self._decoder.unused_data:
                rest = self._decoder.unused_data
                if not rest.startswith(b"\x1f\x8b"):
                    return  # padding behind the stream
                self._decoder, data = zlib.decompressobj(47), rest

    def finish(self) -> tuple[bytes, bool]:
        """The body, and whether the compressed stream came to its end.

        A file that is itself gzip (``.xml.gz``) is inflated once more.
        """
        body = b"".join(self._pieces)
        if self._decoder is None and body.startswith(b"\x1f\x8b"):
            inner = Inflater("gzip", self._limit)
            inner.feed(body)
            return inner.finish()
        return body, self._decoder is None or self._decoder.eof

    def _add(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._limit:
            raise TooLargeError(f"more than {self._limit} bytes inflated")
        self._pieces.append(data)
