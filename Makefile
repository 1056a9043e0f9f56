# make report      install into .venv, run the main study in 1,000 futures, say where its page is
# make questions   answer the seventeen research questions of models/questions in a few minutes, say where the page is
# make test        install what the tests need, run them
# make lint        style, types, floors
# make bench       speed beside other engines
# make screenshot  the picture in this repository's README, drawn again
# make clean       remove .venv and everything that was made
SHELL := /bin/bash
PYTHON = $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
STUDY := technology_security_dilemma

.PHONY: help report questions test lint bench screenshot clean

help:
	@sed -n '/^# make/s/^# //p' Makefile

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "error: sdmodel needs Python 3.11 or later with venv; none was found on the path." \
		"On Debian and Ubuntu: apt-get install python3-venv"; exit 2; }
	@echo "making .venv with $(PYTHON) and installing into it; the first time takes a minute or two …"
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 2; }

.venv/.run: pyproject.toml constraints.txt | $(BIN)/python
	@$(PIP) -e .
	@touch $@

.venv/.test: pyproject.toml constraints.txt | $(BIN)/python
	@$(PIP) -e '.[test,lint]'
	@touch $@ .venv/.run

.venv/.bench: .venv/.test
	@$(PIP) -e '.[test,lint,bench]'
	@touch $@

report: .venv/.run
	$(BIN)/sdmodel study models/$(STUDY).toml

questions: .venv/.run
	$(BIN)/sdmodel questions

test: .venv/.test
	$(BIN)/python -m pytest -m "not slow" -n auto --dist loadfile

lint: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy sdmodel
	$(BIN)/lint-imports

bench: .venv/.bench
	$(BIN)/python -m benchmarks.speed

screenshot: .venv/.test
	$(BIN)/sdmodel study models/$(STUDY).toml
	$(BIN)/python tests/tools/screenshot.py outputs/$(STUDY)/report.html docs/report.png --width 1280 --height 2300

clean:
	rm -rf .venv build dist outputs/*/
