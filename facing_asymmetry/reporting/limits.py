"""Limits of a report: what its numbers can't show, and which jobs of a sweep are missing."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from facing_asymmetry.reporting.cost_parts import lacking
from facing_asymmetry.reporting.outputs import left_out
from facing_asymmetry.reporting.sentences import counted
from facing_asymmetry.reporting.tables import ALL, parts_table
from facing_asymmetry.results.finished_run import RunData
from facing_asymmetry.results.layout import SHUFFLE_FILE
from facing_asymmetry.results.published import grid_error, photograph_bias, published_planted
from facing_asymmetry.statistics.shuffle import WARNING

COMMON_SETS: Final = ("FER2013", "RAF-DB", "AffectNet-7", "AffectNet-8")
"""Common training sets; the report names those that no classifier of the run was trained on."""


OF_HEADS: Final = (
    "The faces are rendered. Whether a classifier reacts to a photograph of a patient in the same way is another "
    "question, which needs photographs.",
    "All faces are shapes of one parametric head. `facing-asymmetry compare` puts runs on several heads side by "
    "side: the share that is symmetry's own may differ between them where the slopes agree.",
)
"""Limits of rendered faces."""


def limits(data: RunData) -> list[str]:
    """The limits of the run, one sentence or two each."""
    lines = [
        *(_of_people(data) if data.of_people else OF_HEADS),
        f"The networks are published ones whose weights could be had, no random sample: {_training_sets(data)}",
        _interaction(data),
        *_readings(data),
        _curvature(data),
        grid_error(*data.axes),
        _exact_derivative(data),
        "Logits of two classifiers are not on one scale; across classifiers compare shares only.",
        *left_out(data),
        "Pairs that are not accepted stay in every table and picture, marked; their standardised values can be large "
        "because the divisor is small.",
    ]
    if "optimised" in set(data.responses["expression"].unique()):
        optimum = (
            "Each expression was optimised for its classifier, so it sits at a maximum from which any change tends "
            "to lower the activation. The same run with expression=facs, whose stimulus no classifier chose, bounds "
            "that bias."
        )
        lines.insert(-2, optimum)
    if (data.path / SHUFFLE_FILE).is_file():
        lines.append(f"This run holds {SHUFFLE_FILE} for comparison: {WARNING}.")
    return lines


def _of_people(data: RunData) -> list[str]:
    """What photographs can't show, who is not shown, and who lacks an emotion."""
    used, unused = len(data.photographs), int((data.failures["path"] != "").sum())
    lines = [
        "The faces are photographs whose pixels a fitted head moves: the loss of symmetry is a model's, not a "
        f"patient's. {photograph_bias()}",
        "What a photograph does not hold can't be shown: skin behind a closing mouth or under a brow is filled from "
        "its surroundings, and light and shade stay as they were taken.",
        f"{used} of {used + unused} photographs could be used (T8); the others are listed with the reason (T9). Who "
        "can be photographed and fitted is no random sample of anybody.",
    ]
    if data.incomplete:
        lines.append(
            f"{data.incomplete} of {len(data.identities)} people lack an emotion. Each counts once, with the mean over "
            "the emotions that are there; rows of single emotions hold the people who show it."
        )
    lacking = data.failures[data.failures["path"] == ""]
    if len(lacking):
        named = "; ".join(f"{group}: {', '.join(rows['emotion'])}" for group, rows in lacking.groupby("group"))
        lines.append(f"Groups without a photograph of an emotion: {named}.")
    return lines


def _training_sets(data: RunData) -> str:
    """How many networks per training set, and which common sets are absent."""
    sets = list(data.training_sets.values())
    have = ", ".join(f"{name} ({sets.count(name)})" for name in dict.fromkeys(sets))
    absent = [name for name in COMMON_SETS if not any(name.lower() in known.lower() for known in sets)]
    return f"{have}. None was trained on {' or '.join(absent)}." if absent else f"{have}."


def _interaction(data: RunData) -> str:
    """What speaks about symmetry itself in this run, and how small an interaction it could have told from none."""
    words = "Weakening one side makes one half of the face weak and the halves differ. "
    if lacking(data):
        return f"{words}{lacking(data)}"
    words += (
        "Only the interaction (F0, F8, T0), what is left of the cost beyond two weak halves, is about the latter. A "
        "classifier that adds up the motion of the whole face and saturates has a negative one without comparing the "
        "sides; its symmetry-specific difference (F8, T5) is then 0."
    )
    rows = parts_table(data)
    pooled = rows[(rows["emotion"] == ALL) & (rows["intervention"] == data.treated)]
    least = pooled["minimum_detectable_share"].median()
    if not np.isfinite(least):
        return words
    return (
        f"{words} With {counted(len(data.identities), 'identity', 'identities')} one that is less than about "
        f"{100 * least:.0f} % of the palsy's cost (all emotions; median of the classifiers) would often be missed."
    )


def _readings(data: RunData) -> list[str]:
    """Where the sign of the interaction depends on how the output is read; nothing in a run without it."""
    rows = parts_table(data)
    rows = rows[(rows["emotion"] != ALL) & (rows["intervention"] == data.treated)]
    rows = _accepted(data, rows)
    rows = rows[rows["readings_of_this_sign"] != ""]
    if rows.empty:
        return []
    apart = int((rows["readings_of_this_sign"] != "4 of 4").sum())
    return [
        "Logits are defined up to a shift common to all classes, and their interaction with them. In "
        f"{apart} of {len(rows)} accepted pairs logit, centred logit, log-probability and margin differ in the "
        "interaction's sign (T0): there the sign is a matter of the reading."
    ]


def _curvature(data: RunData) -> str:
    """What `symmetry_specific` holds beside symmetry, and how many of this run's estimates are no larger."""
    blind = next(c for c in published_planted()["checks"] if c["classifier"] == "symmetric_part")
    words = (
        "The older difference to the bilateral control (T3, T5) removes lost motion to first order only: a response "
        "that is curved leaves some of it. A "
        f"network that is never shown an asymmetry had {blind['measured']:.3f} of its expression's activation as "
        "“symmetry-specific” (planted classifiers)"
    )
    found = _accepted(data, data.tests[data.tests["score"] == "symmetry_specific_standardised"])["mean"].abs()
    if not found.notna().any():
        return f"{words}."
    small = int((found <= blind["measured"]).sum())
    return (
        f"{words}; {small} of this run's {int(found.notna().sum())} accepted pairs have no more than that, and what is "
        "little more should not be called symmetry either."
    )


def _exact_derivative(data: RunData) -> str:
    """How far the exact derivative is from the finite differences that the scores rest on."""
    cause = (
        "no rasteriser has a gradient where a surface appears or vanishes, as in an opening mouth, so scores rest on "
        "finite differences"
    )
    rows = data.scores[
        (data.scores["score"] == "autograd_disagreement") & (data.scores["intervention"] == data.treated)
    ]
    apart = _accepted(data, rows)["value"].dropna()
    if apart.empty:
        return f"The exact derivative by s was not computed (derivative=true does). It would differ: {cause}."
    return (
        "The exact derivative by s, through renderer and network, differs from the finite difference by "
        f"{100 * apart.median():.0f} % of the latter's mean size "
        f"(median of {counted(len(apart), 'accepted replicate')}): {cause}."
    )


def _accepted(data: RunData, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of accepted pairs."""
    good = [data.accepted.get((c, e), False) for c, e in zip(rows["classifier"], rows["emotion"], strict=True)]
    return rows[np.array(good, bool)]


WHY: Final = {
    "absent": "was never begun",
    "waiting": "waits for its turn",
    "running": "has not finished",
    "killed": "was killed",
    "failed": "failed",
    "skipped": "was skipped",
}
"""What became of a job, by its state."""


def missing_jobs(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Jobs of a sweep that are not done: what each was to compute, and why it is missing; none for a single run."""
    return [
        (_what(str(job["job"])), _why(job)) for job in manifest.get("jobs") or () if job.get("state", "done") != "done"
    ]


def _what(overrides: str) -> str:
    """`classifier=a grid=b` as `classifier a, grid b`."""
    return ", ".join(word.replace("=", " ", 1) for word in overrides.split()) or "a job"


def _why(job: Mapping[str, Any]) -> str:
    became, error = WHY.get(str(job["state"]), str(job["state"])), str(job.get("error") or "").strip()
    return f"{became}: {error}" if error else became
