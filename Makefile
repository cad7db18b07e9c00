# The two commands of a newcomer are `make run` and `make test`; each sets up all it needs.

HOST ?= 127.0.0.1
PORT ?= 8000
INSTANCE ?= instance
TODAY ?=

PYTHON3 := $(shell for each in python3.14 python3.13 python3.12 python3.11 python3; do \
	$$each -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null && echo $$each && break; done)
PYTHON := .venv/bin/python

.PHONY: run test lint bench interop soak translations lock clean runtime dev

run: runtime
	@exec $(PYTHON) -m ozgtermine run --host "$(HOST)" --port "$(PORT)" --instance "$(INSTANCE)" $(if $(TODAY),--today "$(TODAY)")

test: dev
	@exec $(PYTHON) tests/run.py

lint: dev
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports

bench: dev
	@for each in bench/bench_*.py; do $(PYTHON) $$each || exit 1; done

interop: dev
	@exec $(PYTHON) tests/interop/run.py

soak: dev
	$(PYTHON) -m pytest -s tests/soak

translations: dev
	.venv/bin/pybabel -q extract -F ozgtermine/translations/extraction.cfg -k N_ --no-location --omit-header --sort-output -o ozgtermine/translations/messages.pot .
	.venv/bin/pybabel -q update -i ozgtermine/translations/messages.pot -d ozgtermine/translations --ignore-pot-creation-date --ignore-obsolete --no-fuzzy-matching
	.venv/bin/pybabel -q compile --use-fuzzy -d ozgtermine/translations

lock: dev
	$(PYTHON) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --upgrade -o requirements/runtime.txt pyproject.toml
	$(PYTHON) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --extra dev -c requirements/runtime.txt -o requirements/dev.txt pyproject.toml
	$(PYTHON) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --extra interop -c requirements/dev.txt -o requirements/interop.txt pyproject.toml

runtime dev:
	@test -n "$(PYTHON3)" || { echo "OZG-Termine braucht Python 3.11 oder neuer. Auf Debian: apt install python3 python3-venv" >&2; exit 2; }
	@"$(PYTHON3)" requirements/install.py $@

clean:
	rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache
