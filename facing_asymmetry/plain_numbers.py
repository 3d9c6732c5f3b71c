"""Numbers as people write them in configurations."""

from typing import Any


def as_float(value: Any) -> Any:
    """A whole number as a float; everything else as it is, for the type check to judge."""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
