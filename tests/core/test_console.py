import ast
import io
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from rich.table import Table

from facing_asymmetry.core import console
from facing_asymmetry.core.console import PlainConsole, complain, log_to_console, say, styled, visible
from facing_asymmetry.core.progress import PlainColumn, Progress

ROOT = Path(__file__).parents[2]
FILES = [path for folder in ("facing_asymmetry", "hydra_plugins") for path in sorted((ROOT / folder).rglob("*.py"))]
HOSTILE = (
    "[/x]", "[bold]x", "[link=file:///etc/passwd]x[/link]", "model[best].pth", ":smile:", "\\[x]", "a\x1b[2Jb", "\x07",
    "\r", "\u202egnp.exe", "\udcfc", "\x00", "{x}", "%s",
)  # fmt: skip


def messages():
    """Every f-string of the package that is raised or shown, as a function from a word to the text."""
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            told = isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say")
            for text in ast.walk(node) if told else ():
                if isinstance(text, ast.JoinedStr):
                    yield f"{path.name}:{text.lineno}", text.values


def test_every_message_of_the_package_is_shown_as_it_is_with_hostile_values(capsys):
    found = list(messages())
    assert len(found) > 300
    for place, parts in found:
        for word in HOSTILE:
            text = "".join(part.value if isinstance(part, ast.Constant) else word for part in parts)
            complain(text)
            assert capsys.readouterr().err == f"error: {visible(text)}\n", place


@pytest.mark.parametrize("word", HOSTILE)
def test_tables_bars_and_logs_show_words_as_they_are(word, capsys):
    table = Table(title=word)
    table.add_column(word)
    table.add_row(word)
    table.add_row(styled(word, "green"))
    PlainConsole().print(table)
    assert capsys.readouterr().out.count(visible(word)) == 4
    with Progress(every=0).task(f"a{word}z", 1) as step:
        step(1, word)
    assert capsys.readouterr().err.count(visible(word)) == 2
    log_to_console()
    logging.getLogger("facing_asymmetry.test").warning("%s", word)
    logging.getLogger().handlers.clear()
    assert capsys.readouterr().err == visible(word) + "\n"


def test_a_bar_on_a_terminal_shows_words_as_they_are():
    shown = Progress()
    shown.console = PlainConsole(stderr=True)
    shown.console.file, shown.console._force_terminal = io.StringIO(), True
    with shown.task("[/x]", 2) as step:
        step(2, "[/y]")
    assert "[/x]" in shown.console.file.getvalue()


def test_visible_keeps_line_ends_and_letters_of_all_languages():
    assert visible("a\nb\tc é 表 [x]") == "a\nb\tc é 表 [x]"
    assert visible("\x1b\x9b\udcfc\u202e") == r"\x1b\x9b\udcfc\u202e"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_but_the_console_prints(path):
    if path == Path(console.__file__):
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    silent = {"print", "click.echo", "click.secho", "Console", "TextColumn", "logging.basicConfig", "Text.from_markup"}
    assert silent & set(calls) == set()


def test_a_stream_that_cannot_write_a_letter_writes_its_number(tmp_path):
    words = "from facing_asymmetry.core.console import *; accept_any_text(); say('→ ' + chr(0xdcfc)); complain('é')"
    done = subprocess.run(
        [sys.executable, "-c", words], capture_output=True, env={"PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)}
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"\\u2192 \\udcfc\n", b"error: \\xe9\n")


def test_a_closed_pipe_ends_a_command_without_a_traceback():
    words = f"{sys.executable} -m facing_asymmetry.app.cli classifiers list | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", words], capture_output=True, text=True, cwd=ROOT)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] in ("0", "1")


def test_parts_and_colours_are_joined(capsys):
    say(styled("passed", "green"), "x")
    assert capsys.readouterr().out == "passed x\n"
    assert PlainColumn("{task.description}").markup is False
