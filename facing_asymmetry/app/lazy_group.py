"""A click group whose commands are imported when they are used, so that help and completion stay quick."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, cast

import click

from facing_asymmetry.core.conf_folder import taken_config_dir, using_config_dir

CONFIG_DIR: Final = "facing_asymmetry.config_dir"
"""Key of the context's `meta` that holds the folder of `--config-dir`."""

MULTIRUN: Final = ("-m", "--multirun")


@dataclass(frozen=True)
class LazyCommand:
    """A command that isn't imported yet.

    Attributes:
        place: where it is, as `package.module:function`.
        summary: its line in the group's help; a test compares it with the command's own.
    """

    place: str
    summary: str

    def load(self) -> click.Command:
        """Import the command."""
        module, _, name = self.place.partition(":")
        return cast(click.Command, getattr(import_module(module), name))


class LazyGroup(click.Group):
    """A group that lists its commands from a table and imports the one that is used.

    click's documentation describes such a group ("Lazily Loading Subcommands") but click has none; this one also
    prints the help without importing any command.

    Args:
        lazy: commands by name.
        options: of `click.Group`.
    """

    def __init__(self, *, lazy: Mapping[str, LazyCommand], **options: Any) -> None:
        super().__init__(**options)
        self.lazy = lazy

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take `--config-dir DIR` out wherever it stands, and let the command see the folder; `-m` goes behind it."""
        folder, rest = taken_config_dir(args)
        ctx.with_resource(using_config_dir(folder))
        ctx.meta[CONFIG_DIR] = folder
        first = next((n for n, word in enumerate(rest) if word not in MULTIRUN), 0)
        return super().parse_args(ctx, [*rest[first:], *rest[:first]])

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands, in alphabetical order."""
        return sorted({*super().list_commands(ctx), *self.lazy})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, imported now if it was not before; None where there is none."""
        if cmd_name in self.lazy and cmd_name not in self.commands:
            self.add_command(self.lazy[cmd_name].load(), cmd_name)
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the section "Commands" of the help from the table alone."""
        width = formatter.width - 6 - max(map(len, self.lazy))
        with formatter.section("Commands"):
            formatter.write_dl([(name, _shortened(self.lazy[name].summary, width)) for name in sorted(self.lazy)])


def _shortened(summary: str, width: int) -> str:
    return click.Command("", short_help=summary).get_short_help_str(width)
