"""Power of the sign-flip test over effect and identities, beside what the t distribution predicts."""

from dataclasses import dataclass, field, replace

from facing_asymmetry.calibration.curves import draw_curves, slope_sd, slopes_of
from facing_asymmetry.calibration.design import NULL
from facing_asymmetry.calibration.null_sets import S_AXIS, T_AXIS
from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.inference.permutation import sign_flip_test
from facing_asymmetry.inference.seeding import generator


@dataclass(frozen=True)
class PowerCase:
    """Data sets with an effect of so many standard deviations; returns whether it is detected at two-sided alpha."""

    effect: float
    identities: int
    seed: int = 0
    settings: StatisticsSettings = field(default_factory=StatisticsSettings)

    def __call__(self, index: int) -> bool:
        """Test data set `index`."""
        key = (self.effect, self.identities, index)
        mean = self.effect * slope_sd(NULL, S_AXIS, T_AXIS) / float(T_AXIS[T_AXIS > 0].mean())
        rng = generator(self.seed, "power", *key)
        curves = draw_curves(replace(NULL, effect=mean), self.identities, S_AXIS, T_AXIS, rng)
        stream = generator(self.seed, "permutation of power", *key)
        flip = sign_flip_test(slopes_of(curves, S_AXIS, T_AXIS), self.settings.permutations, stream)
        return flip.p_two_sided <= self.settings.alpha
