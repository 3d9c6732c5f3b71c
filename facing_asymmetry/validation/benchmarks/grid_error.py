"""How far the scores of a grid lie from those of a much finer one, extrapolated to no spacing at all."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from facing_asymmetry.config import StatisticsSettings, read_config
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.core.progress import Progress
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.runs.derivatives import responses
from facing_asymmetry.runs.intervene import respond
from facing_asymmetry.runs.optimise import find_expressions
from facing_asymmetry.runs.study import Study
from facing_asymmetry.statistics.hypothesis_tests import hypothesis_tests
from facing_asymmetry.statistics.identities import identity_scores
from facing_asymmetry.statistics.score_table import score_table
from facing_asymmetry.validation.benchmarks.budget import chosen
from facing_asymmetry.validation.benchmarks.budget_slopes import Compose
from facing_asymmetry.validation.benchmarks.timing import at_least, conditions

SHIPPED: Final = ("smoke", "quick", "claim", "default", "paper")
"""Grids of conf/grid. Those that are finer than the fine grid are not measured."""

WIDTHS_NODES: Final = (4, 8)
"""Nodes along s and t that many faces are shown on: an interval's width depends on the faces, hardly on the grid."""

MEASURED: Final = ("slope", "palsy_cost", "additive", "interaction")
EQUAL_NODES: Final = "slope_equal_nodes"
"""The slope by the rule that weights every node with t > 0 alike; its limit on ever finer grids is that of `slope`."""

ALL_SCORES: Final = (*MEASURED, EQUAL_NODES)

KEY: Final = ["score", "classifier", "emotion", "identity"]
PAIR: Final = ["score", "classifier", "emotion"]

STIMULI: Final = ("expression=facs", "intervention=[palsy,palsy_two_sided]", "tracking=none", "derivative=false")
QUICK: Final = ("emotions=[happiness,surprise]",)
QUICK_NODES, QUICK_FACES = 9, 3

Tables = Sequence[pd.DataFrame]


def benchmark_grid_error(
    compose: Compose,
    classifiers: Sequence[str] = (),
    identities: int = 2,
    faces: int = 20,
    nodes: int = 45,
    further: Iterable[tuple[int, int]] = (),
    quick: bool = False,
    overrides: Sequence[str] = (),
) -> dict[str, Any]:
    """Compute cells on a fine grid and on every shipped one; what is in the store is not computed again.

    The reference is Richardson's extrapolation of the scores on `nodes` x `nodes` nodes and on every second of them. A
    grid whose nodes are all among those is read off them; any other one is rendered on its own nodes.

    Args:
        compose: Makes a configuration of overrides.
        classifiers: Classifiers under test; by default those of the default run that are ready.
        identities: Faces that are shown on the fine grid.
        faces: Faces of the intervals that errors of a mean are divided by, two at least.
        nodes: Nodes along each axis of the fine grid; a multiple of four, plus one.
        further: Numbers of nodes (s, t) of further grids.
        quick: Two emotions, one classifier, one face, 9 x 9 nodes, intervals over three faces.
        overrides: Further overrides of the configuration.

    Returns:
        `grids` (name, nodes, frames, errors by score), the `reference` with its own uncertainty, the `sample`,
        seconds and conditions.

    Raises:
        ConfigError: There are too few faces or nodes, a further grid is finer than the fine one, or a classifier is
            unknown.
        AssetError: No classifier of the default run is ready.
    """
    if quick:
        identities, nodes, faces = 1, QUICK_NODES, QUICK_FACES
    check(identities, faces, nodes)
    names = chosen(compose, classifiers)[: 1 if quick else None]
    where, began = conditions("facing-asymmetry benchmark grid-error"), time.process_time()
    common = [*STIMULI, f"classifier=[{','.join(names)}]", *(QUICK if quick else ()), *overrides]
    grids = _grids(compose, nodes, further)
    sample = _Sample(compose, common, identities, nodes)
    values = {grid.name: sample.values(grid) for grid in grids}
    widths = _widths(*sample.intervals(Grid.spaced("of the widths", *WIDTHS_NODES), faces))
    reference, fine, coarse, ratio = extrapolated(*(sample.values(_even(n)) for n in _levels(nodes)))
    return {
        "grids": [_row(grid, summaries(values[grid.name], reference, widths)) for grid in grids],
        "reference": {
            "nodes": nodes,
            "half": (nodes + 1) // 2,
            "difference": summaries(reference + (fine - coarse), reference, widths),
            "ratio": ratio,
        },
        "sample": {"classifiers": names, **_sizes(reference), "identities": identities, "faces_of_widths": faces},
        "seconds": round(time.process_time() - began, 1),
        "conditions": where,
    }


def _sizes(reference: pd.Series) -> dict[str, Any]:
    """Emotions and number of the cells that were sampled, and the nodes of the intervals' widths."""
    return {
        "emotions": sorted(reference.index.unique("emotion")),
        "cells": len(reference.xs(MEASURED[0], level="score")),
        "nodes_of_widths": list(WIDTHS_NODES),
    }


def check(identities: int, faces: int, nodes: int) -> None:
    """Raise `ConfigError` where a number of the command line is too small, or the fine grid can't be halved twice."""
    at_least("identities", identities, 1)
    at_least("faces", faces, 2)
    at_least("nodes", nodes, 5)
    if (nodes - 1) % 4:
        raise ConfigError(f"nodes = {nodes}; it must be a multiple of four plus one, for example 45")


def _grids(compose: Compose, nodes: int, further: Iterable[tuple[int, int]]) -> list[Grid]:
    """The shipped grids that the fine grid can judge, and the further ones."""
    others = [Grid.spaced(f"{s} x {t}", s, t) for s, t in further]
    for grid in others:
        if not _coarser(grid, nodes):
            raise ConfigError(f"grid {grid.name} is finer than the fine grid of {nodes} x {nodes} nodes; raise nodes")
    shipped = [_shipped(compose, name) for name in SHIPPED]
    return [grid for grid in shipped if _coarser(grid, nodes)] + others


def _coarser(grid: Grid, nodes: int) -> bool:
    return max(len(grid.s), len(grid.t)) <= nodes


def _levels(nodes: int) -> tuple[int, int, int]:
    return nodes, (nodes + 1) // 2, (nodes + 3) // 4


def _even(nodes: int) -> Grid:
    return Grid.spaced("reference", nodes, nodes)


def _shipped(compose: Compose, name: str) -> Grid:
    facts = compose([f"grid={name}"])["grid"]
    return Grid.spaced(name, facts["s"], facts["t"])


class _Sample:
    """The sampled cells on any grid: read off the fine grid where it has the nodes, else computed."""

    def __init__(self, compose: Compose, common: Sequence[str], identities: int, nodes: int) -> None:
        self.compose, self.common, self.identities = compose, common, identities
        self.fine = _even(nodes)
        self.tables = self._computed(self.fine, identities)[0]

    def values(self, grid: Grid) -> pd.Series:
        """Scores of every network, emotion and face."""
        held = set(grid.s) <= set(self.fine.s) and set(grid.t) <= set(self.fine.t)
        return values_of(self.tables if held else self._computed(grid, self.identities)[0], grid)

    def intervals(self, grid: Grid, faces: int) -> tuple[pd.DataFrame, StatisticsSettings]:
        """Scores of many faces, and the settings of their intervals."""
        tables, settings = self._computed(grid, faces)
        return score_table(tables, ALL_SCORES), settings

    def _computed(self, grid: Grid, identities: int) -> tuple[Tables, StatisticsSettings]:
        axes = [f"grid.{name}={list(axis)}".replace(" ", "") for name, axis in (("s", grid.s), ("t", grid.t))]
        asked = [*self.common, *axes, f"grid.name='{grid.name}'", f"identities={identities}"]
        study, progress = Study(read_config(self.compose(asked))), Progress()
        study.store.open()
        expressions = find_expressions(study, progress)
        respond(study, expressions, progress)
        tables = [table.to_pandas() for table in responses(study, expressions)]
        return [table[table["is_target"]] for table in tables], replace(study.config.statistics, scores=ALL_SCORES)


def values_of(tables: Tables, grid: Grid) -> pd.Series:
    """Scores on the grid's nodes, both sides averaged, by score, classifier, emotion and identity."""
    on_nodes = (table[table["s"].isin(grid.s) & table["t"].isin(grid.t)] for table in tables)
    scores = score_table(on_nodes, ALL_SCORES)
    scores = scores[scores["intervention"] == "palsy"]
    return identity_scores(scores).set_index(KEY)["value"].sort_index()


def extrapolated(
    fine: pd.Series, coarse: pd.Series, coarser: pd.Series
) -> tuple[pd.Series, pd.Series, pd.Series, dict[str, float]]:
    """Richardson's extrapolation of a rule whose error falls with the square of the spacing.

    Args:
        fine: Scores on the fine grid.
        coarse: Scores on every second node of it.
        coarser: Scores on every fourth.

    Returns:
        The reference, `fine`, `coarse` (of both, the slope by equal nodes is replaced by that of `slope`, whose limit
        it has), and by score how many times smaller the second difference is than the first: the median, 4 where the
        error falls with the square of the spacing.
    """
    fine, coarse, coarser = (_one_limit(values) for values in (fine, coarse, coarser))
    first, second = (coarser - coarse).abs(), (coarse - fine).abs()
    ratio = (first / second.replace(0.0, np.nan)).groupby(level="score").median()
    return fine + (fine - coarse) / 3, fine, coarse, {name: float(ratio[name]) for name in MEASURED}


def _one_limit(values: pd.Series) -> pd.Series:
    kept = values.drop(EQUAL_NODES, level="score")
    same = kept.xs("slope", level="score", drop_level=False).rename(index={"slope": EQUAL_NODES}, level="score")
    return pd.concat([kept, same]).sort_index()


def _widths(scores: pd.DataFrame, settings: StatisticsSettings) -> pd.Series:
    """Width of the interval over faces, by score, classifier and emotion."""
    tests = hypothesis_tests(scores[scores["intervention"] == "palsy"], settings).set_index(PAIR)
    return (tests["high"] - tests["low"]).replace(0.0, np.nan)


def summaries(values: pd.Series, reference: pd.Series, widths: pd.Series) -> dict[str, dict[str, dict[str, float]]]:
    """Median, 95th percentile and maximum of the errors, by score and kind of error.

    Errors are those of a single face and of the mean over the sampled faces, each as a share of the score's size (the
    mean absolute reference of the network) and of the width of the interval over faces.
    """
    single = values.reindex(reference.index) - reference
    mean = single.groupby(level=PAIR).mean()
    size = reference.abs().groupby(level=["score", "classifier"]).mean()
    found: dict[str, dict[str, dict[str, float]]] = {}
    for name, errors in (("single", single), ("mean", mean)):
        for unit, divisor in (("size", size), ("width", widths)):
            keys = pd.MultiIndex.from_frame(errors.index.to_frame()[list(divisor.index.names)])
            shares = errors.abs() / divisor.reindex(keys).to_numpy()
            for score, part in shares.groupby(level="score"):
                found.setdefault(str(score), {})[f"{name}_of_{unit}"] = {
                    "median": float(part.median()),
                    "high": float(part.quantile(0.95)),
                    "maximum": float(part.max()),
                }
    return found


def _row(grid: Grid, errors: dict[str, Any]) -> dict[str, Any]:
    frames = 1 + len(grid.s) * (len(grid.t) - 1) if grid.t[0] == 0 else grid.size
    return {"name": grid.name, "s": list(grid.s), "t": list(grid.t), "frames": frames, "errors": errors}
