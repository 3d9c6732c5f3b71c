"""The tables of docs/results.md: `python tools/results_page.py RUN [RUN]` prints one for each run folder.

Prints one table in Markdown over runs of the same networks, for example with optimised and with authored expressions.
"""

import json
import sys
from pathlib import Path

import pandas as pd

from facing_asymmetry.core.markdown import markdown_table

VERDICTS = {"supported": "yes", "not supported": "no", "can't tell": "?"}
ASKED = ("symmetry_specific", "equal_motion", "beyond_displacement")


def main() -> None:
    """Print the table."""
    for folder in map(Path, sys.argv[1:]):
        shares = pd.read_csv(folder / "shares.csv").query("emotion == 'all'").sort_values("share")
        claims = json.loads((folder / "claims.json").read_text())
        words = {(c["classifier"], c["hypothesis"]): VERDICTS[c["verdict"]] for c in claims if c["level"] != "run"}
        asked = [key for key in ASKED if any(key == found for _, found in words)]
        head = ("classifier", "palsy", "symmetry-specific", "share of palsy [95 %]", *asked)
        rows = [
            (
                f"`{row.classifier}`",
                f"{row.palsy:.2f}",
                f"{row.specific:.2f}",
                "{} [{}, {}] %".format(*(round(100 * value) for value in (row.share, row.low, row.high))),
                *(words[row.classifier, key] for key in asked),
            )
            for row in shares.itertuples()
        ]
        print(f"**{folder.name.rpartition('-')[0]}**\n\n{markdown_table(head, rows)}\n")


if __name__ == "__main__":
    main()
