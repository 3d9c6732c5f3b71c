"""The one place where text meets the console: nothing in a text is markup, a link, or an order to the terminal.

Names, paths and values come from users and from files of strangers. rich reads `[b]` as markup, and a terminal obeys
control characters, so both are shown as they are written. A test sees that nothing else in the package prints.
"""

import logging
import re
import sys
from typing import Any, Final

from rich.console import Console
from rich.text import Text

CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a terminal obeys instead of showing it (turns of the writing direction too), and bytes that are no text."""


def visible(text: object) -> str:
    r"""A text with control characters as escapes, such as `\x1b`; line ends and tabs stay."""
    return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), str(text))


def styled(text: object, style: str) -> Text:
    """A text in a colour, such as `bold red`."""
    return Text(visible(text), style)


class PlainConsole(Console):
    """A rich console that prints strings, and the cells and titles of tables, as they are.

    Args:
        stderr: write to the standard error stream.
    """

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, markup=False, highlight=False, emoji=False, force_jupyter=False)

    def render_str(self, text: str, **options: Any) -> Text:
        """What rich makes of a string."""
        return super().render_str(visible(text), **options)


def say(*parts: object, stderr: bool = False) -> None:
    """Print a line: texts, and pieces made by `styled`."""
    PlainConsole(stderr=stderr).print(*parts, soft_wrap=True)


def complain(message: object) -> None:
    """Print an error to the standard error stream: the one message that a failed command ends with."""
    say(styled("error:", "bold red"), visible(message), stderr=True)


def accept_any_text() -> None:
    """Let the standard streams write characters that their encoding lacks as escapes, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


class _Visible(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return visible(super().format(record))


def log_to_console() -> None:
    """Print the package's messages, and warnings of others, to the standard error stream."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Visible("%(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("facing_asymmetry").setLevel(logging.INFO)
