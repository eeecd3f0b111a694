"""What a pair of spans shows without its vectors; training and reading use the same numbers."""

import re

import pytest

from transforms.reader.features import SIZES, agreement, kind, pair_features
from transforms.reader.pieces import cut

TEXT = "The two met. Ana Ruiz phoned Lars Holm. Then Mr. Holm left and she stayed. " * 4


def words(text):
    spans = [m.span() for m in re.finditer(r"\w+|[^\w\s]", text)]
    return list(range(len(spans))), spans


@pytest.mark.parametrize(
    ("text", "number"), [("she", 1), ("The two", 2), ("both sides", 2), ("Ana", 3), ("the envoy", 4)]
)
def test_kinds_of_words(text, number):
    assert kind(text) == number


@pytest.mark.parametrize(
    ("one", "other", "number"),
    [
        ("Ana Ruiz", "ana ruiz", 1),
        ("Lars Holm's", "Mr. Holm", 2),
        ("Ruiz Ana", "Ruiz", 3),
        ("Foreign Minister Ruiz", "a minister of state", 4),
        ("Ana", "Lars", 0),
        ("—", "Ana", 0),
    ],
)
def test_agreement_of_names(one, other, number):
    assert agreement(one, other) == number


@pytest.mark.parametrize("pair", list(SIZES))
def test_every_number_is_within_the_size_of_its_feature(pair):
    pieces = cut(TEXT, [(0, 3)], words, near=99)
    spans = [(i, i + 1) for i in range(len(pieces.ids))]
    found = pair_features(pair, pieces, spans, spans)
    assert len(found) == len(SIZES[pair])
    for values, size in zip(found, SIZES[pair], strict=True):
        assert values.shape == (len(spans), len(spans))
        assert 0 <= values.min() <= values.max() < size
