# `make run` and `make test` need Python 3.11 or later and nothing else. DATABASE_URL, if set, is the
# database that is used instead of the embedded server's; PG_BIN is another PostgreSQL installation.

HOST ?= 127.0.0.1
PORT ?= 8080
PG_BIN15 ?= /usr/lib/postgresql/15/bin
COVERAGE ?= 95

VENV := .venv/bin
PY := $(VENV)/python
MIGRATIONS := $(filter-out %.rollback.sql,$(sort $(wildcard db/migrations/*.sql)))
# A trial as it is replaces its result in docs/reliability.md; with a length of its own that of OUTPUT=, if any.
RELIABILITY = $(if $(OUTPUT),--output $(OUTPUT),$(if $(1),,--output docs/reliability.md))
# Of the events' file the loader is a part.
CELL_SUITES := $(addprefix tests/test_,$(addsuffix .py,http bad_input openapi events batch arrays life access door \
	$(addprefix races_,events arrays payments inbox payouts balances settings webhooks) \
	webhooks_http work_http people payments restaurants reports))
FRESH := env -u DATABASE_URL -u PG_BIN $(PY) dev/embedded.py exec --throw-away
NEW_SCHEMA := $(PY) db/deploy.py --quiet && $(PY) db/deploy.py --dump-schema

.DEFAULT_GOAL := help
.PHONY: help run cluster demo test test-cells test-tap test-python test-order torture model mutants rehearse fuzz lint check deploy psql stop bench bench-instructions bench-peers schema schema-check clean

help:  ## what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-18s %s\n", $$1, $$2 }' Makefile

run: .venv/installed  ## database, deploy, sample events, server (PORT=, SAMPLE=no)
	@$(PY) dev/run.py --host $(HOST) --port $(PORT) $(if $(filter no,$(SAMPLE)),--no-sample)

cluster: .venv/installed  ## four cells and a proxy, with the service in front (PORT=, CELLS=)
	@PG_BIN15="$(PG_BIN15)" $(PY) dev/run.py --cells $${CELLS:-4} --host $(HOST) --port $(PORT) $(if $(filter no,$(SAMPLE)),--no-sample)

demo: .venv/installed  ## the whole story in a throw-away database, as tables
	@$(PY) dev/demo.py

test: .venv/installed-dev  ## pgTAP and pytest, on PostgreSQL 18 and a system's 15
	@$(PY) dev/tests.py --pg-bin15 "$(PG_BIN15)" --coverage $(COVERAGE)

test-cells: .venv/installed-dev  ## the suites that a proxy can run, over one with four cells
	@CUENTA_TEST_CELLS=4 PG_BIN="$(PG_BIN15)" $(PY) -m pytest -q -n 2 --dist loadfile tests/cells $(CELL_SUITES)

test-tap: .venv/installed-dev  ## pgTAP alone, on PostgreSQL 18
	@$(PY) dev/pgtap.py

test-python: .venv/installed-dev  ## pytest alone, on PostgreSQL 18
	@$(PY) -m pytest -n 4 --dist loadfile

test-order: .venv/installed-dev  ## 10,000 events, runs, outcomes (CUENTA_STORY_SEED=)
	@CUENTA_STORY_EVENTS=$${CUENTA_STORY_EVENTS:-10000} $(PY) -m pytest -q tests/test_any_order.py

torture: .venv/installed-dev  ## kill, cut, fill, freeze, then compare (MINUTES=)
	@$(PY) -m tests.torture --minutes $${MINUTES:-10} $(call RELIABILITY,$(MINUTES))

model: .venv/installed-dev  ## 20,000 steps, compared with the model (STEPS=, SEED=)
	@$(PY) tests/machine.py --steps $${STEPS:-20000} $(if $(SEED),--seed $(SEED)) $(call RELIABILITY,$(STEPS))

rehearse: .venv/installed-dev  ## backups, upgrades, replicas: done, and proved (NAMES=)
	@$(PY) dev/rehearse.py $(NAMES) $(RELIABILITY)

mutants: .venv/installed-dev  ## break each rule and see its test go red (ONLY=words)
	@$(PY) tests/mutants.py $(if $(ONLY),--only $(ONLY),--output docs/mutants.md)

fuzz: .venv/installed-dev  ## hostile callers over HTTP and SQL (MINUTES=)
	@$(PY) tests/fuzz.py --minutes $${MINUTES:-10} $(call RELIABILITY,$(MINUTES))

lint: .venv/installed-dev  ## every linter that CI runs
	$(PY) -m sqlfluff lint --processes 0 db sql
	$(VENV)/squawk --assume-in-transaction $(MIGRATIONS)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/hadolint --failure-threshold warning Dockerfile
	$(PY) -m check_jsonschema --builtin-schema vendor.compose-spec docker-compose.yml docker-compose.cluster.yml

check: .venv/installed  ## is the ledger sound: the views reporting.check_*
	@rows=$$($(PY) dev/embedded.py psql -XqAt -v ON_ERROR_STOP=1 -f sql/checks.sql) || { \
		echo "the checks could not be made: they want a database that is deployed (make deploy)"; \
		echo "and a login with cuenta_reader"; exit 1; }; \
	if [ -n "$$rows" ]; then echo "$$rows"; echo "the ledger is not sound"; exit 1; fi; \
	echo "no check finds anything: the ledger is sound"

deploy: .venv/installed  ## bring the database to today's version
	@$(PY) dev/embedded.py exec $(PY) db/deploy.py

psql: .venv/installed  ## psql in the database
	@$(PY) dev/embedded.py psql

stop: .venv/installed  ## stop an embedded server that still runs
	@$(PY) dev/embedded.py stop

bench: .venv/installed-dev  ## measure; writes bench/RESULTS.md
	$(PY) bench/bench.py

bench-instructions: .venv/installed-dev  ## instructions an event; bench/INSTRUCTIONS.md
	$(PY) bench/instructions.py --output bench/INSTRUCTIONS.md

bench-peers: .venv/installed-dev  ## the same work through pgledger (PGLEDGER=path)
	$(PY) bench/bench.py --only peers --peers "$(PGLEDGER)"

schema: .venv/installed  ## write db/schema.sql anew
	@$(FRESH) sh -c '$(NEW_SCHEMA)'

schema-check: .venv/installed  ## db/schema.sql is what the files come to
	@$(FRESH) sh -c '$(NEW_SCHEMA) -' | diff -u db/schema.sql - || { echo "run: make schema"; exit 1; }

clean:  ## remove .venv and .tools; the data in .data stays
	@if [ -e .venv/installed ]; then $(PY) dev/embedded.py stop; fi
	rm -rf .venv .tools

# The first Python that will do. yoyo-migrations is tried on 3.11 to 3.13, so 3.14 comes last.
.venv/bin/python:
	@for python in $(PYTHON) python3 python3.13 python3.12 python3.11 python3.14; do \
		if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "making .venv with $$($$python --version)"; \
			exec $$python -m venv .venv; \
		fi; \
	done; \
	echo "Python 3.11 or later with its venv module is needed (on Debian: apt install python3-venv)"; exit 1

.venv/installed: requirements-run.txt requirements.txt | .venv/bin/python
	@echo "installing what $< names into .venv"
	@$(PY) -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

.venv/installed-dev: requirements-dev.txt requirements-otel.txt requirements-run.txt requirements.txt | .venv/bin/python
	@echo "installing what $< names into .venv"
	@$(PY) -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@ .venv/installed
