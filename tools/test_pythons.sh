#!/usr/bin/env bash
# Quick tests on every supported Python that this machine has; an interpreter that is missing is named and left out.
# usage: tools/test_pythons.sh UV [VERSION...]
set -euo pipefail
cd "$(dirname "$0")/.."
uv=$1
shift
versions=("$@")
[ ${#versions[@]} -gt 0 ] || versions=(3.11 3.12 3.13)
tests=(tests/core/test_names.py tests/core/test_console.py tests/core/test_zips.py tests/interventions/test_grid.py
  tests/interventions/test_palsy.py tests/classifiers/test_labels.py tests/classifiers/test_preprocessing.py
  tests/statistics/test_multiplicity_and_equivalence.py tests/runs/test_made.py tests/app/test_schemas.py
  "tests/api/test_runs_from_python.py::test_a_run_leaves_no_folder_and_no_words_unless_asked")
for version in "${versions[@]}"; do
  python=$("$uv" python find --no-python-downloads "$version" 2>/dev/null) ||
    python=$(ls "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version".*/bin/python 2>/dev/null | tail -1) || true
  if [ -z "$python" ]; then
    echo "Python $version: not on this machine"
    continue
  fi
  folder=.pythons/$version
  [ -x "$folder/bin/python" ] || "$uv" venv --quiet --python "$python" "$folder"
  "$uv" pip install --quiet --python "$folder/bin/python" --require-hashes --requirements requirements.lock
  "$uv" pip install --quiet --python "$folder/bin/python" --no-deps --no-build-isolation --editable .
  echo "Python $version ($python):"
  OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 "$folder/bin/python" -m pytest "${tests[@]}" -q -n 0 -p no:cacheprovider
done
