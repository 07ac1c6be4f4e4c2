# `make help` lists the targets. Everything they need is installed into this folder by scripts/.
.DEFAULT_GOAL := help
BIN := .venv/bin
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/.tools/bin:$(PATH)

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.PHONY: python
python:
	@scripts/setup-python

.PHONY: lint
lint: python ## Static checks of the Python side
	ruff check .
	ruff format --check .
	ty check

.PHONY: test
test: lint ## All checks
	pytest

.PHONY: fmt
fmt: python ## Format everything
	ruff check --fix-only .
	ruff format .
