"""Reads the tensors of a TensorFlow variables bundle, without TensorFlow.

The index is a LevelDB table: blocks of prefix-compressed keys whose values are protocol buffers that say where in the
data file each tensor lies.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy

_FLOAT = 1


def read_bundle(folder: Path) -> dict[str, numpy.ndarray]:
    """The float tensors of the bundle ``folder/variables.*``, by name."""
    index = (folder / "variables.index").read_bytes()
    data = numpy.memmap(folder / "variables.data-00000-of-00001", numpy.uint8, "r")
    tensors = {}
    for key, value in _entries(index):
        fields = _message(value)
        if key and fields.get(1) == _FLOAT:
            start = int(fields.get(4, 0))
            shape = [int(_message(size).get(1, 0)) for size in _repeated(bytes(fields.get(2, b"")), 2)]
            tensors[key.decode()] = data[start : start + int(fields[5])].view(numpy.float32).reshape(shape)
    return tensors


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def _block(data: bytes, start: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    if data[start + size] != 0:
        raise ValueError("the bundle's index is compressed")
    block = data[start : start + size]
    end = len(block) - 4 - 4 * struct.unpack("<I", block[-4:])[0]
    at, key = 0, b""
    while at < end:
        shared, at = _varint(block, at)
        rest, at = _varint(block, at)
        length, at = _varint(block, at)
        key = key[:shared] + block[at : at + rest]
        yield key, block[at + rest : at + rest + length]
        at += rest + length


def _entries(index: bytes) -> Iterator[tuple[bytes, bytes]]:
    footer, at = index[-48:], 0
    for _ in range(2):  # the handle of the meta-index
        _, at = _varint(footer, at)
    start, at = _varint(footer, at)
    size, at = _varint(footer, at)
    for _, handle in _block(index, start, size):
        where, after = _varint(handle, 0)
        length, _ = _varint(handle, after)
        yield from _block(index, where, length)


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        kind = tag & 7
        if kind == 0:
            value, at = _varint(message, at)
            yield tag >> 3, value
        elif kind == 2:
            length, at = _varint(message, at)
            yield tag >> 3, message[at : at + length]
            at += length
        else:
            at += {5: 4, 1: 8}[kind]


def _message(message: bytes | int) -> dict[int, int | bytes]:
    return dict(_fields(bytes(message))) if isinstance(message, bytes) else {}


def _repeated(message: bytes, number: int) -> list[bytes]:
    return [value for field, value in _fields(message) if field == number and isinstance(value, bytes)]
