"""A model of the timm library with a checkpoint of the user's."""

from pathlib import Path

from torch import nn

from facing_asymmetry.classifiers.architectures.layouts import CheckpointLayout
from facing_asymmetry.classifiers.importing.archives import read_checkpoint
from facing_asymmetry.classifiers.importing.checkpoint import named_tensors
from facing_asymmetry.classifiers.importing.families import differences
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.errors import AssetError, ConfigError, suggestion


def load_timm(path: Path, record: ClassifierRecord) -> nn.Module:
    """A timm model with as many classes as there are labels, and a checkpoint's weights.

    Args:
        path: `torch.save` of a state dictionary (in the entry `options.entry` if that is set), or safetensors.
        record: `options.model` is the model's name in timm; `options.arguments` go to its constructor.

    Raises:
        ConfigError: timm has no such model.
        AssetError: the file holds other tensors than the model needs; the message says which.
    """
    import timm

    name = str(record.options.get("model") or "")
    if not timm.is_model(name):
        hint = suggestion(name, timm.list_models())
        raise ConfigError(f"options.model = {name!r} is no model of timm {timm.__version__}{hint}")
    arguments = dict(record.options.get("arguments") or {})
    network: nn.Module = timm.create_model(name, pretrained=False, num_classes=len(record.labels), **arguments)
    layout = CheckpointLayout(str(record.options.get("entry") or "") or None)
    tensors = named_tensors(read_checkpoint(path), layout, path)
    faults = differences(tensors, {key: tuple(value.shape) for key, value in network.state_dict().items()})
    if faults:
        raise AssetError(f"{path} does not fit timm's {name} with {len(record.labels)} classes: {'; '.join(faults)}")
    network.load_state_dict(tensors, strict=False)  # old checkpoints lack the counters of batch norms
    return network
