"""Expressions: authored after FACS, or optimised for a classifier.

`dir(expressions)` lists the six authored ones, which any face model can show: `face.show(expressions.happiness)`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class AuthoredExpression:
    """An expression composed of action units after FACS, not fitted to any classifier.

    Attributes:
        emotion: the emotion that it shows.
    """

    emotion: str

    def __repr__(self) -> str:
        return f"expressions.{self.emotion}"


anger = AuthoredExpression("anger")
disgust = AuthoredExpression("disgust")
fear = AuthoredExpression("fear")
happiness = AuthoredExpression("happiness")
sadness = AuthoredExpression("sadness")
surprise = AuthoredExpression("surprise")

__all__ = ["anger", "disgust", "fear", "happiness", "sadness", "surprise"]


def __dir__() -> list[str]:
    return __all__
