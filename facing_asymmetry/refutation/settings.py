"""How often each refuter tries, and what it allows. Every threshold is named here; docs/refuters.md says why."""

from dataclasses import dataclass

from facing_asymmetry.errors import ConfigError


@dataclass(frozen=True)
class RefuterSettings:
    """Settings of the refuters.

    Attributes:
        treated, control, placebo: interventions of the run; `placebo` is used where it was run.
        repeats: permuted placebos, dummy outcomes, random covariates and subsets, each.
        placebo_share: how large the mean of the placebos may be, as a share of the larger of the estimate's size and
            its interval's half width.
        monte_carlo_errors: by how many Monte-Carlo errors the mean of permuted placebos may exceed that, and the
            rejection rate of dummy outcomes alpha.
        shift_share: how far the estimate may move, on average, beside a random covariate, as a share of its interval.
        subset_share: identities in a subset, as a share of all.
        inside_share: share of subset estimates that must lie inside the interval of all identities.
        sign_share: share of subset estimates that must have the estimate's sign.
        largest_single: share of the estimate that may vanish when one identity is left out.
        duplicate_tolerance: distance between two identities' curves, as a share of the typical one, below which they
            count as one face.
        seed: root of every random stream.

    Raises:
        ConfigError: a value is out of range; the message names it.
    """

    treated: str = "palsy"
    control: str = "bilateral"
    placebo: str = "noop"
    repeats: int = 200
    placebo_share: float = 0.1
    monte_carlo_errors: float = 3.0
    shift_share: float = 0.1
    subset_share: float = 0.8
    inside_share: float = 0.95
    sign_share: float = 0.95
    largest_single: float = 0.5
    duplicate_tolerance: float = 1e-6
    seed: int = 0

    def __post_init__(self) -> None:
        if self.repeats < 20:
            raise ConfigError(f"refuters: repeats = {self.repeats}; it must be at least 20")
        for key in ("placebo_share", "shift_share", "subset_share", "inside_share", "sign_share", "largest_single"):
            if not 0 < getattr(self, key) <= 1:
                raise ConfigError(f"refuters: {key} = {getattr(self, key)}; it must lie above 0 and not above 1")
        for key in ("monte_carlo_errors", "duplicate_tolerance", "seed"):
            if getattr(self, key) < 0:
                raise ConfigError(f"refuters: {key} = {getattr(self, key)}; it must not be negative")
