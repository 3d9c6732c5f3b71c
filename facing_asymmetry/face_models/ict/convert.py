"""From ICT-FaceKit's files to symmetric units and modes on a dressed head."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from facing_asymmetry.face_models import arkit
from facing_asymmetry.face_models.dressing.lining import SET_BACK, looseness
from facing_asymmetry.face_models.dressing.tailor import Pattern, Published, Units, cut, symmetric_modes, tailored
from facing_asymmetry.face_models.dressing.wardrobe import dress
from facing_asymmetry.face_models.ict.layout import LANDMARKS, SPLIT, UNITS, WHOLE, parts
from facing_asymmetry.face_models.ict.source import IctFiles
from facing_asymmetry.face_models.makehuman import MakeHuman
from facing_asymmetry.face_models.symmetry import mirrored, mirrored_name, quantise, symmetrised


def stored(files: IctFiles) -> dict[str, ndarray]:
    """What is kept of the user's download."""
    moved = {f"expression/{stem}": field.astype(np.float32) for stem, field in files.expressions.items()}
    identities = files.identities.astype(np.float32)
    return {"neutral": files.neutral, "faces": files.faces.astype(np.int32), "identities": identities, **moved}


def worn(kept: Mapping[str, ndarray], default: MakeHuman) -> dict[str, Any]:
    """The dressed model's arrays from what `stored` kept."""
    places = {number: kept["neutral"][vertex] for number, vertex in LANDMARKS.items()}
    part = parts()
    faces = kept["faces"].astype(np.int64)
    whole = cut(Published("ict", kept["neutral"], faces, part, places))
    loose = looseness(whole.raw, part, whole.mirror)[:, None]
    drawn_in = kept["neutral"] - (1.0 - loose) * [0.0, 0.0, SET_BACK]
    pattern = cut(Published("ict", drawn_in, faces, part, places))
    moved = {key.removeprefix("expression/"): value for key, value in kept.items() if key.startswith("expression/")}
    facial, midline = arkit.nerves(UNITS)
    fields = units(moved, pattern)
    fields[~midline] = quantise(fields[~midline] * loose)
    pattern.add_gaze(fields, UNITS)
    chosen = Units(UNITS, arkit.pairs(), arkit.bounds(UNITS), fields, facial, midline)
    return tailored(pattern, dress(pattern.head, default), chosen, symmetric_modes(kept["identities"], pattern.mirror))


def units(moved: Mapping[str, Float[ndarray, "V 3"]], pattern: Pattern) -> Float[ndarray, "E V 3"]:
    """Displacements of the units, metres: native pairs made exact mirror images, whole ones symmetrised (and split)."""
    mirror: Int[ndarray, " V"] = pattern.mirror
    out: dict[str, ndarray] = {name: symmetrised(moved[name], mirror) for name in WHOLE}
    for stem in SPLIT:
        out[f"{stem}_L"], out[f"{stem}_R"] = pattern.split(moved[stem])
    for name in UNITS:
        if name not in out:
            left = quantise(0.5 * (moved[name] + mirrored(moved[mirrored_name(name)], mirror)))
            out[name], out[mirrored_name(name)] = left, mirrored(left, mirror)
    return np.stack([out[name] for name in UNITS])
