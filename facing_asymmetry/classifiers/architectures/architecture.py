"""What defines an architecture, and which module defines which. Needs no torch: a module is imported on first use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from facing_asymmetry.core.errors import ConfigError, suggestion
from facing_asymmetry.core.installed import optional

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(frozen=True)
class CheckpointLayout:
    """Where a published checkpoint keeps its parameters, and how their names differ from the network's.

    Attributes:
        container_key: entry of the saved dictionary that holds the state dictionary (None: the file itself).
        prefix: text in front of every name, to be removed ("module." after training with `DataParallel`).
        ignored: beginnings of the names of further entries, beside the container or in it, that are no parameters.
        pickled_module: the file is a whole pickled `nn.Module`; its tensors are read without executing it.
        renamed: pairs of a name (without the prefix) that some of the files use and the network's name.
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


@dataclass(frozen=True)
class Architecture:
    """A network and how its published weights are read; either `layout` or `read` is given.

    Attributes:
        build: called as `build(classes=K, **settings)`; returns the network with random weights.
        layout: layout of the authors' checkpoint, which `classifiers import` reads and keeps as safetensors.
        other_layouts: further layouts, by the name in a record's `options.layout`.
        read: for weights from a registry; takes the files by name and returns the network's state dictionary.
    """

    build: "Callable[..., nn.Module]"
    layout: CheckpointLayout | None = None
    other_layouts: Mapping[str, CheckpointLayout] = field(default_factory=dict)
    read: "Callable[[Mapping[str, Path]], dict[str, Tensor]] | None" = None


ARCHITECTURE_MODULES: Final = {
    "dan": "facing_asymmetry.classifiers.architectures.dan",
    "ddamfn": "facing_asymmetry.classifiers.architectures.ddamfn",
    "efficientface": "facing_asymmetry.classifiers.architectures.efficientface",
    "emonext": "facing_asymmetry.classifiers.architectures.emonext",
    "faceapi": "facing_asymmetry.classifiers.architectures.faceapi",
    "hsemotion": "facing_asymmetry.classifiers.architectures.hsemotion",
    "mobilenetv2_fer": "facing_asymmetry.classifiers.architectures.mobilenetv2_fer",
    "networkv2": "facing_asymmetry.classifiers.architectures.small_cnns",
    "poster2": "facing_asymmetry.classifiers.architectures.poster2",
    "resmasknet": "facing_asymmetry.classifiers.architectures.masking_networks",
    "segmentation_vgg19": "facing_asymmetry.classifiers.architectures.masking_networks",
    "wtf_cnn3": "facing_asymmetry.classifiers.architectures.small_cnns",
    "yolo11n": "facing_asymmetry.classifiers.architectures.yolo11n",
}
"""Module whose `ARCHITECTURES` holds the architecture of that name. To add an architecture, add its line here."""


def find_architecture(name: str) -> Architecture:
    """The architecture of a name; imports the module that defines it.

    Raises:
        ConfigError: there is no such architecture; the message lists those there are.
    """
    if name not in ARCHITECTURE_MODULES:
        hint = suggestion(name, ARCHITECTURE_MODULES, f"; there are: {', '.join(ARCHITECTURE_MODULES)}")
        raise ConfigError(f"options.architecture {name!r} is unknown{hint}")
    with optional("timm", f"the architecture {name}"):
        found: Architecture = import_module(ARCHITECTURE_MODULES[name]).ARCHITECTURES[name]
    return found


def find_layout(name: str, layout: str = "") -> CheckpointLayout:
    """The layout of an architecture's checkpoints.

    Args:
        name: of the architecture.
        layout: key of `other_layouts`; "" or the architecture's own name means its usual layout.

    Raises:
        ConfigError: no such architecture or layout, or its weights come from a registry and are not imported.
    """
    architecture = find_architecture(name)
    if layout in architecture.other_layouts:
        return architecture.other_layouts[layout]
    if layout not in ("", name) or architecture.layout is None:
        known = [*([name] if architecture.layout else []), *architecture.other_layouts]
        raise ConfigError(f"options.layout {layout or name!r} is not one of {name}'s: {', '.join(known) or 'none'}")
    return architecture.layout
