"""The study behind docs/results.md: what does a palsy cost, and why? Twelve networks, twenty identities, every head.

python experiments/twelve_networks.py [override ...]

It runs authored expressions and expressions fitted to each network, each on every head that is here (facing-asymmetry
faces list), and prints the tables of the page: for two heads about two hours on two cores. What is stored is not
computed again. Overrides make it smaller: grid=smoke identities=4 classifier=[networkv2]
"""

import sys

import pandas as pd

import facing_asymmetry as fa
from facing_asymmetry.core.markdown import markdown_table
from facing_asymmetry.results.finished_run import RunData

STUDY = ("experiment=working_set", "face_model=installed", "identities=20", "grid.name=study")
STUDIES = {
    "Authored expressions, the same for all": ("name=authored", "expression=facs", "grid.s=4", "grid.t=8"),
    "Expressions fitted to each network": ("name=fitted", "grid.s=3", "grid.t=5"),
}
"""Heading of each table -> what its run is asked for beside `STUDY`."""

HEADING = (
    *("network", "palsy cost", "additive", "interaction [95 %]", "p (Holm)", "share of the cost [95 %]", "readings"),
    "old share",
)


def table(data: RunData, head: str) -> str:
    """Parts of the palsy's cost of each network on one head, emotions averaged, as Markdown."""
    parts = data.decomposition.query("face_model == @head and emotion == 'all' and reading == 'logit' and s != s")
    parts = parts[parts["intervention"] == "palsy"].sort_values("share")
    older = data.shares.query("face_model == @head and emotion == 'all'").set_index("classifier")["share"]
    rows = [
        (
            f"`{row.classifier}`",
            f"{row.palsy_cost:.2f}",
            f"{row.additive:.2f}",
            f"{row.interaction:.3f} [{row.interaction_low:.3f}, {row.interaction_high:.3f}]",
            "< .001" if row.p_holm < 0.001 else f"{row.p_holm:.3f}".lstrip("0"),
            "{:.0f} [{:.0f}, {:.0f}] %".format(*(100 * v for v in (row.share, row.share_low, row.share_high))),
            f"{row.same_sign:.0f}",
            f"{100 * older[row.classifier]:.0f} %",
        )
        for row in parts.itertuples()
    ]
    return markdown_table(HEADING, rows)


def differences(data: RunData) -> str:
    """Difference between heads of each network's share, emotions averaged, as Markdown."""
    rows = data.agreement.query("emotion == 'all' and score == 'interaction_share' and comparison == 'difference'")
    cells = [
        (
            f"`{row.classifier}`",
            str(row.heads),
            "{:.0f} [{:.0f}, {:.0f}] %".format(*(100 * v for v in (row.estimate, row.low, row.high))),
            "< .001" if row.p_holm < 0.001 else f"{row.p_holm:.3f}".lstrip("0"),
        )
        for row in rows.sort_values("estimate").itertuples()
    ]
    return markdown_table(("network", "heads", "difference of the shares (second − first) [95 %]", "p (Holm)"), cells)


def by_emotion(data: RunData) -> str:
    """Mean interaction over mean palsy cost of each head and emotion, all networks together, in per cent."""
    rows = data.decomposition.query("emotion != 'all' and reading == 'logit' and s != s and intervention == 'palsy'")
    sums = rows.groupby(["face_model", "emotion"], observed=True)[["interaction", "palsy_cost"]].sum()
    shares: pd.DataFrame = (100 * sums["interaction"] / sums["palsy_cost"]).unstack("emotion")
    cells = [
        (head, *(f"{value:.0f} %" for value in row)) for head, row in zip(shares.index, shares.values, strict=True)
    ]
    return markdown_table(("head", *shares.columns), cells)


def main(overrides: list[str], outputs: str = "outputs") -> None:
    """Run both studies and print the tables of each."""
    for heading, own in STUDIES.items():
        data = fa.run(*STUDY, *own, *overrides, outputs=outputs, verbose=True).data
        print(f"## {heading}\n\n{shown(data)}")


def shown(data: RunData) -> str:
    """All tables of one study."""
    parts = [f"**{head}**\n\n{table(data, head)}" for head in data.heads]
    if len(data.heads) > 1:
        parts.append(differences(data))
    return "\n\n".join([*parts, by_emotion(data)]) + "\n"


if __name__ == "__main__":
    main(sys.argv[1:])
