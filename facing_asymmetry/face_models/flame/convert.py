"""From a FLAME file to symmetric blendshapes and identity modes, and the authored expressions in them."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, Final

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.optimize import lsq_linear

from facing_asymmetry.face_models.appearance.arrays import (
    AlignedHead,
    Blendshapes,
    Published,
    align,
    head_arrays,
    symmetric_modes,
)
from facing_asymmetry.face_models.appearance.transfer import Appearance, transfer_appearance
from facing_asymmetry.face_models.arkit import PRESETS
from facing_asymmetry.face_models.flame.layer import JAW, landmark_places, parts, posed
from facing_asymmetry.face_models.flame.mouth import with_mouth
from facing_asymmetry.face_models.flame.source import FlameFile
from facing_asymmetry.face_models.flame.texture import on_atlas
from facing_asymmetry.face_models.makehuman import MakeHuman
from facing_asymmetry.face_models.symmetry import symmetrised

DEVIATIONS: Final = 2.0
"""Standard deviations of an expression mode that weight 1 of its blendshape stands for."""

BOUND: Final = 1.5
"""Largest weight of an expression mode, either way: three standard deviations."""

JAW_OPEN: Final = 0.40
"""Radians that the jaw turns at weight 1 of `jawOpen`; straight in between: at most 2.5 mm from the arc."""

GAZES: Final = tuple(f"eyeLook{way}_{side}" for way in ("Down", "In", "Out", "Up") for side in "LR")


def stored(model: FlameFile, shapes: int, expressions: int, beside: Mapping[str, ndarray]) -> dict[str, ndarray]:
    """What is kept of the user's files.

    Args:
        model: the file that was read.
        shapes: number of identity modes to keep, the first ones.
        expressions: number of expression modes to keep, the first ones.
        beside: landmarks, masks and texture, by name.
    """
    out = {item.name: np.asarray(getattr(model, item.name)) for item in fields(model)}
    out["shapes"], out["expressions"] = out["shapes"][:shapes], out["expressions"][:expressions]
    return {**out, **beside}


def model_of(kept: Mapping[str, ndarray]) -> FlameFile:
    """The model that `stored` kept."""
    return FlameFile(**{item.name: kept[item.name] for item in fields(FlameFile)})


def convert(kept: Mapping[str, ndarray], default: MakeHuman) -> dict[str, Any]:
    """The appearance model's arrays from what `stored` kept."""
    model = model_of(kept)
    places = landmark_places(model.template, model.faces, kept.get("landmarks/face"), kept.get("landmarks/bary"))
    part = parts(model.template, model.faces)
    bare = align(Published("flame", model.template, model.faces, part, places))
    model, part = with_mouth(model, bare, default)
    aligned = align(Published("flame", model.template, model.faces, part, places))
    appearance = _masked(transfer_appearance(aligned.head, default), kept, aligned)
    chosen = blendshapes(model, aligned)
    arrays = head_arrays(aligned, appearance, chosen, symmetric_modes(model.shapes, aligned.mirror))
    presets = retargeted(chosen, appearance, aligned)
    arrays |= {"preset_names": np.array(list(presets)), "presets": np.stack(list(presets.values()))}
    arrays |= {name: getattr(model, name) for name in _LAYER}
    return arrays | (on_atlas(kept, arrays) if "texture/mean" in kept else {})


def _masked(appearance: Appearance, kept: Mapping[str, ndarray], aligned: AlignedHead) -> Appearance:
    """The region `face` within the published mask of that name, where the user has brought the masks."""
    if "masks/face" not in kept:
        return appearance
    inside = np.zeros(len(aligned.mirror), np.float32)
    inside[kept["masks/face"]] = 1.0
    return replace(
        appearance, regions={**appearance.regions, "face": appearance.regions["face"] * inside * inside[aligned.mirror]}
    )


_LAYER: Final = ("parents", "correctives", "regressor", "weights")
"""What the jaw's turn on another identity needs."""


def blendshapes(model: FlameFile, aligned: AlignedHead) -> Blendshapes:
    """Expression modes made symmetric and split in two, the jaw as a midline joint, the gaze."""
    count = len(model.expressions)
    names: list[str] = []
    moved: list[ndarray] = []
    for number, mode in enumerate(model.expressions):
        names += [f"expression_{number:03d}_L", f"expression_{number:03d}_R"]
        moved += aligned.split(DEVIATIONS * mode)
    names += [*GAZES, "jawOpen"]
    moved += [np.zeros_like(aligned.raw)] * len(GAZES) + [jaw_open(model, aligned.raw, aligned.mirror)]
    displacements = np.stack(moved)
    aligned.add_gaze(displacements, names)
    sided = np.arange(2 * count + len(GAZES))
    facial = np.arange(len(names)) < 2 * count
    bounds = np.array([[-BOUND, BOUND]] * (2 * count) + [[0.0, 1.0]] * (len(GAZES) + 1))
    midline = np.array([name == "jawOpen" for name in names])
    return Blendshapes(names, sided.reshape(-1, 2), bounds, displacements, facial, midline)


def jaw_open(model: FlameFile, raw: Float[ndarray, "V 3"], mirror: ndarray) -> Float[ndarray, "V 3"]:
    """What `jawOpen` does to a shape at weight 1: the jaw joint's turn with its correctives, made symmetric, metres."""
    pose = np.zeros((5, 3))
    pose[JAW, 0] = JAW_OPEN
    return symmetrised(posed(model, raw, pose) - raw, mirror)


RIDGE: Final = 0.0004
"""Metres of misfit (root mean square) that one unit of every weight costs as much as: keeps faces plausible."""


def retargeted(
    blendshapes: Blendshapes, appearance: Appearance, aligned: AlignedHead
) -> dict[str, Float[ndarray, " E"]]:
    """Weights of the blendshapes for each authored emotion, left equal to right.

    Bounded ridge regression: the modes (and the jaw) are to move the face as the embedded default's blendshapes move
    the places that its vertices lie on. Gaze is taken over as it is.
    """
    weight = np.sqrt(appearance.regions["face"].astype(np.float64) / appearance.regions["face"].sum())[:, None]
    left, right = blendshapes.pairs[blendshapes.facial[blendshapes.pairs[:, 0]]].T
    jaw = list(blendshapes.names).index("jawOpen")
    fields = [*(blendshapes.displacements[left] + blendshapes.displacements[right]), blendshapes.displacements[jaw]]
    system = np.stack([(aligned.scale * weight * field).ravel() for field in fields], axis=1)
    ridge = RIDGE * np.eye(len(fields))
    low, high = np.concatenate([blendshapes.bounds[left], blendshapes.bounds[[jaw]]]).T
    out = {}
    for emotion, authored in PRESETS.items():
        target = sum(
            amount * appearance.moves[key] for name, amount in authored.items() for key in _sides(name, appearance)
        )
        wanted = np.concatenate([(weight * target).ravel(), np.zeros(len(fields))])
        found = lsq_linear(np.concatenate([system, ridge]), wanted, (low, high)).x
        out[emotion] = np.zeros(len(blendshapes.names))
        out[emotion][left], out[emotion][right], out[emotion][jaw] = found[:-1], found[:-1], found[-1]
        for name, amount in authored.items():
            for key in _sides(name, appearance):
                if key in blendshapes.names and key.startswith("eyeLook"):
                    out[emotion][list(blendshapes.names).index(key)] = amount
    return out


def _sides(name: str, appearance: Appearance) -> list[str]:
    return [key for key in (name, f"{name}_L", f"{name}_R") if key in appearance.moves]
