"""The weights at work: windows hide nothing, and what is wrong with weights is told in one line."""

import re
import shutil
import sys

import numpy
import pytest

from transforms.reader.network import Network, ReaderError

TEXTS = ["Ana met Lars in Oslo on Sunday.", "Nobody came.", "The talks. " * 200, "They phoned Holm."]


@pytest.fixture(scope="session")
def net(weights):
    return Network(weights)


def test_every_piece_near_a_word_is_seen_however_many_windows_that_takes(net):
    for text in TEXTS:
        seen = net.read(text, [m.span() for m in re.finditer("Ana|talks|Holm", text)])
        assert (seen is None) == (text == "Nobody came.")
        if seen is not None:
            assert len(seen.vectors) == len(seen.pieces.ids) == len(seen.tags)
            assert seen.pieces.ids == net.tokenise(text)[0]


def test_tags_are_probabilities(net):
    seen = net.read(TEXTS[0], [(0, 3)])
    assert ((seen.tags >= 0) & (seen.tags <= 1)).all()
    numpy.testing.assert_allclose(seen.tags[:, 1:4].sum(1), 1, rtol=1e-5)


def test_that_two_triggers_tell_of_one_meeting_is_said_alike_in_either_order(net):
    seen = net.read(TEXTS[2], [(4, 9)])
    spans = [(0, 1), (4, 5), (9, 10)]
    forth, back = net.meetings(seen, spans), net.meetings(seen, spans[::-1])
    numpy.testing.assert_allclose(forth, back[::-1, ::-1], rtol=1e-5)
    numpy.testing.assert_allclose(forth, forth.T, rtol=1e-5)
    assert (forth.diagonal() == 1).all()


def test_pairs_without_candidates_are_empty(net):
    seen = net.read(TEXTS[0], [(0, 3)])
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
