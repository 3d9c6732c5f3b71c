"""What a figure of the report declares about itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from facing_asymmetry.results.finished_run import RunData

Section = Literal["results", "faces", "method"]
"""A section of the page that shows figures."""

SECTIONS: Final[tuple[Section, ...]] = get_args(Section)


@dataclass(frozen=True)
class ReportFigure:
    """A numbered figure of the report; each module of `figures` declares one as `FIGURE`.

    Attributes:
        number: as in the method, for example `F5`.
        title: heading on the page.
        section: section of the page that shows it.
        place: order within the section, ascending.
        draw: draws the figure from the run's tables (and faces) alone, under the common style.
        caption: says what is drawn, with units and what bands, bars and marks mean.
        describe: text alternative: what a reader who doesn't see the figure should know, with numbers.
        needs_faces: whether it can only be drawn where the run kept rendered faces.
        every_head: whether it shows all heads of a run, not the first.
    """

    number: str
    title: str
    section: Section
    place: int
    draw: "Callable[[RunData], Figure]"
    caption: "Callable[[RunData], str]"
    describe: "Callable[[RunData], str]"
    needs_faces: bool = False
    every_head: bool = False

    @property
    def name(self) -> str:
        """File name without ending: number and module, for example `f5_activation_curves`."""
        return f"{self.number.lower()}_{self.draw.__module__.rpartition('.')[2]}"
