"""The study behind docs/results.md: is it symmetry or intensity? Twelve networks, twenty identities.

python experiments/twelve_networks.py [override ...]

It runs experiment=symmetry_specific twice, with expressions fitted to each network and with authored ones, and prints
the tables of the page (about two hours on two cores; what is stored is not computed again). Overrides make it smaller:
grid=smoke identities=4 classifier=[networkv2]
"""

import sys

import facing_asymmetry as fa
from facing_asymmetry.core.markdown import markdown_table

STUDIES = {
    "Expressions fitted to each network": (),
    "Authored expressions, the same for all": (
        "expression=facs",
        "intervention=[palsy,palsy_two_sided,bilateral,equal_motion]",
    ),
}
"""Heading of each table -> what its run is asked for beside the experiment."""

VERDICTS = {"supported": "yes", "not supported": "no", "can't tell": "?"}
ASKED = ("symmetry_specific", "equal_motion", "beyond_displacement")
"""Hypotheses of the last columns, where a run has their controls."""


def table(run: fa.FinishedRun) -> str:
    """Slope under `palsy`, its symmetry-specific part and share of each network, and verdicts, as Markdown."""
    shares = run.data.shares.query("emotion == 'all'").sort_values("share")
    verdicts = {
        (claim["classifier"], claim["hypothesis"]): VERDICTS[claim["verdict"]]
        for claim in run.data.claims
        if claim["level"] != "run"
    }
    asked = [key for key in ASKED if any(key == found for _, found in verdicts)]
    rows = [
        (
            f"`{row.classifier}`",
            f"{row.palsy:.2f}",
            f"{row.specific:.2f}",
            "{:.0f} [{:.0f}, {:.0f}] %".format(*(100 * value for value in (row.share, row.low, row.high))),
            *(verdicts[row.classifier, key] for key in asked),
        )
        for row in shares.itertuples()
    ]
    return markdown_table(("classifier", "palsy", "symmetry-specific", "share of palsy [95 %]", *asked), rows)


def main(overrides: list[str], outputs: str = "outputs") -> None:
    """Run both studies and print a table of each."""
    for heading, own in STUDIES.items():
        run = fa.run("experiment=symmetry_specific", *own, *overrides, outputs=outputs, verbose=True)
        print(f"## {heading}\n\n{table(run)}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
