"""What the error budget changes, one thing at a time, and what it is compared with."""

from dataclasses import dataclass
from typing import Final, Literal

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
"""Expressions searched from three starts; of the default's one, the authored expression, no seed is drawn."""


@dataclass(frozen=True)
class Change:
    """One row of the budget.

    Attributes:
        words: for people; `overrides`: of the changed side.
        kind: `implementation`: the same quantity computed in another way, to which the rule applies; `definition`:
            another quantity; `seed`: chance; `control`: nothing, which must move nothing.
        base: of both sides, where the comparison isn't with the whole reference.
        own_widths: take the interval widths from that base and not from the reference.
        threads: of the changed side; 0: one per core.
        resampled: only the seed of the intervals changes: what moves are their ends.
        dear: left out of the quick budget.
    """

    words: str
    overrides: tuple[str, ...]
    kind: Kind = "implementation"
    base: tuple[str, ...] = ()
    own_widths: bool = False
    threads: int = 0
    resampled: bool = False
    dear: bool = False


CHANGES: Final = (
    Change("nothing: the same again", (), "control"),
    Change("precision bf16 (AMP)", ("precision=bf16",)),
    Change("renderer torch (reference shader)", ("renderer=torch",)),
    Change("renderer pytorch3d, on a subset", ("renderer=pytorch3d",), base=SUBSET, dear=True),
    Change("batch 1", ("batch=1",)),
    Change("batch 7", ("batch=7",)),
    Change("one thread", (), threads=1),
    Change("seed", ("seed=7",), "seed"),
    Change("seed, expressions optimised", ("seed=7",), "seed", OPTIMISED, own_widths=True, dear=True),
    Change("seed of the resampling (interval ends)", ("statistics.seed=7",), "seed", resampled=True),
    Change("image 112 px", ("scene.image_size=112",), "definition"),
    Change("image 160 px", ("scene.image_size=160",), "definition"),
    Change("image 320 px", ("scene.image_size=320",), "definition", dear=True),
    Change("1 x 1 sample a pixel", ("scene.supersample=1",), "definition"),
    Change("3 x 3 samples a pixel", ("scene.supersample=3",), "definition"),
    Change("4 x 4 samples a pixel", ("scene.supersample=4",), "definition", dear=True),
    Change("grid 11 x 7", ("grid.s=11", "grid.t=7"), "definition"),
    Change("grid 21 x 13", ("grid.s=21", "grid.t=13"), "definition", dear=True),
)


def merged(*groups: tuple[str, ...]) -> list[str]:
    """Overrides of all groups; of two with the same key the later one."""
    return list({override.split("=", 1)[0]: override for group in groups for override in group}.values())
