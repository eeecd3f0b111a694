"""The text as the reader sees it: offsets stay true, windows cover everything, far sentences are left out."""

import re

from hypothesis import given
from hypothesis import strategies as st

from transforms.reader.pieces import WINDOW, cut, sentences, stitched, windows


def words(text):
    spans = [m.span() for m in re.finditer(r"\S+", text)]
    return list(range(len(spans))), spans


@given(st.text(alphabet="aB. \n\u2029?”", max_size=200))
def test_sentences_cover_the_text_without_gaps(text):
    assert "".join(text[start:end] for start, end in sentences(text)) == text


@given(st.lists(st.integers(1, 700), max_size=12))
def test_windows_fit_the_encoder_and_every_piece_is_taken_from_one_of_them(lengths):
    numbers = [number for number, length in enumerate(lengths) for _ in range(length)]
    found = windows(numbers)
    assert all(0 < end - start <= WINDOW for start, end in found)
    assert {i for start, end in found for i in range(start, end)} == set(range(len(numbers)))


@given(st.lists(st.integers(1, 300), min_size=1, max_size=12))
def test_stitching_takes_each_piece_once_from_a_window_that_holds_it(lengths):
    text = ". ".join("Aa " * length for length in lengths)
    pieces = cut(text, [(0, 1)], words, near=99)
    taken = [(window, i) for window, at, until in stitched(pieces) for i in range(at, until)]
    assert [i for _, i in taken] == list(range(len(pieces.ids)))
    assert all(pieces.windows[window][0] <= i < pieces.windows[window][1] for window, i in taken)


def test_only_sentences_near_a_trigger_and_the_top_are_kept_with_the_offsets_of_the_whole_text():
    text = " ".join(f"Sentence {n} is here." for n in range(30))
    at = text.index("20")
    pieces = cut(text, [(at, at + 2)], words)
    assert sorted(set(pieces.sentence)) == [0, 1, 2, 18, 19, 20, 21, 22]
    assert all(text[start:end].strip() == text[start:end] != "" for start, end in pieces.offsets)
    assert pieces.words(pieces.span(at, at + 2)) == "20"
    assert pieces.span(text.index(" 10 ") + 1, text.index(" 10 ") + 3) is None


def test_a_text_without_a_trigger_has_no_pieces():
    assert cut("Nobody came.", [], words).ids == []
