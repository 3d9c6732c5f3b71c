"""How often classifiers see the emotion that an authored expression shows: the check that expressions read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Int
from numpy import ndarray

from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.emotions import BASIC
from facing_asymmetry.expressions.facs import authored_weights
from facing_asymmetry.face_models.contract import FaceModel
from facing_asymmetry.rendering.camera import stage_subjects
from facing_asymmetry.rendering.contract import Renderer

SHOWN = (*BASIC, "neutral")
"""Expressions that are shown, the rows of the table."""


@dataclass(frozen=True)
class Recognition:
    """Counts of argmax = shown.

    Attributes:
        classifiers: names of the N classifiers; `shown`: names of the rows.
        right: `(rows, N)` faces recognised; `faces`: faces per cell; -1 where the classifier lacks the class.
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
        """Share recognised over all cells."""
        return float(self.right[self.right >= 0].mean() / self.faces)


def recognition_table(
    model: FaceModel, renderer: Renderer, classifiers: Mapping[str, Classifier], identities: Sequence[int]
) -> Recognition:
    """Show every authored expression on every identity to every classifier.

    Args:
        model: the face model; renderer: draws it.
        renderer: draws it.
        classifiers: by name.
        identities: identity numbers.
    """
    right = np.zeros((len(SHOWN), len(classifiers)), int)
    for number in identities:
        subject = model.subject(number)
        basis, stage = model.basis(subject), stage_subjects(model, [subject])
        weights = np.stack([authored_weights(emotion, model) for emotion in SHOWN])
        states = torch.from_numpy(subject.rest + basis.displace(weights).total)
        with torch.no_grad():
            images = renderer.render(states, stage, torch.zeros(len(SHOWN), dtype=torch.long))
            for column, classifier in enumerate(classifiers.values()):
                seen = classifier(images).argmax(dim=1).tolist()
                right[:, column] += [classifier.labels[k] == emotion for k, emotion in zip(seen, SHOWN, strict=True)]
    for column, classifier in enumerate(classifiers.values()):
        right[[emotion not in classifier.labels for emotion in SHOWN], column] = -1
    return Recognition(tuple(classifiers), SHOWN, right, len(identities))
