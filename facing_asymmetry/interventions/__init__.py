"""do(symmetry := s): how the parts of an expression are scaled over the grid of symmetry s and intensity t."""

from facing_asymmetry.interventions.contract import Axis, Face, Intervention, Invariant
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.interventions.registry import INTERVENTIONS, intervention_from, make_intervention

__all__ = [
    "INTERVENTIONS",
    "Axis",
    "Face",
    "Grid",
    "Intervention",
    "Invariant",
    "intervention_from",
    "make_intervention",
]
