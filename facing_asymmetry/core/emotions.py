"""The emotions of the study and their one canonical spelling."""

from typing import Final, Literal, get_args

Emotion = Literal["anger", "disgust", "fear", "happiness", "sadness", "surprise"]

BASIC: Final[tuple[str, ...]] = get_args(Emotion)
"""The six emotions that are shown (Ekman's); `neutral` is the reference."""

CANONICAL: Final[tuple[str, ...]] = (*BASIC, "neutral", "contempt")
"""Every class a classifier may have, in the order used for columns and plots."""
