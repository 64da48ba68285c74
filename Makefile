.DEFAULT_GOAL := help

# The first of these that is 3.11 or 3.12. When none is, install.py says what is missing.
PYTHON ?= $(or $(shell for python in python3 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' 2>/dev/null \
	&& echo $$python && break; done),python3)

# Every command of Ape imports a thousand modules: without their bytecode it takes twice as long.
unexport PYTHONDONTWRITEBYTECODE

# After set-up a plain shell with this in front of PATH runs everything.
RUN = PATH="$(CURDIR)/.venv/bin:$$PATH"

.PHONY: help
help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

.PHONY: setup
setup: ## bring .venv, node_modules and .toolchain to the pinned state; every other target does it first
	@$(PYTHON) toolchain/install.py

.PHONY: demo
demo: setup ## the main job on a chain of its own; DATA=log.csv.gz PERIOD=2016-03 for a real month, EXAMPLE=folder
	@$(RUN) ape run demo $(if $(EXAMPLE),--example "$(EXAMPLE)") $(if $(DATA),--data "$(DATA)") $(if $(PERIOD),--period "$(PERIOD)")

.PHONY: web
web: setup ## the pages on a chain of its own, with the demo's agreement in it, at http://127.0.0.1:8470
	@$(RUN) ape run dashboard --demo

.PHONY: build
build: setup ## the contracts as released, into out
	@$(RUN) forge build

# Nothing of theirs stays in the user's Ape folder, where each node that was killed slows the next start.
test test-web prove: export APE_DATA_FOLDER = $(CURDIR)/out/ape

.PHONY: test
test: build ## the whole project, seeded, in minutes; with WORKPACT_LOGS=folder on the real logs too
	@$(RUN); status=0; \
	echo "forge test runs beside pytest; what it says follows at the end"; \
	rm -rf "$$APE_DATA_FOLDER"; mkdir -p out; \
	FOUNDRY_PROFILE=test forge test > out/test.log 2>&1 & forge=$$!; \
	trap "kill $$forge" INT TERM; \
	pytest -n auto --dist loadfile --ignore=tests/prove --ignore=tests/services --ignore=tests/web || status=1; \
	wait $$forge || status=1; \
	cat out/test.log; \
	exit $$status

.PHONY: test-services
test-services: setup ## the measurement on a real PostgreSQL and Spark, which it installs first, and the system's Prometheus
	@$(PYTHON) toolchain/install.py services
	@$(RUN); WORKPACT_SERVICES=1 PYTHONPATH=.toolchain/services python -m pytest -p no:ape_test -p no:ape tests/services

.PHONY: test-web
test-web: build ## the pages in a real Chromium, with wallets that sign; screenshots in out/screenshots
	@$(PYTHON) toolchain/install.py web
	@$(RUN); PYTHONPATH=.toolchain/web python -m pytest -p no:ape_test -p no:ape -n 2 --dist loadfile tests/web

.PHONY: prove
prove: build ## the safety case, ends with a table; PART=features for the features' deep counts, PART=all, PART="names"
	@$(PYTHON) toolchain/install.py analysis
	@rm -rf "$$APE_DATA_FOLDER"
	@$(RUN) FOUNDRY_PROFILE=test forge build && $(RUN) FOUNDRY_PROFILE=symbolic forge build \
		&& $(RUN) python toolchain/prove.py $(PART)

.PHONY: mutate
mutate: build ## what no forge test sees of CONTRACT=name, changed everywhere, into mutation/; OPERATOR=deletion for one kind
	@$(PYTHON) toolchain/install.py analysis
	@$(RUN) python toolchain/mutate.py $(CONTRACT) $(OPERATOR)

.PHONY: bench
bench: setup ## speeds off chain
	@$(RUN) for part in speed index bundle room standing pages portfolio; do python -m benchmarks.$$part || exit 1; done

.PHONY: gas
gas: build ## gas of every operation, into benchmarks/gas.json
	@$(RUN) python -m benchmarks.gas

.PHONY: abi
abi: setup ## the interfaces, bytecode and pages that follow from the contracts, after a change of them
	@$(RUN) python -m workpact.chain.artefacts
	@$(RUN) python -m toolchain.error_codes && python -m toolchain.layout

.PHONY: threats
threats: setup ## the table of threats in SECURITY.md, from the marks that tests carry
	@$(RUN) python toolchain/threats.py

.PHONY: lint
lint: setup ## format, types and compiler warnings
	@$(RUN); status=0; \
	for check in "ruff check" "ruff format --check" mypy "node node_modules/typescript/bin/tsc -p workpact/web/browser" \
		"forge fmt --check" \
		"forge build --deny warnings --out .toolchain/lint/out --cache-path .toolchain/lint/cache" \
		"env FOUNDRY_PROFILE=test forge build --deny warnings \
			--out .toolchain/lint/test --cache-path .toolchain/lint/test-cache" \
		"forge lint contracts --deny notes"; do \
		echo "$$check"; $$check || status=1; \
	done; \
	exit $$status

.PHONY: lock
lock: setup ## pin again what requirements*.in and package.json ask for
	@$(RUN); for name in requirements requirements-build requirements-uv requirements-node requirements-services \
		requirements-web requirements-analysis; do \
		uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
			$$(case $$name in *-services|*-web) echo --constraint requirements.txt;; esac) \
			--custom-compile-command "make lock" $$name.in --output-file $$name.txt || exit 1; \
	done
	@npm install --package-lock-only
	@# Whom to sponsor is an address, and nothing that is installed.
	@node -e 'const fs = require("fs"), lock = require("./package-lock.json"); for (const each of Object.values(lock.packages)) delete each.funding; fs.writeFileSync("package-lock.json", JSON.stringify(lock, null, 2) + "\n")'

.PHONY: clean
clean: ## remove all that set-up, compilers and tests made
	rm -rf .venv node_modules .toolchain .build out cache workpact.egg-info \
		.pytest_cache .hypothesis .ruff_cache .mypy_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
