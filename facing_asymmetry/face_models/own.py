"""Face models of the user's own: what a configuration or an installed package names."""

from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np

from facing_asymmetry.core.errors import ConfigError, ModelError
from facing_asymmetry.core.store import content_key
from facing_asymmetry.core.user_code import error_words
from facing_asymmetry.core.user_parts import UserPart
from facing_asymmetry.face_models.contract import FaceModel, check_face_model
from facing_asymmetry.face_models.symmetry import mirrored

if TYPE_CHECKING:
    from facing_asymmetry.config import FaceModelConfig

GROUP: Final = "facing_asymmetry.face_models"
"""Entry points under which installed packages offer face models, by their kind."""

MEMBERS: Final = (
    *("blendshapes", "pairs", "bounds", "mirror", "wrinkles", "regions", "landmarks", "inner_faces", "surface"),
    *("fingerprint", "provenance", "identity", "basis", "midline_weight"),
)
"""What a face model has, beside its name."""


class UserHead:
    """A face model of the user's own, under the name of its configuration; everything else is the model's.

    Args:
        head: what the user's class made.
        name: of the configuration.
        part: where the class is, and what it rests on.
    """

    def __init__(self, head: Any, name: str, part: UserPart) -> None:
        self.head, self.name = head, name
        self.fingerprint = content_key({"part": part.fingerprint, "model": str(head.fingerprint)})

    def __getattr__(self, name: str) -> Any:
        return getattr(self.head, name)


def own_head(config: "FaceModelConfig") -> UserPart | None:
    """Where a configuration's face model of the user's own is; None where it is one of the package's.

    Raises:
        ConfigError: it has both a class and a kind, or no installed package offers the kind.
    """
    return UserPart.chosen(config.class_, config.kind, config.arguments, f"face_models.{config.name}", GROUP)


def make_own_head(part: UserPart, name: str) -> FaceModel:
    """Make a face model of the user's own and check it against the contract.

    Args:
        part: where it is.
        name: that it has in tables.

    Raises:
        ConfigError: it can't be imported or made, or it breaks the contract: the message says how.
    """
    made, at = part.made(), f"{part.named_by} = {part.place!r}"
    if lacking := [member for member in MEMBERS if not hasattr(made, member)]:
        raise ConfigError(f"{at} gives no face model: it lacks {', '.join(lacking)} ({FaceModel.__module__}.FaceModel)")
    head = cast(FaceModel, UserHead(made, name, part))
    try:
        check_face_model(head)
        check_face(head)
    except ModelError as error:
        raise ConfigError(f"{at}: {error}") from error
    except Exception as error:  # what a foreign object does when it is asked
        raise ConfigError(f"{at} breaks the contract of a face model: {error_words(error)}") from error
    return head


def check_face(head: FaceModel) -> None:
    """Raise `ModelError` where face 0 or its blendshapes have another form, or the face is not its own mirror image."""
    face, count = head.identity(0), len(head.mirror)
    size = (count, 3 + len(head.wrinkles))
    for what, found, wanted in (
        ("the rest state of face 0", face.rest.shape, size),
        ("its basis", head.basis(face).displacements.shape, (len(head.blendshapes), *size)),
    ):
        if found != wanted:
            raise ModelError(f"face model {head.name!r}: {what} has shape {found}; it must be {wanted}")
    if face.albedo.dtype != np.uint8 or face.albedo.ndim != 3 or face.albedo.shape[2] != 4:
        raise ModelError(f"face model {head.name!r}: the albedo of face 0 must be (height, width, 4) of uint8")
    error = float(np.abs(mirrored(face.rest, head.mirror) - face.rest).max())
    if error > 0:
        raise ModelError(f"face model {head.name!r}: face 0 isn't mirror-symmetric (largest error {error:.3g})")
