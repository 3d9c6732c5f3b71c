"""Resizing on the CPU with the few weights around each output pixel, not a matrix that is almost all zeros."""

from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from facing_asymmetry.core.compiling import compiled


class ResizeBand(NamedTuple):
    """The weights of a resize matrix that are not zero.

    Attributes:
        first: `(T,)` int64, the first source pixel of each output pixel.
        weights: `(K, T)`, those of K source pixels from there on.
    """

    first: ndarray
    weights: ndarray

    @classmethod
    def of(cls, matrix: Float[ndarray, "T S"]) -> Self:
        """The band of a matrix whose rows are zero but for one stretch each."""
        filled, source = matrix != 0, matrix.shape[1]
        first = filled.argmax(axis=1)
        last = np.where(filled.any(axis=1), source - filled[:, ::-1].argmax(axis=1), first + 1)
        width = int((last - first).max())
        first = np.minimum(first, source - width)
        columns = first[None] + np.arange(width)[:, None]
        return cls(first, np.ascontiguousarray(np.take_along_axis(matrix.T, columns, axis=0)))


def _resize(planes: ndarray, first: ndarray, weights: ndarray, out: ndarray) -> None:
    """Resize `(N, S, S)` planes to `(N, T, T)`: mix each row from K rows, then each of its pixels from K pixels."""
    taps, target, source = weights.shape[0], weights.shape[1], planes.shape[2]
    row = np.empty(source, planes.dtype)
    for n in range(planes.shape[0]):
        for i in range(target):
            upper, weight = planes[n, first[i]], weights[0, i]
            for column in range(source):
                row[column] = weight * upper[column]
            for k in range(1, taps):
                lower, weight = planes[n, first[i] + k], weights[k, i]
                for column in range(source):
                    row[column] += weight * lower[column]
            line, share = out[n, i], weights[0]
            for j in range(target):
                line[j] = share[j] * row[first[j]]
            for k in range(1, taps):
                share = weights[k]
                for j in range(target):
                    line[j] += share[j] * row[first[j] + k]


_resize_planes = compiled(_resize, nogil=True)


@dataclass(frozen=True)
class Resizer:
    """Resizes square images on the CPU as `matrix @ images @ matrix.T` does; differentiable.

    Attributes:
        band: of the matrix.
        transposed: of the transposed matrix, for the gradient.
    """

    band: ResizeBand
    transposed: ResizeBand

    @classmethod
    def of(cls, matrix: Float[ndarray, "T S"]) -> Self:
        """Resize with this matrix, to images of its type."""
        return cls(ResizeBand.of(matrix), ResizeBand.of(matrix.T))

    def __call__(self, images: Float[Tensor, "B C S S"]) -> Float[Tensor, "B C T T"]:
        """The resized images."""
        resized: Tensor = _BandedResize.apply(images, self)
        return resized


class _BandedResize(torch.autograd.Function):
    """A linear map, whose gradient is the same with the transposed band."""

    @staticmethod
    def forward(ctx: Any, images: Tensor, resizer: Resizer) -> Tensor:
        ctx.back = Resizer(resizer.transposed, resizer.band)
        planes = images.detach().contiguous().flatten(0, 1).numpy()
        first, weights = resizer.band
        out = np.empty((len(planes), len(first), len(first)), planes.dtype)
        _resize_planes(planes, first, weights, out)
        return torch.from_numpy(out.reshape(*images.shape[:2], *out.shape[1:]))

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None]:
        return ctx.back(upstream), None
