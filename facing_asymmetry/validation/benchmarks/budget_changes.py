"""What the error budget changes, one thing at a time, and what it is compared with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from facing_asymmetry.core.errors import ConfigError

Kind = Literal["implementation", "definition", "seed", "control"]

REFERENCE: Final = (
    "expression=facs",
    "grid=quick",
    "intervention=[palsy]",
    "precision=fp32",
    "renderer=fast",
    "device=cpu",
    "tracking=none",
)
"""The configuration that shifts are measured from; only the left side's cells are computed."""

SUBSET: Final = ("scene.supersample=1", "identities=2", "emotions=[happiness,surprise]", "grid.s=2", "grid.t=2")
"""What stock PyTorch3D can draw on a CPU in a minute: two faces, two emotions, four nodes, one sample a pixel."""

OPTIMISED: Final = ("expression=optimised", "expression.optimiser.restarts=3")
"""Expressions searched from three starts; the default start, the authored expression, draws no seed."""


@dataclass(frozen=True)
class Change:
    """One row of the budget.

    Attributes:
        label: What is changed, in words.
        overrides: Overrides of the changed configuration.
        kind: `implementation` (the same quantity computed in another way, to which the rule applies), `definition`
            (another quantity), `seed` (chance) or `control` (no change: it must move nothing).
        base: Overrides of both configurations, where the comparison is not with the whole reference.
        own_widths: Take the interval widths from that base and not from the reference.
        threads: Threads of the changed configuration; 0 means one per core.
        resampled: Only the seed of the intervals changes, and only their bounds move.
        expensive: Left out of the quick budget.
    """

    label: str
    overrides: tuple[str, ...]
    kind: Kind = "implementation"
    base: tuple[str, ...] = ()
    own_widths: bool = False
    threads: int = 0
    resampled: bool = False
    expensive: bool = False


CHANGES: Final = (
    Change("nothing: the same again", (), "control"),
    Change("precision bf16 (AMP)", ("precision=bf16",)),
    Change("renderer torch (reference shader)", ("renderer=torch",)),
    Change("renderer pytorch3d, on a subset", ("renderer=pytorch3d",), base=SUBSET, expensive=True),
    Change("batch 1", ("batch=1",)),
    Change("batch 7", ("batch=7",)),
    Change("one thread", (), threads=1),
    Change("seed", ("seed=7",), "seed"),
    Change("seed, expressions optimised", ("seed=7",), "seed", OPTIMISED, own_widths=True, expensive=True),
    Change("seed of the resampling (interval ends)", ("statistics.seed=7",), "seed", resampled=True),
    Change("image 112 px", ("scene.image_size=112",), "definition"),
    Change("image 160 px", ("scene.image_size=160",), "definition"),
    Change("image 320 px", ("scene.image_size=320",), "definition", expensive=True),
    Change("1 x 1 sample a pixel", ("scene.supersample=1",), "definition"),
    Change("3 x 3 samples a pixel", ("scene.supersample=3",), "definition"),
    Change("4 x 4 samples a pixel", ("scene.supersample=4",), "definition", expensive=True),
    Change("grid 11 x 7", ("grid.s=11", "grid.t=7"), "definition"),
    Change("grid 21 x 13", ("grid.s=21", "grid.t=13"), "definition", expensive=True),
)


def changes_named(texts: Sequence[str]) -> tuple[Change, ...]:
    """The changes whose label has one of the texts; all of them where there is no text.

    Raises:
        ConfigError: No label has one of the texts.
    """
    for text in texts:
        if not any(text in change.label for change in CHANGES):
            raise ConfigError(f"no row of the budget has {text!r} in its name: {'; '.join(c.label for c in CHANGES)}")
    return tuple(change for change in CHANGES if not texts or any(text in change.label for text in texts))


def merged(*groups: tuple[str, ...]) -> list[str]:
    """Overrides of all groups; of two with the same key the later one."""
    return list({override.split("=", 1)[0]: override for group in groups for override in group}.values())
