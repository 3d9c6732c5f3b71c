"""How much a graph would compute, found on tensors that have a shape and no numbers."""

from collections.abc import Callable, Iterable
from typing import Any, Final

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from facing_asymmetry.core.errors import ModelError

MOST_AT_ONCE: Final = 1 << 29
"""Numbers in all values that are kept at one time."""

MOST_NUMBERS: Final = 1 << 34
"""Numbers in all values together."""

MOST_OPERATIONS: Final = 10**13
"""Floating-point operations."""


class CountedNumbers(TorchDispatchMode):
    """Adds up the numbers that torch's own functions give, also those that a function calls inside.

    Raises:
        ModelError: they are too many.
    """

    def __init__(self) -> None:
        super().__init__()
        self.total = 0

    def __torch_dispatch__(
        self, func: Callable[..., Any], types: Iterable[type], args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Call a function and count what it gives."""
        found = func(*args, **(kwargs or {}))
        counts = [
            one.numel() for one in (found if isinstance(found, tuple | list) else (found,)) if isinstance(one, Tensor)
        ]
        self.total += sum(counts)
        if max(counts, default=0) > MOST_AT_ONCE or self.total > MOST_NUMBERS:
            raise ModelError(
                f"one value has {max(counts):,} numbers, and all so far {self.total:,}; it is not computed"
            )
        return found


def require_bounded(compute: Callable[[], object]) -> None:
    """Run a computation on tensors of the `meta` device, which takes neither memory nor much time.

    Args:
        compute: does it.

    Raises:
        ModelError: with numbers it would take too much of one of them.
    """
    with FlopCounterMode(display=False) as counter, CountedNumbers(), torch.no_grad():
        compute()
    if counter.get_total_flops() > MOST_OPERATIONS:
        raise ModelError(f"it takes {counter.get_total_flops():.1g} operations, which are not computed")


def require_kept(values: Iterable[object]) -> None:
    """Check the values that are kept at one time; `ModelError` where they are too many."""
    kept = sum(one.numel() for one in values if isinstance(one, Tensor))
    if kept > MOST_AT_ONCE:
        raise ModelError(f"{kept:,} numbers are kept at one time; they are not computed")
