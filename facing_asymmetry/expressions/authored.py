"""Authored FACS expressions on a face model, and how often classifiers recognise them.

They are the shared stimulus of the controls, and where the search for an optimised expression begins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray

from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.face_models.arkit import PRESETS
from facing_asymmetry.face_models.contract import FaceModel
from facing_asymmetry.rendering.camera import frame_identities
from facing_asymmetry.rendering.contract import Renderer

SHOWN = (*BASIC, "neutral")
"""Expressions that are shown, the rows of the table."""


def authored_weights(emotion: str, model: FaceModel) -> Float[ndarray, " E"]:
    """Blendshape weights of an authored expression: the face model's own where its blendshapes have no ARKit names.

    Args:
        emotion: one of `PRESETS`, or `neutral`.
        model: the face model that shows it.

    Raises:
        ConfigError: no preset of this name, or the face model lacks one of its blendshapes.
    """
    own = getattr(model, "presets", None)
    if own is None or emotion not in own:
        return facs_weights(emotion, model.blendshapes)
    weights: Float[ndarray, " E"] = own[emotion].astype(np.float32)
    return weights


def facs_weights(emotion: str, blendshapes: tuple[str, ...]) -> Float[ndarray, " E"]:
    """Blendshape weights of an authored expression by ARKit's names.

    Args:
        emotion: one of `PRESETS`, or `neutral`.
        blendshapes: the face model's names of them; a preset's `x` sets `x`, or `x_L` and `x_R` alike.

    Raises:
        ConfigError: no preset of this name, or the face model lacks one of its blendshapes.
    """
    if emotion == "neutral":
        return np.zeros(len(blendshapes), np.float32)
    if emotion not in PRESETS:
        raise ConfigError(f"expression=facs has no preset {emotion!r}; there are: {', '.join(sorted(PRESETS))}")
    weights = np.zeros(len(blendshapes), np.float32)
    for name, weight in PRESETS[emotion].items():
        named = [i for i, own in enumerate(blendshapes) if own in (name, f"{name}_L", f"{name}_R")]
        if not named:
            raise ConfigError(
                f"the preset {emotion!r} needs the blendshape {name!r}, which the face model doesn't have"
            )
        weights[named] = weight
    return weights


@dataclass(frozen=True)
class Recognition:
    """Counts of argmax = shown.

    Attributes:
        classifiers: names of the N classifiers.
        shown: names of the rows.
        right: `(rows, N)` number of identities on which it was recognised, -1 where the classifier lacks the class.
        faces: number of identities that each entry is counted over.
    """

    classifiers: tuple[str, ...]
    shown: tuple[str, ...]
    right: Int[ndarray, "rows N"]
    faces: int

    def share(self, shown: str) -> float:
        """Share recognised of one expression over the classifiers that have it."""
        row = self.right[self.shown.index(shown)]
        return float(row[row >= 0].mean() / self.faces)

    @property
    def overall(self) -> float:
        """Share recognised over all expressions and classifiers that have the class."""
        return float(self.right[self.right >= 0].mean() / self.faces)


def recognition_table(
    model: FaceModel, renderer: Renderer, classifiers: Mapping[str, Classifier], identities: Sequence[int]
) -> Recognition:
    """Show every authored expression on every identity to every classifier.

    Args:
        model: the face model.
        renderer: draws it.
        classifiers: by name.
        identities: identity numbers.
    """
    right = np.zeros((len(SHOWN), len(classifiers)), int)
    for number in identities:
        identity = model.identity(number)
        basis, framing = model.basis(identity), frame_identities(model, [identity])
        weights = np.stack([authored_weights(emotion, model) for emotion in SHOWN])
        states = torch.from_numpy(identity.rest + basis.displace(weights).total)
        with torch.no_grad():
            images = renderer.render(states, framing, torch.zeros(len(SHOWN), dtype=torch.long))
            for column, classifier in enumerate(classifiers.values()):
                seen = classifier(images).argmax(dim=1).tolist()
                right[:, column] += [classifier.labels[k] == emotion for k, emotion in zip(seen, SHOWN, strict=True)]
    for column, classifier in enumerate(classifiers.values()):
        right[[emotion not in classifier.labels for emotion in SHOWN], column] = -1
    return Recognition(tuple(classifiers), SHOWN, right, len(identities))
