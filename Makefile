# Every target sets up .venv by itself from requirements.lock; it is fast when that is already there.
PYTHON ?= python3
export VIRTUAL_ENV := $(CURDIR)/.venv
export PATH := $(VIRTUAL_ENV)/bin:$(PATH)
# One thread a process: spaCy gains nothing from more, and workers would fight.
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1
# The stamp is named after what was installed, for after a checkout times tell nothing.
READY := .venv/.ready-$(firstword $(shell cat requirements.lock setup.py | cksum))

.PHONY: open install hooks dist prepare screenshots run test flink coverage lint types places bench ablation evaluate train soak docs lock clean bigquery-emulator

install: $(READY)

$(READY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "meetwire needs Python 3.11 or newer: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	.venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@rm -f .venv/.ready* && touch $@

# Ruff and mypy before each commit of this checkout.
hooks: $(READY)
	@pre-commit install

run: $(READY)
	@test -e data/state.sqlite || echo "make run: reads five sample feeds; broken.xml is an error page on purpose, and the others go on" >&2
	@meetwire run --config configs/local.yaml
	@meetwire report --config configs/local.yaml --out data/report
	@echo "who met whom, as pages: make open, or meetwire open" >&2

open: $(READY)
	@meetwire open

# The servers that the live tests start, downloaded and built once into ~/.cache/meetwire-tools.
prepare: $(READY)
	@python tests/live/prepare.py

# BigQuery on a laptop, until Ctrl-C; the line that it prints makes clients use it.
PORT ?= 9050
DATA ?= data/bigquery
bigquery-emulator: prepare
	@exec python tests/live/bigquery/serve.py $(PORT) $(DATA)

# Three workers on two cores: many tests wait for servers.
test: prepare
	@pytest -n 3 --dist worksteal -m "not soak and not flink" tests

# A Flink cluster on this machine, from Maven's jars: both its workers at work, killed, drained and restored.
flink: prepare
	@python tests/live/prepare.py flink
	@pytest -m flink tests/live/flink

# Which lines and branches the quick tests reach; fails below the floor in pyproject.toml. Not part of `make test`: it slows them.
coverage: $(READY)
	@rm -rf build/coverage && mkdir -p build/coverage
	@COVERAGE_FILE=build/coverage/data coverage run -m pytest -n 2 -m "not soak and not flink" tests/unit tests/golden
	@COVERAGE_FILE=build/coverage/data coverage combine --append --quiet build/coverage || true  # tests kill some processes
	@COVERAGE_FILE=build/coverage/data coverage report --sort=cover

# Pictures of the sample's pages, in light and dark and on a phone; those in docs/images are chosen from them.
screenshots: run
	@python tests/browser/screenshots.py data/tables build/screenshots

soak: prepare flink
	@pytest -m soak tests

bench: $(READY)
	@for each in $(filter-out benchmarks/ablation.py,$(wildcard benchmarks/*.py)); do python "$$each"; done

# Which words of the rules' tables change nothing, or a single text.
ablation: $(READY)
	@python -m benchmarks.ablation

# The manual as a site in build/site; a warning is an error.
docs: $(READY)
	@NO_MKDOCS_2_WARNING=1 mkdocs build --strict && echo "docs: build/site/index.html"

lint: $(READY)
	@ruff check . && ruff format --check . && interrogate --quiet meetwire pipelines transforms && vulture

types: $(READY)
	@mypy

evaluate: $(READY)
	@meetwire evaluate --config configs/local.yaml

# The table of cities, states and time zones, anew from GeoNames and ISO 3166-2 as the lock has them.
places: $(READY)
	@python -m training.make_places

# The weights of the taught reader, from nothing: training/README.md tells what is needed and how long it takes.
MARKED ?= ../shared/meetings/marked
train: $(READY)
	@training/train.sh $(MARKED)

# Wheel and source distribution in dist/, each installed in an empty environment with each of these Pythons and used there.
PYTHONS ?= python3.11 python3.12 python3.13
dist: $(READY)
	@rm -rf dist build/lib build/bdist.* *.egg-info/SOURCES.txt
	@python -m build --no-isolation --sdist --wheel --outdir dist . > /dev/null
	@python tests/distribution/try_out.py dist $(PYTHONS)

lock:
	uv pip compile setup.py --extra dev --extra gcp --extra postgres --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet -o requirements.lock

clean:
	rm -rf .venv data build dist *.egg-info
