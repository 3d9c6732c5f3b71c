import base64
import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from facing_asymmetry.errors import DataError
from facing_asymmetry.reporting.explorer import explorer_sheets
from facing_asymmetry.reporting.run_data import RunData, read_run
from facing_asymmetry.reporting.settings import ReportSettings
from facing_asymmetry.reporting.sprites import encode_all, read_sprites, thin
from tests.reporting.synthetic_run import draw_face


def test_a_frame_is_the_face_of_its_node(run_data: RunData):
    sprite = run_data.sprites["net_a", "happiness"]
    for s, t in ((0.0, 0.0), (0.25, 1.0), (1.0, 0.5)):
        assert np.array_equal(sprite.frame(s, t), np.asarray(draw_face("happiness", s, t, sprite.size)))


def test_all_sheets_are_found(run_data: RunData):
    assert set(run_data.sprites) == {(c, e) for c in run_data.classifiers for e in run_data.emotions}


def test_no_folder_means_no_sheets(tmp_path: Path):
    assert read_sprites(tmp_path / "absent") == {}


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
        read_sprites(tmp_path / "sprites")


def test_a_sheet_without_its_description_is_named(finished_run: Path, tmp_path: Path):
    shutil.copytree(finished_run / "sprites", tmp_path / "sprites")
    (tmp_path / "sprites" / "net_a" / "anger.json").unlink()
    with pytest.raises(DataError, match=r"anger\.json"):
        read_sprites(tmp_path / "sprites")


def test_a_smaller_budget_gives_smaller_images_that_keep_to_it(run_data: RunData):
    sprites = list(run_data.sprites.values())
    roomy, _ = encode_all(sprites, 1_000_000, 11)
    tight, pixels = encode_all(sprites, sum(map(len, roomy)) - 1000, 11)
    assert sum(map(len, tight)) < sum(map(len, roomy)) - 1000
    assert pixels <= 224
    with pytest.raises(DataError, match="explorer_nodes"):
        encode_all(sprites, 100, 11)


def test_the_explorer_holds_the_logits_of_the_table_at_every_node(run_data: RunData):
    sheets = explorer_sheets(run_data, 1_000_000)
    assert (sheets[0]["classifier"], sheets[0]["emotion"]) == run_data.exemplar
    assert len(sheets) == 6
    for sheet in sheets:
        grid = np.reshape(sheet["logits"], (len(sheet["t"]), len(sheet["s"]), len(sheet["classes"])))
        rows = run_data.responses.query(
            "classifier == @sheet['classifier'] and emotion == @sheet['emotion'] and identity == @sheet['identity']"
            " and side == @sheet['side'] and intervention == 'palsy'"
        )
        assert len(rows) == grid.size
        for row in rows.itertuples():
            place = (
                sheet["t"].index(row.t),
                sheet["s"].index(row.s),
                sheet["classes"].index(rows.at[row.Index, "class"]),
            )
            assert grid[place] == pytest.approx(row.logit, abs=5e-5)


def test_a_thinned_explorer_keeps_images_and_numbers_together(finished_run: Path):
    data = read_run(finished_run, ReportSettings(explorer_nodes=2))
    sheet = explorer_sheets(data, 1_000_000)[0]
    assert sheet["s"] == [0.0, 1.0]
    assert sheet["t"] == [0.0, 1.0]
    assert len(sheet["logits"]) == 2 * 2 * 7
    image = Image.open(io.BytesIO(base64.b64decode(sheet["image"].split(",")[1])))
    size = sheet["size"]
    assert size == 48
    assert image.size == (2 * size, 2 * size)
    shown = np.asarray(image.convert("RGB")).astype(int)[size:, size:]
    meant = run_data_frame(data)
    assert np.abs(shown - meant).mean() < 6


def run_data_frame(data: RunData) -> np.ndarray:
    return data.sprites[data.exemplar].frame(1.0, 1.0).astype(int)


def test_faces_of_an_identity_that_the_table_lacks_are_refused(finished_run: Path, tmp_path: Path):
    run = shutil.copytree(finished_run, tmp_path / "run")
    for described in (run / "sprites").glob("*/*.json"):
        described.write_text(json.dumps(json.loads(described.read_text()) | {"identity": 99}))
    with pytest.raises(DataError, match="identity 99"):
        explorer_sheets(read_run(run), 1_000_000)


def test_faces_at_nodes_that_the_table_lacks_are_refused(finished_run: Path, tmp_path: Path):
    run = shutil.copytree(finished_run, tmp_path / "run")
    for described in (run / "sprites").glob("*/*.json"):
        described.write_text(json.dumps(json.loads(described.read_text()) | {"s": [0.0, 0.2, 0.5, 0.75, 1.0]}))
    with pytest.raises(DataError, match=r"s = 0\.2, t = 0\.0"):
        explorer_sheets(read_run(run), 1_000_000)
