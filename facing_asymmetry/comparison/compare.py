"""From run folders to the comparison's folder."""

from collections.abc import Sequence
from pathlib import Path

from facing_asymmetry.atomic import scratch_folder
from facing_asymmetry.comparison import figure, page, tables
from facing_asymmetry.comparison.runs import read_models
from facing_asymmetry.errors import StoreError
from facing_asymmetry.reporting.build import save_figure


def compare(folders: Sequence[Path], into: Path) -> Path:
    """Write `comparison.html`, `estimates.csv`, `differences.csv`, `agreement.csv` and the figure (PNG, PDF).

    Returns:
        Path of the page.

    Raises:
        DataError: the runs can't be compared; StoreError: the folder can't be written.
    """
    runs = read_models(folders)
    table, apart = tables.estimates(runs), tables.differences(runs)
    agreed = tables.agreement(table, apart)
    drawn = figure.draw(table, [run.name for run in runs])
    try:
        into.mkdir(parents=True, exist_ok=True)
        with scratch_folder(into) as fresh:
            for name, content in (("estimates", table), ("differences", apart), ("agreement", agreed)):
                content.to_csv(fresh / f"{name}.csv", index=False)
            for form in ("png", "pdf"):
                save_figure(drawn, fresh / f"comparison.{form}", 200)
            (fresh / "comparison.html").write_text(page.render(runs, table, apart, agreed, drawn), encoding="utf-8")
            for path in sorted(fresh.iterdir()):
                path.replace(into / path.name)
    except OSError as error:
        raise StoreError(f"the comparison could not be written into {into}: {error}") from error
    return into / "comparison.html"
