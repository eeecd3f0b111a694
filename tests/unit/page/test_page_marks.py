"""A paragraph with its marks is the article's own text, whatever the offsets."""

from hypothesis import given
from hypothesis import strategies as st

from transforms.page.marks import paragraphs

texts = st.text(st.sampled_from("ab \né🙂م"), max_size=60)
spans = st.lists(st.tuples(st.integers(-3, 70), st.integers(-3, 70)), max_size=6)


@given(texts, spans, spans)
def test_runs_add_up_to_whole_paragraphs_that_hold_the_evidence(text, sentences, places):
    evidence = [{"start": a, "end": b} for a, b in sentences]
    made = paragraphs(text, evidence, [{"type": "PERSON", "places": [list(p) for p in places]}])
    for runs in made:
        whole = "".join(run.text for run in runs)
        assert f"\n{whole}\n" in f"\n{text}\n"
        assert any(run.told for run in runs)
    told = {text[a:b] for a, b in sentences if 0 <= a < b <= len(text)}
    assert bool(told) == bool(made)


def test_names_within_a_sentence_are_marked_in_it():
    text = "Head\n\nBefore. Ann met Bo. After.\n\nEnd."
    start = text.index("Ann")
    evidence = [{"start": start, "end": start + 11}]
    mentions = [{"type": "PERSON", "places": [[start, start + 3], [start + 8, start + 10]]}]
    [runs] = paragraphs(text, evidence, mentions)
    assert [tuple(run) for run in runs] == [
        ("Before. ", False, None),
        ("Ann", True, "PERSON"),
        (" met ", True, None),
        ("Bo", True, "PERSON"),
        (".", True, None),
        (" After.", False, None),
    ]
