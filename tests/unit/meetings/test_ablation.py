"""``make ablation`` lists the words of the rules' tables that no two sets of texts need."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_idle_words_are_listed_and_words_at_work_in_two_sets_are_not(tmp_path):
    texts = ["Minister Ana Ruiz met Premier Lars Holm in Oslo.", "Minister Ana Ruiz refused to meet Premier Lars Holm."]
    for name in ("one", "two"):
        lines = "".join(json.dumps({"id": text[-9:], "text": text, "meetings": []}) + "\n" for text in texts)
        (tmp_path / f"{name}.jsonl").write_text(lines)
    command = [sys.executable, "-m", "benchmarks.ablation", *map(str, sorted(tmp_path.glob("*.jsonl")))]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=240).stdout
    listed = {where: words.split(", ") for where, _, words in (line.partition(": ") for line in said.splitlines())}
    assert "frames.verbs.meet-with.lemmas" not in listed
    assert "haggle" in listed["frames.verbs.negotiate.lemmas"]
    refusing = next(words for where, words in listed.items() if where.startswith("status.rows[refuse]"))
    assert "decline" in refusing and "refuse" not in refusing
    assert said.splitlines()[-1].startswith("4 texts, ")
