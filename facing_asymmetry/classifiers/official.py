"""`classifiers fetch --official`: published checkpoints from where their authors put them, checked and imported."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.classifiers.user_weights import ImportNote, import_remedy
from facing_asymmetry.core.assets import cache_folder, file_sha256
from facing_asymmetry.core.assets.addresses import Hosts, download_file, full_address
from facing_asymmetry.core.assets.progress import Progress, console_progress
from facing_asymmetry.core.errors import AssetError, ConfigError
from facing_asymmetry.core.files import write_atomically
from facing_asymmetry.core.json_files import parse_json

KNOWN_FILE: Final = "known.json"
"""In the folder of downloads: what each checkpoint was when it was first used."""


@dataclass(frozen=True)
class KnownFile:
    """A checkpoint as it was first used on this machine.

    Attributes:
        address: where it came from.
        sha256: of its bytes.
        size: in bytes.
    """

    address: str
    sha256: str
    size: int


def downloadable(names: Sequence[str] = ()) -> list[ClassifierRecord]:
    """Records of the names, or of every network whose authors publish its weights and that is not here yet.

    Raises:
        ConfigError: an unknown name, or one whose weights cannot be had so; the message says what to do.
    """
    if not names:
        records = [registry.record(name) for name in registry.names()]
        return [record for record in records if record.official and not registry.state(record).ready]
    records = [registry.record(name) for name in names]
    for record in records:
        if not record.from_user:
            raise ConfigError(f"{record.name} is in a registry. Run: facing-asymmetry classifiers fetch {record.name}")
        if not record.official:
            raise ConfigError(f"no address of the weights of {record.name} is known. {import_remedy(record)}")
    return records


def offer(record: ClassifierRecord) -> str:
    """What a person should know before a download: network, size, licence, terms and place."""
    size = f"about {4 * record.parameters / 1e6:.0f} MB or more" if record.parameters else "of unknown size"
    terms = f"\n  terms: {record.terms}" if record.terms else ""
    return f"{record.name}: {record.architecture} on {record.training_set}, {size}\n" + (
        f"  licence of the weights: {record.licence or 'not stated'}{terms}\n  from {full_address(record.official)}"
    )


def fetch_official(
    record: ClassifierRecord, hosts: Hosts | None = None, progress: Progress = console_progress
) -> ImportNote:
    """Download a checkpoint, check it and import it; the download itself is not kept.

    The SHA-256 must be the record's; where the record has none, the one of the first use on this machine; and the
    file must be the one of the authors' git repository where the record names it.

    Raises:
        AssetError: the file can't be had, is another one, or does not fit the network.
    """
    from facing_asymmetry.classifiers.importing import import_checkpoint

    folder = cache_folder() / "official"
    file = folder / f"{record.name}.checkpoint"
    download_file(full_address(record.official, hosts), file, record.name, progress)
    try:
        known = _check(record, file, folder)
        note = import_checkpoint(record, file)
    finally:
        file.unlink(missing_ok=True)
    write_atomically(folder / KNOWN_FILE, json.dumps({k: asdict(v) for k, v in known.items()}, indent=2) + "\n")
    return note


def fetch_all(records: Sequence[ClassifierRecord], say: Callable[[str], None], hosts: Hosts | None = None) -> list[str]:
    """Download and import one after the other; one that fails leaves the others alone.

    Args:
        records: of `downloadable`.
        say: takes a line about each.
        hosts: where the addresses lead.

    Returns:
        Names of those that failed.
    """
    failed = []
    for record in records:
        try:
            note = fetch_official(record, hosts)
        except AssetError as error:
            failed.append(record.name)
            say(f"{record.name} failed: {error}")
        else:
            say(f"{record.name} is ready: {note.tensors} tensors (SHA-256 of the download: {note.original_sha256})")
    return failed


def known_files(folder: Path) -> dict[str, KnownFile]:
    """Checkpoints that were used here, by the name of their record.

    Raises:
        AssetError: the list is damaged.
    """
    path = folder / KNOWN_FILE
    if not path.is_file():
        return {}
    try:
        found: dict[str, KnownFile] = parse_json(path.read_bytes(), dict[str, KnownFile])
    except ValueError as error:
        raise AssetError(f"{path} is damaged ({error}); delete it if you trust the addresses anew") from error
    return found


def _check(record: ClassifierRecord, file: Path, folder: Path) -> dict[str, KnownFile]:
    """The list of known files with this one; `AssetError` where it is not what it was or must be."""
    known, digest, size = known_files(folder), file_sha256(file), file.stat().st_size
    expected = record.weights[0].sha256
    if expected and digest != expected:
        raise AssetError(f"the download of {record.name} has SHA-256 {digest}; its record expects {expected}")
    if record.official_blob and (found := git_blob(file)) != record.official_blob:
        raise AssetError(
            f"the download of {record.name} is the git object {found}; {record.official_blob} is the authors'"
        )
    before = known.get(record.name)
    if not expected and before and before.address == record.official and before.sha256 != digest:
        raise AssetError(
            f"the download of {record.name} has SHA-256 {digest}; it was {before.sha256} when it was first used here. "
            f"If its authors have replaced it, remove its entry from {folder / KNOWN_FILE}"
        )
    return {**known, record.name: KnownFile(record.official, digest, size)}


def git_blob(file: Path) -> str:
    """The name that git gives a file's content (SHA-1 over its size and bytes)."""
    digest = hashlib.sha1(b"blob %d\0" % file.stat().st_size, usedforsecurity=False)
    with file.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
