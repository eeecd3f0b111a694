"""The reader as a spaCy component: added by name, it leaves what it saw on the doc."""

import subprocess
import sys

import numpy
import pytest
import spacy
from spacy.tokens import Doc

from transforms.reader.component import TRIGGERS
from transforms.reader.network import Network, ReaderError

TEXT = "Ana Ruiz met Lars Holm in Oslo. " + "Nothing else. " * 30 + "They talked on."


@pytest.fixture(scope="module")
def nlp(weights):
    nlp = spacy.blank("en")
    nlp.add_pipe("meetwire_reader", config={"weights": str(weights)})
    return nlp


def test_it_is_found_by_its_name_without_an_import_of_this_project():
    code = "import spacy; spacy.blank('en').add_pipe('meetwire_reader', config={'weights': '/none'})"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd="/", timeout=250)
    assert "ReaderError: language.reader: the weights in /none cannot be read" in said.stderr


def test_it_sees_what_the_network_sees(nlp, weights):
    sight, plain = nlp(TEXT)._.meetwire_sight, Network(weights).read(TEXT, [(9, 12)])
    assert sight.pieces.ids[: len(plain.pieces.ids)] == plain.pieces.ids
    assert sight.pieces.words((0, 1)) == "A"
    numpy.testing.assert_allclose(sight.tags[: len(plain.tags)], plain.tags, rtol=1e-5)


def test_it_reads_around_the_given_spans_alone(nlp):
    def last(doc):
        return doc[:].end_char - doc._.meetwire_sight.pieces.offsets[-1][1]

    assert last(nlp(TEXT)) == 0
    doc = nlp.make_doc(TEXT)
    doc.spans[TRIGGERS] = [doc[2:3]]
    assert last(nlp(doc)) > 300


@pytest.mark.parametrize("text", ["", "Nothing is told here.", " \n\n "])
def test_where_nothing_is_to_be_read_it_sees_nothing(nlp, text):
    assert nlp(text)._.meetwire_sight is None


def test_a_doc_that_no_reader_read_shows_nothing():
    assert spacy.blank("en")(TEXT)._.meetwire_sight is None


def test_what_it_saw_goes_with_the_doc_to_other_processes(nlp):
    doc = nlp(TEXT)
    copy = Doc(nlp.vocab).from_bytes(doc.to_bytes())
    assert copy._.meetwire_sight.pieces == doc._.meetwire_sight.pieces
    numpy.testing.assert_array_equal(copy._.meetwire_sight.vectors, doc._.meetwire_sight.vectors)


def test_a_saved_pipeline_reads_alike(nlp, tmp_path):
    nlp.to_disk(tmp_path)
    sight = spacy.load(tmp_path)(TEXT)._.meetwire_sight
    numpy.testing.assert_array_equal(sight.tags, nlp(TEXT)._.meetwire_sight.tags)


def test_weights_that_are_missing_are_said_when_it_is_added(tmp_path):
    with pytest.raises(ReaderError, match="cannot be read"):
        spacy.blank("en").add_pipe("meetwire_reader", config={"weights": str(tmp_path)})
