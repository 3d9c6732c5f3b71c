"""Everything that `make setup` installs is named with its hash."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()


def test_everything_installed_is_checked_against_a_hash_or_is_this_package_itself():
    lines = re.findall(r"^.*pip install.*$", MAKEFILE, re.MULTILINE)
    assert len(lines) == 3
    for line in lines:
        assert "--require-hashes" in line or "--no-deps --no-build-isolation --editable ." in line


def test_what_builds_the_package_is_one_version_of_the_lock():
    (backend,) = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    assert f"\n{backend} \\\n    --hash=sha256:" in (ROOT / "requirements.lock").read_text()


def test_every_line_of_the_lists_has_a_hash():
    for name in ("requirements.lock", "tools/bootstrap.txt"):
        parts = re.split(r"\n(?=\w)", re.sub(r"^ *#.*\n", "", (ROOT / name).read_text(), flags=re.MULTILINE))
        assert parts
        for part in parts:
            assert re.match(r"[\w.\[\]-]+==\S+", part), part
            assert "--hash=sha256:" in part
