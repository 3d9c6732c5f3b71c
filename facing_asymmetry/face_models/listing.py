"""The table of face models: what each is, whether it is here, and what to do if not."""

from typing import Any

from facing_asymmetry.assets import cache_folder
from facing_asymmetry.errors import AssetError
from facing_asymmetry.face_models.imported import facts_of, how_to_import
from facing_asymmetry.face_models.makehuman import PROVENANCE
from facing_asymmetry.face_models.registry import EMBEDDED, PLUGINS, plugin


def listing() -> list[dict[str, Any]]:
    """One row per model: `name`, `brought` (by the user), `version`, `licence`, `state`, `remedy`."""
    own = {"name": EMBEDDED, "brought": False, **PROVENANCE}
    return [{**own, "state": "ready", "remedy": ""}, *(_brought(name) for name in PLUGINS)]


def _brought(name: str) -> dict[str, Any]:
    chosen = plugin(name)
    row = {"name": name, "brought": True, "version": "", "licence": chosen.licence}
    try:
        facts = facts_of(cache_folder(), name)
    except AssetError as error:
        return {**row, "state": "damaged", "remedy": str(error)}
    if facts is None:
        return {**row, "state": "not imported", "remedy": how_to_import(chosen)}
    return {**row, "version": facts["version"], "licence": facts["licence"], "state": "ready", "remedy": ""}


def print_listing(rows: list[dict[str, Any]]) -> None:
    """Print the rows as a table, and the remedies below it."""
    from rich.console import Console
    from rich.table import Table

    console, table = Console(), Table(box=None, pad_edge=False)
    columns = ("name", "version", "licence", "state")
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*(str(row[column]) for column in columns))
    console.print(table)
    for row in rows:
        if row["remedy"]:
            console.print(f"{row['name']}: {row['remedy']}", highlight=False, soft_wrap=True)
