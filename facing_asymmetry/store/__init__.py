"""Results on disk: cells named by the hash of what was asked for, written atomically, checked when read."""

from facing_asymmetry.atomic import write_atomically
from facing_asymmetry.store.cells import CellStore
from facing_asymmetry.store.keys import content_key

__all__ = ["CellStore", "content_key", "write_atomically"]
