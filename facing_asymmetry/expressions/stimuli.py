"""Authored expressions by name: the six emotions, and the sets in `conf/stimuli`, with their blendshape weights."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from facing_asymmetry.config import Weight
from facing_asymmetry.core.conf_folder import conf_facts, conf_files
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.core.names import Name
from facing_asymmetry.face_models.arkit import PRESETS

BUILT_IN: Final = "emotions"
"""Name of the set of the six emotions, which needs no file."""

GROUP: Final = "stimuli"
"""Folder of `conf/` that holds a file per set."""

Units = Mapping[str, Mapping[str, float]]


def stimulus_sets() -> dict[str, Units]:
    """Every set of authored expressions by name, the emotions first; the user's own folder is seen too.

    Raises:
        ConfigError: a file is no mapping of names to weights; the message names it.
    """
    return {BUILT_IN: PRESETS} | {name: read_stimuli(name) for name in conf_files(GROUP)}


def read_stimuli(name: str) -> Units:
    """The authored expressions of one file of `conf/stimuli`.

    Raises:
        ConfigError: it is no mapping of names to weights of blendshapes; the message names it and the key.
    """
    try:
        return TypeAdapter(dict[Name, dict[Name, Weight]]).validate_python(conf_facts(GROUP, name))
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(map(str, first["loc"]))
        raise ConfigError(
            f"{conf_files(GROUP)[name]}: {at}: {first['msg']}; write name: {{blendshape: weight}}"
        ) from error


def listing() -> list[dict[str, Any]]:
    """One row per authored expression: its name, its set, and the weights of its blendshapes."""
    return [
        {"name": name, "set": group, "weights": dict(weights)}
        for group, stimuli in stimulus_sets().items()
        for name, weights in stimuli.items()
    ]


def print_listing(rows: list[dict[str, Any]]) -> None:
    """Print the rows as a table, and how a run shows them."""
    from rich.table import Table

    from facing_asymmetry.core.console import PlainConsole

    console, table = PlainConsole(), Table(box=None, pad_edge=False)
    table.add_column("name", no_wrap=True)
    table.add_column("set", no_wrap=True)
    table.add_column("weights of blendshapes")
    for row in rows:
        table.add_row(
            row["name"], row["set"], ", ".join(f"{unit} {weight:g}" for unit, weight in row["weights"].items())
        )
    console.print(table)
    console.print(r"Show some: facing-asymmetry run stimuli=SET emotions=\[NAME,...] expression=facs", soft_wrap=True)
    console.print("Look at them: facing-asymmetry media faces faces.png --stimuli SET", soft_wrap=True)
