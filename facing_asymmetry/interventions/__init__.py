"""do(symmetry := s): how the parts of an expression are scaled over the grid of symmetry s and intensity t."""

from facing_asymmetry.interventions.contract import Axis, Intervention
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.interventions.palsy import Bilateral, FacialNervePalsy, Palsy
from facing_asymmetry.interventions.registry import INTERVENTIONS, make_intervention

__all__ = [
    "INTERVENTIONS",
    "Axis",
    "Bilateral",
    "FacialNervePalsy",
    "Grid",
    "Intervention",
    "Palsy",
    "make_intervention",
]
