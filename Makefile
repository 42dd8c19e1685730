# make run: everything, until Ctrl-C.   make test: all checks and tests.   make demo: the story, on real data (STAY=1: then a look at the console).
.DEFAULT_GOAL := help
.PHONY: help run test test-full test-postgres-15 planted faults fuzz check bench demo lock clean runtime develop

PYTHON := .venv/bin/python
UV ?= uv
# The tests start some hundred processes: without bytecode, each of them would compile the project again.
export PYTHONDONTWRITEBYTECODE :=
PYTEST := $(PYTHON) -m pytest -n 3 --dist loadgroup --durations=30
COMPILE := pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links --no-annotate --quiet

help:
	@head -1 Makefile | sed 's/^# //'
	@echo "make test-full: the same, as often as each test states.   make test-postgres-15: what speaks SQL, on that version"
	@echo "make fuzz: the OpenAPI document against the service, at random; prints its seed, FARLEY_FUZZ_SEED asks it again"
	@echo "make planted: whether the tests catch the bugs of tests/planted (BUGS=\"NAME ...\": only these)"
	@echo "make faults: whether anything is lost or doubled when parts of Farley fail (TRIALS=n ONLY=\"NAME ...\" SEED=n RECORD=1)"
	@echo "make check: format, lint, types, layers.   make bench: Farley's speed beside its baselines"
	@echo "make lock: both locks (needs uv).   make clean: .venv, caches"

run: runtime
	@exec bin/farley up

test: develop check
	$(PYTEST)

# Each race as often as its test states, and whole data sets.
test-full: develop check
	FARLEY_TEST_FULL=1 $(PYTEST)

# What the OpenAPI document says, asked at random: the same seed asks the same again.
fuzz: develop
	@seed=$${FARLEY_FUZZ_SEED:-$$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}; echo "FARLEY_FUZZ_SEED=$$seed"; \
	FARLEY_TEST_FULL=1 FARLEY_FUZZ_SEED=$$seed $(PYTHON) -m pytest -p no:randomly tests/interfaces/test_conformance.py

test-postgres-15: develop
	@if bin/postgres-15; then FARLEY_TEST_POSTGRES=15 $(PYTEST) -m speaks_sql; fi

# Each patch of tests/planted breaks one promise in a copy of the tree; the tests that it names must fail there.
planted: develop
	@$(PYTHON) -m tests.planted.plant $(BUGS)

# Processes are killed and stopped, PostgreSQL ends at once, connections are cut: nothing is lost, nothing doubled.
faults: develop
	@$(PYTHON) -m tests.faults.trials $(if $(TRIALS),--trials $(TRIALS)) $(if $(SEED),--seed $(SEED)) \
	$(foreach fault,$(ONLY),--only $(fault)) $(if $(RECORD),--record)

check: develop
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	$(PYTHON) -c "from importlinter.cli import lint_imports_command as lint; lint()" --no-logo

bench: develop
	$(PYTHON) -m bench
	$(PYTHON) -m bench.web --seconds 3

demo: runtime
	@exec $(PYTHON) -m demo $(if $(STAY),--stay)

lock:
	$(UV) $(COMPILE) --output-file requirements.lock
	$(UV) $(COMPILE) --group dev --output-file requirements-dev.lock

# The data under .farley/ are not touched.
clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

runtime:
	@bin/install requirements.lock

develop:
	@bin/install requirements-dev.lock
