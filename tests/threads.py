"""Two threads for a child process: `make test` gives the processes of the tests one each."""

import os


def two_threads() -> dict[str, str]:
    """This process's environment, but with two threads, which wait for each other without keeping a core busy."""
    return {**os.environ, "OMP_NUM_THREADS": "2", "NUMBA_NUM_THREADS": "2", "OMP_WAIT_POLICY": "PASSIVE"}
