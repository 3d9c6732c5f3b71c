"""Reads FLAME's pickles without executing anything: numbers, sparse matrices and the arrays inside chumpy objects.

Own code: `pickle` executes what a file names, chumpy does not install on this Python, and readers of tensors
(`weights_only`) know neither of them nor scipy's matrices.
"""

import io
import pickle
from _compat_pickle import IMPORT_MAPPING
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from numpy import ndarray

from facing_asymmetry.core.assets.given import given_size
from facing_asymmetry.core.errors import AssetError, clipped
from facing_asymmetry.core.inert import Entries, Rebuilder, RefusedError, Shell, shell_type
from facing_asymmetry.core.pickle_budget import check_pickle

KINDS: Final = "biufSU"
"""Kinds of numpy data that are numbers or words."""

LARGEST: Final = 2**30
"""Bytes of the largest file that is read, and of the largest array that is rebuilt."""


DEEPEST: Final = 50
"""Containers inside each other."""

MOST_PARTS: Final = 200_000
"""Parts of all containers, counted as often as they occur."""


class Dtype(Shell):
    """A numpy data type that is being unpickled: its code, then its byte order."""

    code = ""
    order = "="

    def __setstate__(self, state: object) -> None:
        """Keep the byte order; data types with fields or objects are refused."""
        if not isinstance(state, tuple) or len(state) < 5 or state[1] not in ("<", ">", "|", "="):
            raise RefusedError("it holds a data type of an unknown layout")
        if state[2] is not None or state[3] is not None:
            raise RefusedError("it holds a numpy record type; plain numbers are expected")
        self.order = str(state[1])

    def resolved(self) -> np.dtype:
        """The data type.

        Raises:
            RefusedError: it is not one of numbers or words.
        """
        try:
            kind = np.dtype(self.code).newbyteorder(self.order)  # type: ignore[arg-type]
        except (TypeError, ValueError) as error:
            raise RefusedError(f"it holds numpy data of type {self.code!r}") from error
        if kind.kind not in KINDS:
            raise RefusedError(f"it holds numpy data of type {self.code!r}; numbers are expected")
        return kind


class Array(Shell):
    """A numpy array that is being unpickled."""

    values: ndarray | list[Any] | None = None

    def __setstate__(self, state: object) -> None:
        """Rebuild the array from shape, data type, order and bytes; an array of objects stays a list."""
        if not isinstance(state, tuple) or len(state) != 5 or not isinstance(state[2], Dtype):
            raise RefusedError("it holds a numpy array of an unknown layout")
        _, shape, dtype, fortran, content = state
        if dtype.code.startswith("O"):
            self.values = list(content)
            return
        self.values = _from_bytes(tuple(shape), dtype.resolved(), bool(fortran), content)


def _from_bytes(shape: tuple[int, ...], kind: np.dtype, fortran: bool, content: object) -> ndarray:
    content = content.encode("latin1") if isinstance(content, str) else content
    if not isinstance(content, bytes | bytearray) or not all(isinstance(n, int) and n >= 0 for n in shape):
        raise RefusedError("it holds a numpy array without bytes")
    count = int(np.prod(shape, dtype=object))
    if count * kind.itemsize != len(content) or len(content) > LARGEST:
        raise RefusedError(f"it holds an array of shape {shape} with {len(content):,} bytes")
    return np.frombuffer(content, kind).reshape(shape, order="F" if fortran else "C").copy()


def _dtype(code: str, *rest: object) -> Dtype:
    made = cast(Dtype, Shell.__new__(Dtype))
    made.code = code.decode("latin1") if isinstance(code, bytes) else str(code)
    return made


def _from_buffer(content: object, dtype: object, shape: tuple[int, ...], order: str) -> ndarray:
    """How numpy pickles an array by protocol 5."""
    if not isinstance(dtype, Dtype) or order not in ("C", "F"):
        raise RefusedError("it holds a numpy array of an unknown layout")
    return _from_bytes(tuple(shape), dtype.resolved(), order == "F", content)


def _scalar(dtype: Dtype, content: object = b"") -> Any:
    return _from_bytes((), dtype.resolved(), False, content)[()]


def _new(kind: type[Shell], *args: object) -> Shell:
    """A blank shell of a class, as pickles of old-style objects make them."""
    if not (isinstance(kind, type) and issubclass(kind, Shell)):
        raise RefusedError(f"it wants to make an object of {kind!r}")
    return Shell.__new__(kind)


def _bytes(text: str, encoding: str) -> bytes:
    """How Python 3 pickles bytes for Python 2."""
    if encoding not in ("latin1", "latin-1"):
        raise RefusedError(f"it wants to call _codecs.encode with {encoding!r}")
    return text.encode("latin1")


_NUMPY = ("numpy", "numpy.core.multiarray", "numpy._core.multiarray")

REBUILDERS: Final = {
    **{f"{module}._reconstruct": Rebuilder(lambda *_: Shell.__new__(Array)) for module in _NUMPY},
    **{f"{module}.scalar": Rebuilder(_scalar) for module in _NUMPY},
    **{f"{module}.dtype": Rebuilder(_dtype) for module in _NUMPY},
    **{f"{module}._frombuffer": Rebuilder(_from_buffer) for module in ("numpy.core.numeric", "numpy._core.numeric")},
    "copyreg._reconstructor": Rebuilder(_new),
    "_codecs.encode": Rebuilder(_bytes),
    # the landmark embedding has torch tensors among its entries; none is needed, and none is rebuilt
    "torch.storage._load_from_bytes": Rebuilder(lambda *_: None),
    "torch._utils._rebuild_tensor_v2": Rebuilder(lambda *_: None),
    "builtins.set": Rebuilder(lambda items=(): list(items)),
    "collections.OrderedDict": Rebuilder(lambda items=(): Entries((str(key), value) for key, value in items)),
    "collections.defaultdict": Rebuilder(lambda *_: Entries()),
}
"""What a pickle may call."""


class FlameUnpickler(pickle.Unpickler):
    """Reads one pickle of Python 2 or 3."""

    def find_class(self, module: str, name: str) -> Any:
        """A rebuilder or a new shell; nothing is ever imported."""
        module = IMPORT_MAPPING.get(module, module)
        known = REBUILDERS.get(f"{module}.{name}")
        return known or shell_type(module, name)

    def persistent_load(self, pid: Any) -> Any:
        """Refuse: these files lie alone."""
        raise RefusedError("it refers to things outside the file")


def read_pickle(path: Path) -> Any:
    """What a pickle holds, every array rebuilt.

    Raises:
        AssetError: no such file, not a pickle, truncated, or one that wants to call something, which is named.
    """
    given_size(path, LARGEST)
    return plain(unpickled(path.read_bytes(), path), path)


def unpickled(content: bytes, path: Path) -> Any:
    """The object of a pickle in memory; `path` is named in errors.

    Raises:
        AssetError: as `read_pickle`.
    """
    try:
        check_pickle(io.BytesIO(content), len(content))
        return FlameUnpickler(io.BytesIO(content), encoding="latin1").load()
    except RefusedError as error:
        raise AssetError(
            f"{path} is refused: {clipped(error, 200)}. Nothing of it was executed. Is it from its authors?"
        ) from error
    except Exception as error:  # a damaged pickle fails in any way: stack underflow, bad opcode, wrong argument
        words = str(error).strip().splitlines() or [type(error).__name__]
        raise AssetError(f"{path} cannot be read as a pickle: {clipped(words[0], 200)}. Is it whole?") from error


def plain(value: Any, path: Path, key: str = "") -> Any:
    """Arrays out of their shells: numpy's own, scipy's sparse ones made dense, chumpy's by their value `x`.

    Raises:
        AssetError: a sparse matrix does not hold together, or the value holds itself, or is very deep or wide.
    """
    return _Plain(path).of(value, key, 0)


class _Plain:
    """Goes through a value, and counts how much of it was seen.

    Args:
        path: of the file, for messages.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._seen = path, 0

    def of(self, value: Any, key: str, depth: int) -> Any:
        """The value without shells."""
        self._seen += 1
        if depth > DEEPEST or self._seen > MOST_PARTS:
            raise AssetError(
                f"{self._path}: entry {clipped(key)!r} has parts too deep in each other, or too many of them"
            )
        if isinstance(value, dict):
            return {str(name): self.of(part, str(name), depth + 1) for name, part in value.items()}
        if isinstance(value, Array):
            return self.of(value.values, key, depth + 1) if isinstance(value.values, list) else value.values
        if isinstance(value, list | tuple):
            return [self.of(part, key, depth + 1) for part in value]
        if isinstance(value, Shell):
            return self._from_shell(value, key, depth)
        return value

    def _from_shell(self, value: Shell, key: str, depth: int) -> Any:
        facts = vars(value)
        if {"indices", "indptr", "data"} <= set(facts):
            parts = {name: self.of(part, key, depth + 1) for name, part in facts.items()}
            return _sparse(type(value).__name__, parts, self._path, key)
        if type(value).__module__.split(".")[0] == "chumpy" and "x" in facts:
            return self.of(facts["x"], key, depth + 1)
        return value


def _sparse(kind: str, facts: dict[str, Any], path: Path, key: str) -> ndarray:
    from scipy import sparse

    shape = facts.get("_shape", facts.get("shape"))
    kinds = {"csc_matrix": sparse.csc_matrix, "csr_matrix": sparse.csr_matrix}
    kinds |= {"csc_array": sparse.csc_matrix, "csr_array": sparse.csr_matrix}
    try:
        height, width = (int(count) for count in shape or ())
        if height * width * 8 > LARGEST:
            raise ValueError(f"{height:,} by {width:,} numbers are too many for a head")
        made = kinds[kind]((facts["data"], facts["indices"], facts["indptr"]), shape=(height, width))
        made.check_format()
    except Exception as error:  # scipy's constructors fail in any way on parts of another kind
        raise AssetError(
            f"{path}: entry {clipped(key)!r} is a sparse matrix that does not hold together ({clipped(error, 200)})"
        ) from error
    return np.asarray(made.todense())
