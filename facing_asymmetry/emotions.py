"""The emotions of the study and their one canonical spelling."""

from typing import Final

BASIC: Final = ("anger", "disgust", "fear", "happiness", "sadness", "surprise")
"""The six emotions that are shown (Ekman's); `neutral` is the reference."""

CANONICAL: Final = (*BASIC, "neutral", "contempt")
"""Every class a classifier may have, in the order used for columns and plots."""
