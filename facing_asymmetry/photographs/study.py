"""One folder of photographs from the files to the report; nothing leaves the machine."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from facing_asymmetry.classifiers import registry
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.core.store import write_atomically
from facing_asymmetry.photographs import figures as figure
from facing_asymmetry.photographs import report as page
from facing_asymmetry.photographs.figures import draw_groups
from facing_asymmetry.photographs.listing import left_out, list_photographs
from facing_asymmetry.photographs.measure import Failure, measure_all, measures_table
from facing_asymmetry.photographs.responses import groups, respond, slopes, usable
from facing_asymmetry.results.layout import RESPONSES_FILE


def study(
    source: Path, into: Path, names: Sequence[str] = (), run: Path | None = None, *, thumbnails: bool = False
) -> Path:
    """Measure, classify and report photographs.

    Args:
        source: folder or CSV, as `list_photographs` reads it.
        into: folder for `responses.parquet`, `measures.csv`, `groups.csv`, `slopes.csv`, `failures.csv` and
            `photographs.html`.
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
    failures += [Failure(photograph, reason) for photograph, reason in left_out(source)]
    write_atomically(into / "failures.csv", _failed(failures).to_csv(index=False))
    if not measured:
        raise DataError(
            f"none of the {len(failures)} photographs of {source} could be measured; first: {failures[0].reason}"
        )
    measures = measures_table(measured)
    responses = respond(measured, measures, [registry.load(record) for record in records])
    target = responses.loc[responses["is_target"], ["classifier", "identity", "logit"]]
    activations = target.merge(measures, left_on="identity", right_index=True)
    tables = {"measures": measures, "slopes": slopes(usable(activations)), "groups": groups(measures)}
    for name, table in tables.items():
        write_atomically(into / f"{name}.csv", table.to_csv(index=False))
    write_atomically(into / RESPONSES_FILE, lambda path: responses.to_parquet(path, index=False))
    figures = {"activation": figure.draw(activations, synthetic), "groups": draw_groups(measures)}
    name = run.resolve().name if run else ""
    text = page.render(measured, failures, tables, figures, synthetic=name, thumbnails=thumbnails)
    write_atomically(into / "photographs.html", text)
    return into / "photographs.html"


def _failed(failures: Sequence[Failure]) -> pd.DataFrame:
    rows = [(str(f.photograph.path), f.photograph.group, f.reason) for f in failures]
    return pd.DataFrame(rows, columns=["path", "group", "reason"])


def _synthetic(run: Path | None) -> pd.DataFrame | None:
    if run is None:
        return None
    path = run / RESPONSES_FILE
    if not path.is_file():
        raise DataError(f"{path} is missing; name the folder of a finished run")
    return figure.synthetic_curves(pd.read_parquet(path))
