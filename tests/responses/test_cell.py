import io
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from facing_asymmetry.config import Scene
from facing_asymmetry.face_models.contract import Displacement, Identity
from facing_asymmetry.interventions.contract import Face
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.interventions.layout import lay_out
from facing_asymmetry.interventions.registry import make_intervention
from facing_asymmetry.responses.cell import CellAddress, cell_table
from facing_asymmetry.responses.contact_sheet import draw_contact_sheet
from facing_asymmetry.responses.runner import CellInput, Studio, run_cells
from facing_asymmetry.results.response_table import validate
from tests.toy import LABELS, Linear, Pixels, faces

GRID = Grid.spaced("g", 3, 3)
ADDRESS = CellAddress("toy", "toy", "none", "facs", "surprise", 0, "left", "palsy")
FACE = SimpleNamespace(mirror=np.array([1, 0, 2]), regions={"face": np.ones(3, np.float32)})


def frames(kind="palsy"):
    """Vertex 1 (the toy's jaw) moves by 1 with the muscles of the left side."""
    moved = np.zeros((3, 4), np.float32)
    moved[1, 0] = 1.0
    displacement = Displacement(moved, 0 * moved, 0 * moved)
    identity = Identity(0, {}, np.zeros((3, 4), np.float32), np.zeros((1, 1, 4), np.uint8))
    left = np.array([0.0, 1.0, 0.5], np.float32)
    face = Face(FACE, identity, None, displacement, left)
    return lay_out(make_intervention(kind), face, GRID, "left", Scene())


def studio(batch=20):
    return Studio(FACE, faces(1).framing, Pixels(), batch)


def table(batch=20, record=None):
    laid = frames()
    [(_, [passed])] = run_cells([CellInput("cell", laid, 0, lambda: [Linear()])], studio(batch))
    return cell_table(ADDRESS, record or Linear().record, GRID, laid.node, passed)


def test_a_cell_has_one_row_per_node_and_class_and_follows_the_schema():
    rows = validate(table())
    assert len(rows) == GRID.size * len(LABELS)
    assert rows["is_target"].sum() == GRID.size


def test_logits_follow_symmetry_and_intensity():
    target = table().query("is_target").set_index(["s", "t"])["logit"]
    for s, t in target.index:
        assert target[s, t] == pytest.approx(6 * s * t, abs=1e-5)


def test_probabilities_of_a_frame_sum_to_one():
    sums = table().groupby(["s", "t"])["probability"].sum()
    assert np.allclose(sums, 1.0)


def test_acceptance_is_read_at_the_full_symmetric_face():
    rows = table()
    assert rows["accepted"].all()
    assert set(rows.query("s == 0 and t == 1")["predicted"]) == {"neutral"}


def test_the_realised_asymmetry_falls_as_symmetry_rises():
    at_full = table().query("t == 1 and is_target").sort_values("s")
    assert (np.diff(at_full["intensity_mm"]) > 0).all()
    assert at_full["intensity_mm"].iloc[0] == 0.0


def test_the_size_of_the_blocks_does_not_change_a_bit():
    assert table(batch=2).equals(table(batch=20))


def test_a_sprite_has_a_tile_for_every_node():
    png = draw_contact_sheet(frames(), GRID, studio(4), 0)
    sheet = np.asarray(Image.open(io.BytesIO(png)))
    assert sheet.shape == (3 * 8, 3 * 8, 3)
    assert np.array_equal(sheet[:8, :8], sheet[:8, 8:16])


VALUES = {"output": "values", "unit": "AU intensity, 0 to 5", "targets": {"surprise": "AU26"}}


def values_table():
    record = replace(Linear().record, labels=("AU4", "AU12", "AU26", "pain"), **VALUES)
    return validate(table(record=record))


def test_measured_values_are_read_through_their_target_and_have_no_classes():
    rows = values_table()
    assert set(rows["class"]) == {"AU4", "AU12", "AU26", "pain"}
    assert set(rows.query("is_target")["class"]) == {"AU26"}
    assert set(rows["unit"]) == {"AU intensity, 0 to 5"}
    assert rows["probability"].isna().all()
    assert set(rows["predicted"]) == {""}
    assert rows["accepted"].all()
    assert np.array_equal(rows["logit"], table()["logit"])


def test_a_class_that_is_read_for_another_stimulus_decides_what_is_accepted():
    read = replace(Linear().record, targets={"surprise": "neutral"})
    rows = table(record=read)
    assert set(rows.query("is_target")["class"]) == {"neutral"}
    assert not rows["accepted"].any()
