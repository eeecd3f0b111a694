"""Gold sets are found by themselves, go by their digest, and a faulty one is named with file and line."""

import hashlib
import json

import pytest

from pipelines.evaluation.gold import GoldError, find, load, to_article

ARTICLE = {"id": "x1", "title": "A", "text": "Bo met Du.", "published": "2024-03-12T19:40:00+08:00", "meetings": []}


def write(path, *records):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def test_a_set_is_its_records_and_the_digest_of_its_bytes(tmp_path):
    path = write(tmp_path / "mine.jsonl", ARTICLE)
    one = load(path)
    assert (one.name, one.kind, list(one.records)) == ("mine", "meetings", [ARTICLE])
    assert one.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_sets_of_the_project_and_beside_it_are_found_once(tmp_path):
    root = tmp_path / "project"
    own = write(root / "tests" / "evaluation" / "dev.jsonl", ARTICLE)
    copied = write(root / "tests" / "meetings" / "cases-dev.jsonl", ARTICLE)
    write(tmp_path / "shared" / "meetings" / "cases-dev.jsonl", ARTICLE)
    beside = write(tmp_path / "shared" / "meetings" / "other.jsonl", {**ARTICLE, "id": "o"})
    assert [path.resolve() for path in find(root)] == [own, copied, beside]


def test_two_sets_never_go_by_one_name(tmp_path):
    own = write(tmp_path / "project" / "tests" / "evaluation" / "dev.jsonl", ARTICLE)
    write(tmp_path / "shared" / "meetings" / "dev.jsonl", {**ARTICLE, "id": "other"})
    assert [path.resolve() for path in find(tmp_path / "project")] == [own]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{", "not JSON"),
        ("[]", "a gold record needs 'id' and 'text'"),
        ('{"id": "a"}', "a gold record needs 'id' and 'text'"),
        ('{"id": "a", "text": ""}', "needs 'meetings'"),
        ('{"id": "a", "text": "", "meetings": [{"participants": []}]}', "needs 'participants'"),
        ('{"id": "a", "text": "", "meetings": [{"participants": ["Bo"]}]}', "needs 'participants'"),
    ],
)
def test_a_faulty_line_is_named_with_file_and_line(tmp_path, line, fault):
    path = tmp_path / "bad.jsonl"
    path.write_text(json.dumps(ARTICLE) + "\n" + line + "\n")
    with pytest.raises(GoldError, match=f"bad.jsonl:2: .*{fault}"):
        load(path)


@pytest.mark.parametrize("separator", ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
def test_only_a_line_feed_ends_a_line_whatever_separators_a_text_holds(tmp_path, separator):
    article = {**ARTICLE, "text": f"Bo met Du.{separator}Du met Bo."}
    path = tmp_path / "mine.jsonl"
    path.write_text(json.dumps(article, ensure_ascii=False) + "\r\n", encoding="utf-8")
    assert list(load(path).records) == [article]


def test_an_id_stands_once(tmp_path):
    with pytest.raises(GoldError, match="the id 'x1' stands twice"):
        load(write(tmp_path / "bad.jsonl", ARTICLE, ARTICLE))


def test_a_file_that_is_not_there_or_empty_is_named(tmp_path):
    with pytest.raises(GoldError, match="No such file"):
        load(tmp_path / "none.jsonl")
    with pytest.raises(GoldError, match="is empty"):
        load(write(tmp_path / "empty.jsonl"))


def test_an_article_keeps_its_publishers_zone(tmp_path):
    article = to_article(ARTICLE, load(write(tmp_path / "mine.jsonl", ARTICLE)))
    assert (article.published, article.utc_offset) == ("2024-03-12T11:40:00Z", "+08:00")
    assert article.text == "A\n\nBo met Du."


@pytest.mark.parametrize("published", [None, "2024-03-12T20:00:00Z"])
def test_an_article_without_a_zone_has_none(tmp_path, published):
    record = {**ARTICLE, "published": published}
    article = to_article(record, load(write(tmp_path / "mine.jsonl", record)))
    assert article.utc_offset is None


def test_a_time_that_is_none_is_named(tmp_path):
    record = {**ARTICLE, "published": "noon"}
    with pytest.raises(GoldError, match=r"mine\.jsonl: x1: published: 'noon' is not a time"):
        to_article(record, load(write(tmp_path / "mine.jsonl", record)))
