"""A trained reader -> the weights that the package ships.

    python -m training.export READER.pt --vocabulary VOCAB.txt --out FOLDER

Writes ``encoder.onnx`` (not quantised yet; ``training.quantise`` does that), ``heads.npz`` and ``vocab.txt``.
"""

import argparse
import shutil
import sys
from pathlib import Path

import numpy
import torch
from torch import Tensor, nn

from training.network import Reader, load


class _Tagged(nn.Module):
    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.encoder, self.tags = reader.encoder, reader.tags

    def forward(self, ids: Tensor, attention: Tensor) -> tuple[Tensor, Tensor]:
        vectors = self.encoder(ids, attention)
        return vectors, self.tags(vectors)


def main() -> int:
    """Writes the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reader", type=Path)
    parser.add_argument("--vocabulary", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    reader, _ = load(options.reader)
    tagged = _Tagged(reader).eval()
    options.out.mkdir(parents=True, exist_ok=True)
    ids = torch.randint(1000, 2000, (2, 60))
    names = ["ids", "attention", "vectors", "tags"]
    with torch.no_grad():
        torch.onnx.export(
            tagged,
            (ids, torch.ones_like(ids)),
            str(options.out / "encoder.onnx"),
            input_names=names[:2],
            output_names=names[2:],
            dynamic_axes={name: {0: "rows", 1: "pieces"} for name in names},
            opset_version=14,
        )
    state = reader.state_dict().items()
    heads = {n: v.numpy().astype(numpy.float16) for n, v in state if not n.startswith(("encoder.", "tags."))}
    numpy.savez_compressed(options.out / "heads.npz", **heads)
    shutil.copy(options.vocabulary, options.out / "vocab.txt")
    return 0


if __name__ == "__main__":
    sys.exit(main())
