"""HDF5, ONNX and TorchScript files of strangers, given to the loaders of `classifier=custom` and to the import."""

import os
from dataclasses import replace

import h5py
import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from facing_asymmetry.classifiers import registry
from tests.classifiers import keras_files
from tests.classifiers.onnx_graphs import head, info, layers, model, save, tensor
from tests.hostile.frame import Member


def own(**options):
    custom = registry.record("custom")
    return replace(custom, input_size=32, options={**custom.options, **options})


def loaded(name, make, says="", starts=(), **options):
    """A file that a maker writes to `model`, loaded as the user's own network."""

    def made(folder):
        make(folder)
        return lambda: registry.load(own(path=str(folder / "model"), **options))

    return Member(name, "loaders", made, says=says, starts=starts)


def keras(name, says="model", **facts):
    def make(folder):
        keras_files.write(folder / "other.h5")
        (folder / "raw").write_bytes(bytes(16))
        keras_files.write(folder / "model", **facts)

    return loaded(f"HDF5: {name}", make, says, loader="keras_h5")


def _outside(group):
    del group["kernel"]
    group.create_dataset("kernel", (2, 2), "<f4", external=[("../outside/secret", 0, 16)])


def _outside_link(group):
    del group["kernel"]
    group["kernel"] = h5py.ExternalLink("../outside/secret", "/")


def graph(name, made, says="model", **options):
    def make(folder):
        content = made(folder) if callable(made) else made
        if isinstance(content, onnx.ModelProto):
            content = content.SerializeToString()
        (folder / "model").write_bytes(content)

    return loaded(f"ONNX: {name}", make, says, starts=("python", "python3", "python3.11"), loader="onnx", **options)


def external(location, offset="0", length=None):
    """A model whose tensors lie in a file of this name, and files that it could mean."""

    def made(folder):
        (folder / "sub").mkdir()
        (folder / "link").symlink_to("../outside/secret")
        (folder / "linked").symlink_to("../outside")
        (folder / "short").write_bytes(bytes(10))
        os.mkfifo(folder / "pipe")
        save(folder / "whole", model(*layers(1)), external="whole.data")
        found = onnx.load(folder / "whole", load_external_data=False)
        for one in found.graph.initializer:
            facts = {entry.key: entry for entry in one.external_data}
            facts["location"].value, facts["offset"].value = location, offset
            if length is not None:
                facts["length"].value = length
        return found

    return made


def constant(shape, operator="ConstantOfShape"):
    """Numbers that the graph makes itself, of this shape, and whose mean is added to the logits."""
    nodes, tensors = layers(1)
    nodes[-1].output[0] = "start"
    wanted = numpy_helper.from_array(np.array(shape), "wanted")
    given = ["wanted"] if operator == "ConstantOfShape" else ["start_one", "wanted"]
    one = numpy_helper.from_array(np.ones([1] * len(shape), np.float32), "start_one")
    nodes += [
        helper.make_node(operator, given, ["many"]),
        helper.make_node("ReduceMean", ["many"], ["mean"], keepdims=0),
        helper.make_node("Add", ["start", "mean"], ["y"]),
    ]
    return model(nodes, [*tensors, wanted, one])


def endless():
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["again"]), helper.make_node("Sin", ["v"], ["w"])],
        "body",
        [info("i", kind=TensorProto.INT64), info("go", kind=TensorProto.BOOL), info("v", "N", 7)],
        [info("again", kind=TensorProto.BOOL), info("w", "N", 7)],
    )
    nodes, tensors = layers(1)
    nodes[-1].output[0] = "start"
    nodes.append(helper.make_node("Loop", ["", "yes", "start"], ["y"], body=body))
    return model(nodes, [*tensors, numpy_helper.from_array(np.array(True), "yes")])


def joined(levels):
    """The image beside itself, again and again."""
    nodes, last = [], "x"
    for level in range(levels):
        nodes.append(helper.make_node("Concat", [last, last], [f"d{level}"], axis=2))
        last = f"d{level}"
    return model([*nodes, *head(last)], [tensor("head", 7, 3)])


def changed(change):
    made = model(*layers(1))
    change(made)
    return made


def _promise(made):
    one = made.graph.initializer[0]
    del one.dims[:]
    one.dims.extend([1 << 20, 1 << 20, 3, 3])


def _nested(levels):
    inner = helper.make_graph([], "g", [], [])
    for _ in range(levels):
        node = helper.make_node("If", ["c"], ["r"], then_branch=inner, else_branch=helper.make_graph([], "e", [], []))
        inner = helper.make_graph([node], "g", [], [])
    return model([*inner.node, *layers(1)[0]], layers(1)[1])


def _deep(levels):
    """Graphs in each other, deeper than a message may be; written by hand, since no library writes it."""

    def inside(field, message):
        length, size = b"", len(message)
        while size > 127:
            length, size = length + bytes([size & 127 | 128]), size >> 7
        return bytes([field << 3 | 2]) + length + bytes([size]) + message

    message = b""
    for _ in range(levels):
        message = inside(1, inside(5, inside(6, message)))
    return inside(7, message)


def _cut(folder):
    return model(*layers(1)).SerializeToString()[:-40]


MEAN = [helper.make_node("GlobalAveragePool", ["x"], ["y"])]
ELSEWHERE = ("../outside/secret", "/etc/passwd", "link", "linked/secret", "pipe", "sub", "absent", "", "a\0b", "~")
NOT_READ = "only a (file beside|plain file)|regular file|No such file|link"
GRAPHS = {
    **{f"data in {place!r}": (external(place), NOT_READ) for place in ELSEWHERE},
    "data that end too early": (external("short"), "truncated"),
    "data at a place that is no number": (external("short", "1e3"), "no number"),
    "data at a negative place": (external("short", "-5"), "no number"),
    "data at a place of many digits": (external("short", "9" * 5000), "no number"),
    "data of a length beyond all memory": (external("short", "0", str(1 << 62)), "truncated"),
    "eight gigabytes of zeros": (constant([1 << 31]), ""),
    "terabytes of zeros": (constant([1 << 20, 1 << 20]), ""),
    "one number, terabytes of times": (constant([1 << 20, 1 << 20], "Expand"), ""),
    "one tile, terabytes of times": (constant([1 << 20, 1 << 20], "Tile"), ""),
    "zeros of a negative size": (constant([-5, 3]), ""),
    "an image that doubles": (joined(40), ""),
    "a tensor that promises terabytes": (changed(_promise), ""),
    "a tensor without bytes": (changed(lambda m: m.graph.initializer[0].ClearField("raw_data")), ""),
    "an unknown operator": (changed(lambda m: setattr(m.graph.node[0], "op_type", "Evil")), "Evil"),
    "an operator of another domain": (changed(lambda m: setattr(m.graph.node[0], "domain", "evil")), ""),
    "operators of the future": (changed(lambda m: setattr(m.opset_import[0], "version", 9999)), ""),
    "a format of the future": (changed(lambda m: setattr(m, "ir_version", 9999)), ""),
    "graphs in each other": (_nested(30), ""),
    "graphs too deep in each other": (_deep(300), "not a whole ONNX"),
    "a node that reads itself": (changed(lambda m: m.graph.node[0].input.__setitem__(0, "y")), ""),
    "no nodes": (changed(lambda m: m.graph.ClearField("node")), ""),
    "no outputs": (changed(lambda m: m.graph.ClearField("output")), "it has none"),
    "no inputs": (changed(lambda m: m.graph.ClearField("input")), ""),
    "two inputs": (changed(lambda m: m.graph.input.append(info("z", "N", 3))), "one input of floats"),
    "an input of words": (model(MEAN, [], [info("x", "N", 3, 32, 32, kind=TensorProto.STRING)]), ""),
    "an input for a billion frames": (model(*layers(1), [info("x", 10**9, 3, 32, 32)]), "frames at once"),
    "an output of four dimensions": (model(MEAN, [], None, [info("y", "N", 3, 1, 1)]), "options.output"),
    "names with control characters": (
        changed(lambda m: setattr(m.graph.node[0], "op_type", "\x1b[2J[/bold]")), "",
    ),
    "cut": (_cut, ""),
    "empty": (b"", ""),
    "noise": (bytes(range(256)) * 40, "not a whole ONNX"),
    "messages without end": (b"\x3a\x80\x80\x40" + b"\x0a\x00" * (1 << 19), ""),
}  # fmt: skip


class Reader(nn.Module):
    """Copies a file outside, and makes another, when it is run."""

    def forward(self, x):
        seen = torch.from_file("../outside/secret", False, 4, dtype=torch.float32)
        made = torch.from_file("../outside/new", True, 4, dtype=torch.float32)
        return x.mean((2, 3)).repeat(1, 3)[:, :7] + seen.sum() + made.sum()


def scripted(name, says, content=None, **options):
    def make(folder):
        if content is None:
            torch.jit.script(Reader()).save(str(folder / "model"))
        else:
            (folder / "model").write_bytes(content)

    return loaded(f"TorchScript: {name}", make, says, loader="torchscript", **options)


def imported(name, says, *words):
    def make(folder):
        torch.jit.script(Reader()).save(str(folder / "m.pt"))
        return ["classifiers", "import", *words]

    return Member(f"TorchScript: {name}", "import", make, says=says)


MEMBERS = [
    *(keras(name, says, spoil=spoil) for name, (spoil, says) in keras_files.SPOILT.items()),
    *(keras(name, "model", **facts) for name, facts in keras_files.DESCRIPTIONS.items()),
    keras("raw data of a file outside", "in another file", spoil=_outside),
    keras("a link to a file outside", "is a link", spoil=_outside_link),
    *(graph(name, made, says or "model") for name, (made, says) in GRAPHS.items()),
    # given up after eight seconds of processor time, which take longer where others work beside it
    replace(graph("a loop without end", endless(), "within"), seconds=60),
    graph("an output that is not there", model(*layers(1)), "is no output of the graph", output="[/bold]"),
    graph("an output of a huge number", model(*layers(1)), "is no output of the graph", output="9" * 4000),
    scripted("without trust", "is TorchScript, a program"),
    scripted("trust in words", "is TorchScript, a program", trust="yes"),
    scripted("damaged, with trust", "not a whole TorchScript", b"PK\x03\x04" + bytes(100), trust=True),
    imported("imported without trust", "FILE --trust", "emonet_affectnet8", "m.pt"),
    imported("in the place of tensors", "is a TorchScript archive", "dan_affectnet7", "m.pt"),
    imported("in the place of tensors, trusted", "is a TorchScript archive", "dan_affectnet7", "m.pt", "--trust"),
]
