import os
import subprocess
import sys

import pytest


def complete(shell, words, number):
    """What the console script answers a shell that asks how a line goes on."""
    environment = {
        **os.environ,
        "_FACING_ASYMMETRY_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": " ".join(words),
        "COMP_CWORD": str(number),
    }
    code = "from facing_asymmetry.app.cli import cli; cli(prog_name='facing-asymmetry')"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    lines = done.stdout.split("\n")
    return [line.removeprefix("plain,") for line in lines if line.startswith("plain,")] if shell == "bash" else lines


@pytest.mark.parametrize(
    ("words", "number", "answer"),
    [
        (["run", "grid", "=", "sm"], 4, ["smoke"]),
        (["run", "-m", "grid", "=", ""], 5, ["claim", "default", "paper", "quick", "smoke"]),
        (["run", "seed", "=", "1", "rend"], 5, ["renderer=", "renderer."]),
        (["opti"], 1, ["optimise"]),
        (["run", "colour", "=", "r"], 4, []),
    ],
)
def test_bash_is_told_how_a_line_goes_on(words, number, answer):
    assert sorted(complete("bash", ["facing-asymmetry", *words], number)) == sorted(answer)


def test_a_shell_that_keeps_the_equals_sign_is_told_whole_words():
    assert "grid=smoke" in complete("zsh", ["facing-asymmetry", "run", "grid=sm"], 2)
