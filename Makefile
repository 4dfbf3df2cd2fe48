# Retake. `make run` opens the window in the browser; `make` alone says what else there is.

PYTHON ?= $(firstword $(shell command -v python3.11) $(shell command -v python3) python3)
VENV := .venv
IN_VENV := $(VENV)/bin/python

# Shared libraries that Open3D's import wants and that a bare Debian lacks, and what makes an environment.
RUN_PACKAGES := libegl1 libgl1 libidn2-0 libstdc++6 libudev1 libusb-1.0-0 libx11-6
ifneq ($(shell $(PYTHON) -c 'import ensurepip, venv' 2>&1),)
RUN_PACKAGES += python3-venv
endif
# Chromium is what the tests drive the window with; without a font it draws no letters.
TEST_PACKAGES := $(RUN_PACKAGES) chromium fonts-liberation

.DEFAULT_GOAL := help
.PHONY: help setup setup-test run test bench lint clean

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.ready-run ## everything that the window needs, into .venv and Debian's packages

setup-test: $(VENV)/.ready-test ## the same for the tests, Chromium included

run: setup ## the window; make run ARGS="--dataroot FOLDER --port 7861"
	@$(IN_VENV) launch_app.py $(ARGS)

test: lint ## style, then every test; make test ARGS="tests/editor -x"
	$(IN_VENV) -m pytest $(ARGS)

lint: setup-test ## style alone
	$(IN_VENV) -m ruff check .
	$(IN_VENV) -m ruff format --check .

bench: setup-test ## the measurements; QUICK=1 a seeded subset, ONLY=real|town|latency|... one part
	QUICK="$(QUICK)" ONLY="$(ONLY)" $(IN_VENV) -m tests.bench

clean: ## forgets all of build/, weights adapted to a drive too; keeps .venv, takes and exports
	rm -rf build .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

# ---------------------------------------------------------------------------------------------------- how it is set up

$(VENV)/.ready-run: requirements.txt
	$(call install_packages,$(RUN_PACKAGES))
	$(make_environment)
	$(IN_VENV) -m pip install --requirement requirements.txt
	@touch $@

$(VENV)/.ready-test: requirements.txt tests/requirements.txt
	$(call install_packages,$(TEST_PACKAGES))
	$(make_environment)
	$(IN_VENV) -m pip install --requirement requirements.txt --requirement tests/requirements.txt
	@touch $@ $(VENV)/.ready-run

define make_environment
@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Retake needs Python 3.11 or newer; $(PYTHON) is " + sys.version.split()[0])'
@[ -x $(IN_VENV) ] || $(PYTHON) -m venv --clear $(VENV)
endef

# Installs what dpkg does not know of, as root or by sudo; otherwise says the one line that somebody else has to run.
define install_packages
@command -v dpkg-query >/dev/null || { echo "This is not Debian: install what gives you $(1), then set Retake up with pip and requirements.txt." >&2; exit 1; }; \
missing=''; \
for package in $(1); do \
  dpkg-query --show --showformat='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; \
done; \
[ -n "$$missing" ] || exit 0; \
line="apt-get install --yes --no-install-recommends$$missing"; \
if [ "$$(id -u)" = 0 ]; then apt-get update && DEBIAN_FRONTEND=noninteractive $$line; \
elif command -v sudo >/dev/null; then sudo apt-get update && sudo DEBIAN_FRONTEND=noninteractive $$line; \
else false; fi || { echo "Debian packages are missing. Run this as root, then make again:" >&2; echo "  apt-get update && $$line" >&2; exit 1; }
endef
