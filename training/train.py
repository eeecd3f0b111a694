"""Trains the reader on examples.

    python -m training.train EXAMPLES.jsonl --bert FOLDER --vocabulary VOCAB.txt --out READER.pt [--start READER.pt]

``--bert`` is the unpacked bundle (``assets/vocab.txt``, ``variables/``), of whose word pieces those of ``--vocabulary``
are used. ``--start`` goes on from a reader that was trained before. One line of losses an epoch on stdout; the weights
are written behind every epoch.
"""

import argparse
import functools
import json
import math
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import torch
import yaml
from tokenizers import BertWordPieceTokenizer
from torch import distributed, multiprocessing, nn

from training.bundle import read_bundle
from training.loss import Labels, labels, loss
from training.network import Reader, load, load_bert, save
from transforms.reader.pieces import Tokenise

# Of the articles that are not real, the last epochs read one in so many.
_SHARE = 3
_LEARN, _LEARN_HEADS = 5e-5, 7.5e-4


def tokeniser(vocabulary: Path) -> Tokenise:
    """Word pieces as the encoder was trained with."""
    pieces = BertWordPieceTokenizer(str(vocabulary), lowercase=False)

    def tokenise(text: str) -> tuple[Sequence[int], Sequence[tuple[int, int]]]:
        encoded = pieces.encode(text, add_special_tokens=False)
        return encoded.ids, encoded.offsets

    return tokenise


@functools.cache
def _gate() -> re.Pattern[str]:
    table = yaml.safe_load((Path(__file__).parent / "words.yaml").read_text("utf-8"))
    stems, words = "|".join(table["stems"]), "|".join(table["words"])
    return re.compile(rf"\b(?:(?:{stems})\w*|(?:{words})\b)", re.IGNORECASE)


def read_examples(path: Path, tokenise: Tokenise) -> list[Labels]:
    """The labelled articles of ``path`` in which anything is to be read."""
    found = []
    with path.open(encoding="utf-8") as lines:
        examples = [json.loads(line) for line in lines]
    for example in examples:
        near = [match.span() for match in _gate().finditer(example["text"])] + [
            (a, b) for a, b, _ in example["triggers"]
        ]
        one = labels(example, sorted(near), tokenise)
        if one is not None:
            found.append(one)
    return found


def batches(articles: Sequence[Labels], budget: int, chance: random.Random) -> list[list[Labels]]:
    """Articles of like length together, at most ``budget`` pieces a batch (one longer article is its own)."""
    shuffled = list(articles)
    chance.shuffle(shuffled)
    found: list[list[Labels]] = []
    for first in range(0, len(shuffled), 120):
        batch: list[Labels] = []
        rows = longest = 0
        for article in sorted(shuffled[first : first + 120], key=lambda a: len(a.pieces.ids)):
            windows = article.pieces.windows
            width = max(end - start for start, end in windows)
            if batch and (rows + len(windows)) * max(longest, width) > budget:
                found.append(batch)
                batch, rows, longest = [], 0, 0
            batch.append(article)
            rows, longest = rows + len(windows), max(longest, width)
        found.append(batch)
    chance.shuffle(found)
    return found


def epoch_of(articles: Sequence[Labels], last: int | None, budget: int, chance: random.Random) -> list[list[Labels]]:
    """The batches of one epoch: every article; in the ``last``-th of the last epochs every real one and a part of the
    others."""
    if last is not None:
        others = [a for a in articles if a.source != "real"]
        articles = [a for a in articles if a.source == "real"] + others[last % _SHARE :: _SHARE]
    return batches(articles, budget, chance)


def _averaged(parameters: Sequence[nn.Parameter], processes: int) -> None:
    """Makes the gradients of all processes their mean."""
    if processes > 1:
        flat = torch.cat([(p.grad if p.grad is not None else torch.zeros_like(p)).flatten() for p in parameters])
        distributed.all_reduce(flat)
        at = 0
        for p in parameters:
            p.grad = flat[at : at + p.numel()].view_as(p) / processes
            at += p.numel()


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").rstrip("\n").split("\n")


def train(reader: Reader, layers: int, articles: Sequence[Labels], options: argparse.Namespace, rank: int = 0) -> None:
    """Trains ``reader``; the rate of learning rises for a twentieth of the steps and then falls to nothing."""
    chance = random.Random(options.seed)
    encoder = [p for n, p in reader.named_parameters() if n.startswith("encoder.") and p.requires_grad]
    heads = [p for n, p in reader.named_parameters() if not n.startswith("encoder.")]
    rates = (options.rate, options.rate * _LEARN_HEADS / _LEARN)
    groups = [{"params": p, "lr": r} for p, r in zip((encoder, heads), rates, strict=True)]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    stages = [*[None] * options.epochs, *range(options.last)]
    epochs = [epoch_of(articles, last, options.budget, chance) for last in stages]
    total, step, began = sum(len(e) // options.processes for e in epochs), 0, time.monotonic()
    for number, all_batches in enumerate(epochs, 1):
        reader.train()
        sums: defaultdict[str, list[float]] = defaultdict(list)
        mine = all_batches[rank :: options.processes][: len(all_batches) // options.processes]
        for batch in mine:
            step += 1
            factor = min(1.0, step / max(10, 0.05 * total)) * (1 - step / total)
            for group, rate in zip(optimiser.param_groups, rates, strict=True):
                group["lr"] = rate * factor
            wrong, parts = loss(reader, batch)
            optimiser.zero_grad()
            wrong.backward()
            _averaged(encoder + heads, options.processes)
            nn.utils.clip_grad_norm_(encoder + heads, 1.0)
            optimiser.step()
            for name, value in parts.items():
                sums[name].append(value)
            if rank == 0 and (step in {5, 20} or step % 50 == 0):
                print(f"step {step} of {total}, {time.monotonic() - began:.0f} s", flush=True)
        if rank == 0:
            means = {name: round(math.fsum(values) / len(values), 4) for name, values in sums.items()}
            print(f"epoch {number}: {time.monotonic() - began:.0f} s {means}", flush=True)
            save(reader, layers, options.out)


def main() -> int:
    """Trains and writes the reader."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("examples", type=Path)
    parser.add_argument("--bert", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--vocabulary", type=Path, required=True, help="written by training.vocabulary")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="a reader to go on from")
    parser.add_argument("--layers", type=int, default=11)
    parser.add_argument("--frozen", type=int, default=5, help="lowest layers that stay as they are")
    parser.add_argument("--epochs", type=int, default=3, help="over all articles")
    parser.add_argument(
        "--last", type=int, default=2, help="epochs behind them, over real articles and a third of the others"
    )
    parser.add_argument("--rate", type=float, default=_LEARN)
    parser.add_argument("--budget", type=int, default=1000, help="word pieces a batch")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=29871, help="over which the processes agree")
    parser.add_argument("--processes", type=int, default=2, help="each on one core, with a part of every step")
    options = parser.parse_args()
    if options.processes == 1:
        run(0, options)
    else:
        multiprocessing.spawn(run, (options,), nprocs=options.processes)
    return 0


def run(rank: int, options: argparse.Namespace) -> None:
    """One process of the training."""
    torch.set_num_threads(1)
    torch.manual_seed(options.seed + rank)
    if options.processes > 1:
        where = f"tcp://127.0.0.1:{options.port}"
        distributed.init_process_group("gloo", init_method=where, rank=rank, world_size=options.processes)
    articles = read_examples(options.examples, tokeniser(options.vocabulary))
    if rank == 0:
        pieces, triggers = (sum(map(len, x)) for x in zip(*((a.pieces.ids, a.triggers) for a in articles), strict=True))
        print(f"{len(articles)} articles, {pieces} word pieces, {triggers} triggers", flush=True)
    if options.start:
        reader, layers = load(options.start, options.frozen)
    else:
        layers = options.layers
        full = {piece: n for n, piece in enumerate(_lines(options.bert / "assets" / "vocab.txt"))}
        rows = [full[piece] for piece in _lines(options.vocabulary)]
        torch.manual_seed(options.seed)  # the heads begin alike in every process
        reader = Reader(layers, len(rows), options.frozen)
        load_bert(reader.encoder, read_bundle(options.bert / "variables"), rows)
        torch.manual_seed(options.seed + rank)
    train(reader, layers, articles, options, rank)


if __name__ == "__main__":
    sys.exit(main())
