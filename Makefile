# ninewords: every command makes .venv and installs into it first, and installs nothing anywhere else.
#
#   make run      start the bot; without a Discord token it draws one picture and says how to get one
#   make test     run the tests
#   make check    ruff, ruff format, pyright, then the tests
#   make slow     the tests that take minutes or gigabytes
#   make bench    what the loop costs, whether company changes a picture, how long people wait: minutes, no GPU
#   make bench-full  the same, longer, with figures written to build/
#   make faults   break everything around the bot a thousand times; figures go to build/faults.json: some hours
#   make soak     2,000 jobs while everything goes wrong

PYTHON ?= python3
# Which build of torch: empty is the default of the package index (on Linux a CUDA build);
# https://download.pytorch.org/whl/cpu is the small CPU build.
TORCH_INDEX ?=

# Two tests at a time, those of a file one after another: most of them wait more than they compute.
SIDE_BY_SIDE := -n 2 --dist loadfile

export OMP_WAIT_POLICY = passive
export PIP_DISABLE_PIP_VERSION_CHECK = 1

BIN := .venv/bin

.PHONY: run test check slow bench bench-full faults soak clean

run: .venv/.installed
	$(BIN)/ninewords run

test: .venv/.installed-dev
	$(BIN)/python -m pytest -q $(SIDE_BY_SIDE)

check: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/python -m pytest -q $(SIDE_BY_SIDE)

slow: .venv/.installed-dev
	$(BIN)/python -m pytest -q -m slow --timeout 3600

bench: .venv/.installed-dev
	$(BIN)/python -m benchmarks.loop_overhead
	$(BIN)/python -m benchmarks.reproducibility
	$(BIN)/python -m benchmarks.memory
	$(BIN)/python -m benchmarks.arrivals

bench-full: .venv/.installed-dev
	$(BIN)/python -m benchmarks.loop_overhead --full --json build/loop-overhead.json
	$(BIN)/python -m benchmarks.reproducibility --full --json build/reproducibility.json
	$(BIN)/python -m benchmarks.memory --full --json build/memory.json
	$(BIN)/python -m benchmarks.arrivals --full --json build/arrivals.json

faults: .venv/.installed-dev
	$(BIN)/python -m pytest -q tests/faults --faults-full --faults-json build/faults.json
	$(BIN)/python -m tests.faults.figures build/faults.json

soak: .venv/.installed-dev
	$(BIN)/python -m benchmarks.soak --json build/soak.json

clean:
	rm -rf .venv build *.egg-info .pytest_cache .ruff_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "ninewords needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.torch: .venv/bin/python
	$(BIN)/pip install --quiet --constraint constraints.txt $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) torch
	@touch $@

.venv/.installed: .venv/.torch pyproject.toml constraints.txt
	@echo "Installing ninewords into .venv (a minute or two, once) …"
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	@touch $@

.venv/.installed-dev: .venv/.installed
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@
