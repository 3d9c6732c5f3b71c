"""Activation against measured symmetry: one slope per classifier and group, subjects as clusters."""

import warnings

import numpy as np
import pandas as pd
from numpy import ndarray
from scipy import stats

from facing_asymmetry.inference.mixed import SMALLEST_VARIANCE

COLUMNS = ("classifier", "group", "photographs", "subjects", "slope", "low", "high", "p", "method")

LEAST_SUBJECTS = 3
"""Fewer give a row that says so, and no number."""


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
        slope, error, method = _fit(part["logit"].to_numpy(float), design, pd.factorize(part["subject"])[0])
        reach = float(stats.t.ppf((1 + confidence) / 2, subjects - 1)) * error
        p = float(2 * stats.t.sf(abs(slope) / error, subjects - 1)) if error > 0 else float(slope == 0)
        rows.append({**found, "slope": slope, "low": slope - reach, "high": slope + reach, "p": p, "method": method})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _fit(y: ndarray, design: ndarray, groups: ndarray) -> tuple[float, float, str]:
    """Slope, its standard error, and the method that gave them."""
    import statsmodels.api as sm
    from statsmodels.regression.mixed_linear_model import MixedLM

    scale = float(y.std()) or 1.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what they say is checked here
        try:
            fit = MixedLM(y / scale, design, groups=groups).fit(method="lbfgs")
            slope, error, variance = float(fit.fe_params[1]), float(fit.bse_fe[1]), float(fit.cov_re[0, 0])
            if fit.converged and variance >= SMALLEST_VARIANCE and slope != 0 and np.isfinite(error) and error > 0:
                return scale * slope, scale * error, "mixed model"
        except (np.linalg.LinAlgError, ValueError):
            pass
        plain = sm.OLS(y / scale, design).fit(cov_type="cluster", cov_kwds={"groups": groups})
    return scale * float(plain.params[1]), scale * float(plain.bse[1]), "cluster-robust OLS"
