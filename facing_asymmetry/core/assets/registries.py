"""Registry clients: one archive of PyPI or npm into a folder. Nothing of a package is executed or installed."""

import configparser
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facing_asymmetry.core.assets.bounded_answers import Arrived, bounded_adapter, watched
from facing_asymmetry.core.assets.progress import Progress
from facing_asymmetry.core.errors import AssetError, ConfigError, FacingAsymmetryError, clipped

if TYPE_CHECKING:
    from pypi_simple import DistributionPackage, PyPISimple

ATTEMPTS = 3
"""Tries of one download before giving up."""

TIMEOUT = 60.0
"""Seconds without an answer after which a try has failed."""

NPM_SECONDS = 600
"""Seconds that npm may take."""


@dataclass(frozen=True)
class Source:
    """One archive of a registry: `pypi:NAME==VERSION:ARCHIVE_FILE` or `npm:NAME@VERSION`.

    Attributes:
        registry: "pypi" or "npm".
        name: of the package.
        version: of the package.
        archive: file name of the archive.
    """

    registry: str
    name: str
    version: str
    archive: str

    @classmethod
    def parse(cls, text: str) -> "Source":
        """Read a source.

        Raises:
            ConfigError: it has neither form.
        """
        if found := re.fullmatch(r"pypi:(\w[\w.-]*)==(\w[\w.!+-]*):(\w[\w.+-]*)", text, re.ASCII):
            return cls("pypi", *found.groups())
        if found := re.fullmatch(r"npm:((?:@\w[\w.-]*/)?\w[\w.-]*)@(\w[\w.+-]*)", text, re.ASCII):
            name, version = found.groups()
            return cls("npm", name, version, f"{name.lstrip('@').replace('/', '-')}-{version}.tgz")
        raise ConfigError(f"source {text!r} is neither pypi:NAME==VERSION:ARCHIVE_FILE nor npm:NAME@VERSION")

    def __str__(self) -> str:
        tail = f"=={self.version}:{self.archive}" if self.registry == "pypi" else f"@{self.version}"
        return f"{self.registry}:{self.name}{tail}"

    @property
    def available(self) -> bool:
        """Whether the client that this registry needs is on this machine."""
        return self.registry == "pypi" or shutil.which("npm") is not None


def download(source: Source, folder: Path, progress: Progress) -> Path:
    """Bring a source's archive into an existing folder; PyPI's is checked against the digest of its index.

    Raises:
        AssetError: no network, no such file, no npm, an index that can't be understood, or a server that sends less
            than `SLOWEST` bytes a second.
    """
    if source.registry == "npm":
        return _npm_pack(source, folder, progress)
    import requests

    for attempt in range(ATTEMPTS):
        try:
            return watched(lambda arrived: _pypi_download(source, folder, progress, arrived), str(source))
        except FacingAsymmetryError:
            raise
        except requests.RequestException as error:
            if attempt + 1 == ATTEMPTS:
                raise AssetError(f"cannot download {source}: {clipped(error, 300)}. Is there a network?") from error
            time.sleep(2.0**attempt)
        except Exception as error:  # an answer of any shape
            words = f"{type(error).__name__}: {clipped(error, 200)}"
            raise AssetError(f"cannot download {source}: the index gives what is none ({words})") from error
    raise AssertionError


def pip_settings() -> dict[str, str]:
    """The user's pip settings that say where packages come from: `index-url` and `cert`, where set.

    Read as pip does: environment variables over `PIP_CONFIG_FILE` over the environment's, user's and system's files.
    """
    home = Path.home()
    xdg = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    files: list[str | Path] = ["/etc/xdg/pip/pip.conf", "/etc/pip.conf", home / ".pip/pip.conf", xdg / "pip/pip.conf"]
    files += [Path(sys.prefix) / "pip.conf", os.environ.get("PIP_CONFIG_FILE") or os.devnull]
    parser = configparser.RawConfigParser(strict=False)
    for file in files:
        try:
            parser.read(file, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError, OSError) as error:
            raise ConfigError(f"pip's settings {file} cannot be read: {clipped(error, 200)}") from error
    settings = {key: parser.get("global", key, fallback="") for key in ("index-url", "cert")}
    for key in settings:
        settings[key] = os.environ.get(f"PIP_{key.upper().replace('-', '_')}") or settings[key]
    return {key: value for key, value in settings.items() if value}


def _pypi_client(arrived: Arrived) -> "PyPISimple":
    import requests
    from pypi_simple import PYPI_SIMPLE_ENDPOINT, PyPISimple

    settings, session = pip_settings(), requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, bounded_adapter(arrived))
    if "cert" in settings:
        session.verify = settings["cert"]
    return PyPISimple(settings.get("index-url", PYPI_SIMPLE_ENDPOINT), session=session)


def _pypi_download(source: Source, folder: Path, progress: Progress, arrived: Arrived) -> Path:
    from pypi_simple import DigestMismatchError, NoSuchProjectError

    with _pypi_client(arrived) as client:
        try:
            page = client.get_project_page(source.name, timeout=TIMEOUT)
        except NoSuchProjectError as error:
            raise AssetError(f"the index {client.endpoint} has no package {source.name!r}") from error
        package = _package_file(page.packages, source, client.endpoint)
        target, known = folder / source.archive, bool(package.digests)

        def tracker(total: int | None) -> Any:
            return progress(str(source), total)

        try:
            # without a digest of the index, the bytes are held against our own below
            client.download_package(package, target, verify=known, progress=tracker, timeout=TIMEOUT)
        except DigestMismatchError as error:
            raise AssetError(f"{source}: the download differs from the digest of its index: {error}") from error
    return target


def _package_file(packages: "list[DistributionPackage]", source: Source, index: str) -> "DistributionPackage":
    for package in packages:
        if package.filename == source.archive:
            return package
    there = ", ".join(clipped(p.filename) for p in packages[-6:])
    raise AssetError(f"{source.archive} is not among the files of {source.name} at {index} (latest: {there})")


def _npm_pack(source: Source, folder: Path, progress: Progress) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise AssetError(
            f"{source} needs the npm client, which is not installed. With Node.js (on Debian: apt-get install npm) "
            "the assets of npm packages become available; everything from PyPI works without."
        )
    command = [npm, "pack", "--ignore-scripts", "--silent", "--", f"{source.name}@{source.version}"]
    with progress(str(source), None):
        # npm writes into the working folder; --pack-destination does not exist in the npm of older distributions
        try:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=NPM_SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise AssetError(f"`npm pack {source.name}@{source.version}` has not ended in {NPM_SECONDS} s") from error
    archive = folder / source.archive
    if done.returncode != 0 or not archive.is_file():
        reason = [clipped(line, 200) for line in (done.stderr or done.stdout).strip().splitlines()[-3:]]
        raise AssetError(f"`npm pack {source.name}@{source.version}` failed: {' | '.join(reason) or done.returncode}")
    return archive
