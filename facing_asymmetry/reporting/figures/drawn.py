"""A drawn figure, ready for the page."""

from dataclasses import dataclass

from facing_asymmetry.reporting.svg import svg_uri


@dataclass(frozen=True)
class Picture:
    """A drawn figure, ready for the page.

    Attributes:
        number: `F5`; `name`: file name without ending; `title`, `caption`: in words; `alt`: text alternative.
        svg: SVG text; `width`, `height`: its size in CSS pixels.
    """

    number: str
    name: str
    title: str
    caption: str
    alt: str
    svg: str
    width: int
    height: int

    @property
    def uri(self) -> str:
        """The picture as a data URI."""
        return svg_uri(self.svg)
