"""Padding as TensorFlow means it: `same` depends on the input's size and puts the odd pixel at the bottom and right."""

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn


class SamePad(nn.Module):
    """Pad so that a window with this stride gives ceil(size / stride) outputs.

    Args:
        kernel: height and width of the window.
        stride: its steps.
        value: what to pad with (0 before a convolution, minus infinity before a maximum).
    """

    def __init__(self, kernel: tuple[int, int], stride: tuple[int, int], value: float = 0.0) -> None:
        super().__init__()
        self.kernel, self.stride, self.value = kernel, stride, value

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C Hp Wp"]:
        """Pad; nothing is copied where no padding is needed."""
        widths: list[int] = []
        for size, kernel, stride in zip(x.shape[:1:-1], self.kernel[::-1], self.stride[::-1], strict=True):
            total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            widths += [total // 2, total - total // 2]
        return F.pad(x, widths, value=self.value) if any(widths) else x
