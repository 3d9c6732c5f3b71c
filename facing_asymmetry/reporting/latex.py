"""Text and tables for LaTeX: every special character escaped, signs outside ASCII as commands.

Own code, because the signs that this project's tables hold don't justify one more dependency; pandas escapes cells
but not captions, and leaves signs that pdfLaTeX does not know.
"""

import unicodedata
from typing import Final

import pandas as pd

SIGNS: Final = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "−": "$-$", "×": r"$\times$", "·": r"$\cdot$", "±": r"$\pm$", "≤": r"$\leq$", "≥": r"$\geq$", "→": r"$\rightarrow$",
    "∂": r"$\partial$", "φ": r"$\varphi$", "τ": r"$\tau$", "ρ": r"$\rho$", "°": r"\textdegree{}", "✕": r"$\times$",
    "–": "--", "—": "---", "…": r"\dots{}", "“": "``", "”": "''", "‘": "`", "’": "'", "„": ",,", "\u00a0": "~",
    "\n": " ", "ß": r"\ss{}", "ø": r"\o{}", "Ø": r"\O{}", "æ": r"\ae{}", "ł": r"\l{}", "ı": r"\i{}",
}  # fmt: skip
ACCENTS: Final = {
    "\u0300": r"\`", "\u0301": r"\'", "\u0302": r"\^", "\u0303": r"\~", "\u0304": r"\=", "\u0306": r"\u",
    "\u0307": r"\.", "\u0308": r"\"", "\u030a": r"\r", "\u030b": r"\H", "\u030c": r"\v", "\u0327": r"\c",
}  # fmt: skip
"""Combining mark -> the command that puts it on a letter."""

HEADER: Final = "% needs \\usepackage{booktabs,longtable}\n"


def latex_text(text: str) -> str:
    """Text that pdfLaTeX sets as it stands: pure ASCII; a sign without a command becomes its name in brackets."""
    return "".join(_sign(sign) for sign in unicodedata.normalize("NFC", text))


def latex_table(frame: pd.DataFrame, caption: str, label: str) -> str:
    """A `tabular` in a float, or a `longtable` above 40 rows, of a table whose cells are text."""
    escaped = frame.rename(columns=latex_text).map(lambda cell: latex_text(str(cell)))
    body = escaped.to_latex(
        index=False, escape=False, caption=latex_text(caption), label=label, longtable=len(frame) > 40
    )
    return HEADER + body


def _sign(sign: str) -> str:
    if sign in SIGNS:
        return SIGNS[sign]
    if sign.isascii():
        return sign
    parts = unicodedata.normalize("NFD", sign)
    if len(parts) == 2 and parts[0].isascii() and parts[1] in ACCENTS:
        return f"{ACCENTS[parts[1]]}{{{parts[0]}}}"
    return f"[{unicodedata.name(sign, 'unknown sign').lower()}]"
