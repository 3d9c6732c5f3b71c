"""Tables of the validation of moved photographs, for the terminal and for docs/photograph_interventions.md."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich import box
from rich.table import Table

from facing_asymmetry.core.console import PlainConsole
from facing_asymmetry.core.markdown import replace_between
from facing_asymmetry.validation.photographs.accuracy_tables import made_with, titled
from facing_asymmetry.validation.photographs.interventions import OTHER, SAME
from facing_asymmetry.validation.photographs.round_trip import RESTORED

BEGIN_MOVED: Final = "<!-- moved photographs -->"
END_MOVED: Final = "<!-- end of moved photographs -->"

Entry = Mapping[str, Any]
Cells = tuple[str, ...]
TableText = tuple[str, Cells, list[Cells]]

FACE_COLUMNS: Final = ("refused", "MAE of s", "off nominal s (renders)", "error, mm", "picture", "turned over")
SCORE_COLUMNS: Final = ("slope ratio", "cost ratio", "additive ratio", "interaction factor", "rank of slope")
NETWORK_COLUMNS: Final = (
    *("network", "own neutral", "slope", "bias", "RMSE", "ratio", "rank", "cost ratio", "additive ratio"),
    *("interaction", "bias", "RMSE", "factor", "rank"),
)
RESTORED_COLUMNS: Final = (
    *("not restored", "factor of the correction", "s before", "s restored", "s of the true face", "picture left"),
    *("gain ratio", "factor", "rank"),
)
PHOTOGRAPH_COLUMNS: Final = ("slope", "monotone", "turned over", "residual", "s = 1 identical")


def moved_tables(record: Entry) -> list[TableText]:
    """Title, heading and rows of each table of the record."""
    networks = [entry for entry in record["classifiers"] if entry["pairing"] == OTHER]
    networks = networks or [entry for entry in record["classifiers"] if entry["pairing"] == SAME]
    heads = ("people", "fitted head")
    found = [
        _faces("Way of fitting, all emotions", (*heads, "label", "own neutral"), record["ways"],
               ("head", "fitted", "label", "own_neutral")),
        _faces("Emotion, label known", (*heads, "own neutral", "emotion"), record["emotions"],
               ("head", "fitted", "own_neutral", "emotion")),
        _faces("How the photograph is taken, label known, fitted by the head that was rendered",
               ("photograph", "own neutral"), record["sittings"], ("sitting", "own_neutral")),
        _faces("Ancestry that the skin was drawn with, label known, fitted by the head that was rendered",
               ("skin", "own neutral"), record["skins"], ("skin", "own_neutral")),
        (f"Network, label known, fitted by {networks[0]['pairing']}; logits", NETWORK_COLUMNS,
         [_network(entry) for entry in networks]),
        _restored("Restored from s = 0.3, all emotions", (*heads, "own neutral"), record["restored"],
                  ("head", "fitted", "own_neutral")),
        _restored("Restored from s = 0.3 by emotion, fitted by the head that was rendered", ("own neutral", "emotion"),
                  record["restored_emotions"], ("own_neutral", "emotion")),
    ]  # fmt: skip
    if record.get("photographs"):
        levels = (f"s = {at}" for at in record["photographs"][0]["left"]["read"])
        heading = ("fitted head", "emotion", "weak side", *levels, *PHOTOGRAPH_COLUMNS)
        rows = [_photograph(entry, side) for entry in record["photographs"] for side in ("left", "right")]
        found.append(("Photographs: measured s at each s", heading, rows))
    return found


def with_moved_tables(page: str, record: Entry) -> str:
    """Return the page with what lies between `BEGIN_MOVED` and `END_MOVED` replaced by the record's tables.

    Raises:
        DataError: the page lacks one of the marks.
    """
    facts = (
        f"People {', '.join(map(str, record['people']))} of {' and '.join(record['heads'])}; "
        f"{len(record['networks'])} networks; {made_with(record)}."
    )
    return replace_between(page, BEGIN_MOVED, END_MOVED, titled(moved_tables(record), facts))


def check_marks(page: str) -> None:
    """Raise `DataError` where a page lacks one of the marks, before anything is computed."""
    replace_between(page, BEGIN_MOVED, END_MOVED, "")


def print_moved(record: Entry) -> None:
    """Print the tables."""
    console = PlainConsole()
    for title, head, rows in moved_tables(record):
        table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
        for name in head:
            table.add_column(name)
        for row in rows:
            table.add_row(*row)
        console.print(table)


def _faces(title: str, first: Cells, entries: Sequence[Entry], keys: Sequence[str]) -> TableText:
    rows = [(*_key(entry, keys), *_face_cells(entry), *_score_cells(entry)) for entry in entries]
    return title, (*first, *FACE_COLUMNS, *SCORE_COLUMNS), rows


def _restored(title: str, first: Cells, entries: Sequence[Entry], keys: Sequence[str]) -> TableText:
    return title, (*first, *RESTORED_COLUMNS), [(*_key(entry, keys), *_restored_cells(entry)) for entry in entries]


def _key(entry: Entry, keys: Sequence[str]) -> Cells:
    words = {("label", True): "known", ("label", False): "unknown"}
    return tuple(words.get((key, entry[key]), _yes(entry[key])) for key in keys)


def _face_cells(entry: Entry) -> Cells:
    counted = f"{entry['refused'] + entry['missing']} of {entry['photographs']}"
    if "mae" not in entry:
        return (counted, *["–"] * (len(FACE_COLUMNS) - 1))
    return (
        *(counted, f"{entry['mae']:.3f}", f"{entry['nominal_mae']:.3f} ({entry['true_nominal_mae']:.3f})"),
        *(f"{entry['mm_error']:.2f} of {entry['mm']:.2f}", f"{100 * entry['picture']:.0f} %"),
        f"{100 * entry['folds']:.2f} %",
    )


def _score_cells(entry: Entry) -> Cells:
    ratios = (_two(entry[name]["ratio"]) for name in ("slope", "palsy_cost", "additive"))
    return (*ratios, _two(entry["interaction"]["factor"]), _two(entry["slope"]["rank"]))


def _network(entry: Entry) -> Cells:
    slope, interaction = entry["slope"], entry["interaction"]
    return (
        *(entry["classifier"], _yes(entry["own_neutral"])),
        *(_two(slope[key]) for key in ("true", "bias", "rmse", "ratio", "rank")),
        *(_two(entry[name]["ratio"]) for name in ("palsy_cost", "additive")),
        *(_two(interaction[key]) for key in ("true", "bias", "rmse", "factor", "rank")),
    )


def _restored_cells(entry: Entry) -> Cells:
    counted = f"{entry['missing']} of {entry['photographs']}"
    if "moved_s" not in entry:
        return (counted, *["–"] * (len(RESTORED_COLUMNS) - 1))
    gain = entry[RESTORED]
    return (
        *(
            counted,
            *(_two(entry[key]) for key in ("factor", "before_s", "moved_s", "full_s")),
            f"{100 * entry['picture']:.0f} %",
        ),
        *(_two(gain[key]) for key in ("ratio", "factor", "rank")),
    )


def _photograph(entry: Entry, side: str) -> Cells:
    one = entry[side]
    return (
        *(entry["head"], entry["emotion"], side, *(_two(value) for value in one["read"].values())),
        *(_two(one["slope"]), _yes(one["monotone"]), f"{100 * entry['folds']:.2f} %", f"{entry['residual']:.1f} %"),
        _yes(entry["identical"]),
    )


def _two(value: float | None) -> str:
    return "–" if value is None else f"{round(value, 2) + 0.0:.2f}"


def _yes(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
