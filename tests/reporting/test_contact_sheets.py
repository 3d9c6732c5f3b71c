import base64
import io
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from facing_asymmetry.config import ReportSettings
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.reporting.explorer import explore
from facing_asymmetry.results.contact_sheets import ContactSheet, encode_sheets, read_contact_sheets, thin
from facing_asymmetry.results.finished_run import RunData, read_run
from tests.reporting.synthetic_run import draw_face


def test_a_frame_is_the_face_of_its_node(run_data: RunData):
    sprite = run_data.sheets["net_a", "happiness"]
    for s, t in ((0.0, 0.0), (0.25, 1.0), (1.0, 0.5)):
        assert np.array_equal(sprite.frame(s, t), np.asarray(draw_face("happiness", s, t, sprite.size)))


def test_all_sheets_are_found(run_data: RunData):
    assert set(run_data.sheets) == {(c, e) for c in run_data.classifiers for e in run_data.emotions}


def test_no_folder_means_no_sheets(tmp_path: Path):
    assert read_contact_sheets(tmp_path / "absent") == {}


@given(st.integers(2, 200), st.integers(2, 40))
def test_thinning_keeps_the_ends_and_never_more_than_asked(count: int, most: int):
    kept = thin(count, most)
    assert kept[0] == 0
    assert kept[-1] == count - 1
    assert len(kept) == min(count, most)
    assert np.all(np.diff(kept) >= 1)


def test_a_sheet_of_another_size_than_described_is_named(finished_run: Path, tmp_path: Path):
    shutil.copytree(finished_run / "sprites", tmp_path / "sprites")
    described = tmp_path / "sprites" / "net_a" / "anger.json"
    described.write_text(json.dumps(json.loads(described.read_text()) | {"size": 50}))
    with pytest.raises(DataError, match=r"anger\.png is 240 x 144 pixels"):
        read_contact_sheets(tmp_path / "sprites")


def test_a_sheet_without_its_description_is_named(finished_run: Path, tmp_path: Path):
    shutil.copytree(finished_run / "sprites", tmp_path / "sprites")
    (tmp_path / "sprites" / "net_a" / "anger.json").unlink()
    with pytest.raises(DataError, match=r"anger\.json"):
        read_contact_sheets(tmp_path / "sprites")


def test_a_smaller_budget_gives_smaller_images_that_keep_to_it(run_data: RunData):
    sprites = list(run_data.sheets.values())
    roomy, _ = encode_sheets(sprites, 1_000_000, 11)
    tight, pixels = encode_sheets(sprites, sum(map(len, roomy)) - 1000, 11)
    assert sum(map(len, tight)) < sum(map(len, roomy)) - 1000
    assert pixels <= 224
    with pytest.raises(DataError, match="explorer_nodes"):
        encode_sheets(sprites, 100, 11)


def test_the_explorer_holds_the_logits_of_the_table_at_every_node(run_data: RunData):
    sheets = explore(run_data, 2_000_000).sheets
    assert (sheets[0]["classifier"], sheets[0]["emotion"]) == run_data.exemplar
    assert len(sheets) == 6 * 6
    for sheet in sheets:
        for side, numbers in sheet["sides"].items():
            check_against_table(run_data, sheet, side, numbers["logits"])


def check_against_table(data: RunData, sheet: dict, side: str, logits: list[float]) -> None:
    grid = np.reshape(logits, (len(sheet["t"]), len(sheet["s"]), len(sheet["classes"])))
    rows = data.responses
    for column in ("classifier", "emotion", "identity", "intervention"):
        rows = rows[rows[column] == sheet[column]]
    rows = rows[rows["side"] == side]
    assert len(rows) == grid.size
    places = [[sheet[name].index(v) for v in rows[name]] for name in ("t", "s")]
    classes = [sheet["classes"].index(name) for name in rows["class"]]
    assert np.allclose(grid[(*places, classes)], rows["logit"], atol=5e-5)


def test_both_sides_of_a_mirrored_sheet_are_offered_and_one_of_another(run_data: RunData):
    sides = {sheet["intervention"]: sorted(sheet["sides"]) for sheet in explore(run_data, 2_000_000).sheets}
    assert sides == {"palsy": ["left", "right"], "bilateral": ["both"], "palsy_two_sided": ["both"]}
    alone = replace(run_data.sheets["net_a", "anger"], mirrored=False)
    data = replace(
        run_data, sheets={("net_a", "anger"): alone}, further_sheets={}, settings=ReportSettings("", "net_a", "anger")
    )
    assert list(explore(data, 1_000_000).sheets[0]["sides"]) == ["left"]


def test_equal_pictures_are_embedded_once(run_data: RunData):
    found = explore(run_data, 2_000_000)
    assert len(found.images) == len(run_data.emotions) * 6, "both networks were shown the same drawings"
    assert {sheet["image"] for sheet in found.sheets} == set(range(len(found.images)))


def test_what_does_not_fit_is_left_out_and_named(run_data: RunData, monkeypatch: pytest.MonkeyPatch):
    whole = explore(run_data, 2_000_000)
    assert whole.left_out == ""
    monkeypatch.setattr("facing_asymmetry.reporting.explorer.LEGIBLE", 224)
    first = explore(run_data, sum(map(len, whole.images[:3])) + 4000)
    assert "further faces" in first.left_out
    assert len(first.sheets) < len(whole.sheets)


def test_a_thinned_explorer_keeps_images_and_numbers_together(finished_run: Path):
    data = read_run(finished_run, ReportSettings(explorer_nodes=2))
    found = explore(data, 1_000_000)
    sheet = found.sheets[0]
    assert sheet["s"] == [0.0, 1.0]
    assert sheet["t"] == [0.0, 1.0]
    assert len(sheet["sides"]["left"]["logits"]) == 2 * 2 * 7
    image = Image.open(io.BytesIO(base64.b64decode(found.images[sheet["image"]].split(",")[1])))
    size = sheet["size"]
    assert size == 48
    assert image.size == (2 * size, 2 * size)
    shown = np.asarray(image.convert("RGB")).astype(int)[size:, size:]
    meant = run_data_frame(data)
    assert np.abs(shown - meant).mean() < 6


def run_data_frame(data: RunData) -> np.ndarray:
    return data.sheets[data.exemplar].frame(1.0, 1.0).astype(int)


def test_faces_of_an_identity_that_the_table_lacks_are_refused(finished_run: Path, tmp_path: Path):
    run = shutil.copytree(finished_run, tmp_path / "run")
    for described in (run / "sprites").glob("*/*.json"):
        described.write_text(json.dumps(json.loads(described.read_text()) | {"identity": 99}))
    with pytest.raises(DataError, match="identity 99"):
        explore(read_run(run), 1_000_000)


def test_faces_at_nodes_that_the_table_lacks_are_refused(finished_run: Path, tmp_path: Path):
    run = shutil.copytree(finished_run, tmp_path / "run")
    for described in (run / "sprites").glob("*/*.json"):
        described.write_text(json.dumps(json.loads(described.read_text()) | {"s": [0.0, 0.2, 0.5, 0.75, 1.0]}))
    with pytest.raises(DataError, match=r"s = 0\.2, t = 0\.0"):
        explore(read_run(run), 1_000_000)


def test_a_face_is_described_by_its_own_traits_or_else_by_the_skin_it_wears():
    def person(**traits):
        return ContactSheet(Path("x.png"), 0, traits, "left", "palsy", (0.0, 1.0), (0.0, 1.0), 48).traits_text

    assert person(sex="female", age=24.4, ancestry="asian", weight=0.2) == "female, 24 years, asian"
    assert person(skin="male, 54 years, african") == "skin: male, 54 years, african"
    assert person() == ""
