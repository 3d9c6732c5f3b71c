"""What is asserted of every face model when it is loaded."""

import numpy as np

from facing_asymmetry.errors import ModelError
from facing_asymmetry.face_models.contract import FaceModel
from facing_asymmetry.face_models.symmetry import mirrored_name


def check_face_model(model: FaceModel) -> None:
    """Assert the contract: exact mirror symmetry of topology, atlas and identity 0 at rest.

    Raises:
        ModelError: names the model and what is broken.
    """
    mirror, surface = model.mirror, model.surface
    count = len(mirror)

    def require(holds: bool | np.bool_, what: str) -> None:
        if not holds:
            raise ModelError(f"face model {model.name!r}: {what}")

    require(mirror.min() >= 0 and mirror.max() < count, f"the mirror map points outside the {count} vertices")
    require((mirror[mirror] == np.arange(count)).all(), "the mirror map isn't an involution")
    require(surface.faces.min() >= 0 and surface.faces.max() < count, f"a face points outside the {count} vertices")
    require(surface.faces_uvs.max() < len(surface.verts_uvs), "a face points outside the texture vertices")
    require(surface.verts_uvs.min() >= 0 and surface.verts_uvs.max() <= 1, "a texture vertex lies outside the atlas")
    known = {tuple(sorted(face)) for face in surface.faces.tolist()}
    require(all(tuple(sorted(f)) in known for f in mirror[surface.faces].tolist()), "a face's mirror image is no face")
    check_symmetry(model)
    names = [(model.units[left], model.units[right]) for left, right in model.pairs]
    wrong = [pair for pair in names if mirrored_name(pair[0]) != pair[1]]
    require(not wrong, f"these units are paired but not named as mirror images: {wrong}")
    lost = [n for n in model.landmarks if model.landmarks.get(mirrored_name(n)) != mirror[model.landmarks[n]]]
    require(not lost, f"these landmarks aren't mirror images of their partners: {lost}")


def check_symmetry(model: FaceModel) -> None:
    """Assert that the rest state, the side weight and the regions are mirror-symmetric to the bit.

    Raises:
        ModelError: with the largest error.
    """
    rest = model.template_state() if hasattr(model, "template_state") else None
    masks = list(model.regions.values())
    for what, error in (
        ("rest state", 0.0 if rest is None else np.abs(rest[model.mirror] * _flip(rest) - rest).max()),
        ("side weight", np.abs(_both(model.midline_weight(0.01), model.mirror) - 1.0).max()),
        ("regions", max((float(np.abs(m[model.mirror] - m).max()) for m in masks), default=0.0)),
    ):
        if error > 0.0:
            raise ModelError(
                f"face model {model.name!r}: the {what} isn't mirror-symmetric (largest error {error:.3g})"
            )


def _both(weight: np.ndarray, mirror: np.ndarray) -> np.ndarray:
    return weight + weight[mirror]


def _flip(state: np.ndarray) -> np.ndarray:
    return np.array([-1.0] + [1.0] * (state.shape[1] - 1), np.float32)
