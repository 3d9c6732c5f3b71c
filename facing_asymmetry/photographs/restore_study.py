"""One folder of patients, restored: from the files to the page; nothing leaves the machine."""

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import pandas as pd

from facing_asymmetry.classifiers import registry
from facing_asymmetry.config import PhotographSettings
from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.core.errors import DataError, printable
from facing_asymmetry.core.store import write_atomically
from facing_asymmetry.face_models.registry import load_face_model
from facing_asymmetry.photographs.listing import Failure, Photograph, left_out, list_photographs
from facing_asymmetry.photographs.pixels import MOST_WORDS
from facing_asymmetry.photographs.restored_tables import activations_table, changes_table, faces_table
from facing_asymmetry.photographs.restoring import SHARES, RestoredPhotograph, restore_person
from facing_asymmetry.photographs.study import TEMPLATES, THUMBNAILS, failures_shown, failures_table, frame_uri
from facing_asymmetry.reporting.page_table import page_table
from facing_asymmetry.reporting.page_template import render_template
from facing_asymmetry.results.files import claim_folder, write_csv
from facing_asymmetry.results.layout import FAILURES_FILE

FACE_HEADINGS: Final = (
    *("group", "person", "emotion", "weak side", "s before", "s after", "factor"),
    *("asymmetry before", "asymmetry after", "own neutral"),
)
SINGLE_HEADINGS: Final = (
    *("group", "person", "emotion", "classifier", "before", "after", "prediction before", "prediction after"),
)
CHANGE_HEADINGS: Final = (
    *("classifier", "group", "photographs", "people", "before", "after", "change [95 %]", "p"),
    *("right before", "right after", "note"),
)
UNITS: Final = {"before": "logit", "after": "logit", "change [95 %]": "logits", "asymmetry before": "mm"} | {
    "asymmetry after": "mm"
}
"""Of the columns of these tables, by heading."""


def restore_folder(
    source: Path, into: Path, names: Sequence[str], settings: PhotographSettings, *, thumbnails: bool = False
) -> Path:
    """Restore photographs, classify them before and after, and report.

    Args:
        source: folder or CSV, as `list_photographs` reads it.
        into: folder for `restored.csv`, `activations.csv`, `changes.csv`, `failures.csv` and `restore.html`.
        names: of the classifiers; without names, all that are ready.
        settings: the head that is fitted, and the limits of a usable fit.
        thumbnails: whether the pictures before and after are embedded in the page.

    Returns:
        Path of the page.

    Raises:
        ConfigError: the folder holds files of others.
        DataError: nothing could be restored; the reasons are named.
        AssetError: a classifier lacks its weights, none is ready, or the head is not set up.
    """
    people: dict[tuple[str, str], list[Photograph]] = {}
    for photograph in list_photographs(source):
        people.setdefault((photograph.group, photograph.subject), []).append(photograph)
    claim_folder(into)
    records, model = registry.chosen(names), load_face_model(settings.head, cache_folder())
    found = [one for person in people.values() for one in restore_person(person, model, settings)]
    restored = [one for one in found if isinstance(one, RestoredPhotograph)]
    failures = [one for one in found if isinstance(one, Failure)] + left_out(source)
    write_csv(into, FAILURES_FILE, failures_table(failures))
    if not restored:
        named = printable(source, MOST_WORDS)
        raise DataError(f"none of the photographs of {named} could be restored; first: {failures[0].reason}")
    activations = activations_table(restored, [registry.load(record) for record in records])
    tables = {"restored": faces_table(restored), "activations": activations, "changes": changes_table(activations)}
    for name, table in tables.items():
        write_csv(into, f"{name}.csv", table)
    write_atomically(into / "restore.html", render_restored(restored, failures, tables, thumbnails=thumbnails))
    return into / "restore.html"


def render_restored(
    restored: Sequence[RestoredPhotograph],
    failures: Sequence[Failure],
    tables: Mapping[str, pd.DataFrame],
    *,
    thumbnails: bool,
) -> str:
    """The page as text. Names of files, groups and subjects are escaped.

    Args:
        restored: the faces.
        failures: the photographs that could not be restored.
        tables: `restored`, `activations` and `changes`.
        thumbnails: whether the pictures are embedded.
    """
    faces = tables["restored"]
    rows = [_face_cells(row) for row in faces.to_dict("records")]
    frames = [(frame_uri(one.frames[0]), frame_uri(one.frames[-1])) for one in restored] if thumbnails else []
    changes = [_change_cells(row) for row in tables["changes"].to_dict("records")]
    return render_template(
        TEMPLATES,
        "restore.html.j2",
        style=THUMBNAILS,
        navigation=[("changes", "Changes"), ("each", "Each photograph"), ("not-used", "Not used")],
        counts=[
            ("photographs restored", len(faces)),
            ("people", len(faces[["group", "subject"]].drop_duplicates())),
            ("not used (listed below)", len(failures)),
            ("measured s, mean: before, after", f"{faces['s_before'].mean():.2f} → {faces['s_after'].mean():.2f}"),
        ],
        pictures=[(*pair, f"{row[1]}, {row[2]}") for pair, row in zip(frames, rows, strict=False)],
        faces=page_table("Restored photographs", FACE_HEADINGS, rows, UNITS),
        single=page_table("Each network", SINGLE_HEADINGS, _by_photograph(tables["activations"]), UNITS),
        changes=page_table("Mean change of the activation", CHANGE_HEADINGS, changes, UNITS),
        unchanged=int((faces["factor"] == 0.0).sum()),
        failures=failures_shown(failures),
        validated=validated_error(published_restorations()),
    )


def published_restorations() -> dict[str, Any]:
    """The record that `benchmark photographs --interventions` wrote; empty where this installation has none."""
    path = files("facing_asymmetry.photographs").joinpath("validated_interventions.json")
    return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else {}


def validated_error(record: Mapping[str, Any]) -> str:
    """How far restored rendered faces are from the true ones, as validated, in a sentence; else that it was not.

    Args:
        record: as `published_restorations` gives it; people who were rendered with another head than was fitted count.
    """
    rows = [row for row in record.get("restored", ()) if "moved_s" in row and row["head"] != row["fitted"]]
    if not rows:
        return "The size of this error is not validated."
    parts = [
        f"{'with' if row['own_neutral'] else 'without'} the person's own neutral photograph ({row['head']} people, "
        f"{row['fitted']} fitted) measured s rose from {row['before_s']:.2f} to {row['moved_s']:.2f}, where the true "
        f"symmetric faces have {row['full_s']:.2f}, and the activation's gain was {row['restored']['ratio']:.2f} times "
        f"the true one (root-mean-square error {row['restored']['rmse']:.2f}, as a share of the networks' spread)"
        for row in rows
    ]
    made = f"Validated on rendered people made at s = {record['impaired']:g} whose true faces are known"
    return f"{made}: {'; '.join(parts)}."


def _face_cells(row: Mapping[Any, Any]) -> tuple[str, ...]:
    numbers = (f"{row['s_before']:.2f}", f"{row['s_after']:.2f}", f"{row['factor']:.1f}")
    mm = (f"{row['asymmetry_mm_before']:.2f}", f"{row['asymmetry_mm_after']:.2f}")
    neutral = "yes" if row["own_neutral"] else "no"
    return (row["group"], row["subject"], row["emotion"], row["weak_side"], *numbers, *mm, neutral)


def _by_photograph(activations: pd.DataFrame) -> list[tuple[str, ...]]:
    """Group, subject, emotion, classifier, logit and prediction before, and after."""
    ends = [activations[activations["share"] == share].to_dict("records") for share in (SHARES[0], SHARES[-1])]
    return [
        (was["group"], was["subject"], was["emotion"], was["classifier"], f"{was['logit']:.2f}", f"{now['logit']:.2f}",
         was["predicted"], now["predicted"])
        for was, now in zip(*ends, strict=True)
    ]  # fmt: skip


def _change_cells(row: Mapping[Any, Any]) -> tuple[str, ...]:
    counts = (str(row["photographs"]), str(row["people"]))
    ends = f" [{row['low']:+.2f}, {row['high']:+.2f}]" if pd.notna(row["low"]) else ""
    logits = (f"{row['logit_before']:.2f}", f"{row['logit_after']:.2f}", f"{row['change']:+.2f}{ends}")
    p = "< .001" if row["p"] < 0.001 else f"{row['p']:.3f}"
    right = (f"{row['right_before']:.0%}", f"{row['right_after']:.0%}")
    return (row["classifier"], row["group"], *counts, *logits, p, *right, row["note"])
