"""Prunes the encoder's vocabulary to the word pieces that texts of news are made of.

    python -m training.vocabulary TEXT [TEXT ...] --bert FOLDER --out VOCAB.txt [--size 16000]

Kept are the special pieces, every single character (so that whatever could be spelt before still can be), and the
pieces that are most frequent in the files, whose markup is passed over. A word whose piece is gone is spelt with
shorter ones.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from tokenizers import BertWordPieceTokenizer

# The published file begins with these: filling, unused ones, unknown, beginning, end, mask.
_SPECIAL = 104
_MARKUP = re.compile(r"<[^<>]{0,2000}>|https?://\S+|&\w+;|\\[nrtu\"]")


def pruned(vocabulary: Sequence[str], counts: Counter[int], size: int) -> list[str]:
    """The ``size`` pieces of ``vocabulary`` that stay, in their old order; ``counts`` are by their old numbers."""
    kept = {n for n, piece in enumerate(vocabulary) if n < _SPECIAL or len(piece.removeprefix("##")) == 1}
    others = (n for n, _ in counts.most_common() if n not in kept)
    kept.update(n for n, _ in zip(others, range(size - len(kept)), strict=False))
    return [piece for n, piece in enumerate(vocabulary) if n in kept]


def count(paths: Iterable[Path], vocabulary: Path) -> Counter[int]:
    """How often each piece of ``vocabulary`` stands in the files, by its number."""
    pieces = BertWordPieceTokenizer(str(vocabulary), lowercase=False)
    counts: Counter[int] = Counter()
    for path in paths:
        text = _MARKUP.sub(" ", path.read_text("utf-8", errors="replace"))
        for encoded in pieces.encode_batch(text.splitlines(), add_special_tokens=False):
            counts.update(encoded.ids)
    return counts


def main() -> int:
    """Writes the pruned vocabulary."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", type=Path, nargs="+", metavar="TEXT", help="a file, or a folder of files")
    parser.add_argument("--bert", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", type=int, default=16000)
    options = parser.parse_args()
    full = options.bert / "assets" / "vocab.txt"
    files = [f for path in options.texts for f in (sorted(path.rglob("*")) if path.is_dir() else [path]) if f.is_file()]
    vocabulary = full.read_text("utf-8").splitlines()
    counts = count(files, full)
    kept = pruned(vocabulary, counts, options.size)
    options.out.write_text("\n".join(kept) + "\n", encoding="utf-8")
    known = set(kept)
    covered = sum(times for n, times in counts.items() if vocabulary[n] in known) / max(1, counts.total())
    print(f"{len(kept)} of {len(vocabulary)} pieces, which are {covered:.2%} of those in {len(files)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
