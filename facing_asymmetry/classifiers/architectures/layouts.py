"""How the authors' checkpoint files are laid out: facts only, readable without torch."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class CheckpointLayout:
    """Where a published checkpoint keeps its parameters, and how their names differ from the network's.

    Attributes:
        container_key: entry of the saved dictionary that holds the state dictionary (None: the file itself).
        prefix: in front of every name, to be taken off ("module." after training with `DataParallel`).
        ignored: beginnings of further entries' names, beside the container or in it, that are no parameters.
        pickled_module: the file is a whole pickled `nn.Module`; its tensors are to be read without executing it.
        renamed: names (after the prefix) that some of the files use, each with the network's name.
    """

    container_key: str | None
    prefix: str = ""
    ignored: tuple[str, ...] = ()
    pickled_module: bool = False
    renamed: tuple[tuple[str, str], ...] = ()

    def parameter(self, key: str) -> str | None:
        """The network's name of a key under `container_key`; None if it is no parameter.

        The prefix is optional, so that a file saved from a network without `DataParallel` fits too.
        """
        if any(key.startswith(start) for start in self.ignored):
            return None
        name = key.removeprefix(self.prefix)
        return dict(self.renamed).get(name, name)


_OPTIMISER: Final = ("iter", "epoch", "optimizer_state_dict")
_RECORDED: Final = ("epoch", "best_acc", "optimizer", "recorder", "recorder1")
_TRAINER: Final = ("best_val_loss", "best_val_acc", "best_train_loss", "best_train_acc", "test_acc")

LAYOUTS: Final[dict[str, CheckpointLayout]] = {
    "hsemotion": CheckpointLayout(
        None,
        pickled_module=True,
        renamed=(("classifier.weight", "classifier.0.weight"), ("classifier.bias", "classifier.0.bias")),
    ),
    "dan": CheckpointLayout("model_state_dict", ignored=_OPTIMISER),
    "ddamfn": CheckpointLayout("model_state_dict", ignored=_OPTIMISER),
    "poster2": CheckpointLayout("state_dict", "module.", _RECORDED),
    "efficientface": CheckpointLayout("state_dict", "module.", _RECORDED),
    "resmasknet": CheckpointLayout("net", ignored=_TRAINER),
    "emonext": CheckpointLayout("model", ignored=("opt", "ema", "scaler", "scheduler", "best_acc")),
    "emonext_ema": CheckpointLayout("ema", "ema_model.", ("initted", "step", "online_model.")),
    "segmentation_vgg19": CheckpointLayout("net", ignored=_TRAINER),
}
"""Layout by architecture (see `published.py`); `emonext_ema` is the averaged copy in the same file as `emonext`."""
