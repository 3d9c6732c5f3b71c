"""Other people's words for the emotions, as networks' label files have them."""

from collections.abc import Mapping, Sequence
from typing import Final

from facing_asymmetry.core.emotions import CANONICAL

ALIASES: Final[Mapping[str, str]] = {
    **{emotion: emotion for emotion in CANONICAL},
    "angry": "anger",
    **dict.fromkeys(("disgusted", "disgusting"), "disgust"),
    **dict.fromkeys(("fearful", "afraid", "scared"), "fear"),
    **dict.fromkeys(("happy", "joy", "joyful"), "happiness"),
    "sad": "sadness",
    **dict.fromkeys(("surprised", "suprise"), "surprise"),
    "natural": "neutral",
    "contemptuous": "contempt",
}
"""Canonical emotion of each word, in lower case."""


def emotions_of(labels: Sequence[str], given: Mapping[str, str]) -> tuple[tuple[str, ...], list[str]]:
    """The canonical emotion of each label, and the labels that have none.

    Args:
        labels: of the outputs, in the network's order; capitals don't matter.
        given: emotions of labels that the user has said; they count before the known words.
    """
    said = {word.strip().lower(): emotion for word, emotion in given.items()}
    known = {**ALIASES, **said}
    found = [known.get(label.strip().lower(), "") for label in labels]
    return tuple(found), [label for label, emotion in zip(labels, found, strict=True) if not emotion]
