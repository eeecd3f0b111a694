"""Dead letters hold the whole element, with stage and reason, in a form that can be replayed."""

import base64
import json
from datetime import UTC, datetime

from making import article

from transforms import rows
from transforms.tables.conform import conform
from transforms.tables.dead_letters import dead_letter, letter_of_failure

NOW = datetime(2023, 4, 17, 5, tzinfo=UTC)


def test_text_stays_text_and_bytes_that_are_not_are_base64():
    assert dead_letter("decode", ValueError("no"), b"{\xc3\xa9", NOW)[5:7] == ("{é", "text")
    made = dead_letter("decode", ValueError("no"), b"\xff\x00", NOW)
    assert (base64.b64decode(made.payload), made.payload_encoding) == (b"\xff\x00", "base64")


def test_text_that_no_table_can_hold_is_base64_and_comes_back_whole():
    made = dead_letter("decode", ValueError("no"), "a\0b\ud800", NOW)
    assert made.payload_encoding == "base64"
    assert base64.b64decode(made.payload).decode("utf-8", "surrogatepass") == "a\0b\ud800"
    assert conform("dead_letters", made).payload == made.payload


def test_a_row_is_kept_as_json_with_every_field_even_where_it_is_broken():
    row = article(title="x\0\ud800", authors=None)
    made = conform("dead_letters", dead_letter("tables", ValueError("no"), row, NOW))
    assert rows.Article(**{**json.loads(made.payload), "dateline": row.dateline}) == row


def test_a_payload_of_any_size_is_kept():
    assert (
        len(conform("dead_letters", dead_letter("decode", ValueError(""), b"x" * 6_000_000, NOW)).payload) == 6_000_000
    )


def test_the_same_failure_again_is_the_same_letter():
    one = dead_letter("decode", ValueError("no"), b"x", NOW)
    again = dead_letter("decode", ValueError("no"), b"x", NOW.replace(year=2024))
    assert one.letter_id == again.letter_id != dead_letter("clean", ValueError("no"), b"x", NOW).letter_id


def test_the_error_is_one_line_and_never_empty():
    assert dead_letter("decode", ValueError("a\n  b"), b"", NOW).error == "a b"
    assert dead_letter("decode", KeyError(), b"", NOW).error == "KeyError"


def test_the_stage_of_a_failure_is_the_folder_of_transforms_that_raised_it():
    trace = ['  File "/x/transforms/articles/clean.py", line 3, in clean\n', '  File "/usr/lib/json.py", line 1\n']
    made = letter_of_failure((b"x", (ValueError, "ValueError('not JSON: line 1')", trace)), NOW)
    assert (made.stage, made.error_type, made.error, made.payload) == (
        "articles",
        "ValueError",
        "not JSON: line 1",
        "x",
    )


def test_a_stage_that_makes_its_own_letters_is_left_alone():
    made = dead_letter("clean", ValueError("no"), b"x", NOW)
    assert letter_of_failure(made, NOW.replace(year=2024), "other") is made
