"""The study behind docs/benchmarks/face_models.md: does a result depend on the head? Four networks, two heads.

python experiments/two_heads.py [override ...]

It runs authored expressions on the default head and on every head that was imported (facing-asymmetry faces import),
twenty identities each, prints each head's symmetry-specific shares, and compares the runs (about an hour for two heads
on two cores; what is stored is not computed again). Overrides make it smaller: grid=smoke identities=4
"""

import sys
from pathlib import Path

import pandas as pd

import facing_asymmetry as fa
from facing_asymmetry.core.markdown import markdown_table
from facing_asymmetry.reporting.comparison.page import compare

STUDY = ("name=faces_facs", "expression=facs", "identities=20")


def shares(run: fa.FinishedRun) -> pd.Series:
    """Share of the slope that is symmetry-specific, with its interval, by network."""
    found = run.data.shares.query("emotion == 'all'").set_index("classifier")
    words = [f"{100 * r.share:.0f} [{100 * r.low:.0f}, {100 * r.high:.0f}] %" for r in found.itertuples()]
    return pd.Series(words, index=found.index)


def main(overrides: list[str], outputs: str = "outputs") -> None:
    """Run the study on each head that is here, and print and compare the results."""
    heads = fa.list_face_models(ready=True)
    runs = {head: fa.run(*STUDY, f"face_model={head}", *overrides, outputs=outputs, verbose=True) for head in heads}
    table = pd.DataFrame({head: shares(run) for head, run in runs.items()})
    print(
        markdown_table(("network", *heads), [(name, *row) for name, row in zip(table.index, table.values, strict=True)])
    )
    if len(heads) > 1:
        page = compare([run.path for run in runs.values()], Path(outputs) / "comparison")
        print(f"Open the comparison: {page}")
    else:
        print("Only one head is here; facing-asymmetry faces list says how to import another.")


if __name__ == "__main__":
    main(sys.argv[1:])
