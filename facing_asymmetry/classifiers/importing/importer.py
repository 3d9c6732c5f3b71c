"""`classifiers import`: the authors' checkpoint, checked against the network, into the cache as safetensors."""

from pathlib import Path

import torch

from facing_asymmetry.assets import file_sha256
from facing_asymmetry.atomic import write_atomically
from facing_asymmetry.classifiers.architectures.layouts import LAYOUTS
from facing_asymmetry.classifiers.imported import Imported, import_remedy, imported_path, note_path
from facing_asymmetry.classifiers.importing import families
from facing_asymmetry.classifiers.importing.archives import is_torchscript, read_checkpoint
from facing_asymmetry.classifiers.importing.checkpoint import Tensors, named_tensors
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.errors import AssetError, ConfigError


def import_checkpoint(record: ClassifierRecord, path: Path) -> Imported:
    """Read a checkpoint in its official layout, check it against the network, and keep it; what was there is replaced.

    Args:
        record: of a classifier whose weights only the user can supply.
        path: the file as its authors publish it, or safetensors with the network's names.

    Returns:
        The note that now lies beside the weights.

    Raises:
        ConfigError: the classifier's weights come from a registry.
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
        return _keep_torchscript(record, path, digest)
    layout = LAYOUTS[str(record.options.get("layout", record.options["architecture"]))]
    tensors = fitting(named_tensors(read_checkpoint(path), layout, path), record, path)
    return _keep_tensors(record, path, digest, tensors)


def fitting(tensors: Tensors, record: ClassifierRecord, path: Path) -> Tensors:
    """The tensors, checked by name, shape and value; counters that old checkpoints lack are added.

    Raises:
        AssetError: they do not fit; the message says what differs, and whose they seem to be.
    """
    expected = families.expected_shapes(record)
    faults = families.differences(tensors, expected)
    if faults:
        raise AssetError(f"{path} does not fit {record.name}: {'; '.join(faults)}.{_advice(tensors, record, expected)}")
    odd = [name for name, value in tensors.items() if not torch.isfinite(value).all()]
    if odd:
        raise AssetError(f"{path} holds NaN or infinite numbers in {families.listed(odd)}; is it the final checkpoint?")
    counters = {n: torch.zeros(shape, dtype=torch.int64) for n, shape in expected.items() if n not in tensors}
    return {**tensors, **counters}


def _advice(tensors: Tensors, record: ClassifierRecord, expected: families.Shapes) -> str:
    classes = families.class_count(tensors, expected, len(record.labels))
    if classes is not None:
        return f" It is the right network with {classes} classes, and {record.name} has {len(record.labels)}."
    name, share = families.nearest(tensors, record.name)
    if name != record.name and share >= families.LIKENESS:
        return f" Its names and shapes are those of {name} ({share:.0%} alike)."
    return f" {import_remedy(record)}"


def _keep_tensors(record: ClassifierRecord, path: Path, digest: str, tensors: Tensors) -> Imported:
    from safetensors.torch import save_file

    target = imported_path(record)
    note_path(record).unlink(missing_ok=True)  # weights without a note count as absent
    write_atomically(target, lambda place: save_file(dict(sorted(tensors.items())), place))
    return _note(record, path, digest, len(tensors))


def _keep_torchscript(record: ClassifierRecord, path: Path, digest: str) -> Imported:
    from facing_asymmetry.classifiers.loaders.torchscript import load_torchscript

    if not is_torchscript(path):
        raise AssetError(f"{path} is not a TorchScript archive, which {record.name} needs. {import_remedy(record)}")
    load_torchscript(path, record)
    note_path(record).unlink(missing_ok=True)
    write_atomically(imported_path(record), path.read_bytes())
    return _note(record, path, digest, 0)


def _note(record: ClassifierRecord, path: Path, digest: str, tensors: int) -> Imported:
    target = imported_path(record)
    sizes = path.stat().st_size, target.stat().st_size
    note = Imported(record.name, path.name, digest, sizes[0], file_sha256(target), sizes[1], tensors)
    write_atomically(note_path(record), note.dump())
    return note
