"""Keras 2 HDF5 models as PyTorch modules: the architecture is read from the file, the final activation is left out."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import torch
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers.architectures.padding import SamePad
from facing_asymmetry.classifiers.loaders.hdf5_files import opened_hdf5
from facing_asymmetry.core.errors import AssetError, FacingAsymmetryError, ModelError, clipped

Config = dict[str, Any]
Arrays = list[Tensor]

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "linear": nn.Identity,
    "relu": nn.ReLU,
    "elu": nn.ELU,
    "tanh": nn.Tanh,
    "softmax": lambda: nn.Softmax(dim=1),
    "sigmoid": nn.Sigmoid,
}
FINAL = {"softmax", "sigmoid"}
"""Activations that the last layer may end in; they are left out, so that the module gives logits."""

WIDEST = 1024
"""Pixels of the widest window or stride: the largest input of a classifier."""


class KerasNetwork(nn.Module):
    """Layers in the file's order, each with the names of the layers it reads.

    Args:
        steps: (name, names of inputs, module) in an order in which every input comes before its reader;
            the first input is named "".
    """

    def __init__(self, steps: list[tuple[str, tuple[str, ...], nn.Module]]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(module for _, _, module in steps)
        self.names = [name for name, _, _ in steps]
        self.inputs = [inputs for _, inputs, _ in steps]

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B K"]:
        """Logits."""
        values = {"": x}
        for name, inputs, layer in zip(self.names, self.inputs, self.layers, strict=True):
            values[name] = layer(*(values[key] for key in inputs))
        return values[self.names[-1]]


class Add(nn.Module):
    """Sum of all inputs."""

    def forward(self, *inputs: Tensor) -> Tensor:
        """Add."""
        return torch.stack(inputs).sum(0) if len(inputs) > 2 else inputs[0] + inputs[1]


class FlattenLast(nn.Module):
    """Flatten in Keras's order: height, width, channel."""

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B N"]:
        """Flatten."""
        return x.permute(0, 2, 3, 1).flatten(1)


class GlobalAverage(nn.Module):
    """Mean over height and width."""

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C"]:
        """Average."""
        return x.mean(dim=(2, 3))


def load_keras_h5(path: Path) -> nn.Module:
    """Rebuild a Keras 2 model (Sequential or one-input functional) saved as HDF5.

    Args:
        path: the file; only its JSON description and its arrays are read.

    Returns:
        Module from `(B, C, H, W)` to `(B, K)`: what goes into the final softmax or sigmoid.

    Raises:
        AssetError: not an HDF5 file, truncated, with data outside the file, or with another description.
        ModelError: a kind of layer this reader does not know.
    """
    try:
        with opened_hdf5(path) as file:
            description = json.loads(file.attrs["model_config"])
            return _network(description, file["model_weights"])
    except ModelError as error:
        raise ModelError(f"{path}: {clipped(error, 300)}") from error
    except FacingAsymmetryError:
        raise
    except Exception as error:  # a description of another shape fails in any way
        words = f"{type(error).__name__}: {error}" if str(error).strip() else type(error).__name__
        raise AssetError(f"{path} is not a whole Keras HDF5 model: {clipped(words, 300)}") from error


def _network(description: Config, weights: "h5py.Group") -> KerasNetwork:
    config = description["config"]
    layers = config if isinstance(config, list) else config["layers"]
    if not layers:
        raise ValueError("it describes no layers")
    chain = description["class_name"] == "Sequential"
    steps: list[tuple[str, tuple[str, ...], nn.Module]] = []
    previous = ""
    for position, layer in enumerate(layers):
        name, kind = layer["config"]["name"], layer["class_name"]
        inputs = (previous,) if chain else tuple(node[0] for node in (layer["inbound_nodes"] or [[]])[0])
        settings = dict(layer["config"])
        if position == len(layers) - 1 and settings.get("activation") in FINAL:
            settings["activation"] = "linear"
        if kind == "InputLayer":
            module: nn.Module = nn.Identity()
            inputs = ("",)
        else:
            module = _layer(kind, settings, _arrays(weights, name))
        steps.append((name, inputs, module))
        previous = name
    return KerasNetwork(steps)


def _arrays(weights: "h5py.Group", name: str) -> Arrays:
    group = weights[name]
    names = [key.decode() if isinstance(key, bytes) else key for key in group.attrs["weight_names"]]
    return [torch.from_numpy(group[key][()]) for key in names]


def _layer(kind: str, config: Config, arrays: Arrays) -> nn.Module:
    builders: dict[str, Callable[[Config, Arrays], nn.Module]] = {
        "Conv2D": _conv,
        "SeparableConv2D": _separable,
        "Dense": _dense,
        "BatchNormalization": _batch_norm,
        "MaxPooling2D": _max_pool,
        "AveragePooling2D": _average_pool,
        "GlobalAveragePooling2D": lambda c, a: GlobalAverage(),
        "Flatten": lambda c, a: FlattenLast(),
        "Dropout": lambda c, a: nn.Identity(),
        "Activation": lambda c, a: nn.Identity(),
        "Add": lambda c, a: Add(),
    }
    if kind not in builders or config.get("data_format", "channels_last") != "channels_last":
        known = ", ".join(builders)
        raise ModelError(f"Keras layer {config.get('name')!r} of kind {kind!r} cannot be read; known: {known}")
    core = builders[kind](config, arrays)
    activation = config.get("activation", "linear")
    if activation not in ACTIVATIONS:
        raise ModelError(f"Keras layer {config.get('name')!r} has unknown activation {activation!r}")
    if activation == "linear":
        return core
    act = ACTIVATIONS[activation]()
    return act if isinstance(core, nn.Identity) else nn.Sequential(core, act)


def _padded(core: nn.Module, config: Config, kernel: tuple[int, int], value: float = 0.0) -> nn.Module:
    if config["padding"] == "valid":
        return core
    return nn.Sequential(SamePad(kernel, _pair(config["strides"]), value), core)


def _conv(config: Config, arrays: Arrays) -> nn.Module:
    kernel = arrays[0].permute(3, 2, 0, 1)
    return _padded(_conv_module(kernel, _pair(config["strides"]), arrays[1:], 1), config, _pair(config["kernel_size"]))


def _separable(config: Config, arrays: Arrays) -> nn.Module:
    depth, point, *bias = arrays
    channels = depth.shape[2]
    kernel = depth.permute(2, 3, 0, 1).reshape(-1, 1, *depth.shape[:2])
    depthwise = _conv_module(kernel, _pair(config["strides"]), [], channels)
    pointwise = _conv_module(point.permute(3, 2, 0, 1), (1, 1), bias, 1)
    return nn.Sequential(_padded(depthwise, config, _pair(config["kernel_size"])), pointwise)


def _conv_module(kernel: Tensor, stride: tuple[int, int], bias: Arrays, groups: int) -> nn.Module:
    outputs, inputs, height, width = kernel.shape
    module = nn.Conv2d(inputs * groups, outputs, (height, width), stride, groups=groups, bias=bool(bias))
    module.weight.data.copy_(kernel)
    if bias and module.bias is not None:
        module.bias.data.copy_(bias[0])
    return module


def _dense(config: Config, arrays: Arrays) -> nn.Module:
    inputs, outputs = arrays[0].shape
    module = nn.Linear(inputs, outputs, bias=config["use_bias"])
    module.weight.data.copy_(arrays[0].T)
    if config["use_bias"]:
        module.bias.data.copy_(arrays[1])
    return module


def _batch_norm(config: Config, arrays: Arrays) -> nn.Module:
    if not (config["scale"] and config["center"]):
        raise ModelError(f"Keras layer {config['name']!r}: batch normalisation without scale or centre is not read")
    gamma, beta, mean, variance = arrays
    module = _AnyRankBatchNorm(len(gamma), eps=config["epsilon"])
    module.weight.data.copy_(gamma)
    module.bias.data.copy_(beta)
    module.running_mean.copy_(mean)  # type: ignore[union-attr]
    module.running_var.copy_(variance)  # type: ignore[union-attr]
    return module


class _AnyRankBatchNorm(nn.BatchNorm1d):
    """Batch normalisation of `(B, C)` and `(B, C, H, W)` alike."""

    def _check_input_dim(self, input: Tensor) -> None:
        """Accept both ranks."""


def _max_pool(config: Config, arrays: Arrays) -> nn.Module:
    size = _pair(config["pool_size"])
    return _padded(nn.MaxPool2d(size, _pair(config["strides"])), config, size, -torch.inf)


def _average_pool(config: Config, arrays: Arrays) -> nn.Module:
    size, stride = _pair(config["pool_size"]), _pair(config["strides"])
    if size != stride:
        raise ModelError(f"Keras layer {config['name']!r}: average pooling with overlap is not read")
    # windows that stick out average over the pixels inside only, as Keras does
    ceil = config["padding"] == "same"
    return nn.AvgPool2d(size, stride, ceil_mode=ceil, count_include_pad=False)


def _pair(value: Any) -> tuple[int, int]:
    """Height and width of a window or stride."""
    height, width = (int(part) for part in value)
    if not (1 <= height <= WIDEST and 1 <= width <= WIDEST):
        raise ModelError(f"a window or stride of {height} x {width} pixels is not read (1 to {WIDEST})")
    return height, width
