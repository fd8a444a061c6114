# Two commands are all a newcomer needs: `make sandbox` and `make test`.
# uv is used when it is on PATH, else the pip of a virtual environment.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Most tests wait for servers most of the time.
WORKERS ?= 4

# Branches of the pure packages; not 100.0, since property tests choose their own examples.
PURE := bot/analysts/*,bot/doctor/*,bot/iam/*,bot/incident/*,bot/models/*,bot/routing/*,bot/safety/*,bot/slack/*

.PHONY: sandbox test check lock clean

sandbox: $(VENV)/.runtime
	@$(BIN)/python -m bot sandbox

test: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --cov --cov-report=
	$(BIN)/coverage report --include="$(PURE)" --fail-under=99.9

$(VENV)/.runtime: requirements.txt
	@$(PYTHON) tools/setup.py $(VENV) requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt
	@$(PYTHON) tools/setup.py $(VENV) requirements-dev.txt
	@touch $@ $(VENV)/.runtime

lock:
	uv pip compile pyproject.toml --universal --generate-hashes --no-strip-extras --no-emit-index-url --no-header \
	  --python-version 3.11 -q -o requirements.txt
	uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-strip-extras --no-emit-index-url --no-header \
	  --python-version 3.11 -q -o requirements-dev.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis data
