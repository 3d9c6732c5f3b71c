"""Memory that was freed stays with the process, for the next block of images."""

import ctypes
import os
from typing import Final

LARGEST: Final = 1 << 30
"""Bytes: blocks up to this size are kept."""

OLD_LARGEST: Final = 1 << 25
"""Bytes: the most that an older glibc takes, half of its largest heap."""

LARGEST_TOP: Final = 1 << 29
"""Bytes: what lies free at the end of the heap beyond this is given back. Half of it makes DenseNet-121 ask again."""

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Parameters of `mallopt`, in malloc.h."""


def keep_freed_memory() -> None:
    """Let glibc keep freed blocks instead of giving them back to the kernel.

    It gives back what is above 32 MB, which a network's activations of twenty images are, and the kernel clears each
    page anew when the next layer asks for it. docs/benchmarks/networks.md says what that costs. The most memory that a
    run has at once grows by a twentieth to a tenth.

    Nothing happens with another C library, or where the user has set malloc's own variables (`MALLOC_...`,
    `GLIBC_TUNABLES`).
    """
    if any(name.startswith("MALLOC_") for name in os.environ) or "malloc" in os.environ.get("GLIBC_TUNABLES", ""):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if os.name == "posix" else None
    if mallopt is not None and (mallopt(_MMAP_THRESHOLD, LARGEST) or mallopt(_MMAP_THRESHOLD, OLD_LARGEST)):
        mallopt(_TRIM_THRESHOLD, LARGEST_TOP)
