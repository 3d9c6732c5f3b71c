"""Which files of a run folder are those that a stage would make now, so that an unchanged run repeats nothing.

Beside the store, which keeps what frames and networks gave, this keeps scores and report: `made.json` holds the key of
what each was made from, and the SHA-256 of each file. A stage is repeated where its key is another one or a file was
changed or removed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from facing_asymmetry.config import ReportSettings, StatisticsSettings
from facing_asymmetry.core.assets.cache import file_sha256
from facing_asymmetry.core.code import PACKAGE, code_fingerprint, versions_of
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.core.store import content_key
from facing_asymmetry.interventions.contrast import Contrast
from facing_asymmetry.reporting.figures import FIGURE_MODULES
from facing_asymmetry.results.files import read_json, write_json
from facing_asymmetry.results.layout import (
    CLAIMS_FILE,
    DECOMPOSITION_FILE,
    FIGURES_FOLDER,
    HEADS_FILE,
    MADE_FILE,
    MANIFEST_FILE,
    MIXED_FILE,
    RECORDS_FILE,
    REPORT_FILE,
    RESPONSES_FILE,
    SCORES_FILE,
    SHARES_FILE,
    SHEETS_FOLDER,
    SHUFFLE_FILE,
    TABLE_FILES,
    TABLES_FOLDER,
    TESTS_FILE,
)
from facing_asymmetry.results.published import published_files
from facing_asymmetry.statistics.user_scores import score_code

SCORE_FILES: Final = (
    *(SCORES_FILE, TESTS_FILE, SHARES_FILE, DECOMPOSITION_FILE, HEADS_FILE, CLAIMS_FILE, MIXED_FILE, SHUFFLE_FILE),
)
REPORT_FILES: Final = (REPORT_FILE, FIGURES_FOLDER, TABLES_FOLDER)
"""Files and folders that the stages `score` and `report` make, those that a run may lack included."""

REPORT_INPUTS: Final = (*TABLE_FILES, RESPONSES_FILE, CLAIMS_FILE, RECORDS_FILE, SHEETS_FOLDER)
"""What a report shows, but for the manifest."""

PASSING: Final = ("command", "created", "commit", "dirty", "counts", "seconds")
"""Entries of a manifest that tell of one call of a run: a report that stands keeps those of the call that made it."""

SCORE_CODE: Final = ("runs.scoring",)
REPORT_CODE: Final = ("reporting.build", *(name.partition(".")[2] for name in FIGURE_MODULES))
"""Modules that make each; figures are found by their folder, which no import names."""

SCORE_PACKAGES: Final = ("numpy", "scipy", "pandas", "pyarrow", "statsmodels")
REPORT_PACKAGES: Final = ("numpy", "pandas", "pyarrow", "matplotlib", "seaborn", "jinja2", "pillow")


def score_request(folder: Path, statistics: StatisticsSettings, contrast: Contrast) -> dict[str, Any]:
    """What scores and tests rest on."""
    return {
        "contrast": asdict(contrast),
        "responses": file_sha256(folder / RESPONSES_FILE),
        "statistics": asdict(statistics),
        "code": code_fingerprint(*SCORE_CODE),
        "versions": versions_of(*SCORE_PACKAGES),
        "own_scores": score_code(statistics.own_scores),
    }


def report_request(folder: Path, report: ReportSettings) -> dict[str, Any]:
    """What a report rests on."""
    manifest = read_json(folder / MANIFEST_FILE, dict[str, Any])
    templates = (PACKAGE / "reporting" / "templates").iterdir()
    return {
        "inputs": _hashes(folder, REPORT_INPUTS),
        "manifest": {key: value for key, value in manifest.items() if key not in PASSING},
        "report": asdict(report),
        "templates": {path.name: file_sha256(path) for path in templates if path.is_file()},
        "published": {path.name: file_sha256(path) for path in published_files()},
        "code": code_fingerprint(*REPORT_CODE),
        "versions": versions_of(*REPORT_PACKAGES),
    }


def is_made(folder: Path, stage: str, request: Mapping[str, Any]) -> bool:
    """Whether the folder holds what the stage would make, whole."""
    known = _noted(folder).get(stage, {})
    files = known.get("files") or {}
    if known.get("key") != content_key(request) or not files:
        return False
    return all((folder / name).is_file() and file_sha256(folder / name) == sha256 for name, sha256 in files.items())


def note_made(folder: Path, stage: str, request: Mapping[str, Any], made: Sequence[str]) -> None:
    """Keep what a stage has just made.

    Args:
        folder: the run folder.
        stage: name of the stage.
        request: what its files rest on.
        made: names of its files and folders.
    """
    entry = {"key": content_key(request), "files": _hashes(folder, made)}
    write_json(folder, MADE_FILE, {**_noted(folder), stage: entry})


def _noted(folder: Path) -> dict[str, dict[str, Any]]:
    """Entries of `made.json`; none where it is absent or unreadable."""
    if not (folder / MADE_FILE).is_file():
        return {}
    try:
        found: dict[str, dict[str, Any]] = read_json(folder / MADE_FILE, dict[str, dict[str, Any]])
    except DataError:
        return {}
    return found


def _hashes(folder: Path, names: Sequence[str]) -> dict[str, str]:
    """SHA-256 of each file, those inside folders included, that is there."""
    return {path.relative_to(folder).as_posix(): file_sha256(path) for name in names for path in _files(folder / name)}


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from sorted(inside for inside in path.rglob("*") if inside.is_file())
