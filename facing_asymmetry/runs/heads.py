"""A study of several heads: an ordinary run for each, one after the other, merged as a sweep's jobs are."""

import logging
from collections.abc import Callable
from typing import Any

from facing_asymmetry.core.errors import AssetError, FacingAsymmetryError
from facing_asymmetry.runs.each_head import Composed, of_each_head
from facing_asymmetry.runs.jobs import make_jobs
from facing_asymmetry.runs.sweep import Session


def run_heads(stage: str, command: str, composed: Composed, work: Callable[[dict[str, Any]], object]) -> Session:
    """Run one head after the other and merge what they measured; a head that fails leaves the others alone.

    Args:
        stage: the last stage.
        command: what was typed.
        composed: the configuration of all heads.
        work: runs the configuration of one.

    Returns:
        The session, which says what became of each head and where the merged folder is. Of a dry run, its plan.

    Raises:
        ConfigError: something that no head can do; nothing was computed.
        AssetError: a head or weights that are not here, each with what to do; nothing was computed.
    """
    asked = [((choice,), one) for choice, one in of_each_head(composed)]
    lacking = [words for job in make_jobs(asked, stage, command) if (words := job.lacking())]
    if lacking and not composed["dry_run"]:
        raise AssetError("; ".join(dict.fromkeys(lacking)))
    session = Session(stage, command)
    session.plan(asked)
    if session.dry_run:
        return session
    for number in session.todo:
        one = asked[number][1]
        group = one["tracking"]["group"] or session.folder.name
        try:
            work({**one, "tracking": {**one["tracking"], "group": group}})
        except FacingAsymmetryError as error:
            logging.getLogger(__name__).error("%s: %s", session.jobs[number].label, error)
        except Exception:
            logging.getLogger(__name__).exception("%s failed; the other heads go on", session.jobs[number].label)
    session.aggregate()
    return session
