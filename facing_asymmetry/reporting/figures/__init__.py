"""The figures, one module each: `draw` makes it, `caption` says what it shows, `describe` says it unseen."""

from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from facing_asymmetry.results.finished_run import RunData

MODULES: Final = (
    "causal_graph",
    "expressions",
    "impact_surface",
    "example_faces",
    "activation_curves",
    "activation_by_classifier",
    "effect_map",
    "forest",
    "controls",
    "calibration",
)
"""Module names, in the order of their numbers."""


class FigureModule(Protocol):
    """What each module of this package offers.

    Attributes:
        NUMBER: the figure's number in the method, `F5`; `NAME`: its file name; `TITLE`: its heading.
        NEEDS_FACES: whether it can only be drawn where the run kept rendered faces.
    """

    NUMBER: str
    NAME: str
    TITLE: str
    NEEDS_FACES: bool

    def draw(self, data: "RunData") -> "Figure":
        """The figure, from the run's tables (and faces) alone."""
        ...

    def caption(self, data: "RunData") -> str:
        """What is drawn, with units and what bands, bars and marks mean."""
        ...

    def describe(self, data: "RunData") -> str:
        """A text alternative: what a reader who doesn't see the picture should know, with numbers."""
        ...


def figure_modules() -> list[FigureModule]:
    """All figure modules, imported now (matplotlib takes about a second)."""
    return [import_module(f"{__name__}.{name}") for name in MODULES]
