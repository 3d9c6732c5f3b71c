"""`classifiers import`: the authors' checkpoint, checked against the network, into the cache as safetensors."""

from pathlib import Path

import torch
from safetensors.torch import save_file

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.architectures.architecture import find_layout
from facing_asymmetry.classifiers.loaders.named_tensors import (
    COUNTER,
    Shapes,
    Tensors,
    copied,
    differences,
    listed,
    named_tensors,
    shapes_of,
)
from facing_asymmetry.classifiers.loaders.outputs import try_network
from facing_asymmetry.classifiers.loaders.torch_files import is_torchscript, read_checkpoint
from facing_asymmetry.classifiers.loaders.user_networks import load_torchscript
from facing_asymmetry.classifiers.networks import architecture_name, untrained_network
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.classifiers.user_weights import (
    ImportNote,
    import_remedy,
    imported_path,
    note_path,
    require_trust,
)
from facing_asymmetry.core.assets import file_sha256
from facing_asymmetry.core.errors import AssetError, ConfigError
from facing_asymmetry.core.files import write_atomically

LIKENESS = 0.5
"""Share of a network's names and shapes that a file must hold to be called the network's."""

FEWEST = 10
"""Tensors that half of the smallest network has; fewer are like none."""


def import_checkpoint(record: ClassifierRecord, path: Path, trust: bool = False) -> ImportNote:
    """Read a checkpoint in its official layout, check it against the network, and keep it; what was there is replaced.

    Args:
        record: of a classifier whose weights only the user can supply.
        path: the file as its authors publish it, or safetensors with the network's names.
        trust: whether the program in a TorchScript file may run.

    Returns:
        The note that was written beside the weights.

    Raises:
        ConfigError: the classifier's weights come from a registry, or the file is TorchScript without trust.
        AssetError: no such file, not the recorded SHA-256, not a checkpoint, a pickle that wants to call something,
            another network's, or another number of classes; nothing is written.
    """
    if not record.from_user:
        raise ConfigError(f"{record.name} needs no import. Run: facing-asymmetry classifiers fetch {record.name}")
    if not path.is_file():
        raise AssetError(f"there is no file {path}. {import_remedy(record)}")
    digest = file_sha256(path)
    known = record.weights[0].sha256
    if known and digest != known:
        raise AssetError(f"{path} has SHA-256 {digest}; {known} expected. {import_remedy(record)}")
    if record.options["loader"] == "torchscript":
        return _keep_torchscript(record, path, digest, trust)
    layout = find_layout(architecture_name(record), str(record.options.get("layout") or ""))
    tensors = fitting(named_tensors(read_checkpoint(path), layout, path), record, path)
    return _keep_tensors(record, path, digest, tensors)


def fitting(tensors: Tensors, record: ClassifierRecord, path: Path) -> Tensors:
    """The tensors, checked by name, shape and value; counters that old checkpoints lack are added.

    Raises:
        AssetError: they do not fit; the message says what differs, and whose they seem to be.
    """
    expected = expected_shapes(record)
    faults = differences(tensors, expected)
    if faults:
        raise AssetError(f"{path} does not fit {record.name}: {'; '.join(faults)}.{_advice(tensors, record, expected)}")
    tensors = copied(tensors)
    odd = [name for name, value in tensors.items() if not torch.isfinite(value).all()]
    if odd:
        raise AssetError(f"{path} holds NaN or infinite numbers in {listed(odd)}; is it the final checkpoint?")
    counters = {n: torch.zeros(shape, dtype=torch.int64) for n, shape in expected.items() if n not in tensors}
    return {**tensors, **counters}


def expected_shapes(record: ClassifierRecord) -> Shapes:
    """Names and shapes of a published network's state, from the built network without memory for its numbers."""
    with torch.device("meta"):
        return shapes_of(untrained_network(record))


def nearest(tensors: Tensors, but: str) -> tuple[str, float]:
    """The published network whose names and shapes a state dictionary shares most, and the share of them.

    Args:
        tensors: the state.
        but: name of the record that was asked for; it wins where others are no better.
    """
    candidates = [registry.record(name) for name in sorted(registry.names(), key=lambda name: name != but)]
    shares = {r.name: _share(tensors, expected_shapes(r)) for r in candidates if "architecture" in r.options}
    best = max(shares, key=lambda name: shares[name], default="")
    return best, shares.get(best, 0.0)


def class_count(tensors: Tensors, expected: Shapes, classes: int) -> int | None:
    """How many classes the file's last layer has, where that is the only thing that differs; else None."""
    other = [n for n, shape in expected.items() if n in tensors and tuple(tensors[n].shape) != shape]
    counts = {tensors[n].shape[0] for n in other if tensors[n].ndim and tensors[n].shape[1:] == expected[n][1:]}
    whole = not [n for n in expected if n not in tensors and not n.endswith(COUNTER)]
    heads_only = other and all(expected[n][:1] == (classes,) for n in other)
    return int(counts.pop()) if whole and heads_only and len(counts) == 1 else None


def _advice(tensors: Tensors, record: ClassifierRecord, expected: Shapes) -> str:
    classes = class_count(tensors, expected, len(record.labels))
    if classes is not None:
        return f" It is the right network with {classes} classes, and {record.name} has {len(record.labels)}."
    if len(tensors) < FEWEST:
        return f" {import_remedy(record)}"
    name, share = nearest(tensors, record.name)
    if name != record.name and share >= LIKENESS:
        return f" Its names and shapes are those of {name} ({share:.0%} alike)."
    return f" {import_remedy(record)}"


def _share(tensors: Tensors, expected: Shapes) -> float:
    alike = sum(name in tensors and tuple(tensors[name].shape) == shape for name, shape in expected.items())
    return alike / max(len(expected), len(tensors), 1)


def _keep_tensors(record: ClassifierRecord, path: Path, digest: str, tensors: Tensors) -> ImportNote:
    target = imported_path(record)
    note_path(record).unlink(missing_ok=True)  # weights without a note count as absent
    write_atomically(target, lambda place: save_file(dict(sorted(tensors.items())), place))
    return _note(record, path, digest, len(tensors))


def _keep_torchscript(record: ClassifierRecord, path: Path, digest: str, trust: bool) -> ImportNote:
    if not is_torchscript(path):
        raise AssetError(f"{path} is not a TorchScript archive, which {record.name} needs. {import_remedy(record)}")
    require_trust(record, path, trust)
    try_network(load_torchscript(path, record), record)
    note_path(record).unlink(missing_ok=True)
    write_atomically(imported_path(record), path.read_bytes())
    return _note(record, path, digest, 0, trusted=True)


def _note(record: ClassifierRecord, path: Path, digest: str, tensors: int, trusted: bool = False) -> ImportNote:
    target = imported_path(record)
    sizes = path.stat().st_size, target.stat().st_size
    note = ImportNote(record.name, path.name, digest, sizes[0], file_sha256(target), sizes[1], tensors, trusted)
    write_atomically(note_path(record), note.dump())
    return note
