"""How an expression is searched for."""

from dataclasses import dataclass

from facing_asymmetry.errors import ConfigError


@dataclass(frozen=True)
class OptimiserSettings:
    """How an expression is searched for.

    Attributes:
        steps: most iterations per row.
        rate: Adam's step, in blendshape weights.
        restarts: starting points per emotion.
        prior: weight of the squared distance to the authored FACS expression.
        size: weight of the sum of the blendshape weights.
        overdrive: a blendshape may reach this multiple of its plausible bound.
        patience: iterations without an improvement of `tolerance` after which a row stops.
        tolerance: what counts as an improvement, in loss.
        satisfied: probability (least over the faces of the fit) at which a row stops, since more is an attack.
        jitter: standard deviation of the starting points around the authored expression.
        block: most faces rendered at once (memory).
        coarse: search through frames of about as many pixels as the network sees, and confirm at full size.
        polish: most iterations at full size for what is not accepted there.
    """

    steps: int = 30
    rate: float = 0.08
    restarts: int = 1
    prior: float = 0.15
    size: float = 0.01
    overdrive: float = 1.0
    patience: int = 5
    tolerance: float = 0.01
    satisfied: float = 0.95
    jitter: float = 0.15
    block: int = 24
    coarse: bool = True
    polish: int = 15

    def __post_init__(self) -> None:
        for name in ("steps", "restarts", "patience", "block", "polish"):
            if getattr(self, name) < 1:
                raise ConfigError(f"expression.optimiser.{name} = {getattr(self, name)}; it must be at least 1")
        if self.rate <= 0:
            raise ConfigError(f"expression.optimiser.rate = {self.rate}; it must be above 0")
        if not 0 < self.satisfied <= 1:
            raise ConfigError(f"expression.optimiser.satisfied = {self.satisfied}; it must lie in (0, 1]")
