"""The symmetry scale: fitted on rendered faces of known s, and tested on others (`benchmark photographs`)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.face_models.registry import EMBEDDED, load_face_model
from facing_asymmetry.photographs.landmarks import mirror_pairs
from facing_asymmetry.photographs.symmetry import (
    TURNED,
    height_differences,
    in_face_frame,
    picture_asymmetry,
    yaw_degrees,
)
from facing_asymmetry.photographs.symmetry_scale import DROOP, SymmetryScale, asymmetry_mm, turn_basis
from facing_asymmetry.validation.photographs.rendered import (
    CONDITIONS,
    FRONTAL,
    QUICK_CONDITIONS,
    STEPS,
    TURNED_OR_LIT,
    Condition,
    RenderedPhotograph,
    shoot,
)

REFERENCE_FACES: Final = tuple(range(100, 112))
"""Identities that the scale is made of."""

SCALE_RIDGE: Final = 0.1
"""Added to the variance of every point, as a share of the mean variance: fewer faces than points."""

CURVE: Final = ["condition", "identity", "emotion", "side"]
"""Columns that identify one curve over s."""


Tell = Callable[[str], None]
"""Shows a line of progress."""


@dataclass(frozen=True)
class ValidationDesign:
    """What is validated: faces of a face model, conditions, emotions and values of s."""

    identities: tuple[int, ...] = tuple(range(20, 26))
    conditions: tuple[Condition, ...] = CONDITIONS
    emotions: tuple[str, ...] = BASIC
    s: tuple[float, ...] = STEPS
    face_model: str = EMBEDDED


FULL_DESIGN: Final = ValidationDesign()
QUICK_DESIGN: Final = ValidationDesign((20,), QUICK_CONDITIONS, ("happiness", "surprise"), (0.0, 0.5, 1.0))
USED: Final = tuple(c.name for c in CONDITIONS if abs(c.scene.yaw) <= TURNED and not c.droop)
"""Conditions that the tables over all of them take in: those that a study's slopes use."""


def measured_rows(shots: Iterable[RenderedPhotograph], scale: SymmetryScale) -> pd.DataFrame:
    """One row per shot: what is known, and `mm`, `picture`, `s_measured`, `missing`; NaN where no face was found.

    `excess_mm` and `s_excess` are against the frontal neutral face of the same identity and droop.
    """
    rows, fields, resting = [], [], {}
    for shot in shots:
        facts = {key: getattr(shot, key) for key in (*CURVE, "s")} | {"ancestry": shot.traits.get("ancestry", "")}
        field = None if shot.points is None else scale.differences(shot.points)
        if shot.emotion == "neutral" and field is not None:
            resting[shot.condition, shot.identity] = field
        values = {"mm": np.nan, "picture": np.nan, "s_measured": np.nan, "missing": np.nan}
        if field is not None and shot.frame is not None:
            values = {
                "mm": asymmetry_mm(field),
                "picture": picture_asymmetry(shot.frame),
                "s_measured": scale.place(field, shot.emotion),
                "missing": scale.missing(field, shot.emotion),
            }
        rows.append(facts | values)
        fields.append(field)
    for row, field in zip(rows, fields, strict=True):
        row |= _excess(row, field, resting, scale)
    return pd.DataFrame(rows)


def _excess(row: dict[str, Any], field: Any, resting: dict[Any, Any], scale: SymmetryScale) -> dict[str, float]:
    own = resting.get((row["condition"], row["identity"]))
    if row["condition"] != DROOP:  # a neutral photograph is seldom taken in the same pose: the frontal one serves
        own = resting.get((FRONTAL.name, row["identity"]), own)
    if field is None or own is None:
        return {"excess_mm": np.nan, "s_excess": np.nan}
    beyond = field - own
    return {"excess_mm": asymmetry_mm(beyond), "s_excess": scale.place(beyond, row["emotion"])}


def summarise(rows: pd.DataFrame, by: Sequence[str], mm: str = "mm", s: str = "s_measured") -> list[dict[str, Any]]:
    """How well s is read, one entry per value of `by` (none: one entry over everything).

    Returns:
        One dictionary per entry. A curve is one face, emotion, side and condition. The keys are:

        - `photographs`, `failures`: numbers of photographs measured and not measured.
        - `mm`: mean asymmetry at each true s, millimetres.
        - `read`: mean measured s at each true s.
        - `monotone`: share of curves whose asymmetry falls at every step of s.
        - `monotone_s`: share of curves whose measured s rises at every step.
        - `rank`: mean Spearman correlation of measured with true s over curves.
        - `bias`, `mae`, `rmse`: errors of the measured s.
        - `side`: share of photographs with s <= 0.75 whose weaker side is found.
        - `picture`: the same asymmetry, measured on the image.
    """
    shown = shown_rows(rows)
    groups = shown.groupby(list(by), sort=False) if by else [((), shown)]
    return [dict(zip(by, key, strict=True)) | _summary(part, mm, s) for key, part in groups]


def shown_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows without neutral faces, which show no movement to take s of."""
    return rows[rows["emotion"] != "neutral"]


def _summary(part: pd.DataFrame, mm: str, s: str) -> dict[str, Any]:
    seen = part[part[s].notna()]
    curves = {name: seen.pivot_table(index=CURVE, columns="s", values=name).dropna() for name in (mm, s, "picture")}
    error = (seen[s] - seen["s"]).to_numpy()
    weak = seen[seen["s"] <= 0.75]
    right = np.where(weak["missing"] > 0, "left", "right") == weak["side"]
    ranks = curves[s].T.rank().corrwith(pd.Series(range(len(curves[s].columns)), curves[s].columns))
    return {
        "photographs": len(part),
        "failures": len(part) - len(seen),
        "mm": _means(seen, mm),
        "read": _means(seen, s),
        "picture": _means(seen, "picture"),
        "monotone": _falling(curves[mm]),
        "monotone_s": _falling(-curves[s]),
        "monotone_picture": _falling(curves["picture"]),
        "rank": float(ranks.mean()),
        "bias": float(error.mean()),
        "mae": float(np.abs(error).mean()),
        "rmse": float(np.sqrt((error**2).mean())),
        "side": float(right.mean()),
        "mm_sd": float(seen.loc[seen["s"] == seen["s"].max(), mm].std()),
    }


def _means(rows: pd.DataFrame, column: str) -> dict[str, float]:
    return {f"{at:g}": float(value) for at, value in rows.groupby("s")[column].mean().items()}


def _falling(curves: pd.DataFrame) -> float:
    return float((np.diff(curves.to_numpy(), axis=1) < 0).all(axis=1).mean())


def validation_record(rows: pd.DataFrame) -> dict[str, Any]:
    """All tables: by condition, emotion, drawn ancestry and face; with the person's own neutral face taken away."""
    frontal = rows[rows["condition"] == FRONTAL.name]
    calm = rows[rows["condition"].isin(USED)]
    resting = shown_rows(rows[rows["condition"] == DROOP])
    return {
        "overall": summarise(calm, [])[0],
        "conditions": summarise(rows, ["condition"]),
        "emotions": summarise(frontal, ["emotion"]),
        "emotions_everywhere": summarise(calm, ["emotion"]),
        "ancestry": summarise(calm, ["ancestry"]),
        "faces": summarise(calm, ["identity"]),
        "resting": [
            {"reading": "as measured", **_summary(resting, "mm", "s_measured")},
            {"reading": "beyond the own neutral face", **_summary(resting, "excess_mm", "s_excess")},
        ],
        "neutral_mm": {
            str(name): float(part["mm"].mean())
            for name, part in rows[rows["emotion"] == "neutral"].groupby("condition", sort=False)
        },
    }


def fit_anew(design: ValidationDesign, quick: bool, tell: Tell) -> SymmetryScale:
    """A reference of the design's emotions and s, from `REFERENCE_FACES` (quick: the first two)."""
    faces = REFERENCE_FACES[:2] if quick else REFERENCE_FACES
    weak = replace(design, identities=faces, conditions=(FRONTAL,))
    still = replace(design, identities=faces, conditions=TURNED_OR_LIT, s=(1.0,))
    made = {
        "face_model": design.face_model,
        "identities": list(faces),
        "conditions": [c.name for c in (FRONTAL, *TURNED_OR_LIT)],
        "ridge": SCALE_RIDGE,
    }
    return fit_scale([*_shots(weak, tell), *_shots(still, tell)], made)


def measure_design(design: ValidationDesign, scale: SymmetryScale, tell: Tell) -> dict[str, Any]:
    """The tables of `validation_record`, and which faces were measured and which the reference was made of."""
    rows = measured_rows(_shots(design, tell), scale)
    facts = {
        "face_model": design.face_model,
        "identities": list(design.identities),
        "emotions": list(design.emotions),
        "reference": dict(scale.made),
    }
    return facts | rounded(validation_record(rows))


def rounded(value: Any) -> Any:
    """Floats to four places, at any depth: what a table shows, without noise in the file; NaN becomes None."""
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items()}
    if isinstance(value, list):
        return [rounded(part) for part in value]
    if isinstance(value, float):
        return None if np.isnan(value) else round(float(value), 4)
    return value


def _shots(design: ValidationDesign, tell: Tell) -> Iterator[RenderedPhotograph]:
    model = load_face_model(design.face_model, cache_folder())
    shots = shoot(model, design.identities, design.conditions, design.emotions, design.s)
    yield from _told(shots, tell)


def _told(shots: Iterable[RenderedPhotograph], tell: Tell) -> Iterator[RenderedPhotograph]:
    identity = -1
    for shot in shots:
        if shot.identity != identity:
            identity = shot.identity
            tell(f"face {identity}")
        yield shot


def fit_scale(shots: Iterable[RenderedPhotograph], made: dict[str, Any]) -> SymmetryScale:
    """Fit on shots that hold neutral faces, all emotions, both sides, s = 0 and s = 1, and the frontal condition.

    Symmetric faces in all conditions give the field of the turn, and, with that taken away, the covariance C of what
    is left: noise that follows pose, light and person. The filter of an emotion with mean pattern d (s = 0, frontal,
    left side weak) is w = C^-1 d / (d' C^-1 d): of all linear readings that give 1 for d the one of least noise.
    """
    found = [shot for shot in shots if shot.points is not None]
    raw = np.stack([height_differences(s.points) for s in found if s.points is not None])
    yaw = np.array([yaw_degrees(s.points) for s in found if s.points is not None])
    table = pd.DataFrame([(s.condition, s.emotion, s.side, s.s) for s in found], columns=["where", "what", "side", "s"])
    still, frontal = (table["s"] == 1.0).to_numpy(), (table["where"] == FRONTAL.name).to_numpy()
    basis = turn_basis(yaw)
    turn = _odd(np.linalg.lstsq(basis[still], raw[still], rcond=None)[0])
    left = raw - basis @ turn
    noise = np.concatenate([left[still], -left[still]])
    covariance = noise.T @ noise / len(noise)
    covariance += SCALE_RIDGE * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    levels = np.array(sorted(table["s"].unique()))
    filters, curves = {}, {}
    for emotion in [e for e in BASIC if (table["what"] == e).any()]:
        rows = (table["what"] == emotion).to_numpy() & frontal
        weak = rows & (table["s"] == levels[0]).to_numpy()
        signs = np.where(table["side"][weak] == "left", 1.0, -1.0)
        pattern = _odd((signs[:, None] * left[weak]).mean(axis=0))
        solved = np.linalg.solve(covariance, pattern)
        filters[emotion] = _odd(solved / (solved @ pattern))
        curves[emotion] = np.array([np.abs(left[rows & (table["s"] == at).to_numpy()]).mean() for at in levels])
    return SymmetryScale(turn, filters, levels, curves, _neutral(found), made)


def _odd(fields: Float[ndarray, "*rows 468"]) -> Float[ndarray, "*rows 468"]:
    """The part that changes its sign under mirroring, as every height difference does."""
    return (fields - fields[..., mirror_pairs()]) / 2


def _neutral(shots: Sequence[RenderedPhotograph]) -> Float[ndarray, "468 3"]:
    faces = [
        in_face_frame(shot.points)
        for shot in shots
        if shot.points is not None and shot.emotion == "neutral" and shot.condition == FRONTAL.name
    ]
    mean = np.mean(faces, axis=0)
    return (mean + mean[mirror_pairs()] * [-1.0, 1.0, 1.0]) / 2
