# Thin on purpose: the work is in scripts/, which people and CI call alike.
.PHONY: demo install test check soak dist lock docs clean

demo:     ## install, make a sample clip, redact it, and show before and after
	scripts/demo
install:  ## install into .venv
	scripts/install
test:     ## everything CI runs: checks, then tests
	scripts/test
check:    ## lint, types, who imports whom, known vulnerabilities
	scripts/check
soak:     ## the long tests
	scripts/test -m soak
dist:     ## build the wheel, the source distribution and the SBOM
	scripts/dist
lock:     ## resolve the dependencies anew
	scripts/lock
docs:     ## write the generated reference pages anew
	scripts/docs
clean:    ## remove everything that was made here
	rm -rf web/node_modules web/src/api.gen.ts src/passerby/server/static
	rm -rf .venv .uv demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	find . -name __pycache__ -prune -exec rm -rf {} +
