"""Looks through a pickle before anything of it is built, and bounds what building it would take.

A pickle of a few hundred bytes can hold tuples of tuples that double at every level: to hash or print one takes for
ever. It can ask for a table of a billion references, or for keys that all collide. The operations are gone through
with numbers in the place of values, in a time that grows with the length of the pickle.
"""

import pickletools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, Final

from facing_asymmetry.core.inert import RefusedError

MOST_OPERATIONS: Final = 400_000
"""Operations of one pickle; checkpoints have some tens of thousands."""

MOST_NAMES: Final = 1_000
"""Different classes and functions that one pickle may name."""

LARGEST_KEY: Final = 64
"""Parts of the largest key of a dictionary, or reference to something outside."""

LARGEST_TUPLE: Final = 100_000
"""Parts of the largest tuple, counted as often as they occur in it."""

DEEPEST: Final = 100
"""Tuples inside each other."""

MOST_ODD_KEYS: Final = 1_000
"""Keys that are neither words nor small numbers: such can be made to collide."""

SMALL: Final = 1 << 60
"""Whole numbers below it have different hashes."""

_SAME: Final = frozenset({"APPEND", "APPENDS", "SETITEM", "SETITEMS", "ADDITEMS", "BUILD"})
"""Operations that change the first of what they take."""

_HASHED: Final = frozenset({"TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "FROZENSET", "REDUCE", "EMPTY_TUPLE"})
"""Operations whose result may be hashed part by part."""


@dataclass(frozen=True, slots=True)
class _Value:
    """What stands for a value: how many parts it has, how deep they are in each other, and whether keys may be it."""

    size: int = 1
    depth: int = 1
    plain: bool = True


_MARK: Final = _Value()
_PART: Final = _Value()
_OTHER: Final = _Value(plain=False)


class _Bounded:
    """A file that never gives more than is left of it, whatever a length in the pickle says."""

    def __init__(self, file: IO[bytes], left: int) -> None:
        self._file, self._left = file, left

    def read(self, count: int) -> bytes:
        """At most what is left."""
        return self._given(self._file.read(max(0, min(count, self._left))))

    def readline(self) -> bytes:
        """At most what is left."""
        return self._given(self._file.readline(self._left))

    def _given(self, content: bytes) -> bytes:
        self._left -= len(content)
        return content


def check_pickle(file: IO[bytes], size: int) -> None:
    """Look through the pickle that begins where a file stands; the file stands there again afterwards.

    Args:
        file: that can be read at any place.
        size: bytes from there to the end of the file.

    Raises:
        RefusedError: building it would take too much.
        ValueError: it is no whole pickle.
    """
    start = file.tell()
    _Machine(size).run(pickletools.genops(_Bounded(file, size)))  # type: ignore[arg-type]
    file.seek(start)


class _Machine:
    """The stack and the memory of an unpickler, with sizes in the place of values."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._stack: list[_Value] = []
        self._memory: dict[int, _Value] = {}
        self._names: set[object] = set()
        self._odd_keys = 0

    def run(self, operations: Iterator[tuple[Any, Any, int | None]]) -> None:
        """Go through the operations."""
        for count, (operation, argument, _) in enumerate(operations):
            if count >= MOST_OPERATIONS:
                raise RefusedError(f"it has more than {MOST_OPERATIONS:,} operations")
            name = operation.name
            if "PUT" in name or name == "MEMOIZE":
                self._put(len(self._memory) if name == "MEMOIZE" else int(argument), count)
            elif "GET" in name and name != "GET_EXTENSION":
                self._stack.append(self._memory[int(argument)])
            elif name == "FRAME" and argument > self._size:
                raise RefusedError(f"it announces {argument:,} bytes and has {self._size:,}")
            else:
                self._step(operation, argument)

    def _put(self, place: int, count: int) -> None:
        if not 0 <= place <= count:
            raise RefusedError(f"it numbers a reference {place:,} after {count:,} operations")
        self._memory[place] = self._stack[-1]

    def _step(self, operation: Any, argument: Any) -> None:
        name, before, after = operation.name, operation.stack_before, operation.stack_after
        if not before and name not in ("GLOBAL", "MARK", "EMPTY_TUPLE"):  # most are plain values
            self._stack += [self._made(name, argument, []) for _ in after]
            return
        parts = self._popped(before, name)
        if name in ("GLOBAL", "INST", "STACK_GLOBAL"):
            self._names.add(argument if argument is not None else len(self._names))
        if len(self._names) > MOST_NAMES:
            raise RefusedError(f"it names more than {MOST_NAMES:,} classes and functions")
        self._check_keys(name, parts)
        if name == "MARK":
            self._stack.append(_MARK)
        elif name == "DUP":
            self._stack += [*parts, *parts]
        elif name in _SAME:
            self._stack.append(parts[0])
        elif after:
            self._stack.append(self._made(name, argument, parts))

    def _popped(self, before: list[Any], name: str) -> list[_Value]:
        """What an operation takes from the stack, in order; values above a mark are taken with it."""
        if name == "POP" and self._stack[-1] is _MARK:
            before = []
            self._stack.pop()
        taken: list[_Value] = []
        if pickletools.markobject in before:
            while (value := self._stack.pop()) is not _MARK:
                taken.append(value)
            before = before[: before.index(pickletools.markobject)]
        taken += [self._stack.pop() for _ in before]
        return taken[::-1]

    def _check_keys(self, name: str, parts: list[_Value]) -> None:
        """Bound what will be hashed or printed at once."""
        keys: list[_Value] = []
        if name in ("SETITEM", "SETITEMS", "DICT"):
            keys = parts[name != "DICT" :: 2]
        elif name in ("ADDITEMS", "FROZENSET"):
            keys = parts[name != "FROZENSET" :]
        elif name == "BINPERSID":
            keys = parts
        if any(key.size > LARGEST_KEY for key in keys):
            raise RefusedError("it has a key of very many parts")
        self._odd_keys += sum(not key.plain for key in keys) if name != "BINPERSID" else 0
        if self._odd_keys > MOST_ODD_KEYS:
            raise RefusedError(f"it has more than {MOST_ODD_KEYS:,} keys that are neither words nor small numbers")

    @staticmethod
    def _made(name: str, argument: Any, parts: list[_Value]) -> _Value:
        if name in _HASHED:
            size, depth = 1 + sum(part.size for part in parts), 1 + max((part.depth for part in parts), default=0)
            if size > LARGEST_TUPLE or depth > DEEPEST:
                raise RefusedError(f"it has a tuple of {size:,} parts, {depth} deep in each other")
            return _Value(size, depth, plain=False)
        if isinstance(argument, str | bytes) or (isinstance(argument, int) and abs(argument) < SMALL):
            return _PART
        return _OTHER
