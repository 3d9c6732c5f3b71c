"""The layout of a run folder: the name of every file in it, and the columns of every table.

No other package spells them. The columns of the response table stand with its types in `results.response_table`.
"""

from collections.abc import Mapping
from typing import Final

RESPONSES_FILE: Final = "responses.parquet"
SCORES_FILE: Final = "scores.csv"
TESTS_FILE: Final = "tests.csv"
SHARES_FILE: Final = "shares.csv"
DECOMPOSITION_FILE: Final = "decomposition.csv"
MIXED_FILE: Final = "mixed.csv"
SHUFFLE_FILE: Final = "shuffle.csv"
HEADS_FILE: Final = "heads.csv"
CLAIMS_FILE: Final = "claims.json"

PHOTOGRAPHS_FILE: Final = "photographs.csv"
FAILURES_FILE: Final = "failures.csv"
"""Photographs that are shown, and those that are not, with the reason; of the face model `photographs` only."""

EXPRESSIONS_FILE: Final = "expressions.csv"
EXPRESSIONS_FOLDER: Final = "expressions"
"""Blendshape weights, one CSV file for each classifier."""

SHEETS_FOLDER: Final = "sprites"
"""Contact sheets, `CLASSIFIER/EMOTION.png` and `CLASSIFIER/EMOTION/INTERVENTION_IDENTITY.png` and JSON files."""

MANIFEST_FILE: Final = "manifest.json"
CONFIG_FILE: Final = "config.yaml"
RECORDS_FILE: Final = "classifiers.json"
STATUS_FILE: Final = "status.json"
MADE_FILE: Final = "made.json"
"""From what the scores and the report were made, and the SHA-256 of each of their files."""

UPLOAD_FILE: Final = "recorded.json"
"""In `RUN/wandb`: which folder holds the whole record, and of what. A job that was killed there leaves none."""

REPORT_FILE: Final = "report.html"
FIGURES_FOLDER: Final = "figures"
TABLES_FOLDER: Final = "tables"

WANDB_FOLDER: Final = "wandb"
"""What W&B keeps of a run, links included."""

FOLDER_MARK: Final = ".facing-asymmetry"
"""Empty file in a folder that a user named for results; without it, files there are someone else's."""

SWEEP_FILE: Final = "sweep.json"
"""List of a sweep's jobs, in the sweep's folder."""

JOBS_FILE: Final = "jobs.json"
"""Outcome of each job of a sweep, in the sweep's folder."""

CELL_KEY: Final = ("identity", "intervention", "side")
"""Columns of the response table that tell the cells of one classifier and emotion apart."""

SHOWN_KEY: Final = ("classifier", "emotion", "identity", "side", "intervention")
"""Columns of the response table that tell the cells of a run apart, and name them in messages."""

_REPLICATE: Final[Mapping[str, type]] = {
    "face_model": str,
    "classifier": str,
    "training_set": str,
    "expression": str,
    "emotion": str,
    "accepted": bool,
    "identity": int,
    "side": str,
    "intervention": str,
}
REPLICATE_KEY: Final = tuple(_REPLICATE)
"""Columns that name a replicate, in the order of the score table."""

_SCORE_TYPES: Final[Mapping[str, type]] = {**_REPLICATE, "score": str, "value": float, "unit": str}
SCORE_COLUMNS: Final = tuple(_SCORE_TYPES)
"""Columns of `scores.csv`: one row per replicate and score."""

_CURVES: Final[Mapping[str, type]] = {
    "face_model": str,
    "classifier": str,
    "training_set": str,
    "expression": str,
    "emotion": str,
    "intervention": str,
}
CURVE_KEY: Final = tuple(_CURVES)
"""Columns of the response table that name one curve: all identities and sides of it are fitted or tested together."""

TEST_KEY: Final = (*CURVE_KEY, "score", "unit")
"""Columns that name one row of the test table."""

_TEST_TYPES: Final[Mapping[str, type]] = {
    **_CURVES,
    "score": str,
    "unit": str,
    "n": int,
    "n_accepted": int,
    "mean": float,
    "sd": float,
    "low": float,
    "high": float,
    "hedges_g": float,
    "hedges_g_low": float,
    "hedges_g_high": float,
    "p_two_sided": float,
    "p_one_sided": float,
    "p_holm": float,
    "p_bh": float,
    "p_equivalence": float,
    "minimum_detectable": float,
    "tests": int,
    "method": str,
    "claim": bool,
    "note": str,
}
TEST_COLUMNS: Final = tuple(_TEST_TYPES)
"""Columns of `tests.csv`: one row per classifier, emotion, intervention and score."""

_MIXED_TYPES: Final[Mapping[str, type]] = {
    **_CURVES,
    "n": int,
    "slope": float,
    "low": float,
    "high": float,
    "p": float,
    "method": str,
    "ols_slope": float,
    "ols_low": float,
    "ols_high": float,
    "note": str,
}
MIXED_COLUMNS: Final = tuple(_MIXED_TYPES)
"""Columns of `mixed.csv`: one row per classifier, emotion and intervention. Slopes in logits per unit symmetry."""

_SHUFFLE_TYPES: Final[Mapping[str, type]] = {
    **_CURVES,
    "curves": int,
    "rejected": float,
    "p_median": float,
    "note": str,
}
SHUFFLE_COLUMNS: Final = tuple(_SHUFFLE_TYPES)
"""Columns of `shuffle.csv`. `curves`: one per identity and side, at the largest t; `rejected`: share of them with
p <= alpha; `note`: the warning that belongs to these numbers."""

_SHARE: Final[Mapping[str, type]] = {"face_model": str, "expression": str, "classifier": str, "emotion": str}
SHARE_KEY: Final = tuple(_SHARE)
"""Columns that name one row of the table of shares."""

_SHARE_TYPES: Final[Mapping[str, type]] = {
    **_SHARE,
    "n": int,
    "palsy": float,
    "specific": float,
    "share": float,
    "low": float,
    "high": float,
    "note": str,
}
SHARE_COLUMNS: Final = tuple(_SHARE_TYPES)
"""Columns of `shares.csv`: one row per classifier and emotion, and one for all emotions."""

_DECOMPOSITION_TYPES: Final[Mapping[str, type]] = {
    **_CURVES,
    "reading": str,
    "s": float,
    "n": int,
    "palsy_cost": float,
    "palsy_cost_low": float,
    "palsy_cost_high": float,
    "additive": float,
    "additive_low": float,
    "additive_high": float,
    "interaction": float,
    "interaction_low": float,
    "interaction_high": float,
    "p": float,
    "p_holm": float,
    "share": float,
    "share_low": float,
    "share_high": float,
    "minimum_detectable_share": float,
    "same_sign": int,
    "note": str,
}
DECOMPOSITION_COLUMNS: Final = tuple(_DECOMPOSITION_TYPES)
"""Columns of `decomposition.csv`: one row per classifier, emotion ("all": their mean), intervention and reading, with
s empty (averaged over s); for the logit and all emotions also one per s. Costs are averaged over t."""

_HEADS_TYPES: Final[Mapping[str, type]] = {
    "classifier": str,
    "training_set": str,
    "expression": str,
    "emotion": str,
    "intervention": str,
    "score": str,
    "unit": str,
    "comparison": str,
    "heads": str,
    "n": int,
    "estimate": float,
    "low": float,
    "high": float,
    "p": float,
    "p_holm": float,
    "spread": float,
    "method": str,
    "note": str,
}
HEADS_COLUMNS: Final = tuple(_HEADS_TYPES)
"""Columns of `heads.csv`: one row per classifier, emotion ("all": their mean), intervention, score and comparison."""

_EXPRESSION_TYPES: Final[Mapping[str, type]] = {
    "face_model": str,
    "classifier": str,
    "emotion": str,
    "identity": str,
    "kind": str,
    "accepted": bool,
    "probability": float,
    "iterations": int,
    "seconds": float,
    "restart": int,
    "seed": int,
    "loss_trace": str,
}
EXPRESSION_COLUMNS: Final = tuple(_EXPRESSION_TYPES)
"""Columns of `expressions.csv`: one row per face model, classifier, emotion and, where fitted to each, identity."""

_PHOTOGRAPH_TYPES: Final[Mapping[str, type]] = {
    "identity": int,
    "group": str,
    "subject": str,
    "emotion": str,
    "path": str,
    "sha256": str,
    "neutral_sha256": str,
    "own_neutral": bool,
    "strength": float,
    "strength_sd": float,
    "residual": float,
    "yaw": float,
    "displacement": float,
    "weights": str,
}
STIMULUS_COLUMNS: Final = tuple(_PHOTOGRAPH_TYPES)
"""Columns of `photographs.csv`: one row per photograph that is shown; `identity` is the person's number. `strength` of
the labelled expression in authored ones, with its standard deviation (empty where the label is not used); `residual` of
the fit and largest `displacement` of the expression in per cent of the distance between the outer corners of the eyes;
`yaw` in degrees; `weights` of the blendshapes that take part, largest first; `neutral_sha256` of the person's own
neutral photographs that were used."""

_FAILURE_TYPES: Final[Mapping[str, type]] = {"path": str, "group": str, "emotion": str, "subject": str, "reason": str}
FAILURE_COLUMNS: Final = tuple(_FAILURE_TYPES)
"""Columns of `failures.csv`: one row per photograph that is not shown, and one with an empty `path` per group and
emotion without a photograph."""

NOT_REPORTED: Final[Mapping[str, tuple[str, ...]]] = {
    TESTS_FILE: (
        *("face_model", "training_set", "expression", "unit", "n_accepted", "hedges_g_low", "hedges_g_high"),
        *("p_equivalence", "minimum_detectable", "tests"),
    ),
    EXPRESSIONS_FILE: ("face_model", "identity", "kind", "iterations", "seconds", "restart", "seed", "loss_trace"),
    SHARES_FILE: ("face_model", "expression"),
    DECOMPOSITION_FILE: ("training_set", "expression"),
    MIXED_FILE: ("face_model", "training_set", "expression"),
    HEADS_FILE: ("training_set", "expression"),
    PHOTOGRAPHS_FILE: ("path", "sha256", "neutral_sha256", "strength_sd", "weights"),
}
"""Columns that no report reads, so that a table of another program may lack them."""

_TYPES: Final = {
    SCORES_FILE: _SCORE_TYPES,
    TESTS_FILE: _TEST_TYPES,
    MIXED_FILE: _MIXED_TYPES,
    SHUFFLE_FILE: _SHUFFLE_TYPES,
    SHARES_FILE: _SHARE_TYPES,
    DECOMPOSITION_FILE: _DECOMPOSITION_TYPES,
    HEADS_FILE: _HEADS_TYPES,
    EXPRESSIONS_FILE: _EXPRESSION_TYPES,
    PHOTOGRAPHS_FILE: _PHOTOGRAPH_TYPES,
    FAILURES_FILE: _FAILURE_TYPES,
}


TABLE_FILES: Final = tuple(_TYPES)
"""CSV files of the run folder whose columns are declared here."""


def column_types(file: str) -> Mapping[str, type]:
    """Name and type of each column of a CSV file of the run folder, in order."""
    return _TYPES[file]


def reported_columns(file: str) -> tuple[str, ...]:
    """Columns of a CSV file that a report needs."""
    return tuple(name for name in column_types(file) if name not in NOT_REPORTED.get(file, ()))
