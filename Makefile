# make run    open the explorer on the bundled session (without a display: the scripted tour)
# make test   the whole test suite      make lint   style and types      make bench   speed
# make docs   the documentation, in build/docs
# make fuzz ARGS='--inputs 1000'     damaged and hostile files for every reader: what comes of them
# make faults   killed writers and training, cut-off sessions, full disks, signals (some minutes)
# make mutate ARGS='--sample 20'   small changes of meaning: how many the tests notice
# make reproduce   train, analyse and draw everything that ships, again (hours; it says how many)
# make studies     then the studies beyond the paper, from the Full runs of make reproduce (hours)
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# two processes, each with a virtual screen of its own where there is Xvfb
PYTEST := $(BIN)/python -m pytest -n 2
# what the window needs, and with it what the other targets need
RUNNING := $(VENV)/running
INSTALLED := $(VENV)/installed
COMMA := ,

.PHONY: run test lint bench docs mutate fuzz faults soak reproduce studies clean

run: $(RUNNING)
	@scripts/system-libraries
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname)" = Darwin ]; then \
	    $(BIN)/l2l-gui data/pretrained.h5; \
	else \
	    echo "No display: taking the scripted tour instead."; \
	    QT_QPA_PLATFORM=offscreen $(BIN)/l2l-gui --tour out && \
	    echo "The pictures are in $(CURDIR)/out"; \
	fi

test: $(INSTALLED)
	@scripts/system-libraries --test
	@command -v Xvfb >/dev/null || export QT_QPA_PLATFORM=offscreen; $(PYTEST)

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(INSTALLED)
	@scripts/system-libraries --test
	@for bench in benchmarks/bench_*.py; do \
	    echo "== $$bench"; \
	    xvfb-run -a -s "-screen 0 1920x1200x24" $(BIN)/python $$bench || exit 1; \
	done

fuzz: $(INSTALLED)
	$(BIN)/python tests/fuzz $(ARGS)

faults: $(INSTALLED)
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	    $(BIN)/python tests/faults/cut_loop.py $$folder 400 1 && \
	    $(BIN)/python tests/faults/kill_loop.py $$folder/writer.h5 300 1 && \
	    $(BIN)/python tests/faults/kill_training.py $$folder/training.h5 100 1 1000 && \
	    $(BIN)/python tests/faults/disk_loop.py $$folder/disk.h5 100 1 && \
	    $(BIN)/python tests/faults/signal_loop.py $$folder/signals.h5 60 1 600

mutate: $(INSTALLED)
	$(BIN)/python -m pip install -q 'cosmic-ray>=8.4,<9'
	@xvfb-run -a -s "-screen 0 1920x1200x24" $(BIN)/python scripts/mutate $(ARGS)

# memory of the window over twenty minutes of training with workspaces being switched
soak: $(INSTALLED)
	@scripts/system-libraries --test
	xvfb-run -a -s "-screen 0 1920x1200x24" $(BIN)/python benchmarks/soak.py $(ARGS)

reproduce: $(INSTALLED)
	$(BIN)/python -m l2l_engine.commands.reproduce $(ARGS)

studies: $(INSTALLED)
	$(BIN)/python -m l2l_engine.commands.study revisit serial-reversal overlap mixing projection beyond \
	    --parents reproduction/full_seed*.h5 -o reproduction/studies --tables data/results --docs docs $(ARGS)

# the pinned versions are for Python 3.11; another Python takes what fits it
define install
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing (a few minutes the first time)"
	@if $(BIN)/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))'; then \
	    $(BIN)/python -m pip install -q -e '.[$(1)]' -c requirements-lock.txt; \
	else \
	    $(BIN)/python -m pip install -q -e '.[$(1)]'; \
	fi
endef

$(RUNNING): pyproject.toml requirements-lock.txt
	$(call install,gui$(COMMA)train)
	@touch $(RUNNING)

$(INSTALLED): pyproject.toml requirements-lock.txt
	$(call install,all$(COMMA)dev)
	@touch $(INSTALLED) $(RUNNING)

clean:
	rm -rf $(VENV) out build dist .pytest_cache .mypy_cache .ruff_cache

# a warning is an error
docs: $(VENV)/docs/installed
	NO_MKDOCS_2_WARNING=1 $(VENV)/docs/bin/mkdocs build -q && echo "The documentation is in $(CURDIR)/build/docs/index.html"

# its own environment: building the documentation needs nothing of the program but its source
$(VENV)/docs/installed: docs/requirements.txt
	@test -x $(VENV)/docs/bin/python || $(PYTHON) -m venv $(VENV)/docs
	$(VENV)/docs/bin/python -m pip install -q -r docs/requirements.txt
	@touch $@
