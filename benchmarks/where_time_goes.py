"""Where the time of ``meetwire run`` goes, from feeds to tables: the share of each stage, and a flame graph of the modules.

    python benchmarks/where_time_goes.py [FOLDER] [--articles 600] [--out build/where_time_goes.png]

FOLDER holds feeds (default: ../shared/feeds/corpus, else configs/sample-feeds); their English articles are read by one
worker, while py-spy (``pip install py-spy``) looks forty times a second at what each process that is not idle is doing.
Shares are of these looks, so a busy machine changes them little.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import matplotlib
from feeds import FOLDERS
from run_memory import own_places, write_feeds
from streams import CLI, english

# The first whose pattern matches one of the frames has the look; a frame is "function (module.py:line)".
STAGES = [
    ("write the tables", r"transforms/tables/|deltalake|duckdb"),
    # The compiled code of spaCy's components has no frames: its looks are those of the function that calls them.
    (
        "run the model (spaCy)",
        r"thinc/|spacy/pipeline/|spacy/language|spacy/matcher|^_run \(transforms/language/pipeline",
    ),
    ("find entities and meetings", r"transforms/(language|meetings|reader)/.*\.py"),
    ("read the feeds", r"transforms/feeds/"),
    ("read and publish to the stream", r"transforms/streams/|transforms/articles/"),
    ("Beam", r"apache_beam/|bz2"),
]
COLOURS = {"transforms": "#e8a86c", "pipelines": "#8fb3cf"}  # libraries are grey
SMALLEST = 0.004  # a box of the graph that is narrower is left out


def looks(command, folder):
    """The stacks that were seen, outermost frame first, and how often each."""
    spy = shutil.which("py-spy")
    if spy is None:
        sys.exit("py-spy is not on the PATH: pip install py-spy")
    raw = folder / "stacks"
    record = [spy, "record", "--subprocesses", "--rate=40", "--format=raw", f"--output={raw}", "--", *command]
    subprocess.run(record, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    found = Counter()
    for line in raw.read_text().splitlines():
        stack, _, count = line.rpartition(" ")
        frames = [frame for frame in stack.split(";") if re.search(r"\.pyx?:\d+\)$", frame)]
        if frames and "(threading.py:" not in frames[-1]:  # those wait
            found[tuple(frames)] += int(count)
    return found


def stage(frames):
    """The name of the stage that a stack belongs to."""
    text = "\n".join(frames)
    if "load_model" in text or any(frame.startswith("<module>") for frame in frames[1:]):
        return "import modules and load the model"
    return next((name for name, pattern in STAGES if re.search(pattern, text, re.MULTILINE)), "else")


def modules(frames):
    """The modules of a stack, each once where frames of it follow one another: ``transforms/tables/sinks``."""
    names = [re.sub(r".*\((?:.*site-packages/)?(thinc|.*)(?:/.*)?\.pyx?:\d+\)", r"\1", frame) for frame in frames]
    return [name for at, name in enumerate(names) if at == 0 or names[at - 1] != name]


def draw(found, out):
    """A flame graph: a box for each module, as wide as its share of the looks, above the module that called it."""
    matplotlib.use("Agg")
    from matplotlib import pyplot

    total = sum(found.values())
    widths = Counter()
    for frames, count in found.items():
        names = tuple(name for name in modules(frames) if re.match(r"transforms|pipelines|spacy|thinc|deltalake", name))
        for depth in range(1, len(names) + 1):
            widths[names[:depth]] += count / total
    lefts, ends = {}, Counter()
    figure, axis = pyplot.subplots(figsize=(14, 7))
    for names in sorted(widths, key=lambda names: (len(names), names)):
        above = names[:-1]
        if widths[names] < SMALLEST or (above and above not in lefts):
            continue
        lefts[names] = lefts.get(above, 0.0) + ends[above]
        ends[above] += widths[names]
        colour = COLOURS.get(names[-1].partition("/")[0], "#c9c9c9")
        axis.barh(len(names), widths[names], left=lefts[names], height=0.95, color=colour, edgecolor="white")
        if widths[names] > 0.03:
            label = names[-1].split("/")[-1][: int(widths[names] * 130)]
            axis.text(lefts[names] + 0.002, len(names), label, va="center", fontsize=7, clip_on=True)
    axis.set(xlim=(0, 1), yticks=[], xlabel="share of the looks; orange and blue: meetwire, grey: libraries")
    figure.tight_layout()
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out, dpi=80)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("feeds", nargs="?", type=Path, default=next(folder for folder in FOLDERS if folder.is_dir()))
    parser.add_argument("--articles", type=int, default=600)
    parser.add_argument("--out", type=Path, default=Path("build/where_time_goes.png"))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        feeds = write_feeds(english(asked.feeds, folder), asked.articles, folder)
        found = looks([*CLI, "run", *feeds, f"--stream=folder:{folder}/stream", *own_places(folder, workers=1)], folder)
    total = sum(found.values())
    shares = Counter()
    for frames, count in found.items():
        shares[stage(frames)] += count
    for name, count in shares.most_common():
        print(f"  {count / total:6.1%} {name}")
    draw(found, asked.out)
    print(f"flame graph: {asked.out}")


if __name__ == "__main__":
    main()
