"""HTML that notebooks show for the objects of the API."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

NOTEBOOK_WEBP_QUALITY = 80
"""WebP quality of images in a notebook."""


def facts_html(title: str, facts: Mapping[str, object]) -> str:
    """A heading and a table of two columns; empty values are left out."""
    rows = "".join(
        f"<tr><th style='text-align:left'>{escape(name)}</th><td style='text-align:left'>{escape(str(value))}</td></tr>"
        for name, value in facts.items()
        if value not in ("", None)
    )
    return f"<b>{escape(title)}</b><table>{rows}</table>"


def picture_html(image: "Image", words: str) -> str:
    """An image as part of the page."""
    from facing_asymmetry.results.contact_sheets import data_uri

    return f"<img alt='{escape(words)}' title='{escape(words)}' src='{data_uri(image, NOTEBOOK_WEBP_QUALITY)}'>"


def grid_html(title: str, columns: Sequence[str], rows: Mapping[str, Sequence[str]]) -> str:
    """A table with a heading, names of columns, and rows of HTML by name."""
    head = "".join(f"<th style='text-align:center'>{escape(name)}</th>" for name in ("", *columns))
    body = "".join(
        f"<tr><th>{escape(name)}</th>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
        for name, cells in rows.items()
    )
    return f"<b>{escape(title)}</b><table><tr>{head}</tr>{body}</table>"


def listed(words: Sequence[object], most: int = 6) -> str:
    """The first few words with commas between them, and how many there are in all."""
    shown = ", ".join(map(str, words[:most]))
    return shown if len(words) <= most else f"{shown}, ... ({len(words)})"
