"""Face models by name, and the table of which are here."""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facing_asymmetry.core.errors import AssetError, ConfigError, suggestion
from facing_asymmetry.face_models.contract import FaceModel

if TYPE_CHECKING:
    from facing_asymmetry.face_models.imported import Plugin

EMBEDDED = "makehuman"
PLUGINS = {
    "flame": "facing_asymmetry.face_models.flame.plugin",
    "ict": "facing_asymmetry.face_models.ict.plugin",
}
"""Models whose files the user brings (`facing-asymmetry faces import`), with the modules that read them."""

NAMES = (EMBEDDED, *PLUGINS)


def prepare_face_model(name: str, cache: Path) -> Path:
    """Fetch and build what a face model needs (set-up); returns the file that it loads.

    Raises:
        ConfigError: no face model has this name.
        AssetError: the data can't be had; for a model that the user brings, the message says how.
    """
    _known(name)
    if name in PLUGINS:
        from facing_asymmetry.face_models.imported import prepare

        return prepare(plugin(name), cache)
    from facing_asymmetry.face_models import makehuman

    return makehuman.build(cache)


def load_face_model(name: str, cache: Path) -> FaceModel:
    """Load a face model that set-up has prepared, or that the user has imported.

    Args:
        name: key in `conf/face_model`.
        cache: the user's cache folder.

    Raises:
        ConfigError: no face model has this name.
        AssetError: its file is missing or damaged; the message names it.
    """
    _known(name)
    if name in PLUGINS:
        from facing_asymmetry.face_models.imported import load_imported

        return load_imported(plugin(name), cache)
    from facing_asymmetry.face_models import makehuman

    return makehuman.load_built(cache)


def plugin(name: str) -> "Plugin":
    """A model that the user brings."""
    found: Plugin = import_module(PLUGINS[name]).PLUGIN
    return found


def _known(name: str) -> None:
    if name not in NAMES:
        hint = suggestion(name, NAMES, f"; there are: {', '.join(NAMES)}")
        raise ConfigError(f"face_model={name} is unknown{hint}")


def listing() -> list[dict[str, Any]]:
    """One row per model: `name`, `brought` (by the user), `version`, `licence`, `state`, `remedy`."""
    from facing_asymmetry.face_models.makehuman import PROVENANCE

    own = {"name": EMBEDDED, "brought": False, **PROVENANCE}
    return [{**own, "state": "ready", "remedy": ""}, *(_brought(name) for name in PLUGINS)]


def _brought(name: str) -> dict[str, Any]:
    from facing_asymmetry.core.assets import cache_folder
    from facing_asymmetry.face_models.imported import facts_of, how_to_import

    chosen = plugin(name)
    row = {"name": name, "brought": True, "version": "", "licence": chosen.licence}
    try:
        facts = facts_of(cache_folder(), name)
    except AssetError as error:
        return {**row, "state": "damaged", "remedy": str(error)}
    if facts is None:
        return {**row, "state": "not imported", "remedy": how_to_import(chosen)}
    return {**row, "version": facts["version"], "licence": facts["licence"], "state": "ready", "remedy": ""}


def ready() -> tuple[str, ...]:
    """Names of the models that are here."""
    return tuple(str(row["name"]) for row in listing() if row["state"] == "ready")


def print_listing(rows: list[dict[str, Any]]) -> None:
    """Print the rows as a table, and the remedies below it."""
    from rich.table import Table

    from facing_asymmetry.core.console import PlainConsole

    console, table = PlainConsole(), Table(box=None, pad_edge=False)
    columns = ("name", "version", "licence", "state")
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*(str(row[column]) for column in columns))
    console.print(table)
    for row in rows:
        if row["remedy"]:
            console.print(f"{row['name']}: {row['remedy']}", soft_wrap=True)
