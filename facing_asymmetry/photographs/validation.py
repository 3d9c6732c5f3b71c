"""Render, photograph and measure a design: the work behind `benchmark photographs`."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.face_models.registry import EMBEDDED, load_face_model
from facing_asymmetry.photographs.rendered import (
    CONDITIONS,
    DROOP,
    FRONTAL,
    QUICK,
    STEPS,
    TURNED_OR_LIT,
    Condition,
    Shot,
    shoot,
)
from facing_asymmetry.photographs.symmetry import TURNED, picture_asymmetry
from facing_asymmetry.photographs.symmetry_scale import RIDGE, Reference, asymmetry_mm, fit_reference

REFERENCE_FACES: Final = tuple(range(100, 112))


@dataclass(frozen=True)
class Design:
    """What is validated: faces of a face model, conditions, emotions and values of s."""

    identities: tuple[int, ...] = tuple(range(20, 26))
    conditions: tuple[Condition, ...] = CONDITIONS
    emotions: tuple[str, ...] = BASIC
    s: tuple[float, ...] = STEPS
    face_model: str = EMBEDDED


FULL: Final = Design()
QUICK_DESIGN: Final = Design((20,), QUICK, ("happiness", "surprise"), (0.0, 0.5, 1.0))
USED: Final = tuple(c.name for c in CONDITIONS if abs(c.scene.yaw) <= TURNED and not c.droop)
"""Conditions that the tables over all of them take in: those that a study's slopes use."""

CURVE: Final = ["condition", "identity", "emotion", "side"]


def measured_rows(shots: Iterable[Shot], scale: Reference) -> pd.DataFrame:
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


def _excess(row: dict[str, Any], field: Any, resting: dict[Any, Any], scale: Reference) -> dict[str, float]:
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
        `photographs`, `failures`; `mm` and `read`: mean asymmetry and mean measured s at each true s; `monotone`: share
        of curves (a face, emotion, side and condition) whose asymmetry in mm falls at every step of s, `monotone_s`:
        whose measured s rises; `rank`: mean Spearman correlation of measured with true s over curves; `bias`, `mae`,
        `rmse` of the measured s; `side`: share of photographs with s <= 0.75 whose weaker side is found; `picture`.
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


Tell = Callable[[str], None]


def fit_anew(design: Design, quick: bool, tell: Tell) -> Reference:
    """A reference of the design's emotions and s, from `REFERENCE_FACES` (quick: the first two)."""
    faces = REFERENCE_FACES[:2] if quick else REFERENCE_FACES
    weak = replace(design, identities=faces, conditions=(FRONTAL,))
    still = replace(design, identities=faces, conditions=TURNED_OR_LIT, s=(1.0,))
    made = {
        "face_model": design.face_model,
        "identities": list(faces),
        "conditions": [c.name for c in (FRONTAL, *TURNED_OR_LIT)],
        "ridge": RIDGE,
    }
    return fit_reference([*_shots(weak, tell), *_shots(still, tell)], made)


def measure_design(design: Design, scale: Reference, tell: Tell) -> dict[str, Any]:
    """The tables of `validation_record`, and which faces were measured and which the reference was made of."""
    rows = measured_rows(_shots(design, tell), scale)
    facts = {
        "face_model": design.face_model,
        "identities": list(design.identities),
        "emotions": list(design.emotions),
        "reference": dict(scale.made),
    }
    return facts | _rounded(validation_record(rows))


def _rounded(value: Any) -> Any:
    """Floats to four places, at any depth: what a table shows, without noise in the file."""
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    return round(value, 4) if isinstance(value, float) else value


def _shots(design: Design, tell: Tell) -> Iterator[Shot]:
    model = load_face_model(design.face_model, cache_folder())
    shots = shoot(model, design.identities, design.conditions, design.emotions, design.s)
    yield from _told(shots, tell)


def _told(shots: Iterable[Shot], tell: Tell) -> Iterator[Shot]:
    identity = -1
    for shot in shots:
        if shot.identity != identity:
            identity = shot.identity
            tell(f"face {identity}")
        yield shot
