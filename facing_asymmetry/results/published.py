"""Records of calibration published with the package: inside it when installed, in docs/ of a source tree."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from facing_asymmetry.core.errors import AssetError


@cache
def published() -> dict[str, Any]:
    """The record of the full calibration; `AssetError` where the installation lacks it."""
    return _record("calibration.json")


@cache
def published_planted() -> dict[str, Any]:
    """The record of the planted classifiers; `AssetError` where the installation lacks it."""
    return _record("planted.json")


def with_error(rate: Mapping[str, Any]) -> str:
    """A rate of a record with its Monte-Carlo error: `4.9 ± 0.5 %`."""
    return f"{100 * rate['value']:.1f} ± {100 * rate['monte_carlo_error']:.1f} %"


def _record(name: str) -> dict[str, Any]:
    folder = Path(__file__).resolve().parent
    places = (folder / name, folder.parents[1] / "docs" / "calibration" / name)
    for place in places:
        if place.is_file():
            return dict(json.loads(place.read_text(encoding="utf-8")))
    raise AssetError(f"neither {places[0]} nor {places[1]} is there; is the installation whole?")
