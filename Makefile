# The two that matter: `make demo` labels images on this machine, `make test` runs every check.
PYTHON ?= python3
BIN := .venv/bin
NODE := node_modules/.bin
READY := .venv/.ready
# The CDK command line starts `node`, which comes from PyPI into the virtual environment.
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help setup demo label test browser lint format diff wheel clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 10

setup: $(READY) ## install everything into .venv and node_modules; done once

demo: $(READY) ## label images on this machine: deploy to the emulator, label, show; PHOTOS=folder takes yours
	@$(BIN)/python -m examples.street.demo $(if $(PHOTOS),--photos "$(PHOTOS)")

label: $(READY) ## label rendered scenes by hand in the browser, on this machine
	@$(BIN)/python -m examples.street.label

# Tests that wait more than they compute run beside the others, and are told at the end.
define beside
	@log=$$(mktemp); $(BIN)/python -m pytest $(1) >"$$log" 2>&1 & other=$$!; \
	trap 'kill $$other' INT TERM; \
	$(BIN)/python -m pytest $(2); status=$$?; \
	wait $$other || status=$$?; cat "$$log"; rm "$$log"; exit $$status
endef
PORTAL := $(wildcard tests/browser/test_portal*.py)

# Without Chromium the rest is still worth running, except where somebody relies on all of it.
CHROMIUM := $(wildcard /usr/bin/chromium /usr/bin/chromium-browser)

test: $(READY) lint ## run every check that a pull request runs
	$(call beside,tests/emulator,--ignore=tests/browser --ignore=tests/emulator --cov --cov-report=term)
	@$(if $(CHROMIUM)$(CI),$(MAKE) --no-print-directory browser,echo "Not run: tests/browser, for want of Chromium (on Debian: apt-get install chromium).")

browser: $(READY) ## check the workers' page in Chromium, which must be installed, and in Firefox and WebKit
	$(call beside,-rs $(PORTAL),tests/browser $(addprefix --ignore=,$(PORTAL)))

lint: $(READY) ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(NODE)/biome ci --error-on-warnings portal
	$(NODE)/tsc

format: $(READY) ## put the code into the project's form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(NODE)/biome check --write portal

diff: $(READY) ## show what changes in the templates against a branch: make diff BASE=main
	@$(BIN)/python -m scripts.synth_diff --base $(or $(BASE),main)

wheel: $(READY) ## build the distribution into dist/
	$(BIN)/python -m build --outdir dist .

clean: ## remove what was installed and built; demo-output stays, your photos may lie there
	rm -rf .venv node_modules cdk.out dist

$(READY): pyproject.toml requirements.txt constraints.txt package.json package-lock.json
	@$(PYTHON) -c 'import sys; sys.exit("this project needs Python 3.11 or newer, $(PYTHON) is " + sys.version.split()[0] + "; choose another: make setup PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the Python packages, Node.js and the CDK command line (once; a few minutes) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -r requirements.txt -e '.[dev]'
	@$(BIN)/npm ci --silent --no-fund --no-audit
	@touch $(READY)
