"""`face_model=ict`: ICT-FaceKit's files made symmetric, with the embedded default's appearance."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray
from scipy.spatial import cKDTree

from facing_asymmetry.core.assets.cache import file_sha256
from facing_asymmetry.face_models import arkit
from facing_asymmetry.face_models.appearance.arrays import (
    AlignedHead,
    Blendshapes,
    Published,
    align,
    head_arrays,
    symmetric_modes,
)
from facing_asymmetry.face_models.appearance.head import TransferredHead
from facing_asymmetry.face_models.appearance.transfer import transfer_appearance
from facing_asymmetry.face_models.ict.source import (
    BLENDSHAPES,
    IDENTITIES,
    LANDMARKS,
    NEUTRAL,
    SPLIT,
    WHERE,
    WHOLE,
    IctFiles,
    files,
    model_folder,
    parts,
    read_folder,
)
from facing_asymmetry.face_models.imported import Plugin, keep
from facing_asymmetry.face_models.makehuman import MakeHuman
from facing_asymmetry.face_models.makehuman.template import PARTS
from facing_asymmetry.face_models.symmetry import mirrored, mirrored_name, quantise, smoothstep, symmetrised


def stored(files: IctFiles) -> dict[str, ndarray]:
    """What is kept of the user's download."""
    moved = {f"expression/{stem}": field.astype(np.float32) for stem, field in files.expressions.items()}
    identities = files.identities.astype(np.float32)
    return {"neutral": files.neutral, "faces": files.faces.astype(np.int32), "identities": identities, **moved}


def convert(kept: Mapping[str, ndarray], default: MakeHuman) -> dict[str, Any]:
    """The converted model's arrays from what `stored` kept."""
    places = {number: kept["neutral"][vertex] for number, vertex in LANDMARKS.items()}
    part = parts()
    faces = kept["faces"].astype(np.int64)
    whole = align(Published("ict", kept["neutral"], faces, part, places))
    loose = looseness(whole.raw, part, whole.mirror)[:, None]
    drawn_in = kept["neutral"] - (1.0 - loose) * [0.0, 0.0, SET_BACK]
    aligned = align(Published("ict", drawn_in, faces, part, places))
    moved = {key.removeprefix("expression/"): value for key, value in kept.items() if key.startswith("expression/")}
    facial, midline = arkit.nerves(BLENDSHAPES)
    fields = blendshapes(moved, aligned)
    fields[~midline] = quantise(fields[~midline] * loose)
    aligned.add_gaze(fields, BLENDSHAPES)
    chosen = Blendshapes(BLENDSHAPES, arkit.pairs(), arkit.bounds(BLENDSHAPES), fields, facial, midline)
    return head_arrays(
        aligned, transfer_appearance(aligned.head, default), chosen, symmetric_modes(kept["identities"], aligned.mirror)
    )


def blendshapes(moved: Mapping[str, Float[ndarray, "V 3"]], aligned: AlignedHead) -> Float[ndarray, "E V 3"]:
    """Displacements in metres: native pairs made exact mirror images, whole blendshapes symmetrised (and split)."""
    mirror: Int[ndarray, " V"] = aligned.mirror
    out: dict[str, ndarray] = {name: symmetrised(moved[name], mirror) for name in WHOLE}
    for stem in SPLIT:
        out[f"{stem}_L"], out[f"{stem}_R"] = aligned.split(moved[stem])
    for name in BLENDSHAPES:
        if name not in out:
            left = quantise(0.5 * (moved[name] + mirrored(moved[mirrored_name(name)], mirror)))
            out[name], out[mirrored_name(name)] = left, mirrored(left, mirror)
    return np.stack([out[name] for name in BLENDSHAPES])


def head(
    arrays: Mapping[str, Any], fingerprint: str, provenance: Mapping[str, Any], default: MakeHuman
) -> TransferredHead:
    """The face model on the converted arrays."""
    return TransferredHead(arrays, "ict", fingerprint, provenance, default)


PLUGIN: Final = Plugin("ict", WHERE, "MIT", convert, head)


def bring(cache: Path, folder: Path, progress: Callable[[str], None] = lambda stem: None) -> dict[str, Any]:
    """Read the user's clone and keep it; returns the facts that are kept with it.

    Raises:
        AssetError: a file is missing, truncated or of another topology; nothing is written.
    """
    content = read_folder(folder, progress)
    facts = {
        "version": "ICT-FaceKit light model",
        "licence": "MIT, (c) 2020 USC Institute for Creative Technologies",
        "files": 1 + len(files()) + IDENTITIES,
        "sha256": {f"{NEUTRAL}.obj": file_sha256(model_folder(folder) / f"{NEUTRAL}.obj")},
    }
    keep(cache, "ict", stored(content), facts)
    return facts


RIM: Final = 0.002
"""Metres from the skin within which the lining is the lips' edge."""

NEAR, FAR = 0.002, 0.012
"""Metres from the rim up to which the lining goes with the lips, and from which it doesn't."""

SET_BACK: Final = 0.004
"""Metres that the lining is drawn into the head where it doesn't go with the lips."""


def looseness(
    vertices: Float[ndarray, "V 3"], part: Int[ndarray, " V"], mirror: Int[ndarray, " V"]
) -> Float[ndarray, " V"]:
    """1 on everything but the mouth's lining, and on that near the lips; 0 on the lining behind them.

    Args:
        vertices: metres, symmetric.
        part: index into `PARTS`.
        mirror: the involution.
    """
    lining, skin = np.flatnonzero(part == PARTS.index("mouth")), part == PARTS.index("skin")
    from_skin, _ = cKDTree(vertices[skin]).query(vertices[lining])
    from_rim, _ = cKDTree(vertices[lining[from_skin <= max(RIM, from_skin.min())]]).query(vertices[lining])
    out = np.ones(len(vertices))
    out[lining] = smoothstep(FAR, NEAR, from_rim)
    return np.maximum(out, out[mirror])
