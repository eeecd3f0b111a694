"""The pruned vocabulary: frequent pieces stay, and whatever could be spelt can still be."""

from collections import Counter

import pytest
from tokenizers import BertWordPieceTokenizer

from training.vocabulary import count, pruned

SPECIAL = ["[PAD]", *(f"[unused{n}]" for n in range(1, 100)), "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
LETTERS = [c + x for c in ("", "##") for x in "abcdefghijklmnopqrstuvwxyzé"]
WORDS = ["meet", "##ing", "zebra", "table"]


@pytest.fixture
def full(tmp_path):
    path = tmp_path / "vocab.txt"
    path.write_text("\n".join([*SPECIAL, *LETTERS, *WORDS]) + "\n", encoding="utf-8")
    return path


def test_what_is_frequent_stays_and_markup_does_not_count(full, tmp_path):
    (tmp_path / "a.xml").write_text('<table zebra="zebra"><b>meeting</b> meets</table>', encoding="utf-8")
    words = [*SPECIAL, *LETTERS, *WORDS]
    counts = count([tmp_path / "a.xml"], full)
    assert [p for p in pruned(words, counts, len(words) - 2) if p in WORDS] == ["meet", "##ing"]
    assert pruned(words, counts, 0) == [*SPECIAL, *LETTERS]


def test_every_word_that_could_be_spelt_still_can_and_the_marks_keep_their_numbers(full, tmp_path):
    kept = pruned([*SPECIAL, *LETTERS, *WORDS], Counter(), 0)
    (tmp_path / "small.txt").write_text("\n".join(kept), encoding="utf-8")
    small = BertWordPieceTokenizer(str(tmp_path / "small.txt"), lowercase=False)
    assert "[UNK]" not in small.encode("zebra meeting tables été").tokens
    assert small.encode("").ids == [101, 102]
