"""Pictures of a run for W&B: those of its report, and the surface of each emotion."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from facing_asymmetry.reporting.build import save_figure
from facing_asymmetry.reporting.figures import figure_modules, impact_surface
from facing_asymmetry.reporting.run_data import RunData
from facing_asymmetry.tracking.keys import surface_key

DPI: Final = 110
"""Of the surfaces drawn here: sharp in a panel, a tenth of a megabyte each."""


@dataclass(frozen=True)
class Picture:
    """A PNG file and its caption."""

    path: Path
    caption: str


def pictures(data: RunData, scratch: Path) -> dict[str, Picture]:
    """Every figure of the report that is there as PNG, by `figures/NAME`; of a job with one network also its surfaces.

    A job with several networks has the report's one surface, F3: a hundred pictures would cost more time than a quick
    run takes, and the table `surfaces` holds their numbers.

    Args:
        scratch: folder that the surfaces are drawn into.
    """
    found = {}
    for module in figure_modules():
        path = data.path / "figures" / f"{module.NAME}.png"
        if path.is_file():
            found[f"figures/{module.NAME}"] = Picture(path, f"{module.TITLE}. {module.caption(data)}")
    if len(data.classifiers) == 1:
        found |= {surface_key(emotion): _surface(data, emotion, scratch) for emotion in data.emotions}
    return found


def _surface(data: RunData, emotion: str, scratch: Path) -> Picture:
    chosen = replace(data, settings=replace(data.settings, classifier=data.classifiers[0], emotion=emotion))
    path = scratch / f"surface_{emotion}.png"
    save_figure(impact_surface.draw(chosen), path, DPI)
    return Picture(path, impact_surface.caption(chosen))
