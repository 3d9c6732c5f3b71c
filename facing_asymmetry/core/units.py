"""The unit that activations are measured in, in the words of tables, axes and sentences."""

from collections.abc import Iterable
from typing import Final

LOGIT: Final = "logit"
"""Unit of the outputs of a network whose outputs are classes."""

OWN_UNITS: Final = "each network's own unit"
"""What activations of several units are measured in."""


def one_unit(units: Iterable[str]) -> str:
    """The unit that all share, or that each has its own."""
    found = list(dict.fromkeys(units))
    return found[0] if len(found) == 1 else OWN_UNITS


def plural(unit: str) -> str:
    """The unit after a number: `logits`, and any other as it is."""
    return f"{unit}s" if unit == LOGIT else unit


def in_unit(words: str, unit: str) -> str:
    """Words about logits, such as `logits per unit symmetry`, in another unit."""
    return words.replace(plural(LOGIT), plural(unit))
