"""How `make test` shares the files of tests between its processes."""

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In a process of pytest-xdist, files with slow tests come first: none is left over for the end, when others wait.

    The order within a file stays, and without pytest-xdist nothing changes.
    """
    if hasattr(config, "workerinput"):
        slow = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: item.path not in slow)
