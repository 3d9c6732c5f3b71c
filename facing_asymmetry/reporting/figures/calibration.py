"""F9: null distribution and calibration: what the tests of this report do where the truth is known."""

from matplotlib.figure import Figure

from facing_asymmetry.reporting.figures.calibration_plots import draw_calibration
from facing_asymmetry.results.finished_run import RunData
from facing_asymmetry.results.published import published
from facing_asymmetry.validation.calibration.tables import share

NUMBER = "F9"
NAME = "f9_calibration"
TITLE = "Null distribution and calibration"
NEEDS_FACES = False


def draw(data: RunData) -> Figure:
    """The calibration that is published with the package; the run's own data don't enter."""
    return draw_calibration(published())


def caption(data: RunData) -> str:
    """What was simulated, and what the bars and bands are."""
    record = published()
    return (
        f"Simulated, not from this run: {record['false_positive_rate']['data_sets']:,} data sets per point in which "
        "symmetry has no effect on average, but every identity a slope of its own and every curve a smooth bend. Top "
        "left: p of the test used here (sign flips over identities) beside that of the shuffle test over one curve, "
        f"n = {record['headline']['identities']}. Grey bands: where rates must lie; bars: 95 % Monte-Carlo intervals. "
        "Skewed and heavy: the identities' slopes are exponential, or Student's t with 3 degrees of freedom. Power: "
        "points simulated, lines predicted by the t distribution."
    )


def describe(data: RunData) -> str:
    """The headline rates."""
    record = published()
    shuffle = share(record["shuffle_false_positive_rate"])
    return (
        f"Simulated with n = {record['headline']['identities']} identities: false positives "
        f"{share(record['false_positive_rate'])} at a level of 5 %, coverage of the 95 % interval "
        f"{share(record['coverage'])}, false positives of the shuffle test {shuffle}."
    )
