"""TorchScript archives: torch's own format of code and tensors, run by torch's interpreter and not by Python."""

from pathlib import Path

import torch
from torch import nn

from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.errors import AssetError, ModelError


def load_torchscript(path: Path, record: ClassifierRecord) -> nn.Module:
    """A scripted or traced network, tried once on a grey frame.

    Args:
        path: the archive.
        record: says the size of its input and, in `options.output`, which of several outputs are the logits.

    Raises:
        AssetError: not a whole TorchScript archive.
        ModelError: it can't run on one frame, or gives another number of logits than there are labels.
    """
    from facing_asymmetry.classifiers.loaders.outputs import Chosen, try_once

    try:
        network = torch.jit.load(path, map_location="cpu")
    except RuntimeError as error:
        raise AssetError(f"{path} is not a whole TorchScript archive: {str(error).strip().splitlines()[0]}") from error
    chosen = Chosen(network, record.options.get("output"))
    try:
        try_once(chosen, record)
    except RuntimeError as error:
        raise ModelError(f"{path} does not run on one frame: {str(error).strip().splitlines()[-1]}") from error
    return chosen
