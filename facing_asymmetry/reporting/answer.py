"""The answer of a run in one sentence, and what a palsy costs each network, split into its two parts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from facing_asymmetry.core.emotions import ALL_EMOTIONS
from facing_asymmetry.reporting.cost_parts import lacking, percent
from facing_asymmetry.reporting.outputs import of_stimuli
from facing_asymmetry.reporting.sentences import counted
from facing_asymmetry.reporting.style import readable
from facing_asymmetry.results.finished_run import RunData


@dataclass(frozen=True)
class NetworkCost:
    """What a palsy costs one network, over the mean of the emotions, s and t.

    Parts are shares of what the expressions add to its activation, so that networks can be compared.

    Attributes:
        classifier: name of the network.
        cost: the whole, NaN where the expressions add nothing.
        additive: the price of two weak halves.
        interaction: the price of their not matching.
        share: the interaction's share of the cost, NaN where the cost can't be told from 0.
        low: lower end of its interval.
        high: upper end of its interval.
    """

    classifier: str
    cost: float
    additive: float
    interaction: float
    share: float
    low: float
    high: float

    @property
    def share_text(self) -> str:
        """The share with its interval, or that there is none."""
        if not np.isfinite(self.share):
            return "not defined"
        return f"{percent(self.share)} [{percent(self.low)}, {percent(self.high)}]".replace(" %", "")


def network_costs(data: RunData) -> list[NetworkCost]:
    """The cost of each network in the report's order; empty where the run did not split it."""
    rows, gains = data.decomposition, _gains(data)
    whole = rows["s"].isna() & (rows["emotion"] == ALL_EMOTIONS) & (rows["reading"] == "logit")
    kept = rows[whole & (rows["intervention"] == data.treated)].drop_duplicates("classifier").set_index("classifier")
    found = []
    for name in data.classifiers:
        if name not in kept.index:
            continue
        row, gain = kept.loc[name], gains.get(name, np.nan)
        parts = [row[part] / gain if gain > 0 else np.nan for part in ("palsy_cost", "additive", "interaction")]
        numbers = np.array([*parts, *row[["share", "share_low", "share_high"]]], float)
        found.append(NetworkCost(name, *numbers.tolist()))
    return found


def answer(data: RunData) -> str:
    """What a palsy costs, and how much of it is about symmetry, in one sentence with its interval."""
    costs = [one for one in network_costs(data) if np.isfinite(one.cost)]
    if not costs:
        return f"{_falls(data)}{lacking(data) or 'What a palsy costs could not be split.'}"
    kind = "person" if data.of_people else "face"
    people = counted(len(data.identities), kind, "people" if data.of_people else "")
    over = f"{'Over' if data.may_claim else 'On these'} {people}"
    cause = "a one-sided palsy" if data.treated == "palsy" else f"the one-sided {readable(data.treated)}"
    who = readable(costs[0].classifier) if len(costs) == 1 else f"the {counted(len(costs), 'network')}"
    size = _span([one.cost for one in costs], _plain)
    head = f", on the head {data.heads[0]}" if data.whole else ""
    words = f"{over}{head}, {cause} costs {who} {size} % of what an expression adds to the activation; {_share(costs)}"
    return of_stimuli(words, data)


def _share(costs: Sequence[NetworkCost]) -> str:
    """How much of the cost is the halves' not matching."""
    known = sorted((one for one in costs if np.isfinite(one.share)), key=lambda one: one.share)
    if not known:
        return "that cost can't be told from none."
    ends = [known[0]] if len(known) == 1 else [known[0], known[-1]]
    shares = " to ".join(one.share_text.replace(" [", " % [", 1) for one in ends)
    some = "" if len(known) == len(costs) else f" (of {len(known)} of them)"
    return f"{shares} of that cost{some} is the halves' not matching, the part that is about symmetry itself."


def _span(values: Sequence[float], write: Callable[[float], str]) -> str:
    """`9` or `9 to 15`."""
    return " to ".join(dict.fromkeys((write(min(values)), write(max(values)))))


def _plain(share: float) -> str:
    """A share in whole per cent, without the sign."""
    return percent(share).removesuffix(" %").removeprefix("+")


def _gains(data: RunData) -> "dict[str, float]":
    """What full expressions add to the activation of the symmetric face, by classifier: mean over the emotions."""
    rows = data.target[data.target["intervention"] == data.treated]
    rows = rows[rows["s"] == rows["s"].max()]
    ends: list[pd.Series[float]] = [
        rows[rows["t"] == t].groupby(["classifier", "emotion"], observed=True)["logit"].mean()
        for t in (rows["t"].max(), rows["t"].min())
    ]
    gains = (ends[0] - ends[1]).groupby("classifier", observed=True).mean()
    return {str(name): float(gain) for name, gain in gains.items()}


def _falls(data: RunData) -> str:
    """In how many pairs the activation falls; empty where no intervention weakens one side."""
    means = data.tested("slope", data.treated)["mean"] if data.weakens_one_side else pd.Series(dtype=float)
    if means.empty:
        return ""
    fall = f"With less symmetry the activation falls in {int((means > 0).sum())} of {len(means)} pairs of network and "
    return of_stimuli(f"{fall}emotion. ", data)
