# make run     set up everything that is missing, then the main job; ends with the path of a report
# make test    set up everything that is missing, then the tests, in two processes of one thread (ARGS="-n 0": in one)
# make test-long      tests that take half a minute or more each: kills, builds, planted networks, moved photographs
# make test-browser   install Debian's Chromium where it is absent (asks apt), then the tests that need it
# make calibrate        error rates, coverage and power of the tests on 2,000 simulated data sets (minutes), into docs/calibration
# make calibrate-quick  the same in under a minute, with wider bands
# make refit   every stored reference that rests on rendered faces, after a change of the heads or the renderer (allow two hours)
# make test-slurm     install Debian's SLURM where it is absent, start one of this machine alone, run a sweep on it, stop it
# make fuzz    every hostile input, and random configurations for ten minutes (SEED=7: others); make test does a part
# make audit   look the pinned dependencies up in a database of advisories (needs a network)
# make test-wheel     build the wheel, install it outside this folder, run a study and photographs there
# make test-pythons   quick tests on each of Python 3.11 to 3.13 that this machine has (VERSIONS="3.12": that one)
# make lint    ruff and mypy
# make docs    the documentation site into site/; a warning is an error
# make pages   what is generated in docs/ from the code and conf/: configuration, interventions, scores
# make setup   .venv, dependencies, face model, weights (resumable, hash-checked)
# make lock    pin the dependencies anew (requirements.lock)
# make clean   remove .venv and caches of tools; results in outputs/ and the user's cache stay
SHELL := bash
PYTHON ?= python3.11
BIN := .venv/bin
UV := .bootstrap/bin/uv
ARGS ?=
PYTEST := OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
# without npm the default networks are those of PyPI alone
STUDY := $(if $(shell command -v npm 2>/dev/null),,experiment=pypi_only)

SEED ?= 0

.PHONY: test-long test-wheel test-pythons fuzz audit run test test-browser test-slurm calibrate calibrate-quick refit lint docs pages setup lock clean

run: setup
	@$(BIN)/facing-asymmetry run $(STUDY) $(ARGS)

test: setup
	@$(PYTEST) -m "not long and not browser" $(ARGS)

test-long: setup
	@$(PYTEST) -m long $(ARGS)

calibrate: .venv/.installed
	@$(BIN)/facing-asymmetry calibrate --json docs/calibration/calibration.json --plot docs/calibration/calibration.png $(ARGS)
	@$(BIN)/python tools/calibration_tables.py

calibrate-quick: .venv/.installed
	@$(BIN)/facing-asymmetry calibrate --quick $(ARGS)

# Allow two hours on two cores: a validation takes 6 minutes of processor time, the error budget 18 minutes; fitting the
# scale and the planted networks take longer than a validation and have not been timed. The scale comes first, because both validations use it. ICT-FaceKit must be imported
# (docs/other_face_models.md). tests/docs/test_refit.py lists the stored files; afterwards `make test` names each
# number on a page that is not that of its file any more.
refit: setup
	@# the scale of the measures of photographs, then their validation on the default head
	@$(BIN)/facing-asymmetry benchmark photographs --reference facing_asymmetry/photographs/reference.json \
		--json facing_asymmetry/photographs/validated.json --page docs/photographs.md
	@# the same validation on another head
	@$(BIN)/facing-asymmetry benchmark photographs --model ict --json facing_asymmetry/photographs/validated_ict.json
	@# how true moved photographs are
	@$(BIN)/facing-asymmetry benchmark photographs --interventions --folder demonstration \
		--json facing_asymmetry/photographs/validated_interventions.json --page docs/photograph_interventions.md \
		--sheets docs/pictures
	@# networks whose reliance on symmetry is known
	@$(BIN)/facing-asymmetry planted --json docs/calibration/planted.json
	@# how far technical choices move a score
	@$(BIN)/facing-asymmetry benchmark budget --json docs/benchmarks/error_budget.json
	@# how far the scores of each grid are from those of a fine one
	@$(BIN)/facing-asymmetry benchmark grid-error --classifier faceapi_expression --classifier simple_cnn_fer2013 \
		--classifier mini_xception_fer2013 --identities 1 --grid 4 6 --grid 5 5 --grid 4 8 --grid 23 12 --grid 5 45 \
		--grid 3 45 --json docs/benchmarks/grid_error.json --page docs/benchmarks/grid_error.md
	@$(BIN)/python tools/calibration_tables.py

lint: .venv/.installed
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

fuzz: .venv/.installed
	@HOSTILE=all FUZZ_SECONDS=600 FUZZ_SEED=$(SEED) $(BIN)/python -m pytest tests/hostile/test_corpus.py \
		tests/hostile/test_fuzz.py -q -s -n 0 --timeout=1200

audit: .venv/.installed
	@($(UV) tool run --quiet pip-audit --requirement requirements.lock --require-hashes --disable-pip --format json \
		2>/dev/null || true) | $(BIN)/python tools/audit.py

docs: .venv/.installed
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict --clean
	@echo "the documentation site: site/index.html"

pages: .venv/.installed
	@$(BIN)/python tools/configuration_page.py && $(BIN)/python tools/interventions_page.py && $(BIN)/python tools/scores_table.py

setup: .venv/.installed
	@$(BIN)/facing-asymmetry setup

$(UV):
	@echo "setting up uv"
	@$(PYTHON) -m venv .bootstrap && .bootstrap/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement tools/bootstrap.txt

.venv/.installed: requirements.lock pyproject.toml | $(UV)
	@echo "installing the pinned dependencies into .venv (torch is large: some minutes the first time)"
	@test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) .venv
	@$(UV) pip install --python $(BIN)/python --require-hashes --compile-bytecode --requirements requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

lock: $(UV)
	@$(UV) pip compile pyproject.toml --extra dev --extra slurm --extra all --universal --python-version 3.11 \
		--generate-hashes --quiet --output-file requirements.lock

clean:
	rm -rf .venv .bootstrap .pythons .mypy_cache .ruff_cache .pytest_cache .hypothesis

test-browser: setup
	@command -v chromium >/dev/null || (apt-get update -qq && apt-get install -y -qq chromium >/dev/null)
	@$(BIN)/python -m pytest -m browser $(ARGS)

test-wheel: setup
	@tools/test_wheel.sh $(UV) $(BIN)/python

test-pythons: setup
	@tools/test_pythons.sh $(UV) $(VERSIONS)

test-slurm: setup
	@tools/slurm/with_cluster.sh $(BIN)/python -m pytest tests/slurm $(ARGS)
