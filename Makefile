.DEFAULT_GOAL := help

# The first of these that is 3.11 or 3.12. When none is, python3 itself says so, in install.py.
PYTHON = $(or $(shell for python in python3 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' 2>/dev/null \
	&& echo $$python && break; done),python3)

.PHONY: help
help:
	@echo "make setup"

.PHONY: setup
setup:
	@$(PYTHON) toolchain/install.py
