"""How `make test` shares the files of tests between its processes, and what holds for every test."""

import hypothesis
import pytest

hypothesis.settings.register_profile("explore", deadline=None)
hypothesis.settings.register_profile("same each time", deadline=None, derandomize=True)
hypothesis.settings.load_profile("same each time")
"""One commit passes or fails each time alike; `pytest --hypothesis-profile explore` draws other examples in each run.

How long an example takes by the clock says how busy the machine is; pytest-timeout ends what hangs.
"""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In a process of pytest-xdist, files with slow tests come first: none is left over for the end, when others wait.

    The order within a file stays, and without pytest-xdist nothing changes.
    """
    if hasattr(config, "workerinput"):
        slow = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: item.path not in slow)
