"""The measures on rendered faces whose s is known: is the measured symmetry monotone, and how far off is it?"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
import torch

from facing_asymmetry.assets import cache_folder
from facing_asymmetry.expressions.facs import authored_weights
from facing_asymmetry.face_models.contract import FaceModel
from facing_asymmetry.face_models.registry import load_face_model
from facing_asymmetry.interventions import Face, Grid, make_intervention
from facing_asymmetry.interventions.apply import lay_out
from facing_asymmetry.photographs.detector import detect
from facing_asymmetry.photographs.framing import framed
from facing_asymmetry.photographs.landmarks import mesh_points
from facing_asymmetry.photographs.symmetry import landmark_asymmetry, picture_asymmetry
from facing_asymmetry.rendering.camera import stage_subjects
from facing_asymmetry.rendering.factory import make_renderer
from facing_asymmetry.rendering.scene import Scene

HALF_WIDTH: Final = 0.004
"""Metres: the default blend of the sides at the midline."""

SCENES: Final = {
    "portrait": Scene(),
    "yaw 10": replace(Scene(), yaw=10.0),
    "yaw 20": replace(Scene(), yaw=20.0),
    "light 45": replace(Scene(), lights=replace(Scene().lights, azimuth=45.0)),
}
"""What is varied beside the face."""


def validate_measures(
    identities: Sequence[int],
    emotions: Sequence[str] = ("happiness", "surprise", "anger"),
    s: Sequence[float] = (0.0, 0.25, 0.5, 0.75, 1.0),
    scenes: Sequence[str] = tuple(SCENES),
) -> pd.DataFrame:
    """Render authored expressions under `palsy` at t = 1, both sides, and measure them as photographs.

    Returns:
        One row per scene, identity, emotion, side and s: `landmarks` (mm), `picture`, traits of the face, and
        NaN in both measures where no face was found.
    """
    model = load_face_model("makehuman", cache_folder())
    grid, palsy = Grid("validation", tuple(s), (0.0, 1.0)), make_intervention("palsy")
    renderers = {name: make_renderer("fast", model.surface, SCENES[name]) for name in scenes}
    rows = []
    for number in identities:
        subject = model.subject(number)
        stage = stage_subjects(model, [subject])
        for emotion in emotions:
            face = _face(model, number, emotion)
            for side in ("left", "right"):
                frames = lay_out(palsy, face, grid, side, Scene())
                states = torch.from_numpy(frames.states(0, len(frames))[frames.node[-len(s) :]])
                for name, renderer in renderers.items():
                    with torch.inference_mode():
                        images = renderer.render(states, stage, torch.zeros(len(s), dtype=torch.long))
                    pixels = (images.permute(0, 2, 3, 1).numpy() * 255).round().astype(np.uint8)
                    facts = {"scene": name, "identity": number, "emotion": emotion, "side": side, **subject.traits}
                    rows += [{**facts, "s": at, **_measured(image)} for at, image in zip(s, pixels, strict=True)]
    return pd.DataFrame(rows)


def _face(model: FaceModel, number: int, emotion: str) -> Face:
    weights = np.asarray(authored_weights(emotion, model))
    return Face.showing(model, model.subject(number), weights, model.midline_weight(HALF_WIDTH))


def _measured(image: np.ndarray) -> dict[str, float]:
    found = detect(image)
    if found is None:
        return {"landmarks": np.nan, "picture": np.nan}
    frame, points = framed(image, mesh_points(image, found))
    return {"landmarks": landmark_asymmetry(points), "picture": picture_asymmetry(frame)}


def summarise(rows: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Means at each s, share of curves that fall with s throughout, and the standard deviation between curves.

    Returns:
        One row per measure and value of `by`: `s=0` ... `s=1`, `monotone` (share of curves, one per face, emotion and
        side), `rank` (mean Spearman correlation of the measure with 1 - s), `sd` (at s = 1), `failures`.
    """
    out = []
    for measure in ("landmarks", "picture"):
        for key, part in rows.groupby(list(by), sort=False):
            curves = part.pivot_table(index=["scene", "identity", "emotion", "side"], columns="s", values=measure)
            curves = curves.dropna()
            ranks = [float(row.corr(pd.Series(1 - curves.columns, row.index), method="spearman"))
                     for _, row in curves.iterrows()]  # fmt: skip
            out.append(
                {
                    "measure": measure,
                    **dict(zip(by, key, strict=True)),
                    **{f"s={at:g}": curves[at].mean() for at in curves.columns},
                    "monotone": float((np.diff(curves.to_numpy(), axis=1) < 0).all(axis=1).mean()),
                    "rank": float(np.mean(ranks)),
                    "sd": float(curves[1.0].std()),
                    "failures": int(part[measure].isna().sum()),
                }
            )
    return pd.DataFrame(out)
