"""How fast this machine was the last time: kept beside the store, used for estimates only."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from facing_asymmetry.atomic import write_atomically


@dataclass(frozen=True)
class Rates:
    """Seconds per frame rendered, classified and stored, and per frame forward and backward.

    The defaults were measured on two cores (docs/benchmarks); `measured` says that they come from a run here.
    """

    frame_seconds: float = 0.0084
    gradient_seconds: float = 0.018
    measured: bool = False


def read_rates(folder: Path) -> Rates:
    """Rates of the last run that computed something, or the defaults."""
    try:
        return Rates(**json.loads((folder / "rates.json").read_text()))
    except (OSError, ValueError, TypeError):
        return Rates()


def write_rates(folder: Path, rates: Rates) -> None:
    """Keep rates for the next estimate."""
    write_atomically(folder / "rates.json", json.dumps(asdict(rates)))
