"""The emotions of the study, their one canonical spelling, and the order in which stimuli stand."""

from collections.abc import Iterable
from typing import Final

BASIC: Final[tuple[str, ...]] = ("anger", "disgust", "fear", "happiness", "sadness", "surprise")
"""The six emotions that are shown (Ekman's); `neutral` is the reference."""

CANONICAL: Final[tuple[str, ...]] = (*BASIC, "neutral", "contempt")
"""Every class that a classifier of emotions may have, in the order used for columns and plots."""

NEUTRAL: Final = "neutral"
"""The face at rest, which every face model shows without any weights."""

ALL_EMOTIONS: Final = "all"
"""Emotion of a row that is pooled over all that are shown."""


def in_order(names: Iterable[str], asked: Iterable[str] = ()) -> list[str]:
    """Names of stimuli or classes, each once: emotions in canonical order, then others as asked for, then as given."""
    given = list(dict.fromkeys(map(str, names)))
    return [name for name in dict.fromkeys((*CANONICAL, *asked, *given)) if name in given]
