# Everything a developer runs. Each target first makes what it needs; the second time that takes no time.
# Needs Python 3.11 to 3.14 with venv, and a package registry; no path here is absolute, so a space in it does no harm.

.PHONY: help run rasa test check audit coverage chaos bench bench-nlu prepare prepare-dev format clean

# Processes that test side by side. Most tests wait, for a database or a clock.
WORKERS = 2

help:
	@echo "make run     start Teller and its sandbox, and print the address of the page of phones"
	@echo "make rasa    train and serve Rasa's understanding beside it (Python 3.10; PYTHON310=/path where it is elsewhere)"
	@echo "make test    run the tests              (ARGS='-k name' for some of them, WORKERS=0 in one process)"
	@echo "make check   lint, security, types, imports, flows"
	@echo "make audit   ask an advisory service about every locked package (needs the network)"
	@echo "make coverage  show the branches of the money code that no test takes"
	@echo "make chaos   kill, cut and freeze a whole estate while customers pay (ARGS='--seed 7 --minutes 20')"
	@echo "make bench   what everything costs beside the least it could (ARGS='--lanes turns', ARGS=soak, …)"
	@echo "make bench-nlu  measure the understanding (DATA=folder of the public sets, ARGS='--engines embedded')"
	@echo "make format  write the sources the way 'make check' wants them"
	@echo "make clean   remove the environments; data and settings stay"

run: prepare
	@exec .venv/bin/teller run

rasa: prepare
	@PYTHON310="$(PYTHON310)" exec tools/rasa serve

test: prepare-dev
	@.venv/bin/python -m pytest -n $(WORKERS) $(ARGS)

check: prepare-dev
	@tools/check

audit: prepare-dev
	@.venv/bin/python tools/audit.py

coverage: prepare-dev
	@.venv/bin/coverage run -m pytest -q tests/core_adapters tests/simulation/test_seeds.py $(ARGS)
	@.venv/bin/coverage report

chaos: prepare-dev
	@.venv/bin/python -m bench chaos $(ARGS)

bench: prepare-dev
	@.venv/bin/python -m bench $(ARGS)

bench-nlu: prepare-dev
	@.venv/bin/python -m bench nlu $(if $(DATA),--data "$(DATA)") $(ARGS)

format: prepare-dev
	@.venv/bin/ruff check --fix-only --quiet . && .venv/bin/ruff format .

prepare:
	@tools/prepare run

prepare-dev:
	@tools/prepare dev

clean:
	@rm -rf .venv .tools nlu/model/.venv
