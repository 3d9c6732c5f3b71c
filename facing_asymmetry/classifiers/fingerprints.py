"""What the user's own network adds to a content key, so that a network trained anew gives new results.

It is a hash of every file that `options` name, of the source of a factory or callable, and of the tensors of a network
that a factory returns, since a factory may load them from anywhere.
"""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from facing_asymmetry.classifiers.record import USER_CODE, ClassifierRecord
from facing_asymmetry.core.named_files import contents, named_paths, sha256_of
from facing_asymmetry.core.user_code import package_version, source_of

if TYPE_CHECKING:
    from torch import Tensor, nn

NOT_PATHS: Final = frozenset({"loader", "factory", "callable", "model", "entry", "output", "version", "labels"})
"""Options that name no file."""


def own_fingerprint(record: ClassifierRecord, network: "nn.Module | None" = None) -> str:
    """SHA-256 over what a network of the user's is loaded from; "" where there is nothing.

    Args:
        record: of the user's own network.
        network: that its factory returned; its parameters and buffers are hashed.

    Raises:
        ConfigError: an option names a folder of too many files.
    """
    loader = str(record.options.get("loader") or "")
    options = {name: value for name, value in record.options.items() if name not in NOT_PATHS}
    parts: dict[str, Any] = {key: _digest(path, key, loader) for key, path in named_paths(options, "options")}
    for key in USER_CODE:
        name = str(record.options.get(key) or "")
        if source := source_of(name.partition(":")[0]).fingerprint:
            parts[f"source of {key}"] = source
    if loader == "huggingface":
        parts["version"] = package_version("transformers")
    if network is not None:
        parts["tensors"] = tensors_sha256(network)
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest() if parts else ""


def _digest(path: Path, key: str, loader: str) -> Any:
    beside = _data_files(path) if path.is_file() and (path.suffix == ".onnx" or loader == "onnx") else []
    return [*contents(path, key), *(sha256_of(file) for file in beside)]


def _data_files(path: Path) -> list[Path]:
    from facing_asymmetry.classifiers.loaders.onnx_files import data_files

    return data_files(path)


def tensors_sha256(network: "nn.Module") -> str:
    """SHA-256 over the parameters and buffers of a network, and tensors that are plain attributes of its modules."""
    from torch import Tensor

    digest = hashlib.sha256()
    for place, module in network.named_modules():
        plain = [(name, value) for name, value in vars(module).items() if isinstance(value, Tensor)]
        own = (*module.named_parameters(recurse=False), *module.named_buffers(recurse=False), *plain)
        for name, tensor in sorted(own, key=lambda pair: pair[0]):
            digest.update(f"{place}.{name} {tensor.dtype} {tuple(tensor.shape)} ".encode())
            digest.update(_bytes(tensor))
    return digest.hexdigest()


def _bytes(tensor: "Tensor") -> Any:
    import torch

    tensor = tensor.detach()
    if tensor.is_quantized:
        tensor = tensor.dequantize()
    if tensor.layout is not torch.strided:
        tensor = tensor.to_dense()
    return tensor.cpu().contiguous().reshape(-1).view(torch.uint8).numpy()
