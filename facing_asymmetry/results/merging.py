"""Files of run folders put together: cells in the order in which one run would have written them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.core.files import write_atomically
from facing_asymmetry.core.json_files import fit_shape
from facing_asymmetry.core.names import slug
from facing_asymmetry.results.files import read_csv, read_json, read_table, weights_file, write_csv, write_json
from facing_asymmetry.results.layout import (
    CELL_KEY,
    EXPRESSIONS_FILE,
    EXPRESSIONS_FOLDER,
    FAILURES_FILE,
    MANIFEST_FILE,
    PHOTOGRAPHS_FILE,
    RECORDS_FILE,
    RESPONSES_FILE,
    SHEETS_FOLDER,
)
from facing_asymmetry.results.manifest import read_manifest
from facing_asymmetry.results.response_table import open_table, write_table_file
from facing_asymmetry.results.shapes import MergeManifest, Record, Sheet


@dataclass(frozen=True)
class MergedRun:
    """A run folder to be merged, and what its manifest says."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def config(self) -> Mapping[str, Any]:
        """The configuration as composed."""
        config: Mapping[str, Any] = self.manifest["config"]
        return config

    @property
    def table(self) -> Path:
        """Its response table."""
        return self.folder / RESPONSES_FILE


def read_merged_run(folder: Path) -> MergedRun:
    """Read a run folder's manifest; `DataError` names what is missing."""
    manifest = read_manifest(folder)
    try:
        fit_shape(manifest, MergeManifest)
    except ValueError as error:
        raise DataError(f"{folder / MANIFEST_FILE} cannot be merged with others: {error}") from error
    return MergedRun(folder, manifest)


def merge_tables(sources: Sequence[MergedRun], config: Mapping[str, Any], into: Path) -> None:
    """Write responses, expressions, records, contact sheets and lists of photographs of all sources into one folder.

    Of several heads, the blendshape weights and contact sheets are those of the first: a file has one name per
    classifier. Those of the others stay in their own run folders.

    Args:
        sources: the runs.
        config: the configuration of one run over all of them; its heads, classifiers and emotions are in order.
        into: the folder that is written.

    Raises:
        DataError: two sources hold the same cell with different content.
        StoreError: the folder cannot be written.
    """
    classifiers = list(config["classifiers"])
    former = [*_classifiers_of(into), *classifiers]
    write_table_file(into / RESPONSES_FILE, _cells(sources, config))
    records = {r["name"]: r for source in sources for r in read_json(source.folder / RECORDS_FILE, list[Record])}
    write_json(into, RECORDS_FILE, [records[name] for name in classifiers])
    first = next(iter(config["face_models"]))
    showing = [source for source in sources if next(iter(source.config["face_models"])) == first]
    _merge_expressions(sources, showing, list(config["face_models"]), classifiers, into)
    for name in set(former) - set(classifiers):
        (into / weights_file(name)).unlink(missing_ok=True)
    for name in former:
        _remove_sheets(into / SHEETS_FOLDER / slug(name))
    _merge_contact_sheets(showing, into)
    _merge_lists(sources, into)


def _classifiers_of(into: Path) -> list[str]:
    """Classifiers of the run that was merged into a folder before; none where there is no such run."""
    try:
        return list(read_merged_run(into).config["classifiers"])
    except DataError:
        return []


def _cells(sources: Sequence[MergedRun], config: Mapping[str, Any]) -> Iterator[pa.Table]:
    for head, classifier in product(config["face_models"], config["classifiers"]):
        holding = [s for s in sources if head in s.config["face_models"] and classifier in s.config["classifiers"]]
        for emotion in config["emotions"]:
            wanted = {"face_model": head, "classifier": classifier, "emotion": emotion}
            yield from _in_order([(cell, source) for source in holding for cell in split_cells(_read(source, wanted))])


def _read(source: MergedRun, wanted: Mapping[str, str]) -> pa.Table:
    try:
        open_table(source.table).close()
        return pq.read_table(source.table, filters=[(column, "=", value) for column, value in wanted.items()])
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{source.table} is not a readable response table: {error}") from error


def split_cells(table: pa.Table) -> list[pa.Table]:
    """The cells of one head, classifier and emotion, in their order: runs of rows that agree in `CELL_KEY`."""
    if not len(table):
        return []
    table = table.combine_chunks()
    codes = np.stack([pd.factorize(table.column(name).to_pandas())[0] for name in CELL_KEY])
    starts = [0, *(np.flatnonzero((codes[:, 1:] != codes[:, :-1]).any(axis=0)) + 1).tolist(), len(table)]
    return [table.slice(a, b - a) for a, b in pairwise(starts)]


def _in_order(parts: Sequence[tuple[pa.Table, MergedRun]]) -> Iterator[pa.Table]:
    """Cells by face, each once."""
    held: dict[tuple[Any, ...], tuple[pa.Table, MergedRun]] = {}
    for cell, source in parts:
        address = tuple(cell.column(name)[0].as_py() for name in CELL_KEY)
        if address in held and not held[address][0].equals(cell):
            words = f"{cell.column('classifier')[0]} {cell.column('emotion')[0]} face {address[0]} {address[1]}"
            raise DataError(f"{held[address][1].folder} and {source.folder} disagree about {words}; leave one out")
        held.setdefault(address, (cell, source))
    yield from (held[address][0] for address in sorted(held, key=lambda address: address[0]))


def _merge_expressions(
    sources: Sequence[MergedRun], showing: Sequence[MergedRun], heads: Sequence[str], classifiers: Sequence[str],
    into: Path,
) -> None:  # fmt: skip
    """How each expression was found, of all sources; the weights of those that show the first head."""
    columns = ("face_model", "classifier", "emotion", "identity")
    tables = [read_csv(source.folder / EXPRESSIONS_FILE, columns) for source in sources]
    merged = pd.concat(tables, ignore_index=True).drop_duplicates(list(columns))
    rank = {name: n for n, name in enumerate([*heads, *classifiers])}
    merged = merged.sort_values(["face_model", "classifier"], key=lambda c: c.map(rank), kind="stable")
    write_csv(into, EXPRESSIONS_FILE, merged)
    for source in reversed(showing):
        for path in sorted((source.folder / EXPRESSIONS_FOLDER).glob("*.csv")):
            write_atomically(into / EXPRESSIONS_FOLDER / path.name, path.read_bytes())


def _merge_lists(sources: Sequence[MergedRun], into: Path) -> None:
    """Photographs that are shown, by person, and those that are not; nothing where all sources show heads."""
    for name, order in ((PHOTOGRAPHS_FILE, ["identity"]), (FAILURES_FILE, [])):
        tables = [read_table(source.folder, name) for source in sources if (source.folder / name).is_file()]
        if tables:
            rows = pd.concat(tables, ignore_index=True).drop_duplicates(ignore_index=True)
            write_csv(into, name, rows.sort_values(order, kind="stable") if order else rows)


def _merge_contact_sheets(sources: Sequence[MergedRun], into: Path) -> None:
    """Contact sheets; of two that show different faces, the one of the lower number, as one run would have it."""
    found: dict[tuple[str, str], tuple[int, Path]] = {}
    for source in sources:
        for facts in sorted((source.folder / SHEETS_FOLDER).glob("*/*.json")):
            key, face = (facts.parent.name, facts.stem), int(read_json(facts, Sheet)["identity"])
            if key not in found or face < found[key][0]:
                found[key] = face, facts
    for (classifier, emotion), (_, facts) in found.items():
        _copy_sheet(facts, into / SHEETS_FOLDER / classifier / emotion)
    for place, facts in _further_sheets(sources).items():
        _copy_sheet(facts, into / SHEETS_FOLDER / place)


def _further_sheets(sources: Sequence[MergedRun]) -> dict[Path, Path]:
    """Sheets of further faces and interventions, by their place; of as many faces as one source shows at most."""
    found: dict[Path, tuple[int, Path]] = {}
    most = 0
    for source in sources:
        sheets = source.folder / SHEETS_FOLDER
        faces = {facts: int(read_json(facts, Sheet)["identity"]) for facts in sorted(sheets.glob("*/**/*.json"))}
        most = max(most, len(set(faces.values())))
        further = {facts.relative_to(sheets).with_suffix(""): (face, facts) for facts, face in faces.items()}
        found = {**{place: sheet for place, sheet in further.items() if len(place.parts) == 3}, **found}
    shown = sorted({face for face, _ in found.values()})[:most]
    return {place: facts for place, (face, facts) in found.items() if face in shown}


def _copy_sheet(facts: Path, place: Path) -> None:
    for path in (facts.with_suffix(".png"), facts):
        write_atomically(place.parent / f"{place.name}{path.suffix}", path.read_bytes())


def _remove_sheets(folder: Path) -> None:
    """Remove the contact sheets below a folder (pictures, each with its facts), and the folders that this empties."""
    for facts in sorted(folder.rglob("*.json")):
        with suppress(DataError):
            read_json(facts, Sheet)
            facts.with_suffix(".png").unlink(missing_ok=True)
            facts.unlink()
    for place in (*sorted(folder.rglob("*"), reverse=True), folder):
        if place.is_dir() and not any(place.iterdir()):
            place.rmdir()
