import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from facing_asymmetry.app.cli import cli

COMMANDS = sorted(cli.lazy)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_the_program_summarises_a_command_as_its_own_help_does(name: str):
    command = cli.lazy[name].load()
    own = (command.short_help or command.help or "").strip().split("\n\n")[0].replace("\n", " ")
    assert " ".join(own.split()) == cli.lazy[name].summary
    assert command.name == name


def test_the_help_lists_every_command_with_its_summary():
    said = CliRunner().invoke(cli, ["--help"], terminal_width=200).output
    assert [name for name in COMMANDS if f"\n  {name} " not in said] == []
    assert "Run all stages" in said


def test_help_and_completion_of_names_import_no_command():
    code = (
        "import sys; from click.testing import CliRunner; from facing_asymmetry.app.cli import cli;"
        "CliRunner().invoke(cli, ['--help'], catch_exceptions=False);"
        "print([m for m in sys.modules if m.startswith('facing_asymmetry.app.commands.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_command_is_refused():
    done = CliRunner().invoke(cli, ["rnu"])
    assert done.exit_code == 2
    assert "No such command 'rnu'" in done.output


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_every_command_is_explained(name: str):
    todo: list[click.Command] = [cli.lazy[name].load()]
    while todo:
        command = todo.pop()
        todo += getattr(command, "commands", {}).values()
        options = [p for p in command.params if isinstance(p, click.Option)]
        assert command.help
        assert [o.name for o in options if not o.help] == []
