"""Further views of a picture: mirrored, and each half beside its own mirror image."""

from collections.abc import Callable
from typing import Final

import torch
from jaxtyping import Bool, Float
from torch import Tensor

View = Callable[[Tensor], Tensor]
"""Makes another view of pictures."""


def mirrored(images: Float[Tensor, "B 3 H W"]) -> Float[Tensor, "B 3 H W"]:
    """The mirror image."""
    return images.flip(-1)


def left_twice(images: Float[Tensor, "B 3 H W"]) -> Float[Tensor, "B 3 H W"]:
    """The picture's left half, and its mirror image in place of the right half; a middle column stays."""
    half = images.shape[-1] // 2
    left = images[..., : images.shape[-1] - half]
    return torch.cat([left, left[..., :half].flip(-1)], dim=-1)


def right_twice(images: Float[Tensor, "B 3 H W"]) -> Float[Tensor, "B 3 H W"]:
    """The picture's right half, and its mirror image in place of the left half; a middle column stays."""
    half = images.shape[-1] // 2
    right = images[..., half:]
    return torch.cat([right[..., right.shape[-1] - half :].flip(-1), right], dim=-1)


HALVES: Final[tuple[View, ...]] = (left_twice, right_twice)
"""Both halves; of the mirrored picture they are the same two pictures in the other order."""


def symmetric(images: Float[Tensor, "B 3 H W"]) -> Bool[Tensor, " B"]:
    """Which pictures are their own mirror image in every bit: all views of such a picture are the picture itself."""
    return (images == mirrored(images)).flatten(1).all(dim=1)
