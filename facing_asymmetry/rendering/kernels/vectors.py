"""Reads, writes and small vectors that loops need to become vector instructions, on any processor that LLVM knows.

LLVM makes vector instructions of a loop only if it can see that no write changes what a later turn reads. It can't
where a place in a table depends on a value, or where many arrays are written. `read_at` and `write_at` tell it.
`lanewise` and `mix_texel` work on neighbouring numbers at once. All of it is IEEE arithmetic, element by element: the
bits are those of the same formula on single numbers.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import types
from numba.core.errors import TypingError
from numba.extending import intrinsic

FLOAT, INDEX = ir.FloatType(), ir.IntType(32)

Formula = Callable[..., Any]

_instruction: Any = intrinsic


def _data(context: Any, builder: Any, kind: Any, array: Any) -> Any:
    """Pointer to an array's first element."""
    return context.make_array(kind)(context, builder, array).data


def _contiguous(*arrays: Any) -> None:
    """Raise where indices along the memory would not be indices of the array."""
    for array in arrays:
        if not isinstance(array, types.Array) or array.layout != "C":
            raise TypingError(f"a contiguous array is needed, got {array}")


def _scopes(builder: Any, names: list[str]) -> Any:
    """Alias scopes of the function that is being built, as metadata."""
    add = builder.module.add_metadata
    domain = add([f"{builder.function.name} accesses"])
    return add([add([name, domain]) for name in names])


@_instruction
def read_at(_typing: Any, array: Any, index: Any) -> Any:
    """`array.ravel()[index]`, index not negative, of an array that no `write_at` of the same function changes."""
    _contiguous(array)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        value = builder.load(builder.gep(_data(context, builder, signature.args[0], args[0]), [args[1]]))
        value.set_metadata("alias.scope", _scopes(builder, ["read"]))
        return value

    return array.dtype(array, types.intp), generate


@_instruction
def write_at(_typing: Any, array: Any, index: Any, value: Any) -> Any:
    """`array.ravel()[index] = value`, index not negative; each such line of a function writes an array of its own."""
    _contiguous(array)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        written = builder.store(args[2], builder.gep(_data(context, builder, signature.args[0], args[0]), [args[1]]))
        before = getattr(builder.function, "facing_asymmetry_writes", 0)
        builder.function.facing_asymmetry_writes = before + 1
        written.set_metadata("alias.scope", _scopes(builder, [f"write {before}"]))
        written.set_metadata("noalias", _scopes(builder, ["read", *(f"write {k}" for k in range(before))]))
        return context.get_dummy_value()

    return types.void(array, types.intp, array.dtype), generate


class Vector:
    """Neighbouring float32 numbers in a function that is being built; formulas of numbers work on them.

    Args:
        builder: writes the function.
        value: the LLVM value.
    """

    __array_ufunc__ = None  # a NumPy number on the left leaves the operation to this class

    def __init__(self, builder: Any, value: Any) -> None:
        self.builder, self.value = builder, value

    def _same(self, other: Any) -> Any:
        if isinstance(other, Vector):
            return other.value
        return ir.Constant(self.value.type, [float(other)] * self.value.type.count)

    def __add__(self, other: Any) -> "Vector":
        return Vector(self.builder, self.builder.fadd(self.value, self._same(other)))

    def __mul__(self, other: Any) -> "Vector":
        return Vector(self.builder, self.builder.fmul(self.value, self._same(other)))

    def __rsub__(self, other: Any) -> "Vector":
        return Vector(self.builder, self.builder.fsub(self._same(other), self.value))

    @classmethod
    def of(cls, builder: Any, numbers: list[Any]) -> "Vector":
        """A vector of these numbers."""
        value = ir.Constant(ir.VectorType(FLOAT, len(numbers)), ir.Undefined)
        for lane, number in enumerate(numbers):
            value = builder.insert_element(value, number, INDEX(lane))
        return cls(builder, value)

    @classmethod
    def load(cls, builder: Any, data: Any, at: Any, width: int) -> "Vector":
        """The numbers from this place on."""
        place = builder.bitcast(builder.gep(data, [at]), ir.VectorType(FLOAT, width).as_pointer())
        return cls(builder, builder.load(place, align=4))

    def store(self, data: Any, at: Any) -> None:
        """Write the numbers from this place on."""
        place = self.builder.bitcast(self.builder.gep(data, [at]), self.value.type.as_pointer())
        self.builder.store(self.value, place, align=4)


def _entries(builder: Any, values: Any, count: int) -> list[Any]:
    return [builder.extract_value(values, place) for place in range(count)]


def lanewise(formula: Formula, width: int) -> Any:
    """A function for kernels: a formula on `width` neighbouring numbers at each of several places of a table.

    Args:
        formula: of the numbers at each place, then of the factors; sums, products, differences from a constant.
        width: how many numbers.

    Returns:
        `function(table, places, factors, out, at)` writes them to `out` from `at` on; places count along the memory.
    """

    @_instruction
    def combine(_typing: Any, table: Any, places: Any, factors: Any, out: Any, at: Any) -> Any:
        _contiguous(table, out)
        wanted = (types.UniTuple(types.intp, len(places)), types.UniTuple(types.float32, len(factors)))

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            data = _data(context, builder, signature.args[0], args[0])
            found = [Vector.load(builder, data, at, width) for at in _entries(builder, args[1], len(places))]
            scales = [Vector.of(builder, [factor] * width) for factor in _entries(builder, args[2], len(factors))]
            formula(*found, *scales).store(_data(context, builder, signature.args[3], args[3]), args[4])
            return context.get_dummy_value()

        return types.void(table, *wanted, out, types.intp), generate

    return combine


def texelwise(formula: Formula) -> Any:
    """A function for kernels: a formula on four texels of an 8-bit texture, whose first three channels are decoded.

    Args:
        formula: of four vectors (red, green, blue, last channel), then of two factors.

    Returns:
        `function(texture, decode, places, factors, out, at)` writes four numbers; places count texels.
    """

    @_instruction
    def combine(_typing: Any, texture: Any, decode: Any, places: Any, factors: Any, out: Any, at: Any) -> Any:
        _contiguous(texture, decode, out)
        wanted = (types.UniTuple(types.intp, 4), types.UniTuple(types.float32, 2))

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            pixels, table = (_data(context, builder, signature.args[k], args[k]) for k in (0, 1))
            found = [_texel(builder, pixels, table, place) for place in _entries(builder, args[2], 4)]
            scales = [Vector.of(builder, [factor] * 4) for factor in _entries(builder, args[3], 2)]
            formula(*found, *scales).store(_data(context, builder, signature.args[4], args[4]), args[5])
            return context.get_dummy_value()

        return types.void(texture, decode, *wanted, out, types.intp), generate

    return combine


def _texel(builder: Any, pixels: Any, decode: Any, place: Any) -> Vector:
    first = builder.mul(place, place.type(4))
    channels = [builder.load(builder.gep(pixels, [builder.add(first, place.type(k))])) for k in range(4)]
    colours = [builder.load(builder.gep(decode, [builder.zext(channel, place.type)])) for channel in channels[:3]]
    return Vector.of(builder, [*colours, builder.uitofp(channels[3], FLOAT)])
