"""Frames of cells, made from what neighbouring cells share: the units of a face, an expression on a face."""

from facing_asymmetry.expressions.expression import Expression
from facing_asymmetry.face_models.contract import Displacement, UnitBasis
from facing_asymmetry.interventions import Grid, Intervention
from facing_asymmetry.interventions.apply import Frames, lay_out
from facing_asymmetry.study.parts import Study


class FrameMaker:
    """Lays out frames; keeps the units of the last face and the last expression shown on it."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self._units: tuple[int, UnitBasis] | None = None
        self._moved: tuple[tuple[object, ...], Displacement] | None = None

    def frames(
        self, identity: int, expression: Expression, intervention: Intervention, side: str, grid: Grid
    ) -> Frames:
        """The distinct states of one face, expression, intervention and side over a grid."""
        study = self.study
        return lay_out(
            intervention, study.subject(identity), self._displacement(identity, expression), study.left, grid, side
        )

    def _displacement(self, identity: int, expression: Expression) -> Displacement:
        key = (identity, expression.weights)
        if self._moved is None or self._moved[0] != key:
            if self._units is None or self._units[0] != identity:
                self._units = identity, self.study.model.basis(self.study.subject(identity))
            self._moved = key, self._units[1].displace(expression.array)
        return self._moved[1]
