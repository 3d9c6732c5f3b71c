"""An image classifier in a `save_pretrained` folder of transformers: nothing is downloaded, no code in it is run."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from torch import Tensor, float32, nn
from torch import device as torch_device

from facing_asymmetry.classifiers.huggingface_folder import LARGEST_JSON
from facing_asymmetry.classifiers.loaders.named_tensors import listed
from facing_asymmetry.classifiers.loaders.outputs import Chosen
from facing_asymmetry.classifiers.loaders.torch_files import load_safetensors, load_state_dict
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.core.assets.given import given_size
from facing_asymmetry.core.errors import AssetError, ConfigError, clipped
from facing_asymmetry.core.installed import optional
from facing_asymmetry.core.json_files import parse_json

WEIGHTS: Final = ("model.safetensors", "pytorch_model.bin")
"""Files that hold the tensors, the first that is there; `.index.json` after the name lists several."""

MOST_REPEATS: Final = 1000
"""Layers, blocks or heads of the deepest network that is built."""

REPEATED: Final = ("layer", "depth", "block", "head", "stage", "label")
"""Parts of the names of settings that count what is built."""

MOST_TIMES: Final = 2
"""How many times the weights in the files the parameters may be: some are shared."""


def load_huggingface(folder: Path, record: ClassifierRecord) -> nn.Module:
    """The network that a folder describes, with the folder's weights.

    transformers' own class for the folder's configuration is built, never code beside it.

    Args:
        folder: of `save_pretrained`: config.json, and the weights as safetensors or a `torch.save` of tensors.
        record: its `options.output` may name another output than `logits`.

    Raises:
        ConfigError: transformers is not installed, or has no image classifier of this kind.
        AssetError: the weights are missing, damaged, or another network's.
    """
    _check_repeats(parse_json((folder / "config.json").read_bytes()), folder)
    tensors = _tensors(folder)
    with optional("huggingface", "options.loader=huggingface"):
        import transformers  # which takes seconds
    with _offline():
        network, found = _built(transformers, folder, tensors)
    faults = {key: sorted(map(str, found[key])) for key in ("missing_keys", "unexpected_keys", "mismatched_keys")}
    if any(faults.values()):
        words = "; ".join(f"{key.replace('_keys', '')}: {listed(names)}" for key, names in faults.items() if names)
        raise AssetError(f"the weights in {folder} do not fit its config.json: {words}")
    return Chosen(network, record.options.get("output") or "logits")


def _built(transformers: Any, folder: Path, tensors: dict[str, Tensor]) -> tuple[nn.Module, dict[str, Any]]:
    kinds = transformers.MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING
    try:
        config = transformers.AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        if type(config) in kinds:
            with torch_device("meta"):
                wanted = sum(parameter.numel() for parameter in kinds[type(config)]._from_config(config).parameters())
            if wanted > MOST_TIMES * sum(tensor.numel() for tensor in tensors.values()):
                raise AssetError(f"config.json of {folder} describes {wanted:,} parameters, and the weights are fewer")
            made: tuple[nn.Module, dict[str, Any]] = kinds[type(config)].from_pretrained(
                None,
                config=config,
                state_dict=tensors,
                dtype=float32,
                output_loading_info=True,
                ignore_mismatched_sizes=True,
            )
            return made
    except AssetError:
        raise
    except Exception as error:  # transformers documents no errors of its own
        words = clipped(" ".join(str(error).split()) or type(error).__name__, 300)
        raise ConfigError(
            f"transformers {transformers.__version__} cannot build the network of {folder}: {words}. If its "
            "code lies beside its weights, use a factory: docs/own_classifier.md"
        ) from error
    raise ConfigError(f"{folder} holds a {type(config).__name__}, of which transformers has no image classifier")


def _check_repeats(value: Any, folder: Path, key: str = "") -> None:
    """Raise `AssetError` where a configuration asks for a network so deep that only building it would take minutes."""
    if isinstance(value, dict):
        for name, inner in value.items():
            _check_repeats(inner, folder, str(name))
    elif isinstance(value, list):
        for inner in value:
            _check_repeats(inner, folder, key)
    elif isinstance(value, int) and value > MOST_REPEATS and any(word in key for word in REPEATED):
        raise AssetError(f"config.json of {folder}: {clipped(key)} is {value:,}; at most {MOST_REPEATS:,} are built")


def _tensors(folder: Path) -> dict[str, Tensor]:
    """The tensors in a folder, from one file or from those that an index lists."""
    for name in WEIGHTS:
        if (folder / name).is_file():
            return _read(folder / name)
        if (folder / f"{name}.index.json").is_file():
            return {
                key: value for file in _indexed(folder / f"{name}.index.json") for key, value in _read(file).items()
            }
    raise AssetError(f"{folder} holds no weights: no {' and no '.join(WEIGHTS)}, nor an index of them")


def _read(path: Path) -> dict[str, Tensor]:
    return load_safetensors(path) if path.suffix == ".safetensors" else load_state_dict(path)


def _indexed(index: Path) -> list[Path]:
    given_size(index, LARGEST_JSON)
    try:
        names = set(parse_json(index.read_bytes(), dict[str, Any])["weight_map"].values())
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise AssetError(f"{index} is no index of weights as transformers writes it") from error
    odd = [n for n in names if not isinstance(n, str) or n in ("", "..") or n != Path(n).name or "\\" in n]
    if odd:
        raise AssetError(f"{index} names {clipped(odd[0])!r}; only files beside it are read")
    missing = sorted(name for name in names if not (index.parent / name).is_file())
    if missing:
        raise AssetError(f"{index.parent} lacks {clipped(missing[0])}, which {index.name} lists")
    return [index.parent / name for name in sorted(names)]


@contextmanager
def _offline() -> Iterator[None]:
    """Let the hub's client refuse every request, and transformers print nothing."""
    from huggingface_hub import constants
    from transformers.utils import logging as words

    before, level = constants.HF_HUB_OFFLINE, words.get_verbosity()
    constants.HF_HUB_OFFLINE = True
    words.set_verbosity(logging.ERROR)
    words.disable_progress_bar()
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before
        words.set_verbosity(level)
        words.enable_progress_bar()
