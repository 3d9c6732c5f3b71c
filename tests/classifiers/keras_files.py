"""Keras 2 HDF5 files of a few numbers, and ways to spoil them."""

import json

import h5py
import numpy as np

KERNEL, BIAS = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32), np.array([0.5, 0], np.float32)


def layers(kind="Dense", **settings):
    """Flatten and one layer of two units."""
    return [
        {"class_name": "Flatten", "config": {"name": "flat", "data_format": "channels_last"}},
        {
            "class_name": kind,
            "config": {"name": "out", "units": 2, "use_bias": True, "activation": "softmax", **settings},
        },
    ]


def write(path, description=None, spoil=None, attribute=None):
    """A model on two channels of one pixel, as Keras 2 saves it.

    Args:
        path: the file.
        description: what stands in for the model's configuration.
        spoil: takes the group of the layer's arrays, and changes it.
        attribute: what stands in for the attribute of the configuration.
    """
    with h5py.File(path, "w") as file:
        made = description if description is not None else {"class_name": "Sequential", "config": layers()}
        file.attrs["model_config"] = json.dumps(made) if attribute is None else attribute
        weights = file.create_group("model_weights")
        weights.create_group("flat").attrs["weight_names"] = []
        group = weights.create_group("out")
        group["kernel"], group["bias"] = KERNEL, BIAS
        group.attrs["weight_names"] = ["kernel", "bias"]
        if spoil:
            spoil(group)
    return path


def _virtual(group):
    layout = h5py.VirtualLayout((2, 2), np.float32)
    layout[:] = h5py.VirtualSource("other.h5", "kernel", (2, 2))
    del group["kernel"]
    group.create_virtual_dataset("kernel", layout)


def _replaced(**facts):
    def spoil(group):
        del group["kernel"]
        group.create_dataset("kernel", **facts)

    return spoil


def _linked(link):
    def spoil(group):
        del group["kernel"]
        group["kernel"] = link

    return spoil


def _again(group):
    group["loop"] = group.parent


def _deep(group):
    for _ in range(100):
        group = group.create_group("deeper")


def _bomb(group):
    del group["kernel"]
    group.create_dataset("kernel", (1 << 14, 1 << 14), np.float32, compression="gzip", chunks=(1 << 10, 1 << 14))
    group["kernel"][:1024] = 0
    group["kernel"][1024:2048] = 0


SPOILT = {
    "external link": (_linked(h5py.ExternalLink("other.h5", "/kernel")), "'/model_weights/out/kernel' is a link"),
    "soft link": (_linked(h5py.SoftLink("/model_weights/out/bias")), "is a link"),
    "soft link to itself": (_linked(h5py.SoftLink("/model_weights/out/kernel")), "is a link"),
    "hard link to what holds it": (_again, "another object under a second name"),
    "raw data outside": (
        _replaced(shape=(2, 2), dtype="<f4", external=[("raw", 0, 16)]),
        "has its numbers in another file",
    ),
    "virtual": (_virtual, "has its numbers in another file"),
    "nothing allocated": (_replaced(shape=(1 << 15, 1 << 16), dtype="<f4"), "promises 2,147,483,648 numbers"),
    "compressed zeros": (_bomb, "promise more numbers"),
    "words": (_replaced(data=np.array([b"a", b"b"])), "numbers are expected"),
    "objects": (_replaced(data=["a", "b"], dtype=h5py.string_dtype()), "numbers are expected"),
    "references": (_replaced(shape=(2,), dtype=h5py.ref_dtype), "numbers are expected"),
    "records": (_replaced(data=np.zeros(2, [("a", "<f4")])), "numbers are expected"),
    "deep groups": (_deep, "too deep"),
    "another shape": (_replaced(data=np.zeros((2, 2, 2, 2, 2), np.float32)), "not a whole Keras"),
    "a filter of elsewhere": (_replaced(data=KERNEL, compression="lzf"), "compressed by filter 32000"),
}
"""Kind of spoilt file -> (what spoils the group of arrays, what the message says)."""


def _pool(size, strides, padding):
    settings = {"pool_size": size, "strides": strides, "padding": padding, "activation": "linear"}
    return layers("MaxPooling2D", **settings)


def _config(config, name="Sequential"):
    return {"description": {"class_name": name, "config": config}}


DESCRIPTIONS = {
    "no JSON": {"attribute": "{"},
    "bytes": {"attribute": np.void(b"\xff\xfe\x00")},
    "a number": {"attribute": 7},
    "deep JSON": {"attribute": "[" * 30_000},
    "a list": {"description": [1, 2]},
    "no layers": _config([]),
    "layers of numbers": _config([1]),
    "a layer of words": _config({"layers": "abc"}),
    "words for numbers": _config(layers("Conv2D", padding="same", kernel_size="ab", strides="cd")),
    "huge window": _config(_pool([10**9, 10**9], [1, 1], "same")),
    "window of nothing": _config(_pool([0, 0], [0, 0], "valid")),
    "inputs of numbers": _config({"layers": [{**layers()[0], "inbound_nodes": 3}]}, "Functional"),
}
"""Kind of description -> arguments of `write`."""
