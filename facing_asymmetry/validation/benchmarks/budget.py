"""The error budget: how far each change moves the slopes, in widths of their intervals."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from facing_asymmetry.classifiers import registry
from facing_asymmetry.core.errors import AssetError
from facing_asymmetry.core.progress import Progress
from facing_asymmetry.validation.benchmarks.budget_changes import CHANGES, REFERENCE, Change, Kind, merged
from facing_asymmetry.validation.benchmarks.budget_slopes import SIDE, Compose, Slopes, slopes_of
from facing_asymmetry.validation.benchmarks.timing import at_least, conditions

LARGEST_SHIFT: Final = 0.01
"""An implementation that moves a score by more than this share of its interval is off by default."""

QUICK_OVERRIDES: Final = ("identities=2", "emotions=[happiness,surprise]")
RESAMPLING_SEED: Final = 7


@dataclass(frozen=True)
class BudgetRow:
    """One change.

    Attributes:
        change: What was changed, in words.
        kind: See `budget_changes.Change`.
        units: Number of pairs of classifier and emotion that were compared.
        median: Median over pairs of |shift of the mean slope| / width of its interval.
        maximum: Maximum over pairs of the same.
        worst: The pair that moved furthest.
        verdict: By `LARGEST_SHIFT` for implementations; otherwise the kind of the change.
        frames: Frames rendered for this row alone.
        seconds: Wall time spent on this row alone.
        cpu_seconds: Processor time spent on it.
    """

    change: str
    kind: str
    units: int
    median: float
    maximum: float
    worst: str
    verdict: str
    frames: int
    seconds: float
    cpu_seconds: float


def benchmark_budget(
    compose: Compose,
    classifiers: Sequence[str] = (),
    identities: int = 6,
    quick: bool = False,
    changes: Sequence[Change] = CHANGES,
) -> dict[str, Any]:
    """Measure the reference configuration, then every change against it.

    Args:
        compose: Makes a configuration of overrides.
        classifiers: Classifiers under test; by default those of the default run that are ready.
        identities: Number of identities, two at least.
        quick: Two identities, two emotions, one classifier, without the expensive changes.
        changes: Rows, in order.

    Returns:
        `rows` (`BudgetRow`), `rule`, the `reference` (overrides, frames, seconds, widths by unit), conditions.

    Raises:
        ConfigError: A classifier is unknown, or there are too few identities.
        AssetError: No classifier of the default run is ready.
    """
    at_least("identities", identities, 2)
    names = chosen(compose, classifiers)[: 1 if quick else None]
    where = conditions("facing-asymmetry benchmark budget")
    rows_of = [change for change in changes if not (quick and change.expensive)]
    progress = Progress()
    with tempfile.TemporaryDirectory(prefix="facing-asymmetry-budget-") as folder:
        size = (f"identities={identities}", f"classifier=[{','.join(names)}]", *(QUICK_OVERRIDES if quick else ()))
        common = tuple(merged(REFERENCE, size, (f"paths.outputs={folder}",)))
        budget = _Budget(compose, common, progress)
        with progress.task("error budget", len(rows_of) + 1) as step:
            reference = budget.measured()
            step(1, "reference")
            rows = []
            for change in rows_of:
                rows.append(budget.row(change))
                step(1, change.label)
    return {
        "rule": LARGEST_SHIFT,
        "rows": [vars(row) for row in rows],
        "reference": _described(common, reference),
        "conditions": where,
    }


def with_kept_rows(figures: dict[str, Any], earlier: dict[str, Any]) -> dict[str, Any]:
    """Figures of some rows, with those of an earlier measurement in the other rows, in the order of the earlier one.

    Args:
        figures: As `benchmark_budget` returns them.
        earlier: The same, of another time.

    Returns:
        The figures; `kept` says which rows are the earlier ones, and under which conditions those were measured.
    """
    fresh = {row["change"]: row for row in figures["rows"]}
    kept = [row for row in earlier["rows"] if row["change"] not in fresh]
    order = [row["change"] for row in earlier["rows"]]
    rows = {row["change"]: row for row in kept} | fresh
    listed = [rows[name] for name in dict.fromkeys([*order, *fresh])]
    told = {"rows": [row["change"] for row in kept], "conditions": earlier["conditions"]}
    return {**figures, "rows": listed, "kept": told}


def _described(common: Sequence[str], reference: Slopes) -> dict[str, Any]:
    return {
        "overrides": [override for override in common if not override.startswith("paths.")],
        "side": SIDE,
        "frames": reference.frames,
        "seconds": reference.seconds,
        "cpu_seconds": reference.cpu_seconds,
        "interval_widths": {_pair_name(pair): width for pair, width in _widths(reference.tested()).items()},
    }


def chosen(compose: Compose, names: Sequence[str]) -> list[str]:
    """Return the names given, or the classifiers of the default run whose weights are on this machine.

    Raises:
        ConfigError: A name is unknown; the message says which one is near.
        AssetError: No classifier of the default run is ready.
    """
    if names:
        return [registry.record(name).name for name in dict.fromkeys(names)]
    default = [str(name) for name in compose([])["classifiers"]]
    ready = [name for name in default if registry.state(registry.record(name)).ready]
    if not ready:
        raise AssetError(f"none of {', '.join(default)} has its weights here. Run: facing-asymmetry setup")
    return ready


class _Budget:
    """Measures changes; a base that several comparisons share is measured once."""

    def __init__(self, compose: Compose, common: tuple[str, ...], progress: Progress) -> None:
        self.compose, self.common, self.progress = compose, common, progress
        self._known: dict[tuple[str, ...], Slopes] = {}

    def measured(self, base: tuple[str, ...] = ()) -> Slopes:
        """The reference, or another base of comparison."""
        if base not in self._known:
            self._known[base] = slopes_of(self.compose, merged(self.common, base), self.progress)
        return self._known[base]

    def row(self, change: Change) -> BudgetRow:
        """One change against its base."""
        fresh = change.base not in self._known
        base = self.measured(change.base)
        before = base.tested()
        widths = _widths(before if change.own_widths else self.measured().tested())
        measured = [base] if fresh else []
        if change.resampled:
            after = base.tested(RESAMPLING_SEED)
            moved = (after[["low", "high"]] - before[["low", "high"]]).abs().max(axis=1)
        else:
            overrides = merged(self.common, change.base, change.overrides)
            side = slopes_of(self.compose, overrides, self.progress, change.threads)
            moved = (side.tested()["mean"] - before["mean"]).abs()
            measured.append(side)
        return _summary(change, moved, widths, measured)


def _widths(tested: pd.DataFrame) -> pd.Series:
    return tested["high"] - tested["low"]


def _summary(change: Change, moved: pd.Series, widths: pd.Series, measured: Sequence[Slopes]) -> BudgetRow:
    spent = (
        sum(one.frames for one in measured),
        sum((one.seconds for one in measured), 0.0),
        sum((one.cpu_seconds for one in measured), 0.0),
    )
    shares = (moved / widths.reindex(moved.index).replace(0.0, np.nan)).dropna()
    if shares.empty:
        return BudgetRow(change.label, change.kind, 0, np.nan, np.nan, "", "no interval has a width", *spent)
    maximum = float(shares.max())
    return BudgetRow(
        change.label,
        change.kind,
        len(shares),
        float(shares.median()),
        maximum,
        _pair_name(shares.idxmax()),
        _verdict(change.kind, maximum),
        *spent,
    )


def _pair_name(pair: Any) -> str:
    return " ".join(map(str, pair))


def _verdict(kind: Kind, maximum: float) -> str:
    if kind == "implementation":
        return "may be on" if maximum <= LARGEST_SHIFT else "off by default"
    if kind == "control":
        return "identical" if maximum == 0 else "NOT identical"
    return "a definition" if kind == "definition" else "chance"
