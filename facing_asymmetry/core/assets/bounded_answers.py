"""Answers of servers, bounded in size and in time: one that sends a byte now and then would be waited for for ever."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facing_asymmetry.core.errors import AssetError

if TYPE_CHECKING:
    from requests.adapters import HTTPAdapter

PATIENCE = 15.0
"""Seconds that a download may take whatever arrives."""

SLOWEST = 2_000.0
"""Bytes that must arrive each second beyond that."""

LARGEST_INDEX = 1 << 26
"""Bytes of the largest index page."""

LARGEST_ARCHIVE = 1 << 32
"""Bytes of the largest archive."""


class Arrived:
    """Counts the bytes that have come from a server."""

    count = 0


def watched(work: Callable[[Arrived], Path], what: str) -> Path:
    """Do the work in a thread, and leave it there when too little has arrived.

    Each answer has its own limit of time, but a server that sends a byte now and then never reaches it.

    Raises:
        AssetError: the server is too slow.
    """
    results: queue.SimpleQueue[Path | BaseException] = queue.SimpleQueue()
    arrived = Arrived()

    def run() -> None:
        try:
            results.put(work(arrived))
        except BaseException as error:
            results.put(error)

    threading.Thread(target=run, daemon=True).start()
    began = time.monotonic()
    while True:
        try:
            found = results.get(timeout=0.2)
        except queue.Empty:
            seconds = time.monotonic() - began
            if seconds > PATIENCE + arrived.count / SLOWEST:
                raise AssetError(f"cannot download {what}: {arrived.count:,} bytes came in {seconds:.0f} s") from None
        else:
            if isinstance(found, BaseException):
                raise found
            return found


def bounded_adapter(arrived: Arrived) -> "HTTPAdapter":
    """A transport that ends an answer that is larger than an index or an archive is."""
    import requests
    from requests.adapters import HTTPAdapter

    class Body:
        """The bytes of an answer, unpacked and counted."""

        def __init__(self, raw: Any, most: int) -> None:
            self._raw, self._left = raw, most

        def stream(self, size: int, decode_content: bool | None = None) -> Iterator[bytes]:
            for block in self._raw.stream(size, decode_content=decode_content):
                arrived.count += len(block)
                self._left -= len(block)
                if self._left < 0:
                    raise AssetError("the answer of the registry is larger than an index or archive is")
                yield block

        def __getattr__(self, name: str) -> Any:
            return getattr(self._raw, name)

    class Bounded(HTTPAdapter):
        """Bounds the body of each answer."""

        def send(
            self, request: Any, stream: bool = False, timeout: Any = None, verify: Any = True, cert: Any = None,
            proxies: Any = None,
        ) -> requests.Response:  # fmt: skip
            answer = super().send(request, stream, timeout, verify, cert, proxies)
            answer.raw = Body(answer.raw, LARGEST_ARCHIVE if stream else LARGEST_INDEX)
            return answer

    return Bounded()
