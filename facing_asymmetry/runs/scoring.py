"""Stage 3: everything that is computed from a folder's response table."""

from pathlib import Path

from facing_asymmetry.config import UNDEFENDED, StatisticsSettings
from facing_asymmetry.interventions.contrast import Contrast
from facing_asymmetry.results.files import write_csv, write_json
from facing_asymmetry.results.finished_run import read_json
from facing_asymmetry.results.layout import (
    CLAIMS_FILE,
    DECOMPOSITION_FILE,
    HEADS_FILE,
    RECORDS_FILE,
    RESPONSES_FILE,
    SCORES_FILE,
    SHARES_FILE,
    TESTS_FILE,
)
from facing_asymmetry.results.response_table import read_chunks
from facing_asymmetry.results.shapes import Record


def write_scores(folder: Path, statistics: StatisticsSettings, contrast: Contrast) -> None:
    """Scores, tests, shares, decomposition, heads, claims and further tables from a folder's response table.

    This imports the modules of `statistics.own_scores`: whose settings they are, the caller has to know.
    """
    from facing_asymmetry.statistics.claims import claims
    from facing_asymmetry.statistics.claims_over_heads import claims_over_heads
    from facing_asymmetry.statistics.decomposition import decomposition_table
    from facing_asymmetry.statistics.heads import heads_table
    from facing_asymmetry.statistics.hypothesis_tests import hypothesis_tests
    from facing_asymmetry.statistics.optional_tables import optional_tables
    from facing_asymmetry.statistics.score_table import score
    from facing_asymmetry.statistics.shares import shares
    from facing_asymmetry.statistics.user_scores import user_scores

    treated, control = contrast.treated, contrast.control
    own = user_scores(statistics.own_scores)
    scored = score(read_chunks(folder / RESPONSES_FILE), treated=treated, control=control, own=own)
    scores = scored.scores
    write_csv(folder, SCORES_FILE, scores)
    tests, decomposition = hypothesis_tests(scores, statistics), decomposition_table(scored.parts, statistics)
    write_csv(folder, TESTS_FILE, tests)
    write_csv(folder, SHARES_FILE, shares(scores, statistics, treated, control))
    write_csv(folder, DECOMPOSITION_FILE, decomposition)
    behind = _defended(folder)
    sheet = claims(scores, statistics, treated, control, tests=tests, decomposition=decomposition, defended=behind)
    heads = heads_table(scores, decomposition, statistics, treated)
    if len(heads):
        write_csv(folder, HEADS_FILE, heads)
    write_json(folder, CLAIMS_FILE, claims_over_heads(sheet, heads, statistics, treated))
    for name, table in optional_tables(folder / RESPONSES_FILE, statistics):
        write_csv(folder, name, table)


def _defended(folder: Path) -> list[str]:
    """Names of a run's classifiers that are behind a defence; none where the run has no records."""
    path = folder / RECORDS_FILE
    records = read_json(path, list[Record]) if path.is_file() else []
    return [record["name"] for record in records if record.get("defence", UNDEFENDED) != UNDEFENDED]
