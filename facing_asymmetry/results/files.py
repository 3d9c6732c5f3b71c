"""Tables and JSON files of a run folder, written and read; an error names what is missing or damaged."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.core.console import visible
from facing_asymmetry.core.errors import ConfigError, DataError
from facing_asymmetry.core.files import write_atomically
from facing_asymmetry.core.json_files import parse_json
from facing_asymmetry.core.names import slug
from facing_asymmetry.core.thinning import thin
from facing_asymmetry.results.layout import (
    EXPRESSION_COLUMNS,
    EXPRESSIONS_FILE,
    EXPRESSIONS_FOLDER,
    FOLDER_MARK,
    RECORDS_FILE,
    SWEEP_FILE,
    TABLE_FILES,
    column_types,
    reported_columns,
)
from facing_asymmetry.results.response_table import open_table, validate

if TYPE_CHECKING:
    from facing_asymmetry.classifiers.record import ClassifierRecord
    from facing_asymmetry.expressions.expression import Expression
    from facing_asymmetry.face_models.contract import FaceModel

MOST_NODES: Final = 31
"""Values of s, and of t, that figures are drawn from; finer grids are thinned evenly, end points kept."""


FORMULA: Final = re.compile(r"[=@\t]|[+-](?![\d.])(?!$)")
"""Start of words that a spreadsheet evaluates; numbers are none."""


def read_responses(path: Path, explorer_nodes: int) -> tuple[tuple[ndarray, ndarray], pd.DataFrame]:
    """All values of s and t, and the response table at the nodes that are shown, validated."""
    if not path.exists():
        raise DataError(f"{path} is missing; the run did not finish, start it again and it goes on")
    try:
        axes = _axis(path, "s"), _axis(path, "t")
        if not min(map(len, axes)):
            raise DataError(f"{path} holds no rows")
        s, t = (_shown(values, explorer_nodes) for values in axes)
        whole = len(s) == len(axes[0]) and len(t) == len(axes[1])
        table = pd.read_parquet(path, filters=None if whole else [("s", "in", set(s)), ("t", "in", set(t))])
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{path} is not a readable parquet file: {error}") from error
    try:
        table = validate(table)
    except DataError as error:
        raise DataError(f"{path}: {error}") from error
    for head, kinds in table.groupby("face_model")["expression"].unique().items():
        if len(kinds) > 1:
            names = " and ".join(sorted(kinds))
            raise DataError(f"{path}: expression is {names} on {head}; a report shows one, so split the table by it")
    return axes, table


def _axis(path: Path, name: str) -> Float[ndarray, " N"]:
    """Ascending values of s or t, read in pieces."""
    found: set[Any] = set()
    with open_table(path) as file:
        if name not in file.schema_arrow.names:
            raise DataError(f"{path}: response table lacks the column(s) {name}")
        for batch in file.iter_batches(columns=[name]):
            found.update(pc.unique(batch.column(0)).to_pylist())
    if None in found:
        raise DataError(f"{path}: response table has missing values in {name}")
    return np.array(sorted(found))


def _shown(values: Float[ndarray, " N"], explorer_nodes: int) -> Float[ndarray, " N"]:
    """The values that figures show, and those of the explorer, which thins the full axis."""
    return np.union1d(values[thin(len(values), MOST_NODES)], values[thin(len(values), explorer_nodes)])


def read_csv(path: Path, columns: Sequence[str], *, optional: bool = False) -> pd.DataFrame:
    """A CSV with at least these columns; an absent optional one is an empty table."""
    if not path.exists():
        if optional:
            return pd.DataFrame(columns=list(columns))
        raise DataError(f"{path} is missing; `facing-asymmetry score` writes it")
    if not path.is_file():
        raise DataError(f"{path} is no regular file")
    try:
        table = pd.read_csv(path)
    except (ValueError, OSError) as error:
        raise DataError(f"{path} is not a readable CSV file: {error}") from error
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise DataError(f"{path}: lacks the column(s) {', '.join(missing)}; it has {', '.join(table.columns)}")
    types = column_types(path.name) if path.name in TABLE_FILES else {}
    if table.empty:  # pandas then reads every column as objects
        return table.astype({name: kind for name, kind in types.items() if name in table.columns and kind is float})
    for name, kind in types.items():
        if kind in (int, float) and name in table.columns and not pd.api.types.is_numeric_dtype(table[name]):
            raise DataError(f"{path}: the column {name} must hold numbers")
    return table.assign(note=table["note"].fillna("")) if "note" in table.columns else table


def read_table(folder: Path, name: str, *, optional: bool = False) -> pd.DataFrame:
    """A CSV file of the run folder, checked to have the columns that a report needs.

    Args:
        folder: the run folder.
        name: of the file, one of those in `results.layout`.
        optional: whether an absent file gives an empty table.

    Raises:
        DataError: the file is missing, cannot be read, or lacks a column.
    """
    return read_csv(folder / name, reported_columns(name), optional=optional)


def read_json(path: Path, shape: Any = Any) -> Any:
    """JSON of a shape of `results.shapes`, keys in the file's order.

    Raises:
        DataError: the file is missing, torn or of another shape.
    """
    if not path.exists():
        raise DataError(f"{path} is missing; a run folder has one")
    if not path.is_file():
        raise DataError(f"{path} is no regular file")
    try:
        text = path.read_bytes()
        parse_json(text, shape)
        return json.loads(text)
    except (OSError, ValueError) as error:
        raise DataError(f"{path} is not valid JSON of its kind: {error}") from error


def claim_folder(folder: Path) -> None:
    """Make a folder for results, in which files of earlier results may be replaced.

    Args:
        folder: absent, empty, or one that was claimed before or holds a sweep.

    Raises:
        ConfigError: it holds other files, which could be replaced.
        StoreError: it cannot be made or written.
    """
    ours = any((folder / name).is_file() for name in (FOLDER_MARK, SWEEP_FILE))
    try:
        if not ours and folder.exists() and any(folder.iterdir()):
            raise ConfigError(
                f"{folder} holds files that are not results of this program; name a new or an empty folder"
            )
    except OSError as error:
        raise ConfigError(f"{folder} can't be a folder of results: {error.strerror}") from error
    write_atomically(folder / FOLDER_MARK, "")


def write_csv(folder: Path, name: str, table: pd.DataFrame) -> None:
    """Write a table as CSV, atomically; see `csv_text`."""
    write_atomically(folder / name, csv_text(table))


def csv_text(table: pd.DataFrame) -> str:
    """A table as CSV.

    Names of files and people can be anybody's: words that a spreadsheet would take for a formula get an apostrophe, and
    control characters are written as escapes.
    """
    words = table.select_dtypes(["object", "string", "category"])
    return table.assign(**{str(name): words[name].map(_no_formula) for name in words}).to_csv(index=False)


def _no_formula(cell: object) -> object:
    if not isinstance(cell, str):
        return cell
    words = visible(cell)
    return f"'{words}" if FORMULA.match(words) else words


def write_json(folder: Path, name: str, value: Any) -> None:
    """Write a value as indented JSON, atomically."""
    write_atomically(folder / name, json.dumps(value, indent=2, default=str) + "\n")


def write_expressions(folder: Path, found: Mapping[str, Sequence["Expression"]], model: "FaceModel") -> None:
    """Write how each expression was found, and for each classifier the blendshape weights of its expressions.

    Args:
        folder: the run folder.
        found: expressions of each classifier.
        model: the face model; its blendshapes name the weights, in order.
    """
    rows = [
        {
            "face_model": model.name,
            "classifier": name,
            "emotion": e.emotion,
            "identity": "all" if e.identity is None else e.identity,
            "kind": e.kind,
            "accepted": e.accepted if e.kind == "optimised" else None,
            "probability": e.probability if e.probability >= 0 else None,
            "iterations": e.iterations,
            "seconds": round(e.seconds, 3),
            "restart": e.restart,
            "seed": e.seed,
            "loss_trace": " ".join(f"{v:.4f}" for v in e.trace),
        }
        for name, expressions in found.items()
        for e in expressions
    ]
    write_csv(folder, EXPRESSIONS_FILE, pd.DataFrame(rows, columns=list(EXPRESSION_COLUMNS)))
    for name, expressions in found.items():
        keys = [e.emotion if e.identity is None else f"{e.emotion} {e.identity}" for e in expressions]
        weights = pd.DataFrame(
            [e.weights for e in expressions], columns=list(model.blendshapes), index=pd.Index(keys, name="shown")
        )
        write_csv(folder, weights_file(name), weights.T.rename_axis("unit").reset_index())


def weights_file(classifier: str) -> str:
    """File, in the run folder, of the blendshape weights of a classifier's expressions."""
    return f"{EXPRESSIONS_FOLDER}/{slug(classifier)}.csv"


def write_records(folder: Path, records: Sequence["ClassifierRecord"]) -> None:
    """Write the facts about each classifier."""
    write_json(folder, RECORDS_FILE, [asdict(record) for record in records])
