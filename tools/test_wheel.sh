#!/usr/bin/env bash
# The wheel as a user has it: built, installed outside the repository, and used: setup, doctor, a tiny run, photographs.
# usage: tools/test_wheel.sh UV PYTHON (one that has the build backend)
set -euo pipefail
cd "$(dirname "$0")/.."
uv=$(realpath "$1") python=$(realpath -s "$2") root=$PWD
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
"$uv" build --quiet --wheel --no-build-isolation --python "$python" --out-dir "$place"
"$uv" venv --quiet --python "$python" "$place/venv"
grep -vE '^ +--hash|^ *#' requirements.lock | sed 's/ \\$//' > "$place/constraints.txt"
"$uv" pip install --quiet --python "$place/venv/bin/python" --constraints "$place/constraints.txt" "$(ls "$place"/*.whl)[all]"
mkdir -p "$place/work/own/classifier"
cd "$place/work"
export PYTHONPATH= OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1
run="$place/venv/bin/facing-asymmetry"
"$place/venv/bin/python" -c "import facing_asymmetry as f; assert '$root' not in f.__file__, f.__file__"
"$run" setup
"$run" doctor --strict
sed -e 's/simple_cnn_fer2013/mine/' "$("$place/venv/bin/python" -c \
  'from facing_asymmetry.core.conf_folder import conf_folder as c; print(c())')/classifier/simple_cnn_fer2013.yaml" \
  > own/classifier/mine.yaml
"$run" run debug=tiny expression=facs identities=1 classifier=mine --config-dir own
[ -s outputs/tiny-*/report.html ] && grep -q mine outputs/tiny-*/tests.csv
"$run" photographs demonstration --classifier mine --config-dir own --into faces
[ -n "$(ls faces/*.html)" ]
if grep -rlE "make setup|$root" outputs/tiny-*/manifest.json; then echo "the wheel speaks of a checkout"; exit 1; fi
echo "the wheel works without the repository"
