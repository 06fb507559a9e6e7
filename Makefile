# `make` lists the targets. PYTHON, PORT and DATA can be given: make run PORT=8600, make train DATA=mnist.npz
PYTHON ?= python3
PORT ?= 8501
DATA ?=
PROFILE ?=
MINUTES ?=

BIN := .venv/bin
DATA_OPTION = $(if $(DATA),--data $(DATA))
SUPPORTED := import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))

# One list for Python 3.10 and newer on every system; wheels only, so that no package runs code while it is installed.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.10 --generate-hashes --only-binary :all: \
	--emit-build-options --no-annotate --custom-compile-command "make lock"

.NOTPARALLEL:
.PHONY: help install run talk dev test chromium lint types tests bench load faults train evaluate atlas format lock update audit

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

install: .venv/installed  ## create .venv and install requirements.txt into it

run: install  ## start the app at http://localhost:PORT (8501)
	$(BIN)/streamlit run app.py --server.port $(PORT)

talk: install  ## start the app and open the shipped talk on stage: Page Down leads on, ? shows all keys
	$(BIN)/python -m ui.open_page http://localhost:$(PORT) '/talk?talk=1' & $(BIN)/streamlit run app.py --server.port $(PORT)

dev: .venv/installed-dev  ## also install what the tests need

test: dev chromium lint types tests  ## check style and types, then run every test

chromium: dev  ## find a Chromium for the browser tests, or install one
	@tests/browser/ensure_chromium.sh $(BIN)/python

lint: dev  ## check style
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: dev  ## check types
	$(BIN)/mypy

tests: dev  ## run every test
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

bench: dev chromium  ## measure the time from slider, pen and pointer to picture, and write it into BENCHMARKS.md
	$(BIN)/python -m tests.bench

load: dev chromium  ## simulate many visitors, and check the server against its limits (PROFILE=1, 20, 100, burst, soak; MINUTES=30)
	$(BIN)/python -m tests.load $(PROFILE) $(if $(MINUTES),--minutes $(MINUTES))

faults: dev chromium  ## kill processes, cut connections and fill disks, and write the results into BENCHMARKS.md
	AECORE_REPORT=1 $(BIN)/python -m pytest tests/faults

train: install  ## train every pretrained model again, or continue after an interrupt (DATA=mnist.npz, else $AECORE_MNIST, else Keras downloads it)
	$(BIN)/python -m aecore.rebuild $(DATA_OPTION)

evaluate: install  ## evaluate every pretrained model on the test digits (DATA=mnist.npz, else $AECORE_MNIST)
	$(BIN)/python -m aecore.evaluate $(DATA_OPTION) --write assets --picture assets/compare.png --card

atlas: dev  ## compute the maps of latent space and the directions in it (DATA=mnist.npz, else $AECORE_MNIST)
	$(BIN)/python -m aecore.atlas $(DATA_OPTION)
	$(BIN)/python -m aecore.directions $(DATA_OPTION)

format: dev  ## format the code
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

lock: dev  ## update requirements*.txt to requirements*.in, with as few changes of versions as possible
	$(LOCK) $(UPGRADE) requirements.in --output-file requirements.txt
	$(LOCK) requirements-serve.in --constraints requirements.txt --output-file requirements-serve.txt
	$(LOCK) $(UPGRADE) requirements-dev.in --output-file requirements-dev.txt

update: UPGRADE = --upgrade
update: lock  ## update requirements*.txt to the newest versions; run make test afterwards

audit: dev  ## ask PyPI for known vulnerabilities of every package (needs a network; PYTHON=python3.10 has its own versions)
	$(BIN)/uvx --python $(PYTHON) pip-audit@2.10.1 --strict --disable-pip --require-hashes \
		--requirement requirements.txt --requirement requirements-dev.txt

.venv/installed: requirements.txt
	@$(PYTHON) -c '$(SUPPORTED)' || { \
		echo "This project runs on Python 3.10 to 3.13, and $(PYTHON) is not one of them (or not there at all)." \
			"Install one and name it: make install PYTHON=python3.12" >&2; exit 1; }
	test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	$(BIN)/pip install --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	$(BIN)/pip install --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
