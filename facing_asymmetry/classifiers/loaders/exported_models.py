"""Networks saved by `torch.export.save`: their graph is computed node by node with known functions only."""

from pathlib import Path
from typing import Any, Final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers.loaders.batches import InBlocks, OneByOne
from facing_asymmetry.classifiers.loaders.exported_bounds import require_bounded, require_kept
from facing_asymmetry.classifiers.loaders.exported_files import ExportedProgram, read_exported
from facing_asymmetry.classifiers.loaders.exported_nodes import (
    Description,
    described,
    hidden_write,
    last_uses,
    results_of,
)
from facing_asymmetry.classifiers.loaders.exported_operators import function_of
from facing_asymmetry.classifiers.loaders.outputs import Chosen, last_line
from facing_asymmetry.classifiers.loaders.video import VIDEO
from facing_asymmetry.core.errors import AssetError, FacingAsymmetryError, ModelError, clipped

MOST_NODES: Final = 20_000
"""Nodes of the longest graph."""

LARGEST_BLOCK: Final = 64
"""Frames of the largest batch that a program may be fixed to."""

NAMES: Final = {
    "parameter": "parameter_name",
    "buffer": "buffer_name",
    "tensor_constant": "tensor_constant_name",
}
"""Kinds of inputs that lie in the file, and the entry with their name."""


class ExportedGraph(nn.Module):
    """The graph of a saved program. Floats of every width are computed in the width of the input.

    Args:
        program: what the file holds.

    Raises:
        ModelError: it calls a function that is not known, changes its weights, or takes something else than images.
    """

    def __init__(self, program: ExportedProgram) -> None:
        super().__init__()
        self._nodes, self._held = program.graph["nodes"], dict[str, str]()
        if len(self._nodes) > MOST_NODES:
            raise ModelError(f"it has {len(self._nodes):,} nodes; at most {MOST_NODES:,} are computed")
        for node in self._nodes:
            try:
                function_of(node["target"])
            except LookupError as error:
                raise ModelError(f"{described(node)} is no function that may be called") from error
        if (hidden := hidden_write(self._nodes)) is not None:
            raise ModelError(f"{described(hidden)} changes another value; export it without in-place functions")
        self._input = self._take(program)
        if any("user_output" not in spec for spec in program.signature["output_specs"]):
            raise ModelError("it changes its own weights or input; export it in evaluation mode (network.eval())")
        self._outputs = [one["as_tensor"]["name"] for one in program.graph["outputs"]]
        self._ends = last_uses(self._nodes, self._outputs)
        self.block = _block(program.graph["tensor_values"][self._input]["sizes"])

    def forward(self, x: Float[Tensor, "B C S S"]) -> tuple[Tensor, ...]:
        """The outputs."""
        return self._outputs_of(x.clone(), {name: getattr(self, own) for name, own in self._held.items()})

    def shapes(self, x: Float[Tensor, "B C S S"]) -> None:
        """Compute the shapes of all values alone.

        Raises:
            ModelError: they don't fit, or the values would take too much memory.
        """
        held = {name: getattr(self, own).to("meta") for name, own in self._held.items()}
        self._outputs_of(x.to("meta"), held)

    def _take(self, program: ExportedProgram) -> str:
        """Take in the weights; the name of the only other input."""
        given = []
        for spec in program.signature["input_specs"]:
            ((kind, facts),) = spec.items()
            if kind not in NAMES:
                given.append(facts.get("arg", {}).get("as_tensor", {}).get("name"))
                continue
            name, value = facts["arg"]["name"], program.tensors[facts[NAMES[kind]]]
            self._held[name] = own = f"tensor_{len(self._held)}"
            if kind == "parameter":
                self.register_parameter(own, nn.Parameter(value, requires_grad=False))
            else:
                self.register_buffer(own, value)
        if len(given) != 1 or not given[0]:
            raise ModelError(f"it takes {len(given)} inputs besides its weights; one tensor of images is needed")
        return str(given[0])

    def _outputs_of(self, x: Tensor, values: dict[str, Any]) -> tuple[Tensor, ...]:
        values[self._input] = x
        for node, ended in zip(self._nodes, self._ends, strict=True):
            try:
                values |= results_of(node, values, x)
            except Exception as error:  # of torch, about what a stranger drew
                raise ModelError(f"{described(node)} does not run: {last_line(error)}") from error
            for name in ended:
                values.pop(name, None)
            if x.is_meta:
                require_kept(values.values())
        return tuple(values[name] for name in self._outputs)


def load_exported(path: Path, x: Float[Tensor, "B C S S"], output: Any = None) -> nn.Module:
    """A network that `torch.export.save` wrote, as a module with a gradient; nothing of the file is executed.

    Args:
        path: the archive (.pt2).
        x: frames as the network takes them; it is tried with them.
        output: number of the output that is used (None: the first).

    Raises:
        AssetError: not a whole archive.
        ModelError: it calls a function that is not known, takes something else than images, or too much memory or time.
    """
    program = read_exported(path)
    try:
        return _tried(ExportedGraph(program), x, output)
    except FacingAsymmetryError as error:
        version = clipped(program.version, 40)
        raise ModelError(f"{path} (exported by torch {version}) is not used: {error}") from error
    except Exception as error:  # a damaged description fails in any way
        words = f"{type(error).__name__}: {last_line(error)}"
        raise AssetError(f"{path} is not a whole torch.export archive: {clipped(words, 200)}") from error


def _tried(graph: ExportedGraph, x: Tensor, output: Any) -> nn.Module:
    frames = x[:1].expand(graph.block, *x.shape[1:]) if graph.block else x
    require_bounded(lambda: graph.shapes(frames))
    held = (*graph.parameters(), *graph.buffers())
    before, network = [one._version for one in held], Chosen(graph, output)
    with torch.no_grad():
        expected = network(frames)
    if before != [one._version for one in held]:
        raise ModelError("it changes its own weights; export it in evaluation mode (network.eval())")
    if graph.block == 1 and _maps(OneByOne(network), frames, expected):
        return OneByOne(network)
    return InBlocks(network, graph.block) if graph.block else network


def _maps(network: nn.Module, x: Tensor, expected: Tensor) -> bool:
    """Whether mapping over a batch works and gives the same."""
    try:
        with torch.no_grad():
            return torch.allclose(network(x), expected, rtol=1e-4, atol=1e-5)
    except Exception:  # some functions of torch cannot be mapped
        return False


def _block(sizes: list[Description]) -> int:
    """Frames that a program takes at once; 0 for any number."""
    if len(sizes) != 4:
        video = f". {VIDEO}" if len(sizes) == 5 else ""
        raise ModelError(f"it takes a tensor of {len(sizes)} axes; images (B, C, S, S) are needed{video}")
    block = int(sizes[0].get("as_int") or 0)
    if not 0 <= block <= LARGEST_BLOCK:
        raise ModelError(f"it takes {block:,} frames at once; at most {LARGEST_BLOCK} are given")
    return block
