"""Small installs: a part that is absent is named with its extra; containers copy what the wheel is built from."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.core.installed import EXTRAS, in_checkout, optional, setup_command

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PARTS = PROJECT["project"]["optional-dependencies"]
PACKAGES = {"pytorch3d": "easypytorch3d", "wandb_workspaces": "wandb-workspaces", "ai_edge_litert": "ai-edge-litert"}
"""Package of each module that has another name."""


def packages(extra):
    return {re.split(r"[=><\[]", line)[0] for line in PARTS[extra]}


@pytest.mark.parametrize("extra", EXTRAS)
def test_each_part_is_an_extra_that_brings_its_modules(extra):
    assert {PACKAGES.get(module, module) for module in EXTRAS[extra]} <= packages(extra)
    assert f"{extra}" in re.search(r"\[(.*)\]", PARTS["all"][0])[1].split(",")


@pytest.mark.parametrize("extra", EXTRAS)
def test_a_part_that_is_absent_is_named_with_its_extra(extra):
    with (
        pytest.raises(
            ConfigError, match=rf"a thing needs {EXTRAS[extra][0]}, .* pip install 'facing-asymmetry\[{extra}\]'"
        ),
        optional(extra, "a thing"),
    ):
        raise ModuleNotFoundError(name=f"{EXTRAS[extra][0]}.inside")


def test_another_module_that_is_absent_is_a_fault_of_its_own():
    with pytest.raises(ModuleNotFoundError), optional("onnx", "a thing"):
        raise ModuleNotFoundError(name="unheard_of")


def test_without_its_parts_the_package_plans_a_run():
    absent = sorted({module for modules in EXTRAS.values() for module in modules})
    code = f"""
import sys
for name in {absent!r}:
    sys.modules[name] = None
from facing_asymmetry.app.hydra import launch
assert launch("run", ["debug=tiny", "dry_run=true"]) == 0
from facing_asymmetry.rendering.fused import FusedRenderer
from facing_asymmetry.core.code import numeric_versions
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_who_has_a_checkout_is_told_of_make():
    assert in_checkout()
    assert setup_command() == "make setup"


@pytest.mark.parametrize("file", ["Dockerfile", "facing_asymmetry.def"])
def test_a_container_copies_what_exists_and_installs_by_hash(file):
    text = (ROOT / "containers" / file).read_text()
    for path in (
        "requirements.lock",
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "NOTICE",
        *("conf", "docs", "hydra_plugins"),
    ):
        assert path in text
        assert (ROOT / path).exists()
    assert "--require-hashes --requirement requirements.lock" in text
    assert "--no-deps --no-build-isolation ." in text
    assert "facing-asymmetry setup" in text
    base = re.search(r"python:(3\.\d+)-slim", text)[1]
    assert f">={base}" in PROJECT["project"]["requires-python"]
    if file == "Dockerfile":
        words = "FROM|RUN|WORKDIR|COPY|ENV|ENTRYPOINT|CMD|#|    |$"
        assert all(re.match(words, line) for line in text.splitlines())
    else:
        assert re.findall(r"^%(\w+)", text, re.MULTILINE) == ["files", "environment", "post", "runscript"]
