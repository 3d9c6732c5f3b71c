"""Where the windows of ONNX convolutions and pools lie."""

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional

from facing_asymmetry.classifiers.loaders.onnx_operators.table import Node


@dataclass(frozen=True)
class Windows:
    """Windows on an image, one entry per axis of it.

    Attributes:
        size: of a window.
        strides: from one window to the next.
        dilations: from one number in a window to the next.
        before: numbers added at the start of an axis.
        after: numbers added at its end.
    """

    size: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]

    @property
    def even(self) -> bool:
        """Whether as many numbers are added at the start as at the end."""
        return self.before == self.after

    def padded(self, x: Tensor, value: float = 0.0) -> Tensor:
        """The image with the numbers added."""
        sides = [side for pair in zip(self.before[::-1], self.after[::-1], strict=True) for side in pair]
        return functional.pad(x, sides, value=value) if any(sides) else x


def windows(node: Node, x: Tensor, size: tuple[int, ...]) -> Windows:
    """The windows that a node's attributes describe.

    Args:
        node: of a convolution or pool.
        x: the image `(B, C, ...)`.
        size: of a window.
    """
    count = len(size)
    strides = tuple(node.get("strides") or (1,) * count)
    dilations = tuple(node.get("dilations") or (1,) * count)
    pads, automatic = node.get("pads") or [0] * (2 * count), node.get("auto_pad", "NOTSET")
    before, after = tuple(pads[:count]), tuple(pads[count:])
    if automatic == "VALID":
        before = after = (0,) * count
    elif automatic.startswith("SAME"):
        reach = [(k - 1) * d + 1 for k, d in zip(size, dilations, strict=True)]
        totals = [
            max(0, (-(-side // step) - 1) * step + width - side)
            for side, step, width in zip(x.shape[2:], strides, reach, strict=True)
        ]
        before = tuple(total // 2 if automatic == "SAME_UPPER" else total - total // 2 for total in totals)
        after = tuple(total - first for total, first in zip(totals, before, strict=True))
    return Windows(size, strides, dilations, before, after)


def rounded_up(node: Node, x: Tensor, at: Windows) -> Windows:
    """The same windows, with numbers added at the end for a last window that begins inside (`ceil_mode`)."""
    if not node.get("ceil_mode"):
        return at
    after = []
    for side, k, step, dilation, first, last in zip(
        x.shape[2:], at.size, at.strides, at.dilations, at.before, at.after, strict=True
    ):
        room = side + first + last - ((k - 1) * dilation + 1)
        count = -(-room // step) + 1
        if (count - 1) * step >= side + first:  # it would begin in the numbers added
            count -= 1
        after.append(last + max(0, (count - 1) * step - room))
    return Windows(at.size, at.strides, at.dilations, at.before, tuple(after))
