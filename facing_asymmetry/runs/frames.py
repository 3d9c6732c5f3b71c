"""Frames of cells, made from what neighbouring cells share: blendshapes of an identity, an expression on it."""

from facing_asymmetry.expressions.expression import Expression
from facing_asymmetry.face_models.contract import BlendshapeBasis
from facing_asymmetry.interventions.contract import Face, Intervention
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.interventions.layout import FrameSet, lay_out
from facing_asymmetry.runs.stimuli import Stimuli


class FrameMaker:
    """Lays out frames; keeps the blendshapes of the last face and the last expression shown on it."""

    def __init__(self, study: Stimuli) -> None:
        self.study = study
        self._blendshapes: tuple[int, BlendshapeBasis] | None = None
        self._face: tuple[tuple[object, ...], Face] | None = None

    def frames(
        self, identity: int, expression: Expression, intervention: Intervention, side: str, grid: Grid
    ) -> FrameSet:
        """The distinct states of one face, expression, intervention and side over a grid."""
        return lay_out(intervention, self.face(identity, expression), grid, side, self.study.scene)

    def face(self, identity: int, expression: Expression) -> Face:
        """One face of the study with an expression."""
        key, study = (identity, expression.emotion, expression.weights), self.study
        if self._face is None or self._face[0] != key:
            shown = study.shown(identity, expression.emotion)
            if self._blendshapes is None or self._blendshapes[0] != identity:
                self._blendshapes = identity, study.model.basis(shown)
            blendshapes = self._blendshapes[1]
            moved = blendshapes.displace(expression.array)
            self._face = key, Face(study.model, shown, blendshapes, moved, study.left)
        return self._face[1]
