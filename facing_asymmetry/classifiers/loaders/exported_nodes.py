"""Nodes of a saved `torch.export` program: what they take, call and give."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import torch
from torch import Tensor

from facing_asymmetry.classifiers.loaders.exported_operators import MAKERS, ORDERS, TYPES, function_of
from facing_asymmetry.core.errors import ModelError, clipped

LARGEST_SIZE: Final = 1 << 40
"""The largest whole number that arithmetic with sizes may give."""

VIEWS: Final = ("view", "_unsafe_view")
"""Functions that torch refuses where numbers lie in another order in memory than when the program was exported."""

Description = dict[str, Any]
"""An entry of the file's JSON."""


def described(node: Description) -> str:
    """A node in words."""
    return f"node {clipped(node.get('name') or '', 80)!r} ({clipped(node['target'], 80)})"


def results_of(node: Description, values: dict[str, Any], x: Tensor) -> dict[str, Any]:
    """What a node gives, by name.

    Args:
        node: as the file describes it.
        values: by name, those it takes among them.
        x: frames; their device and width are the network's.
    """
    function = function_of(node["target"])
    if function is None:
        return {}
    if not node["target"].startswith("torch."):
        found = function(*(_argument(one["arg"], values, x) for one in node["inputs"]))
    else:
        named = {one["name"]: _argument(one["arg"], values, x) for one in node["inputs"]}
        named.pop("pin_memory", None)
        if node["target"].split(".")[3] in MAKERS:
            named["device"] = x.device
        if node["target"].split(".")[3] in VIEWS and "size" in named:
            found = named["self"].reshape(named["size"])
        else:
            found = function(**named)
    given = dict(_named(node["outputs"], found))
    for value in given.values():
        if isinstance(value, int | float) and abs(value) > LARGEST_SIZE:
            raise ModelError(f"it gives {value:.1g}, which is no size")
    return given


def names_in(description: Any) -> Iterator[str]:
    """Names of values in a description of arguments or results."""
    if isinstance(description, dict):
        for key, value in description.items():
            if key in ("as_tensor", "as_name"):
                yield value["name"] if isinstance(value, dict) else str(value)
            elif key == "as_tensors":
                yield from (one["name"] for one in value)
            elif key in ("arg", "as_sym_int", "as_sym_ints", "as_optional_tensors", "as_sym_float", "as_sym_bool"):
                yield from names_in(value)
    elif isinstance(description, list):
        for one in description:
            yield from names_in(one)


def last_uses(nodes: Sequence[Description], outputs: Sequence[str]) -> list[list[str]]:
    """For each node, values that nothing after it takes."""
    later, ends = set(outputs), []
    for node in reversed(nodes):
        names = {*names_in(node["inputs"]), *names_in(node["outputs"])} - later
        later |= names
        ends.append(sorted(names))
    return ends[::-1]


def hidden_write(nodes: Sequence[Description]) -> Description | None:
    """A node that works in place on a reshaped value whose origin is taken again: a copy would not be seen there."""
    origins: dict[str, str] = {}
    for place, node in enumerate(nodes):
        name, given = f"{node['target']}....".split(".")[3], next(names_in(node["inputs"]), "")
        if name in (*VIEWS, "reshape", "flatten", "contiguous"):
            origins |= dict.fromkeys(names_in(node["outputs"]), given)
        origin = origins.get(given, "") if name.endswith("_") else ""
        while origin:
            if any(origin in names_in(later["inputs"]) for later in nodes[place + 1 :]):
                return node
            origin = origins.get(origin, "")
    return None


def _argument(given: Description, values: dict[str, Any], x: Tensor) -> Any:
    """An argument out of its description; a device is the one of the frames."""
    ((kind, value),) = given.items()
    match kind:
        case "as_none":
            return None
        case "as_tensor":
            return values[value["name"]]
        case "as_tensors":
            return [values[one["name"]] for one in value]
        case "as_optional_tensors":
            return [values[one["as_tensor"]["name"]] if one.get("as_tensor") else None for one in value]
        case "as_sym_int" | "as_sym_float" | "as_sym_bool":
            return _number(value, values)
        case "as_sym_ints" | "as_sym_floats" | "as_sym_bools":
            return [_number(one, values) for one in value]
        case "as_int" | "as_ints" | "as_float" | "as_floats" | "as_bool" | "as_bools" | "as_string":
            return value
        case "as_scalar_type":
            return x.dtype if TYPES[value].is_floating_point else TYPES[value]
        case "as_memory_format":
            return ORDERS[value]
        case "as_device":
            return x.device
        case "as_layout":
            return torch.strided
    raise NotImplementedError(f"an argument {clipped(kind, 40)}")


def _number(given: Description, values: dict[str, Any]) -> Any:
    ((kind, value),) = given.items()
    return values[value] if kind == "as_name" else value


def _named(outputs: list[Description], found: Any) -> Iterator[tuple[str, Any]]:
    if len(outputs) == 1 and outputs[0].get("as_tensors"):
        yield from zip((one["name"] for one in outputs[0]["as_tensors"]), found, strict=True)
        return
    results = found if isinstance(found, tuple | list) else (found,)
    for place, value in zip(outputs, results, strict=False):
        ((kind, facts),) = place.items()
        if kind == "as_tensor":
            yield facts["name"], value
        elif kind in ("as_sym_int", "as_sym_bool", "as_sym_float"):
            yield facts["as_name"], value
