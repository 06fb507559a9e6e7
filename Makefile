# `make` lists the targets. PYTHON, PORT and DATA can be given: make run PORT=8600, make train DATA=mnist.npz
PYTHON ?= python3
PORT ?= 8501
DATA ?=
PROFILE ?=
MINUTES ?=

BIN := .venv/bin
DATA_OPTION = $(if $(DATA),--data $(DATA))

# One list for Python 3.10 and newer on every system; wheels only, so that no package runs code while it is installed.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.10 --generate-hashes --only-binary :all: \
	--emit-build-options --no-annotate --custom-compile-command "make lock"

SYSTEMS := x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu aarch64-apple-darwin x86_64-apple-darwin x86_64-pc-windows-msvc

.NOTPARALLEL:
.PHONY: help install run talk dev test chromium servers lint types tests proof previews bench gif load faults train evaluate atlas format lock wheels update audit

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

install: .venv/installed  ## create .venv and install what the app needs into it, on Windows: py -3.12 deploy\install.py

run: install  ## start the app at http://localhost:PORT (8501)
	$(BIN)/streamlit run app.py --server.port $(PORT)

talk: install  ## start the app and open the shipped talk on stage: Page Down leads on, ? shows all keys
	$(BIN)/python -m ui.server.open_page http://localhost:$(PORT) '/talk?talk=1' & $(BIN)/streamlit run app.py --server.port $(PORT)

dev: .venv/installed-dev  ## also install what the tests need

test: dev chromium servers lint types tests  ## check style and types, then run every test but those of make proof

chromium: dev  ## find a Chromium for the browser tests, or install one
	@tests/browser/ensure_chromium.sh $(BIN)/python

servers:  ## install Redis, nginx and nchan, which the tests of a hall start, where apt is there
	@tests/faults/ensure_servers.sh

lint: dev  ## check style
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: dev  ## check types, as they are on this system and on Windows
	$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/windows aecore ui & windows=$$!; $(BIN)/mypy && wait $$windows

# What fails while two tests at a time and their browsers share a busy machine has to pass alone: both runs are printed.
tests: dev  ## run every test but those of make proof, and those that fail once more, one by one
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder || { \
		test $$? -eq 1 && $(BIN)/python -m pytest -v --last-failed --last-failed-no-failures none; }

proof: dev chromium servers  ## run the rehearsals, the long trainings and all malicious inputs, which make test leaves out
	$(BIN)/python -m pytest -m proof
	AECORE_THOROUGH=1 $(BIN)/python -m pytest tests/hostile

previews: dev chromium  ## make the pictures again that others see with a link to a page
	$(BIN)/python -m tests.previews

bench: dev chromium  ## measure the time from slider, pen and pointer to picture, and write it into BENCHMARKS.md
	$(BIN)/python -m tests.bench

load: dev chromium servers  ## simulate many visitors, and check the server against its limits (PROFILE=1, 20, 100, burst, soak, hall, troubles, wall; MINUTES=30)
	$(BIN)/python -m tests.load $(PROFILE) $(if $(MINUTES),--minutes $(MINUTES))

gif: dev chromium  ## make the README's GIF from the running app
	$(BIN)/python -m tests.shop_window

faults: dev chromium servers  ## kill processes, cut connections and fill disks, and write the results into BENCHMARKS.md
	AECORE_REPORT=1 $(BIN)/python -m pytest -m "" tests/faults

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
	$(LOCK) $(UPGRADE) requirements-hall.in --output-file requirements-hall.txt
	$(LOCK) $(UPGRADE) requirements-dev.in --output-file requirements-dev.txt
	@$(MAKE) wheels

wheels: dev  ## ask PyPI whether every system finds a wheel of every package in requirements*.txt
	@for list in requirements requirements-serve requirements-hall requirements-dev; do for system in $(SYSTEMS); do for python in 3.10 3.11 3.13; do \
		$(BIN)/uv pip compile --quiet --python-platform $$system --python-version $$python --only-binary :all: \
			$$list.txt --output-file - >/dev/null || { echo "$$list.txt cannot be installed on $$system, $$python" >&2; exit 1; }; \
	done; done; done

update: UPGRADE = --upgrade
update: lock  ## update requirements*.txt to the newest versions; run make test afterwards

audit: dev  ## ask PyPI for known vulnerabilities of every package (needs a network; PYTHON=python3.10 has its own versions)
	$(BIN)/uvx --python $(PYTHON) pip-audit@2.10.1 --strict --disable-pip --require-hashes \
		--requirement requirements.txt --requirement requirements-dev.txt

.venv/installed: requirements.txt requirements-serve.txt
	@command -v $(PYTHON) >/dev/null || { \
		echo "There is no $(PYTHON): install Python 3.10 to 3.13, and name it: make install PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) deploy/install.py
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	$(BIN)/pip install --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
