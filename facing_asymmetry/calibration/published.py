"""The calibration that is published with the package: inside it when installed, in docs/ of a source tree."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from facing_asymmetry.errors import AssetError


@cache
def published() -> dict[str, Any]:
    """The record of the full calibration; `AssetError` where the installation lacks it."""
    package = Path(__file__).resolve().parent
    places = (package / "published.json", package.parents[1] / "docs" / "calibration" / "calibration.json")
    for place in places:
        if place.is_file():
            return dict(json.loads(place.read_text(encoding="utf-8")))
    raise AssetError(f"neither {places[0]} nor {places[1]} is there; is the installation whole?")
