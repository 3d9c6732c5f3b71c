"""torch.export archives of strangers, written by hand, given to the loader of `classifier=custom`."""

import json
import zipfile
from dataclasses import replace
from itertools import pairwise

from facing_asymmetry.classifiers import registry
from tests.hostile.frame import Member

PROGRAM = b"cposix\nsystem\n(S'touch ../outside/new'\ntR."
"""A pickle that starts a program when it is loaded."""

SOURCE = "__import__('pathlib').Path('../outside/new').touch()"


def size(*numbers):
    return [{"as_int": number} for number in numbers]


def facts(*shape, dtype=7):
    return {"dtype": dtype, "sizes": size(*shape), "strides": size(*[0] * len(shape)), "storage_offset": {"as_int": 0}}


def one(name):
    return {"as_tensor": {"name": name}}


def node(target, output, **inputs):
    """A node; text is the name of a value, whole numbers and lists of them are themselves."""
    arguments = []
    for name, value in inputs.items():
        kind = {str: "as_tensor", int: "as_int", list: "as_ints"}.get(type(value), "")
        given = value if isinstance(value, dict) else {kind: {"name": value} if kind == "as_tensor" else value}
        arguments.append({"name": name, "arg": given, "kind": 1})
    return {"target": target, "name": output, "inputs": arguments, "outputs": [one(output)], "metadata": {}}


ENDS = [
    node("torch.ops.aten.mean.dim", "m", self="x", dim=[2, 3]),
    node("torch.ops.aten.repeat.default", "r", self="m", repeats=[1, 3]),
    node("torch.ops.aten.slice.Tensor", "y", self="r", dim=1, start=0, end=7),
]


def archive(nodes, weights=None, parts=None, change=lambda facts: None):
    """A maker of an archive: these nodes, then seven numbers of the image."""

    def make(folder):
        inputs = [{"user_input": {"arg": one("x")}}]
        inputs += [{"parameter": {"arg": {"name": name}, "parameter_name": name}} for name in weights or {}]
        outputs = [{"user_output": {"arg": one("y")}}]
        shape = [{"as_expr": {"expr_str": SOURCE, "hint": None}}, *size(3, 32, 32)]
        graph = {"inputs": [one("x")], "outputs": [one("y")], "nodes": [*nodes, *ENDS]}
        graph |= {"tensor_values": {"x": {"sizes": shape}}, "sym_int_values": {"s": {"as_expr": {"expr_str": SOURCE}}}}
        signature = {"input_specs": inputs, "output_specs": outputs}
        content = {"graph_module": {"graph": graph, "signature": signature}, "guards_code": [SOURCE]}
        change(content)
        with zipfile.ZipFile(folder / "model", "w") as file:
            file.writestr("m/byteorder", "little")
            file.writestr("m/data/sample_inputs/model.pt", PROGRAM)
            file.writestr("m/data/constants/model_constants_config.json", json.dumps({"config": {}}))
            file.writestr("m/data/weights/model_weights_config.json", json.dumps({"config": weights or {}}))
            file.writestr("m/models/model.json", json.dumps(content))
            for name, part in (parts or {}).items():
                file.writestr(name, part)

    return make


def exported(name, says, make, code=2):
    def made(folder):
        make(folder)
        record = registry.record("custom")
        options = {**record.options, "loader": "exported", "path": str(folder / "model")}
        return lambda: registry.load(replace(record, input_size=32, options=options))

    return Member(f"torch.export: {name}", "loaders", made, says=says, code=code)


def weight(**more):
    return {"w": {"path_name": "weight_0", "is_param": True, "use_pickle": False, "tensor_meta": facts(7)} | more}


def doubled(levels):
    names = ["x", *(f"d{level}" for level in range(levels))]
    return [
        node("torch.ops.aten.cat.default", new, tensors={"as_tensors": [{"name": old}] * 2}, dim=2)
        for old, new in pairwise(names)
    ]


def grown(levels):
    """Sizes that are squared again and again."""
    found = []
    for level in range(levels):
        old = {"as_sym_int": {"as_name": f"s{level - 1}"} if level else {"as_int": 65536}}
        found.append(node("_operator.mul", f"s{level}", a=old, b=old))
        found[-1]["outputs"] = [{"as_sym_int": {"as_name": f"s{level}"}}]
    return found


def _deep(folder):
    archive([])(folder)
    with zipfile.ZipFile(folder / "model") as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts["m/models/model.json"] = b"[" * 500_000
    with zipfile.ZipFile(folder / "model", "w") as new:
        for name, content in parts.items():
            new.writestr(name, content)


FILES = {"filename": {"as_string": "../outside/secret"}, "shared": {"as_bool": True}, "size": 4}
OUTSIDE = {"m/data/weights/weight_0": bytes(28)}
WHOLE = "not a whole torch.export archive"
REFUSED = "is no function that may be called"

MEMBERS = [
    exported("programs in everything that is not read", "", archive([]), code=0),
    exported(
        "a function that reads a file", REFUSED, archive([node("torch.ops.aten.from_file.default", "f", **FILES)])
    ),
    exported("a function of Python", REFUSED, archive([node("os.system", "f", command={"as_string": SOURCE})])),
    exported("an attribute for a function", REFUSED, archive([node("torch.ops.aten.relu.__reduce__", "f", self="x")])),
    exported("a name with control characters", REFUSED, archive([node("\x1b[2J[/bold]", "f", self="x")])),
    exported(
        "terabytes of ones",
        "not computed|does not run",
        archive([node("torch.ops.aten.ones.default", "f", size=[1 << 40])]),
    ),
    exported(
        "an image of terabytes",
        "not computed|does not run",
        archive([node("torch.ops.aten.repeat.default", "f", self="x", repeats=[1, 1, 1 << 15, 1 << 15])]),
    ),
    exported("an image that doubles", "not computed|does not run", archive(doubled(40))),
    exported("sizes that are squared", "is no size", archive(grown(40))),
    exported(
        "a value that is not there", "does not run", archive([node("torch.ops.aten.relu.default", "f", self="none")])
    ),
    exported(
        "more nodes than a network has",
        "at most",
        archive([node("torch.ops.aten.relu.default", "x", self="x")] * 20_001),
    ),
    exported("graphs too deep in each other", WHOLE, _deep),
    exported(
        "pickled weights", "is pickled", archive([], weight(use_pickle=True), {"m/data/weights/weight_0": PROGRAM})
    ),
    exported("weights in another file", WHOLE, archive([], weight(path_name="../../../../outside/secret"))),
    exported(
        "weights that promise terabytes",
        "does not fit",
        archive([], weight(tensor_meta=facts(1 << 20, 1 << 20)), OUTSIDE),
    ),
    exported("weights of a negative size", "does not fit", archive([], weight(tensor_meta=facts(-7)), OUTSIDE)),
    exported(
        "weights of an unknown type",
        "a type that is not read",
        archive([], weight(tensor_meta=facts(7, dtype=99)), OUTSIDE),
    ),
    exported("no weights where some are named", WHOLE, archive([], weight())),
    exported("no nodes", WHOLE, archive([], change=lambda facts: facts["graph_module"]["graph"].pop("nodes"))),
    exported("a list for a graph", WHOLE, archive([], change=lambda facts: facts.update(graph_module=[1]))),
    exported("noise", "Is it whole", lambda folder: (folder / "model").write_bytes(bytes(range(256)) * 40)),
]
