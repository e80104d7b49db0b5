# `make help` says what there is. Everything happens in .venv, made on first use.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python

ifeq ($(OS),Windows_NT)
RUN := $(VENV)/Scripts/python
endif

# a run of the tests starts some two hundred Pythons: what one of them compiled the others need not
export PYTHONDONTWRITEBYTECODE :=

# shells keep the width of the terminal under this name, which is no mapping of columns
ifeq ($(origin COLUMNS),command line)
MAPPED := --columns "$(COLUMNS)"
endif

# what is known of a client on average per video, and how many subscribers it has; or a table of many
CLIENT = $(if $(CLIENTS),--clients "$(CLIENTS)") $(if $(SUBSCRIBERS),--subscribers "$(SUBSCRIBERS)")
CLIENT += $(if $(VIEWS),--views "$(VIEWS)") $(if $(LIKES),--likes "$(LIKES)")
CLIENT += $(if $(COMMENTS),--comments "$(COMMENTS)") $(if $(SHARES),--shares "$(SHARES)")

# uv installs in parallel; where it can't be had or doesn't get at the packages, pip does, by the same hashes
INSTALLER ?= uv
define install
@{ [ "$(INSTALLER)" = uv ] && $(RUN) -m pip install --quiet --require-hashes -r requirements-uv.txt \
&& $(RUN) -m uv pip install --quiet --compile-bytecode --python $(RUN) --require-hashes -r $(1); } \
|| $(RUN) -m pip install --quiet --require-hashes -r $(1)
endef

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade
LOCK += --no-emit-index-url --no-emit-find-links

.DEFAULT_GOAL := help
# tests that share a story go to one worker, in the order of tests/conftest.py
TOGETHER := --dist loadscope --no-loadscope-reorder

.PHONY: help report test test-fast test-thorough simulate bench notebook readme forecast score format lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12
	@echo
	@echo "make report takes CSV=path/to.csv, COLUMNS=\"views=Avg. V\", MONTH=2022-06, SOURCE=auto|local|kaggle|sample,"
	@echo "and a client's SUBSCRIBERS=1.2M VIEWS=800K LIKES=… COMMENTS=… SHARES=…, or CLIENTS=clients.csv for many;"
	@echo "VIDEOS=videos.csv for the time of posting; ANONYMOUS=1 names no creator in the page"

report: $(VENV)/.installed ## run the story and write reports/final_notebook.html
	@$(RUN) -m tiktok.report $(if $(CSV),--csv "$(CSV)") $(MAPPED) $(if $(MONTH),--month "$(MONTH)") $(if $(SOURCE),--source "$(SOURCE)") $(if $(VIDEOS),--videos "$(VIDEOS)") $(CLIENT) $(if $(ANONYMOUS),--anonymous)

test: $(VENV)/.installed-dev ## check style, run doctests and tests
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m pytest -n auto $(TOGETHER)

test-fast: $(VENV)/.installed-dev ## what takes less than a minute of it, for whoever is in the middle of a change
	$(RUN) -m ruff check .
	$(RUN) -m pytest -n auto $(TOGETHER) -m "not slow"

test-thorough: $(VENV)/.installed-dev ## all random cases instead of a share of them (a quarter of an hour)
	$(RUN) -m pytest -n auto $(TOGETHER) --thorough

bench: $(VENV)/.installed-dev ## measure what it costs, beside the commit BEFORE, into benchmarks/RESULTS.md (minutes)
	$(RUN) benchmarks/bench.py $(if $(BEFORE),--before "$(BEFORE)") $(if $(COMMANDS),--commands)

simulate: $(VENV)/.installed-dev ## hold every interval against known truths (hours)
	$(RUN) benchmarks/interval_coverage.py
	$(RUN) benchmarks/cv_coverage.py
	$(RUN) benchmarks/posting_times.py

notebook: $(VENV)/.installed-dev ## run the story and keep its outputs in final_notebook.ipynb (maintainers)
	@$(RUN) -m tiktok.report --in-place $(if $(CSV),--csv "$(CSV)") $(if $(MONTH),--month "$(MONTH)") $(if $(SOURCE),--source "$(SOURCE)")

readme: $(VENV)/.installed ## put the results of the real list into README.md (maintainers)
	@$(RUN) -m tiktok.report readme

forecast: $(VENV)/.installed ## write down a forecast of the list of MONTH=2022-12, before that list is opened
	@$(RUN) -m tiktok.report forecast "$(MONTH)"

score: $(VENV)/.installed ## score the forecast of MONTH (2022-12) on its list, baselines beside it
	@$(RUN) -m tiktok.report score "$(or $(MONTH),2022-12)"

format: $(VENV)/.installed-dev ## put code and notebook into house style
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

lock: $(VENV)/.installed ## resolve requirements*.in again into the locks (maintainers)
	$(RUN) -m pip install --quiet --upgrade uv
	echo uv | $(RUN) -m $(LOCK) - -o requirements-uv.txt
	$(RUN) -m $(LOCK) requirements.in -o requirements.txt
	$(RUN) -m $(LOCK) requirements-dev.in -o requirements-dev.txt

clean: ## remove what the other targets made
	rm -rf $(VENV) reports build *.egg-info .pytest_cache .ruff_cache .hypothesis

$(VENV)/bin/python $(VENV)/Scripts/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt | $(RUN)
	$(call install,requirements.txt)
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt | $(RUN)
	$(call install,requirements-dev.txt)
	@touch $@ $(VENV)/.installed
