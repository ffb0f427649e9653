# make serve [PORT=8000] [DATA_DIR=var]   the register on this machine
# make test | test-long | check | format   the suite, its full counts, linters and types, formatting
# make accounts | requirements | clean     new demo passwords, pin the packages again, remove what was built (not the data)

# Processes of pytest: JOBS=0 runs in one, for a debugger.
JOBS ?= 2
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)
OLD_PYTHON = Python 3.11 or newer is needed; found: $(shell python3 --version 2>&1 || echo no python3). Install it, or name it: make serve PYTHON=/path/to/python3.12
PREPARE = $(if $(PYTHON),$(PYTHON),$(error $(OLD_PYTHON))) tools/prepare.py
PY = .venv/bin/python
PYTEST = $(PY) -m pytest -n $(JOBS) --dist loadfile
PYTEST_POSTGRES = $(PY) -m tests.postgres -- $(PYTEST)

.PHONY: serve accounts test test-long check format requirements clean dev

serve:
	@exec $(if $(PYTHON),$(PYTHON),$(error $(OLD_PYTHON))) tools/serve.py

accounts:
	@$(PREPARE) venv
	@$(PY) manage.py accounts

dev:
	@$(PREPARE) dev design translations

# Each test on both databases; browser journeys, the admin's pages and functions of texts, which test no queries, on SQLite.
test: dev
	env -u DATABASE_URL $(PYTEST) -m "not long"
	$(PYTEST_POSTGRES) -m "not long and not browser and not pages"

test-long: dev
	env -u DATABASE_URL $(PYTEST) -m ""
	$(PYTEST_POSTGRES) -m "not browser"

# The deployment check runs with the settings of a city behind TLS, in a data directory of its own.
check: dev
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m djlint --quiet --lint --check templates
	$(PY) -m mypy
	DATA_DIR=.venv/check $(PY) manage.py makemigrations --check --dry-run
	DATA_DIR=.venv/check DEBUG=False BEHIND_TLS=True ALLOWED_HOSTS=algoritmes.example.org \
		SITE_URL=https://algoritmes.example.org $(PY) manage.py check --deploy --fail-level WARNING

format: dev
	$(PY) -m ruff check --fix
	$(PY) -m ruff format
	$(PY) -m djlint --quiet --reformat templates

# Pins and hashes for every platform and Python from 3.11; `make requirements UPGRADE=--upgrade` takes newer versions.
COMPILE = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url $(UPGRADE)
requirements:
	@$(PREPARE) venv
	$(PY) -m pip install -qq uv
	$(COMPILE) pyproject.toml -o requirements.txt
	$(COMPILE) pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
	$(COMPILE) --group pyproject.toml:node -o requirements-node.txt

clean:
	rm -rf .venv node_modules static/design .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
	find . -path './locale/*' -name '*.mo' -exec rm -f {} +
