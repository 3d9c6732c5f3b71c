"""The numbered figures of the report, one module each; a new module is found without being listed anywhere.

A module defines `draw`, `caption` and `describe` and declares them as `FIGURE`, a `ReportFigure`.
"""

import pkgutil
import re
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from facing_asymmetry.reporting.report_figure import ReportFigure

FIGURE_MODULES: Final = tuple(sorted(f"{__name__}.{module.name}" for module in pkgutil.iter_modules(__path__)))
"""Every module of this package. Finding them imports none, so content keys of code can use this."""


@cache
def report_figures() -> tuple["ReportFigure", ...]:
    """All figures in the order of their numbers; imports them (matplotlib takes about a second)."""
    found = (import_module(name).FIGURE for name in FIGURE_MODULES)
    return tuple(sorted(found, key=_number_order))


def _number_order(figure: "ReportFigure") -> tuple[int, str]:
    """F5, F5b, F6, ..., F10."""
    digits = re.sub(r"\D", "", figure.number)
    return int(digits), figure.number
