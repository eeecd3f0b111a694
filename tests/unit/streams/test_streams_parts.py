"""A span of a folder stream that is cut into parts is read whole, and nothing of it twice, wherever the cuts fall."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.streams import Message, StreamError, folder, read_range, segments
from transforms.streams.connect import cut_range, read_part
from transforms.streams.folder import FolderPublisher
from transforms.streams.segments import Log

START = datetime(2023, 4, 17, 3, tzinfo=UTC)


def publish(path, texts, now=START):
    FolderPublisher(path, lambda: now).publish([Message(text.encode(), {}, "") for text in texts])


def parts_of(path, first, ends, since=None, until=None):
    """What each part gives; ``ends`` are ascending."""
    stream = f"folder:{path}"
    begins = [first, *ends[:-1]]
    return [list(read_part(stream, begin, end, since, until)) for begin, end in zip(begins, ends, strict=True)]


@pytest.fixture(scope="module")
def in_segments(tmp_path_factory):
    """A stream of lines of very different lengths in several segments."""
    path = tmp_path_factory.mktemp("stream")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segments, "SEGMENT_BYTES", 700)
        for number in range(40):
            publish(path, [f"{number}-{'x' * (number * 37 % 400)}"], START + timedelta(minutes=number))
    assert len(Log(path).segments()) > 5
    return path


@settings(max_examples=40)
@given(cuts=st.sets(st.integers(min_value=1, max_value=20_000), max_size=30))
def test_parts_with_cuts_anywhere_hold_each_message_once_in_order(in_segments, cuts):
    size = Log(in_segments).size()
    ends = sorted({min(cut, size) for cut in cuts} | {size})
    read = [one for part in parts_of(in_segments, 0, ends) for one in part]
    assert read == list(read_range(f"folder:{in_segments}"))


def test_a_cut_at_every_byte_gives_each_line_to_the_part_in_which_it_begins(in_segments):
    size = Log(in_segments).size()
    starts = [int(one.message_id) for one in read_range(f"folder:{in_segments}")]
    assert [Log(in_segments).line_from(byte) for byte in range(size)] == [
        next((start for start in starts if start >= byte), size) for byte in range(size)
    ]


@pytest.mark.parametrize(("since", "until"), [(10, None), (None, 20), (10, 20), (39, 40), (40, None), (None, 0)])
def test_parts_keep_to_the_span(in_segments, since, until):
    low, high = (None if one is None else START + timedelta(minutes=one) for one in (since, until))
    parts = cut_range(f"folder:{in_segments}", low)
    read = [one for first, end in parts for one in read_part(f"folder:{in_segments}", first, end, low, high)]
    assert read == list(read_range(f"folder:{in_segments}", low, high))


@pytest.mark.parametrize("left", [b"", b'{"crc":"00000000","n":3', b'{"crc":"00000000","n":3}\n'])
def test_a_line_that_is_unfinished_or_damaged_is_nobodys_twice(tmp_path, left):
    publish(tmp_path, ["a", "b"])
    with next(tmp_path.glob("*.jsonl")).open("ab") as file:
        file.write(left)
    size = Log(tmp_path).size()
    for cut in range(1, size):
        read = [one for part in parts_of(tmp_path, 0, [cut, size]) for one in part]
        assert read == list(read_range(f"folder:{tmp_path}"))


def test_a_large_span_has_many_parts_and_a_small_one_is_not_cut_to_pieces(tmp_path, monkeypatch):
    assert cut_range(f"folder:{tmp_path}", None) == []
    publish(tmp_path, ["x" * 1000] * 100)
    assert 3 <= len(cut_range(f"folder:{tmp_path}", None)) <= 6
    monkeypatch.setattr(folder, "LEAST_PART_BYTES", 1)
    parts = cut_range(f"folder:{tmp_path}", None)
    assert len(parts) in (folder.PARTS, folder.PARTS + 1)
    assert [first for first, _ in parts[1:]] == [end for _, end in parts[:-1]]


def test_what_is_published_after_the_cutting_is_left_to_the_next(tmp_path):
    publish(tmp_path, ["a", "b"])
    parts = cut_range(f"folder:{tmp_path}", None)
    publish(tmp_path, ["c"])
    read = [one.data for first, end in parts for one in read_part(f"folder:{tmp_path}", first, end, None, None)]
    assert read == [b"a", b"b"]


def test_pubsub_has_no_past_to_cut():
    with pytest.raises(StreamError, match="no past"):
        cut_range("pubsub://project/topic/subscription", None)
