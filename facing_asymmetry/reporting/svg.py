"""Figures as SVG images that follow the reader's light or dark setting, for use inside a page."""

import base64
import io
import re
from dataclasses import dataclass
from typing import Final

from matplotlib.figure import Figure
from PIL import Image

from facing_asymmetry.reporting.style import ALERT, INK, MUTED, PAPER, RULE, look
from facing_asymmetry.results.contact_sheets import data_uri

FONTS: Final = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
PALETTE: Final = {
    "ink": (INK, "#e8eaed"),
    "muted": (MUTED, "#a3acb6"),
    "rule": (RULE, "#3a424b"),
    "paper": (PAPER, "#171a1e"),
    "alert": (ALERT, "#f08b80"),
}
"""Name of each variable -> colour in the figure's files, colour on a dark page."""


@dataclass(frozen=True)
class PageFigure:
    """A figure that is drawn and ready for the page.

    Attributes:
        number: for example `F5`; empty for figures without a number.
        name: file name without ending.
        title: heading.
        caption: what is drawn.
        alt: text alternative.
        svg: SVG text.
        width: CSS pixels.
        height: CSS pixels.
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
        """The figure as a data URI."""
        return svg_uri(self.svg)


def figure_svg(figure: Figure, salt: str) -> str:
    """The figure as SVG text: no date, ids from `salt`, reader's fonts and colours, embedded pictures as WebP."""
    buffer = io.StringIO()
    with look(salt):
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None}, dpi=150)
    text = re.sub(r"data:image/png;base64,([A-Za-z0-9+/=\s]+)", _as_webp, buffer.getvalue())
    for name, (colour, _) in PALETTE.items():
        text = text.replace(colour, f"var(--{name})")
    return text.replace("<defs>", f"<defs><style>{_style()}</style></defs>\n <defs>", 1)


def svg_uri(text: str) -> str:
    """SVG text as a data URI."""
    return "data:image/svg+xml;base64," + base64.b64encode(text.encode("utf-8")).decode("ascii")


def _style() -> str:
    """Both palettes and the reader's fonts as CSS."""
    light, dark = (";".join(f"--{name}:{pair[k]}" for name, pair in PALETTE.items()) for k in (0, 1))
    return (
        f":root{{{light}}}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"
        f"text,tspan{{font-family:{FONTS}!important}}"
    )


def _as_webp(found: re.Match[str]) -> str:
    with Image.open(io.BytesIO(base64.b64decode(found.group(1)))) as image:
        return data_uri(image.convert("RGBA"), 85)
