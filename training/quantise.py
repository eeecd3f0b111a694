"""Quantises an exported encoder to eight bits and pins the digests of all files.

python -m training.quantise FOLDER
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

from onnxruntime.quantization import QuantType, quantize_dynamic

FILES = ("reader.onnx", "heads.npz", "vocab.txt")


def main() -> int:
    """Writes ``reader.onnx`` and ``digests.json``; removes ``encoder.onnx``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    quantize_dynamic(
        folder / "encoder.onnx",
        folder / "reader.onnx",
        per_channel=True,
        reduce_range=False,
        weight_type=QuantType.QInt8,
    )
    (folder / "encoder.onnx").unlink()
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}
    (folder / "digests.json").write_text(json.dumps(digests, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
