"""The weights at work: batches change nothing, and what is wrong with weights is told in one line."""

import shutil
import sys

import numpy
import pytest
import spacy

from transforms.reader.component import ATTRIBUTE
from transforms.reader.network import Network, ReaderError

TEXTS = ["Ana met Lars in Oslo on Sunday.", "Nobody came.", "The talks. " * 200, "They phoned Holm."]


@pytest.fixture(scope="session")
def net(weights):
    return Network(weights)


def test_texts_are_seen_alike_alone_and_in_a_batch(net):
    together = net.read(TEXTS)
    assert together[1] is None
    for text, seen in zip(TEXTS, together, strict=True):
        (alone,) = net.read([text])
        assert (seen is None) == (alone is None)
        if seen is not None:
            numpy.testing.assert_allclose(seen.tags, alone.tags, rtol=1e-5)
            assert len(seen.vectors) == len(seen.pieces.ids) == len(seen.tags)


def test_tags_are_probabilities(net):
    seen = net.read(TEXTS)[0]
    assert ((seen.tags >= 0) & (seen.tags <= 1)).all()
    numpy.testing.assert_allclose(seen.tags[:, 1:4].sum(1), 1, rtol=1e-5)


def test_that_two_triggers_tell_of_one_meeting_is_said_alike_in_either_order(net):
    seen = net.read(TEXTS)[2]
    spans = [(0, 1), (4, 5), (9, 10)]
    forth, back = net.meetings(seen, spans), net.meetings(seen, spans[::-1])
    numpy.testing.assert_allclose(forth, back[::-1, ::-1], rtol=1e-5)
    numpy.testing.assert_allclose(forth, forth.T, rtol=1e-5)
    assert (forth.diagonal() == 1).all()


def test_pairs_without_candidates_are_empty(net):
    seen = net.read(TEXTS)[0]
    assert net.pairs("date", seen, [(0, 1)], []).shape == (1, 0)


@pytest.mark.parametrize("name", ["reader.onnx", "heads.npz", "vocab.txt"])
@pytest.mark.parametrize("fault", ["missing", "damaged"])
def test_weights_that_cannot_be_used_are_named_with_the_way_out(weights, tmp_path, name, fault):
    folder = shutil.copytree(weights, tmp_path / "weights")
    if fault == "missing":
        (folder / name).unlink()
    else:
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[:-1] + bytes([content[-1] ^ 255]))
    with pytest.raises(ReaderError) as error:
        Network(folder)
    assert name in str(error.value)
    assert "reader: off" in str(error.value)
    assert "\n" not in str(error.value)


def test_without_onnx_runtime_the_error_says_what_to_install(weights, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ReaderError, match="pip install onnxruntime"):
        Network(weights)


def test_it_is_a_component_of_a_spacy_pipeline(weights):
    nlp = spacy.blank("en")
    nlp.add_pipe("meetwire_reader", config={"weights": str(weights)})
    met, nothing = nlp.pipe(TEXTS[:2])
    assert met._.get(ATTRIBUTE).pieces.text == TEXTS[0]
    assert nothing._.get(ATTRIBUTE) is None
    assert nlp(TEXTS[0])._.get(ATTRIBUTE).pieces.ids == met._.get(ATTRIBUTE).pieces.ids
