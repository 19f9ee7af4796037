# Every target makes .venv first if it is missing; nothing but Python 3.11+ and make is needed.
PYTHON ?= python3
BIN := .venv/bin
WIDTH := 80
BOOK := sample_positions/xiaomi_top_trades.csv -m sample_positions/xiaomi_market.csv
GENERATED := README.md docs/*.md docs/methods/*.md

.PHONY: demo test lint check bench docs golden generated clean
.DEFAULT_GOAL := demo

demo: .venv/demo
	@echo '$$ optlab bias $(BOOK)'
	@$(BIN)/optlab bias $(BOOK) --format table --width $(WIDTH)
	@echo
	@echo '$$ optlab greeks $(BOOK) --by expiry'
	@$(BIN)/optlab greeks $(BOOK) --by expiry --format table --width $(WIDTH)

test: .venv/dev
	$(BIN)/python -m pytest -n auto

lint: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/cog --check -PU -I tests -I tools $(GENERATED)
	$(BIN)/python -m pytest -q tests/test_house.py

check: lint test

bench: .venv/dev
	$(BIN)/python -m bench

# README and docs pages that are made from the code: rewritten in place.
generated: .venv/dev
	$(BIN)/cog -rPU -I tests -I tools $(GENERATED)

golden: .venv/dev
	$(BIN)/python -m pytest tests/golden --update-golden

docs: .venv/dev
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[docs]'
	$(BIN)/sphinx-build -W -b html docs docs/_build

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "optlab needs Python 3.11 or newer: make PYTHON=python3.12 demo")'
	$(PYTHON) -m venv .venv

.venv/demo: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[excel]'
	@touch $@

.venv/dev: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@ .venv/demo

clean:
	rm -rf .venv build dist docs/_build
