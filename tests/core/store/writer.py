"""A process that writes and reads cells of a shared store until it has seen each of them whole.

    python -m tests.core.store.writer STORE ROUNDS [for-ever]

Every process asks for the same cells; the content of a cell follows from its number. Prints how many reads it made.
"""

import random
import sys
from pathlib import Path

from facing_asymmetry.core.store import CellStore

CELLS = 12


def content(number):
    """What belongs into a cell: enough that a torn write would show."""
    return bytes([number]) * 200_000


def main(folder, rounds):
    """Write and read cells in an order of this process's own; sweep orphans in between."""
    store, order, reads = CellStore(folder), random.Random(), 0
    for _ in range(rounds):
        store.open()
        numbers = list(range(CELLS))
        order.shuffle(numbers)
        for number in numbers:
            found = store.read("cells", {"number": number})
            if found is not None:
                assert found == content(number), f"cell {number} is torn"
                reads += 1
            if found is None or order.random() < 0.5:
                store.write("cells", {"number": number}, content(number))
    print(reads)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
