"""The pages about photographs in Chromium: accessible, silent, within the screen, tables as tall as their text."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser

from facing_asymmetry.photographs.figures import draw_activations, draw_groups
from facing_asymmetry.photographs.listing import Failure, Photograph
from facing_asymmetry.photographs.responses import groups, slopes
from facing_asymmetry.photographs.restore_study import render_restored
from facing_asymmetry.photographs.restored_tables import changes_table
from facing_asymmetry.photographs.restoring import SHARES
from facing_asymmetry.photographs.study import render_page
from tests.reporting.browsing import CHROMIUM, VIEWS, chromium, faults

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")]
SUBJECTS = [f"person {n}" for n in range(6)]
LOST = [
    Failure(Photograph(Path(f"faces/patients/of_a_long_name_{n}/happiness.png"), "patients", "happiness", "p"), reason)
    for n, reason in enumerate(("no face found", "the face is turned by 41 degrees, more than the 30 that are used"))
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of `photographs` over people whose symmetry is planted."""
    rng = np.random.default_rng(0)
    rows = [(group, subject, emotion, rng.uniform(0.3, 1.0)) for group in ("patients", "controls")
            for subject in SUBJECTS for emotion in ("happiness", "surprise")]  # fmt: skip
    measures = pd.DataFrame(rows, columns=["group", "subject", "emotion", "s"])
    measures = measures.assign(
        asymmetry_mm=3 * (1 - measures["s"]), intensity_mm=4.0, excess_asymmetry_mm=2.0, excess_s=measures["s"], yaw=3.0
    )
    parts = [measures.assign(classifier=name, logit=4 * measures["s"]) for name in ("net_a", "net_b")]
    activations = pd.concat(parts, ignore_index=True)
    tables = {"measures": measures, "groups": groups(measures), "slopes": slopes(activations)}
    figures = {"groups": draw_groups(measures), "activation": draw_activations(activations, None)}
    path = tmp_path_factory.mktemp("pages") / "photographs.html"
    path.write_text(render_page([], LOST, tables, figures, synthetic="", thumbnails=False))
    return path


@pytest.fixture(scope="module")
def restored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of `restore` over people whose gain is planted."""
    who = [{"path": subject, "group": "patients", "emotion": "happiness", "subject": subject} for subject in SUBJECTS]
    numbers = {"weak_side": "left", "factor": 1.2, "s_before": 0.4, "s_after": 0.97, "own_neutral": True}
    mm = {"asymmetry_mm_before": 2.3, "asymmetry_mm_after": 0.4}
    activations = pd.DataFrame(
        {**one, "classifier": name, "share": share, "s": share, "logit": 3 * share + n, "probability": 0.5,
         "predicted": "happiness" if share else "neutral", "target": "happiness"}
        for name in ("net_a_of_some_length", "net_b") for n, one in enumerate(who) for share in SHARES
    )  # fmt: skip
    faces = pd.DataFrame({**one, **numbers, **mm} for one in who)
    tables = {"restored": faces, "activations": activations, "changes": changes_table(activations)}
    path = tmp_path_factory.mktemp("pages") / "restore.html"
    path.write_text(render_restored([], LOST, tables, thumbnails=False))
    return path


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", ["measured", "restored"])
def test_a_page_about_photographs_is_accessible_and_fits(
    browser: Browser, name: str, view: str, request: pytest.FixtureRequest
):
    assert faults(browser, request.getfixturevalue(name), view, f"{name}_{view}") == []
