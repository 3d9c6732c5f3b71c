"""What `dry_run` estimates for runs of single networks, against the processor time that they take."""

import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, Final

from facing_asymmetry.config import read_config
from facing_asymmetry.core.machine_speed import cpu_milliseconds, work_milliseconds
from facing_asymmetry.core.progress import Progress
from facing_asymmetry.core.threads import kept_threads
from facing_asymmetry.results.published import published_costs
from facing_asymmetry.runs.intervene import respond
from facing_asymmetry.runs.optimise import find_expressions
from facing_asymmetry.runs.plan import Speed, plan
from facing_asymmetry.runs.study import Study
from facing_asymmetry.validation.benchmarks.budget import chosen
from facing_asymmetry.validation.benchmarks.budget_slopes import Compose
from facing_asymmetry.validation.benchmarks.timing import at_least, conditions

RUN: Final = (
    "tracking=none", "emotions=[happiness,surprise]", "expression=facs", "identities=1", "intervention=[palsy]",
    "grid.s=15", "grid.t=14",
)  # fmt: skip
"""394 frames: what a run takes once, such as loading the network, is little beside them."""

SCENES: Final[tuple[tuple[str, ...], ...]] = ((), ("scene.image_size=112", "scene.supersample=1"))
"""The default frames, and frames that take so little time that the network's counts."""


def benchmark_estimates(compose: Compose, names: Sequence[str] = (), rounds: int = 3) -> dict[str, Any]:
    """Run each network on a small grid, on one thread and with an empty store, and compare with its estimate.

    Args:
        compose: makes a configuration of overrides.
        names: classifiers; those of the default run that are ready where empty.
        rounds: runs of each; the least processor time counts.

    Returns:
        `rows`: `classifier`, `frames` in words, `overrides`, `seconds` of the processor, `work_ms` of the machine's
        fixed work around it, `estimated` seconds, and their `ratio`; `conditions`.

    Raises:
        ConfigError: fewer than one round, or an unknown classifier.
        AssetError: no classifier is ready, or one lacks its weights.
    """
    at_least("rounds", rounds, 1)
    where = conditions("facing-asymmetry benchmark estimates")
    with kept_threads(1):
        rows = [
            _row(compose, [f"classifier=[{name}]", *RUN, *scene], rounds)
            for name, scene in product(chosen(compose, names), SCENES)
        ]
    return {"rows": rows, "conditions": where}


def estimated_seconds(study: Study, work_ms: float) -> float:
    """Processor seconds that are estimated for a study's responses on a machine with this time for the fixed work."""
    return plan(study, Speed(work_ms / float(published_costs()["work_ms"]), 1.0)).response_seconds


def _row(compose: Compose, overrides: Sequence[str], rounds: int) -> dict[str, Any]:
    work = [work_milliseconds()]
    with tempfile.TemporaryDirectory(prefix="facing-asymmetry-estimate-") as folder:
        first, *others = _studies(compose, overrides, Path(folder), rounds + 1)
        expressions = find_expressions(first, Progress())
        respond(first, expressions, Progress())
        taken = [cpu_milliseconds(partial(respond, one, expressions, Progress())) / 1e3 for one in others]
    work.append(work_milliseconds())
    estimated = estimated_seconds(first, min(work))
    return {
        "classifier": first.records[0].name,
        "frames": f"{first.scene.image_size} px, {first.scene.supersample} x {first.scene.supersample}",
        "overrides": list(overrides),
        "seconds": min(taken),
        "work_ms": min(work),
        "estimated": estimated,
        "ratio": estimated / min(taken),
    }


def _studies(compose: Compose, overrides: Sequence[str], folder: Path, count: int) -> Iterator[Study]:
    """The same study with an empty store each."""
    for number in range(count):
        yield Study(read_config(compose([*overrides, f"paths.outputs={folder / str(number)}"])))
