# `make help` lists the targets. Everything they need is installed into this folder by scripts/;
# only Chromium and its fonts (for `make test`) are installed as Debian packages.
.DEFAULT_GOAL := help
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/.tools/bin:$(PATH)

.PHONY: help up test test-long test-tools bench bench-metrics bench-plugs bench-memory fmt lint docs check-config
.PHONY: python servers page

help: ## List the targets
	@grep -hE '^[a-z%-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

up: python servers page ## Start everything; your home if there is a config/devices.yaml, else a virtual one
	@scripts/setup-matter --if-possible
	@scripts/setup-servers --if-possible mosquitto:mosquitto
	@python -m up

test: lint test-tools ## All checks but the long ones: static, Python, TypeScript, browser
	@cd frontend && npm run --silent check
	pytest -n 4 -m "not long"

test-long: test-tools ## The tests marked `long`: a clean clone, whole homes, loads, Lighthouse
	@scripts/setup-lighthouse
	pytest -n 0 -rP tests/end_to_end/test_speed.py # alone: its times are those of a quiet machine
	pytest -n 2 -m long --ignore tests/end_to_end/test_speed.py

test-tools: servers page
	@scripts/setup-servers prometheus:promtool influxdb:influxd mosquitto:mosquitto
	@scripts/setup-browser
	@scripts/setup-bluetooth-mock
	@scripts/setup-image-tools
	@scripts/setup-kubernetes-tools
	@scripts/setup-micropython
	@scripts/setup-faketime
	@scripts/setup-dbt
	@scripts/setup-matter || test "$$MATTER_NETWORK" != required

lint: python
	ruff check .
	ruff format --check .
	ty check
	lint-imports

bench: python servers ## Measure, each figure beside its reference; writes docs/performance*.md
	@scripts/setup-bluetooth-mock
	python services/switchbot-exporter/bench/ble.py > docs/performance-ble.md
	python packages/energy-rules/bench/faults.py > docs/performance-energy.md
	python services/archive/bench/day.py > docs/performance-archive.md
	python services/measurements/bench/ingest.py > docs/performance-measurements.md
	python services/aiseg2-exporter/bench/cycle.py > docs/performance-aiseg2.md
	$(MAKE) bench-metrics bench-plugs bench-memory
	cd services/bff && python -m bench && python -m bench --size growth

bench-%: python servers ## A part of it: bench-small (before a commit), -goals, -growth, -bills, -load, -ingest
	cd services/bff && python -m bench --size $*

bench-metrics: python ## /metrics of 1,000 devices beside a bare page: docs/performance-metrics.md
	python packages/exporter-kit/bench/page.py > docs/performance-metrics.md

bench-plugs: python ## 250 plugs of one exporter at 10 s: docs/performance-plugs.md
	python services/tp-link-native-exporter/bench/plugs.py > docs/performance-plugs.md

bench-memory: python servers page ## Memory and CPU of every service: docs/performance-services.md
	PYTHONPATH=services/bff python -m memory_bench > docs/performance-services.md

fmt: python page ## Format everything
	ruff check --fix-only .
	ruff format .
	cd frontend && npm run --silent fmt

docs: python page ## Write the generated files anew: lists of sources, metrics, OpenAPI, TypeScript types
	python -m manifests.generate
	python -m home_model.reference > docs/metrics.md
	python -m bff.openapi
	python -m measurements.openapi
	cd frontend && npm run --silent types

check-config: python ## List every problem of config/devices.yaml
	@CONFIG_FILE=$${CONFIG_FILE:-config/devices.yaml} python -m home_model

python:
	@scripts/setup-python

servers:
	@scripts/setup-victoria-metrics
	@scripts/setup-servers caddy:caddy

page: python
	@scripts/setup-page
