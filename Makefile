# Every target does its own set-up: a virtual environment in .venv, made once and again only when
# pyproject.toml or constraints.txt changed.
#
#   make demo   release the assignment, grade a sample class, write the report
#   make test   lint, types, is the release fresh, tests: what CI runs. Three at a time (WORKERS=3),
#               also on two cores, as a third of the time is spent on waiting for time limits
#   make lint   lint and types alone
#   make bench  compare with nbgrader, otter and a bare script, on MNIST in MNIST_ROOT: an hour
#
# PYTHON=python3.12 picks another interpreter (3.11 or newer).

PYTHON ?= python3
WORKERS ?= 3
ROUNDS ?= 5
BIN := .venv/bin
READY := .venv/.ready

.PHONY: help demo test lint setup bench
.DEFAULT_GOAL := help

help:
	@sed -n 's/^#   //p' Makefile

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Python 3.11 or newer is needed, and '$(PYTHON)' is $$($(PYTHON) --version 2>&1 || true)."; \
	  echo "Name another one: make PYTHON=python3.12"; exit 1; }
	@echo "== Set-up, once: the packages go into .venv (PyTorch is large: some minutes)"
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(READY)

demo: $(READY)
	@$(BIN)/autograder demo

lint: $(READY)
	@echo "== Lint: ruff"
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@echo "== Types: mypy"
	@$(BIN)/mypy

test: lint
	@echo "== Is the release fresh?"
	@$(BIN)/autograder release --check
	@echo "== Tests"
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile \
	  --no-loadscope-reorder

bench: $(READY)
	@$(BIN)/python benchmarks/compare.py --rounds $(ROUNDS)
	@$(BIN)/python benchmarks/overhead.py
