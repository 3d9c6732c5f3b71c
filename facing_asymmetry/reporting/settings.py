"""What can be chosen about a report."""

from dataclasses import dataclass
from typing import Final

from facing_asymmetry.emotions import BASIC
from facing_asymmetry.errors import ConfigError

FORMATS: Final = ("png", "pdf", "svg")

FURTHER_NODES: Final = 6
"""Most values of s, and of t, in the contact sheets of further faces and interventions."""


@dataclass(frozen=True)
class ReportSettings:
    """Choices of a report; the defaults are those of `conf/report/default.yaml`.

    Attributes:
        title: heading of the page; empty takes the run's own title.
        classifier: network shown in the morph strip, the surface and first in the explorer; empty takes the one that
            accepts most emotions (ties: names most of them on the first face, symmetric and full; then alphabetical), a
            choice that does not look at any effect.
        emotion: emotion shown there; empty takes happiness where it is accepted, else the first accepted one.
        strip_frames: faces in the morph strip, at least 2.
        dpi: resolution of PNG files, dots per inch.
        formats: files written per figure: `png`, `pdf`, `svg`.
        max_bytes: size that `report.html` stays under, bytes; face images are shrunk to fit.
        explorer_identities: faces in the explorer, at least 1; of those beyond the first, and of interventions beyond
            the first one-sided one, at most `FURTHER_NODES` values of s and of t are kept.
        explorer_nodes: most values of s, and of t, in the explorer; finer grids are thinned evenly, end points kept.
    """

    title: str = ""
    classifier: str = ""
    emotion: str = ""
    strip_frames: int = 7
    dpi: int = 200
    formats: tuple[str, ...] = ("png", "pdf")
    max_bytes: int = 15_000_000
    explorer_nodes: int = 11
    explorer_identities: int = 2

    def __post_init__(self) -> None:
        """Raise `ConfigError` for a value that no report can be made with."""
        unknown = [name for name in self.formats if name not in FORMATS]
        if unknown:
            raise ConfigError(f"report.formats: unknown format {unknown[0]!r}; choose from {', '.join(FORMATS)}")
        if self.emotion and self.emotion not in BASIC:
            raise ConfigError(f"report.emotion: {self.emotion!r} is not one of {', '.join(BASIC)}")
        lowest = {"strip_frames": 2, "explorer_nodes": 2, "explorer_identities": 1, "dpi": 30, "max_bytes": 1_000_000}
        for name, least in lowest.items():
            if getattr(self, name) < least:
                raise ConfigError(f"report.{name} = {getattr(self, name)}: must be at least {least}")
