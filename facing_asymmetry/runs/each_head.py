"""A configuration of several heads, turned into those of one head each."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from facing_asymmetry.config import PHOTOGRAPHED, PHOTOGRAPHS, ExpressionConfig

Composed = Mapping[str, Any]
"""A configuration as composed."""


def of_each_head(composed: Composed) -> Iterator[tuple[str, dict[str, Any]]]:
    """The override that chooses each head, and the configuration that it leads to."""
    for name, facts in composed["face_models"].items():
        own = {**composed, "face_models": {name: facts}}
        if name == PHOTOGRAPHS and len(composed["face_models"]) > 1:  # `expression` is about the rendered heads
            own["expression"] = asdict(ExpressionConfig(kind=PHOTOGRAPHED))
        yield f"face_model={name}", own


def overrides_of(choice: str, overrides: list[str]) -> list[str]:
    """Overrides of several heads, turned into those of one: its choice, and no settings of the others.

    Photographs imply their expression, so that of rendered heads is left out.
    """
    head = choice.partition("=")[2]
    keys = {one: one.lstrip("+~").partition("=")[0].split(".") for one in overrides}
    others = {one for one, key in keys.items() if key[0] == "face_models" and key[1:2] != [head]}
    if head == PHOTOGRAPHS:
        others |= {one for one, key in keys.items() if key[0] == "expression"}
    return [*(one for one, key in keys.items() if key != ["face_model"] and one not in others), choice]
