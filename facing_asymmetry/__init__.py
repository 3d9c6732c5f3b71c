"""Does a facial-expression classifier rely on facial symmetry? Synthetic interventions on a 3D face."""

__version__ = "0.1.0"
