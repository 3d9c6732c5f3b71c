"""Work done ahead: while one block of frames is classified, the next is rendered."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def ahead(jobs: Iterable[Callable[[], T]], depth: int) -> Iterator[T]:
    """Results of the jobs in their order, up to `depth` of them finished by one other thread before they are asked for.

    An error in a job is raised where its result is asked for, and no later job is started. With `depth` 0 the caller's
    own thread does the work.
    """
    if depth == 0:
        for job in jobs:
            yield job()
        return
    waiting: deque[Future[T]] = deque()
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as pool:
        try:
            for job in jobs:
                waiting.append(pool.submit(job))
                if len(waiting) > depth:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
