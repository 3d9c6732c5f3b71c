"""A module of a user's in the working folder, for tests of parts of one's own."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def user_module(folder: Path, source: str, helper: str) -> Iterator[str]:
    """Write a module and the helper that it imports, and yield the module's name, which no other test has.

    Args:
        folder: the working folder of the test.
        source: of the module; `{helper}` stands for the helper's name.
        helper: source of the helper, which is called NAME_helper.
    """
    name = f"own_{abs(hash(folder))}"
    (folder / f"{name}.py").write_text(source.format(helper=f"{name}_helper"))
    (folder / f"{name}_helper.py").write_text(helper)
    yield name
    for each in (name, f"{name}_helper"):
        sys.modules.pop(each, None)
