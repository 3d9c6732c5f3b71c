"""The refuters' table for the terminal."""

from typing import Final

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table

from facing_asymmetry.refutation.estimate import GROUP
from facing_asymmetry.refutation.verdicts import FAIL, NOT_JUDGED, PASS, REFUTERS

COLOURS: Final = {PASS: "green", FAIL: "bold red", NOT_JUDGED: "yellow"}


def print_refutations(table: pd.DataFrame) -> None:
    """One row per classifier and score, one column per refuter; then what each failure is, and the numbers of all."""
    console = Console()
    shown = Table(title="Refuters", box=box.SIMPLE_HEAD, title_justify="left")
    for name in ("classifier", "score", "n", "estimate", *REFUTERS):
        shown.add_column(name)
    for (*_, classifier, score), rows in table.groupby([*GROUP[:2], "score"], sort=False):
        first = rows.iloc[0]
        estimate = "" if pd.isna(first["mean"]) else f"{first['mean']:.3g} [{first['low']:.3g}, {first['high']:.3g}]"
        status = dict(zip(rows["refuter"], rows["status"], strict=True))
        marks = [f"[{COLOURS[status[name]]}]{status[name]}[/]" for name in REFUTERS]
        shown.add_row(str(classifier), str(score), str(first["n"]), estimate, *marks)
    console.print(shown)
    for row in table[table["classifier"] != "all"].to_dict("records"):
        line = f"{row['classifier']}, {row['score']}: {row['refuter']}: {row['status']}: {row['words']}"
        console.print(line, style=COLOURS[FAIL] if row["status"] == FAIL else "", highlight=False, soft_wrap=True)
