"""One folder of photographs from the files to the report; nothing leaves the machine."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from facing_asymmetry.classifiers import registry
from facing_asymmetry.errors import DataError
from facing_asymmetry.photographs import figure, page
from facing_asymmetry.photographs.listing import list_photographs
from facing_asymmetry.photographs.measure import measure_all, measures_table, respond
from facing_asymmetry.photographs.slopes import slopes
from facing_asymmetry.photographs.symmetry import TURNED
from facing_asymmetry.store import write_atomically


def study(
    source: Path, into: Path, names: Sequence[str] = (), run: Path | None = None, *, thumbnails: bool = False
) -> Path:
    """Measure, classify and report photographs.

    Args:
        source: folder or CSV, as `list_photographs` reads it.
        into: folder for `responses.parquet`, `measures.csv`, `failures.csv`, `slopes.csv` and `photographs.html`.
        names: of the classifiers; without names, all that are ready.
        run: folder of a synthetic run, whose curves are drawn beside.
        thumbnails: whether the faces are embedded in the page.

    Returns:
        Path of the page.

    Raises:
        DataError: nothing could be measured; the reasons are named.
        AssetError: a classifier lacks its weights, or none is ready.
    """
    photographs = list_photographs(source)
    records = registry.chosen(names)
    synthetic = _synthetic(run)
    measured, failures = measure_all(photographs)
    failed = [(str(f.photograph.path), f.photograph.group, f.reason) for f in failures]
    write_atomically(
        into / "failures.csv", pd.DataFrame(failed, columns=["path", "group", "reason"]).to_csv(index=False)
    )
    if not measured:
        raise DataError(f"none of the {len(failures)} photographs of {source} could be measured; first: {failed[0][2]}")
    measures = measures_table(measured)
    responses = respond(measured, [registry.load(record) for record in records])
    target = responses[responses["is_target"]].drop(columns=["s", "emotion"])
    activations = target.merge(measures.drop(columns="asymmetry_mm"), left_on="identity", right_index=True)
    fitted = slopes(activations[activations["yaw"].abs() <= TURNED])
    for name, table in (("measures.csv", measures), ("slopes.csv", fitted)):
        write_atomically(into / name, table.to_csv(index=False))
    write_atomically(into / "responses.parquet", lambda path: responses.to_parquet(path, index=False))
    drawn = figure.draw(activations, synthetic)
    text = page.render(
        measured, failures, measures, fitted, drawn, synthetic=run.name if run else "", thumbnails=thumbnails
    )
    write_atomically(into / "photographs.html", text)
    return into / "photographs.html"


def _synthetic(run: Path | None) -> pd.DataFrame | None:
    if run is None:
        return None
    path = run / "responses.parquet"
    if not path.is_file():
        raise DataError(f"{path} is missing; name the folder of a finished run")
    return figure.synthetic_curves(pd.read_parquet(path))
