"""What is logged of a finished run, as plain data, and the keys it is logged under; independent of the W&B client."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pandas as pd

from facing_asymmetry.reporting.build import save_figure
from facing_asymmetry.reporting.figures import impact_surface, report_figures
from facing_asymmetry.reporting.figures.activation_curves import curve
from facing_asymmetry.reporting.outputs import worded
from facing_asymmetry.reporting.tables import classifier_table
from facing_asymmetry.results.finished_run import RunData, grid_mean, read_run, surface
from facing_asymmetry.results.layout import FIGURES_FOLDER
from facing_asymmetry.statistics.evidence import HEADLINE_READING
from facing_asymmetry.statistics.hypotheses import INTERACTION, SHARE, SUPPORTED
from facing_asymmetry.statistics.parts import PARTS

DPI: Final = 110
"""Resolution of the surfaces that are drawn here: sharp in a panel, 0.1 MB each."""

FIELDS: Final = ("mean", "low", "high", "p_holm", "n")
"""What the summary holds of each test: mean with its interval, corrected p, number of faces."""

SYMMETRY_KEY: Final = "s"
"""The history's axis: symmetry, from 0 (affected side still) to 1 (symmetric)."""

CURVES: Final = {
    "activation": "mean activation (logit, or measured value) at full intensity under the one-sided intervention",
    "activation_sd": "its standard deviation over faces",
    "control": "mean activation at full intensity under the two-sided control",
    "recognised": "share of faces still recognised as the emotion",
}
"""History: name of each curve and what it is."""

EXPRESSIONS_FIGURE: Final = "figures/f2_expressions"
"""Key of the figure of the expressions that each network was shown."""

Value = float | int | str


@dataclass(frozen=True)
class LoggedImage:
    """An image to be logged.

    Attributes:
        path: the PNG file.
        caption: what it shows.
    """

    path: Path
    caption: str


@dataclass(frozen=True)
class RunContent:
    """A run, ready to be logged.

    Attributes:
        name: shown in lists and legends: network and run folder, or the folder alone where it holds several networks.
        config: the composed configuration, and flat facts to group and sort by (`classifier`, `training_set`, ...).
        tags: expression, grid, and whether the run may claim anything.
        notes: claims about the run as a whole.
        summary: every score by `score_key`, verdicts, and what the run cost; numbers that are NaN are left out.
        curves: the history, one row per s.
        tables: tables by name, numbers unrounded.
        images: images by key.
    """

    name: str
    config: dict[str, Any]
    tags: list[str]
    notes: str
    summary: dict[str, Value]
    curves: list[dict[str, float]]
    tables: dict[str, pd.DataFrame]
    images: dict[str, LoggedImage]


def content_of(run: Path, composed: Mapping[str, Any], scratch: Path) -> RunContent:
    """Read a finished run folder.

    Args:
        run: the run folder, with manifest, tables and report.
        composed: the run's configuration.
        scratch: folder for images that are drawn here.

    Raises:
        DataError: the run folder lacks a file, column or key.
    """
    data = read_run(run)
    alone = len(data.classifiers) == 1
    return RunContent(
        name=f"{data.classifiers[0]} {run.name}" if alone else run.name,
        config={**composed, **facts(data)},
        tags=_tags(data, composed),
        notes="\n".join(claim["text"] for claim in data.claims if claim["level"] == "run"),
        summary=summary_of(data),
        curves=curve_rows(data),
        tables=tables_of(data),
        images=images_of(data, scratch),
    )


def facts(data: RunData) -> dict[str, Any]:
    """Facts that runs are grouped and sorted by; names and training sets of several networks are joined."""
    records = [data.records.get(name, {}) for name in data.classifiers]
    found: dict[str, Any] = {
        "classifier": ", ".join(data.classifiers),
        "training_set": ", ".join(dict.fromkeys(data.training_sets.values())),
        "networks": len(data.classifiers),
        "run_folder": data.path.name,
        "code": {"commit": data.manifest.get("commit"), "dirty": data.manifest.get("dirty")},
        "hashes": data.manifest.get("hashes", {}),
        "versions": data.manifest.get("versions", {}),
    }
    if len(records) == 1:
        wanted = ("family", "parameters", "flops", "input_size", "colour", "licence", "reported_accuracy")
        found["network"] = {key: records[0].get(key) for key in wanted}
    return found


def summary_of(data: RunData) -> dict[str, Value]:
    """The cost of a palsy and its parts, every score with its interval, verdicts, what the run counted and took."""
    found = _costs(data)
    for row in data.tests.to_dict("records"):
        place = (str(row["score"]), str(row["intervention"]), str(row["emotion"]))
        named = _named(data, str(row["classifier"]))
        found |= {score_key(*place, field, named): row[field] for field in FIELDS if row[field] == row[field]}
    for claim in data.claims:
        if claim["level"] == "classifier":
            signed = claim["verdict"] == SUPPORTED and claim["hypothesis"] in (INTERACTION, SHARE)
            word = f"{claim['verdict']} ({claim['sign']})" if signed else claim["verdict"]
            found[verdict_key(claim["hypothesis"], _named(data, claim["classifier"]))] = word
    if asked := data.manifest.get("objective"):
        found["objective"] = asked["value"]
    for part in ("counts", "seconds"):
        found |= {f"{part}/{name}": value for name, value in data.manifest.get(part, {}).items()}
    return found


def _costs(data: RunData) -> dict[str, Value]:
    """Means and intervals of the decomposition, by emotion and for all of them ("all")."""
    found: dict[str, Value] = {}
    table = data.decomposition
    for row in table[table["s"].isna() & (table["reading"] == HEADLINE_READING)].to_dict("records"):
        place, named = (str(row["intervention"]), str(row["emotion"])), _named(data, str(row["classifier"]))
        for part in (*PARTS, "share"):
            score = SHARE if part == "share" else part
            for field, value in (("mean", row[part]), ("low", row[f"{part}_low"]), ("high", row[f"{part}_high"])):
                found |= {score_key(score, *place, field, named): value} if value == value else {}
    return found


def curve_rows(data: RunData) -> list[dict[str, float]]:
    """Activation at full intensity against symmetry, one row per s ascending, keys by `curve_key`."""
    rows: dict[float, dict[str, float]] = {}
    for name, emotion, intervention, table in _curves(data):
        control = intervention == data.control
        columns = {"control": table["mean"]} if control else {
            "activation": table["mean"], "activation_sd": table["sd"], "recognised": 1.0 - table["wrong"],
        }  # fmt: skip
        if not data.of_classes(name):
            columns.pop("recognised", None)
        for curve_name, values in columns.items():
            for s, value in zip(table["s"], values, strict=True):
                key = curve_key(curve_name, emotion, _named(data, name))
                rows.setdefault(float(s), {SYMMETRY_KEY: float(s)})[key] = float(value)
    return [rows[s] for s in sorted(rows)]


def tables_of(data: RunData) -> dict[str, pd.DataFrame]:
    """`scores` (the test table), `curves`, `surfaces`, `claims` and `networks`, each with the network's name."""
    curves = [
        table.assign(classifier=name, emotion=emotion, intervention=intervention)
        for name, emotion, intervention, table in _curves(data)
    ]
    return {
        "scores": data.tests,
        "curves": pd.concat(curves, ignore_index=True),
        "surfaces": _surfaces(data),
        "claims": pd.DataFrame(data.claims),
        "networks": classifier_table(data),
    }


def images_of(data: RunData, scratch: Path) -> dict[str, LoggedImage]:
    """The report's figures that were written as PNG, by `figures/NAME`; of a job with one network also its surfaces.

    A job with several networks has only the report's surface, F3: drawing a hundred would take longer than a quick run,
    and the table `surfaces` holds their numbers.

    Args:
        data: the run.
        scratch: folder for the surfaces.
    """
    found = {}
    for figure in report_figures():
        path = data.path / FIGURES_FOLDER / f"{figure.name}.png"
        if path.is_file():
            found[f"figures/{figure.name}"] = LoggedImage(path, f"{figure.title}. {worded(figure.caption(data), data)}")
    if len(data.classifiers) == 1:
        found |= {surface_key(emotion): _surface(data, emotion, scratch) for emotion in data.emotions}
    return found


def score_key(score: str, intervention: str, emotion: str, field: str, network: str = "") -> str:
    """Summary: one number of one test, as in `slope/palsy/happiness/mean`."""
    return _joined(score, intervention, emotion, field, network)


def curve_key(curve: str, emotion: str, network: str = "") -> str:
    """History: one of `CURVES`, as in `activation/happiness`."""
    return _joined(curve, emotion, network)


def surface_key(emotion: str) -> str:
    """LoggedImage of the activation over symmetry and intensity, as in `surface/happiness`."""
    return _joined("surface", emotion)


def verdict_key(hypothesis: str, network: str = "") -> str:
    """Summary: `supported`, `not supported` or `can't tell`, as in `verdict/slope`; of an interaction with its sign."""
    return _joined("verdict", hypothesis, network)


def _surface(data: RunData, emotion: str, scratch: Path) -> LoggedImage:
    chosen = replace(data, settings=replace(data.settings, classifier=data.classifiers[0], emotion=emotion))
    path = scratch / f"surface_{emotion}.png"
    save_figure(impact_surface.draw(chosen), path, DPI)
    return LoggedImage(path, worded(impact_surface.caption(chosen), chosen, chosen.exemplar[0]))


def _curves(data: RunData) -> list[tuple[str, str, str, pd.DataFrame]]:
    shown = dict.fromkeys(filter(None, (data.treated, data.control)))
    return [(n, e, i, curve(data, n, e, i)) for n in data.classifiers for e in data.emotions for i in shown]


def _surfaces(data: RunData) -> pd.DataFrame:
    """Activation (mean logit) and share mispredicted at each shown node under the one-sided intervention."""
    parts = []
    for name in data.classifiers:
        for emotion in data.emotions:
            rows = surface(data, name, emotion)
            s, t, activation = grid_mean(rows, "logit")
            _, _, wrong = grid_mean(rows, "wrong")
            nodes = [(x, y, activation[j, i], wrong[j, i]) for j, y in enumerate(t) for i, x in enumerate(s)]
            part = pd.DataFrame(nodes, columns=["s", "t", "activation", "wrong"])
            parts.append(part.assign(classifier=name, emotion=emotion))
    return pd.concat(parts, ignore_index=True)


def _tags(data: RunData, composed: Mapping[str, Any]) -> list[str]:
    kinds = [str(kind) for kind in data.responses["expression"].unique()]
    grid = str((composed.get("grid") or {}).get("name", ""))
    return [*kinds, *([f"grid {grid}"] if grid else []), "may claim" if data.may_claim else "no claim"]


def _named(data: RunData, classifier: str) -> str:
    return classifier if len(data.classifiers) > 1 else ""


def _joined(*parts: str) -> str:
    return "/".join(part for part in parts if part)
