"""Checkpoints as the authors' training code saves them, with random weights: real `torch.save` files."""

from collections import OrderedDict

import numpy as np
import torch

import __main__
from facing_asymmetry.classifiers.architectures.architecture import find_layout
from facing_asymmetry.classifiers.networks import untrained_network


class RecorderMeter:
    """What POSTER++ pickles beside its tensors: an object with arrays, of a class in the script that was run."""

    def __init__(self, epochs):
        self.total_epoch = epochs
        self.epoch_losses = np.zeros((epochs, 2), np.float32)
        self.matrix = np.float64(0.5)


def network(record):
    """The published network with random weights; the same for the same record."""
    torch.manual_seed(len(record.name))
    return untrained_network(record).eval()


def flat_network(record):
    """The published network, each tensor filled with a number of its own: quick to make and small to save."""
    with torch.device("meta"):
        built = untrained_network(record).eval()
    flat = {
        name: torch.tensor(name.endswith("var") + 1e-6 * number).to(value.dtype).expand(value.shape)
        for number, (name, value) in enumerate(built.state_dict().items())
    }
    built.load_state_dict(flat, assign=True)
    return built


def save_official(built, record, path):
    """Save a network in the layout of its authors' checkpoint."""
    layout = find_layout(record.options["architecture"], record.options.get("layout", ""))
    if layout.pickled_module:
        torch.save(built, path)
        return path
    state = OrderedDict((f"{layout.prefix}{name}", value) for name, value in built.state_dict().items())
    content = {layout.container_key: state, **_beside(built, record)}
    if layout.container_key == "ema":
        state.update({"initted": torch.tensor(True), "step": torch.tensor(3), "online_model.x": torch.zeros(2)})
        content["model"] = OrderedDict(built.state_dict())
    torch.save(content, path)
    return path


def _beside(built, record):
    optimiser = torch.optim.SGD(built.parameters(), lr=0.1)
    if record.options["architecture"] in ("poster2", "efficientface"):
        RecorderMeter.__module__, __main__.RecorderMeter = "__main__", RecorderMeter
        meter = RecorderMeter(3)
        return {"epoch": 3, "best_acc": torch.tensor(92.2), "optimizer": {}, "recorder": meter, "recorder1": meter}
    return {"iter": 7, "optimizer_state_dict": optimiser.state_dict()}
