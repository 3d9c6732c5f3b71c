"""The tables of docs/calibration/README.md, written from the record so that page and figures can't disagree."""

from typing import Any, Final

from facing_asymmetry.calibration.words import CASES, NOISE, case_rows, markdown, noise_rows, power_rows, verdicts
from facing_asymmetry.errors import DataError

BEGIN: Final = "<!-- tables -->"
END: Final = "<!-- end of tables -->"


def with_tables(page: str, record: dict[str, Any]) -> str:
    """Return the page with what lies between `BEGIN` and `END` replaced by the record's tables.

    Raises:
        DataError: the page lacks one of the marks.
    """
    before, mark, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise DataError(f"the page needs the lines {BEGIN} and {END}; the tables go between them")
    return f"{before}{BEGIN}\n{tables(record)}\n{END}{after}"


def tables(record: dict[str, Any]) -> str:
    """Headline, null cases, power, noise, and with what they were made, in Markdown."""
    design, conditions = record["design"], record["conditions"]
    found = conditions["versions"]
    versions = ", ".join(f"{name} {found[name]}" for name in ("python", "numpy", "scipy", "statsmodels"))
    made = (
        f"Seed {design['seed']}, {record['settings']['permutations']:,} sign patterns, "
        f"{record['settings']['resamples']:,} resamples; {versions}; commit {str(conditions['commit'])[:12]}; "
        f"{record['seconds'] / 60:.0f} minutes in {conditions['workers']} process(es)."
    )
    return "\n\n".join(
        [
            "\n".join(f"- {line}" for line in verdicts(record)[:-1]),
            f"**{design['data_sets']:,} null data sets per row**",
            markdown(CASES, case_rows(record)),
            f"**Power at two-sided {record['settings']['alpha']:g}: simulated over {design['power_sets']:,} data sets "
            "(predicted)**",
            markdown(*power_rows(record)),
            f"**Shuffle test on noise without effect, {design['noise_curves']:,} curves per row**",
            markdown(NOISE, noise_rows(record)),
            made,
        ]
    )
