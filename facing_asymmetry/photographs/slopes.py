"""Activation against measured symmetry: one slope per classifier and group, subjects as clusters."""

import numpy as np
import pandas as pd

from facing_asymmetry.emotions import BASIC
from facing_asymmetry.inference.mixed import believable_slope
from facing_asymmetry.photographs.symmetry import TURNED

COLUMNS = ("classifier", "group", "photographs", "subjects", "slope", "low", "high", "p", "method")

LEAST_SUBJECTS = 3
"""Fewer give a row that says so, and no number."""


def usable(activations: pd.DataFrame) -> pd.DataFrame:
    """The rows that slopes are taken over: emotions with a synthetic palsy, heads turned by at most `TURNED`."""
    return activations[activations["emotion"].isin(BASIC) & (activations["yaw"].abs() <= TURNED)]


def slopes(activations: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Slope of the logit over measured s, emotions as fixed effects, a random intercept per subject.

    A mixed model that does not converge, or whose random variance vanishes, gives way to least squares with errors
    clustered by subject. Both describe an association: nothing was intervened on.

    Args:
        activations: columns classifier, group, emotion, subject, s, logit; one row per photograph and classifier.

    Returns:
        Columns classifier, group, photographs, subjects, slope, low, high, p, method.
    """
    rows = []
    for (classifier, group), part in activations.groupby(["classifier", "group"], sort=True):
        subjects = part["subject"].nunique()
        found = {"classifier": classifier, "group": group, "photographs": len(part), "subjects": subjects}
        dummies = pd.get_dummies(part["emotion"], drop_first=True, dtype=float).to_numpy()
        design = np.column_stack([np.ones(len(part)), part["s"] - part["s"].mean(), dummies])
        enough = subjects >= LEAST_SUBJECTS and len(part) > design.shape[1]
        if not enough or np.linalg.matrix_rank(design) < design.shape[1]:
            none = dict.fromkeys(("slope", "low", "high", "p"), np.nan)
            rows.append({**found, **none, "method": f"not fitted: {subjects} subject(s), {len(part)} photograph(s)"})
            continue
        y, clusters = part["logit"].to_numpy(float), pd.factorize(part["subject"])[0]
        fit = believable_slope(y, design, clusters, confidence, random=1, optimisers=("lbfgs",))
        method = fit.method.partition(" (")[0]
        rows.append({**found, "slope": fit.slope, "low": fit.low, "high": fit.high, "p": fit.p, "method": method})
    return pd.DataFrame(rows, columns=list(COLUMNS))
