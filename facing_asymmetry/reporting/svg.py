"""Figures as SVG images that follow the reader's light or dark setting, for use inside a page."""

import base64
import io
import re
from typing import Final

from matplotlib.figure import Figure
from PIL import Image

from facing_asymmetry.reporting.figures.style import INK, MUTED, PAPER, RULE, look
from facing_asymmetry.reporting.sprites import data_uri

FONTS: Final = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
STYLE: Final = (
    ":root{--ink:#1b1f24;--muted:#5b6570;--rule:#d5dae0;--paper:#fefefe}"
    "@media screen and (prefers-color-scheme:dark){:root{--ink:#e8eaed;--muted:#a3acb6;--rule:#3a424b;--paper:#171a1e}}"
    f"text,tspan{{font-family:{FONTS}!important}}"
)
VARIABLES: Final = {INK: "var(--ink)", MUTED: "var(--muted)", RULE: "var(--rule)", PAPER: "var(--paper)"}


def figure_svg(figure: Figure, name: str) -> str:
    """The figure as SVG text: no date, stable ids, reader's fonts and colours, embedded pictures as WebP."""
    buffer = io.StringIO()
    with look(name):
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None}, dpi=150)
    text = re.sub(r"data:image/png;base64,([A-Za-z0-9+/=\s]+)", _as_webp, buffer.getvalue())
    for colour, variable in VARIABLES.items():
        text = text.replace(colour, variable)
    return text.replace("<defs>", f"<defs><style>{STYLE}</style></defs>\n <defs>", 1)


def svg_uri(text: str) -> str:
    """SVG text as a data URI."""
    return "data:image/svg+xml;base64," + base64.b64encode(text.encode("utf-8")).decode("ascii")


def _as_webp(found: re.Match[str]) -> str:
    with Image.open(io.BytesIO(base64.b64decode(found.group(1)))) as image:
        return data_uri(image.convert("RGBA"), 85)
