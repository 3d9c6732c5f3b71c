import json

import numpy as np
import pandas as pd
import pytest

from facing_asymmetry.classifiers import registry
from facing_asymmetry.config import read_config
from facing_asymmetry.core.errors import AssetError, ConfigError
from facing_asymmetry.core.progress import Progress
from facing_asymmetry.interventions import layout
from facing_asymmetry.results.response_table import SCHEMA
from facing_asymmetry.runs.cells import cells_of, request_of
from facing_asymmetry.runs.derivatives import responses as response_cells
from facing_asymmetry.runs.intervene import compute, respond
from facing_asymmetry.runs.optimise import find_expressions
from facing_asymmetry.runs.plan import Speed, plan, read_speed, write_speed
from facing_asymmetry.runs.stages import Run, run_stages
from facing_asymmetry.runs.stimuli import stored_identity
from facing_asymmetry.runs.study import Study
from tests.app.composing import composed


@pytest.fixture(scope="module")
def responses(study):
    expressions = find_expressions(study, Progress())
    respond(study, expressions, Progress())
    return pd.concat([cell.to_pandas() for cell in response_cells(study, expressions)], ignore_index=True)


def test_every_cell_of_the_study_is_in_the_table(study, responses):
    sides = {"palsy": {"left", "right"}, "palsy_facial_nerve": {"left", "right"}, "bilateral": {"both"}}
    for name, group in responses.groupby("intervention"):
        assert set(group["side"]) == sides[name]
    assert set(responses["identity"]) == {0, 1}
    rows = 2 * 5 * study.grid.size * len(study.records[0].labels)
    assert len(responses) == rows


def test_the_plan_counts_what_is_then_done(make_study):
    study = make_study("expression=facs")
    planned = plan(study, Speed())
    respond(study, find_expressions(study, Progress()), Progress())
    assert planned.cells == study.counts.cells
    assert planned.frames == study.counts.frames
    assert planned.forward_passes == study.counts.forward_passes


def test_all_interventions_agree_where_nothing_is_weakened(responses):
    full = responses[(responses["s"] == 1) & (responses["t"] == 1) & responses["is_target"]]
    for _, face in full.groupby("identity"):
        assert np.ptp(face["logit"]) < 1e-4


def test_a_cell_has_the_same_bits_whichever_cells_were_computed_before(study, responses):
    cells = list(cells_of(study, find_expressions(study, Progress())))
    [(_, alone)] = compute(study, [cells[-1]])
    stored = study.store.read_arrow("responses", request_of(study, cells[-1]), SCHEMA).to_pandas()
    pd.testing.assert_frame_equal(alone, stored, check_dtype=False, check_exact=True)


@pytest.mark.parametrize(
    "override",
    [
        "scene.yaw=5",
        "face_models.makehuman.half_width_mm=3",
        "renderer=torch",
        "grid.s=4",
        "batch=7",
        "classifier=networkv2",
    ],
)
def test_whatever_can_move_a_number_changes_the_key_of_its_cell(study, make_study, override):
    def first_request(of):
        return request_of(of, next(cells_of(of, find_expressions(of, Progress()))))

    same = make_study("expression=facs", "tracking.group=other", "threads=1", "report.dpi=100")
    other = make_study("expression=facs", override)
    path = study.store.path
    assert path("responses", first_request(same)) == path("responses", first_request(study))
    assert path("responses", first_request(other)) != path("responses", first_request(study))


def test_where_a_run_lands_depends_on_what_was_asked_only(tmp_path):
    def folder(*overrides):
        values = composed("debug=tiny", *overrides)
        return Run(Study(read_config(values)), values, "").folder.name

    assert folder() == folder(f"paths.outputs={tmp_path}", "threads=1", "tracking=wandb")
    assert folder() != folder("seed=1")
    assert folder().startswith("tiny-")


def test_the_score_stage_leaves_every_table_and_a_manifest(make_study):
    values = composed("debug=tiny", "expression=facs")
    study = make_study("expression=facs")
    folder = run_stages(Run(study, values, "facing-asymmetry score debug=tiny"), "score")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["command"] == "facing-asymmetry score debug=tiny"
    assert manifest["hashes"]["face_models"] == {"makehuman": study.model.fingerprint}
    assert set(manifest["seconds"]) == {"optimise", "intervene", "table", "pictures", "score"}
    claims = json.loads((folder / "claims.json").read_text())
    assert "makes no claim" in claims[0]["text"]
    tests = pd.read_csv(folder / "tests.csv")
    assert not tests["claim"].any()
    scores = pd.read_csv(folder / "scores.csv")
    assert {"slope", "gradient", "contrast", "flips", "symmetry_specific"} <= set(scores["score"])
    sprites = json.loads((folder / "sprites" / "simple_cnn_fer2013" / "happiness.json").read_text())
    assert (sprites["side"], sprites["mirrored"]) == ("left", True)
    further = folder / "sprites" / "simple_cnn_fer2013" / "happiness" / "bilateral_0.json"
    assert json.loads(further.read_text())["mirrored"] is False


def test_rates_of_earlier_runs_are_kept_and_damaged_ones_ignored(tmp_path):
    assert not read_speed(tmp_path).measured
    write_speed(tmp_path, Speed(0.5, 1.0, True))
    assert read_speed(tmp_path) == Speed(0.5, 1.0, True)
    (tmp_path / "rates.json").write_text("{")
    assert read_speed(tmp_path) == Speed()


def test_a_face_read_from_the_store_is_the_face_that_was_painted(study):
    code = "any"
    painted = stored_identity(study.model, 3, study.store, code)
    read = stored_identity(study.model, 3, study.store, code)
    assert read is not painted
    assert read.number == 3
    assert dict(read.traits) == dict(painted.traits)
    assert np.array_equal(read.rest, painted.rest)
    assert np.array_equal(read.albedo, painted.albedo)
    assert read.rest.dtype == painted.rest.dtype


def test_networks_that_are_shown_the_same_expression_share_its_frames(make_study):
    names = ("simple_cnn_fer2013", "networkv2")
    together = make_study("expression=facs", f"classifier=[{','.join(names)}]")
    respond(together, find_expressions(together, Progress()), Progress())
    assert together.counts.forward_passes == 2 * 2 * 28  # networks, faces, distinct frames of the four cells of a face
    assert together.counts.frames == 2 * 17  # of which 11 are those of another cell
    alone = make_study("expression=facs", f"classifier={names[1]}")
    respond(alone, find_expressions(alone, Progress()), Progress())
    assert alone.counts.frames == together.counts.frames
    cell = next(cells_of(alone, find_expressions(alone, Progress())))
    tables = [s.store.read_arrow("responses", request_of(alone, cell), SCHEMA).to_pandas() for s in (alone, together)]
    pd.testing.assert_frame_equal(*tables, check_exact=True)


def test_a_stored_cell_that_is_damaged_is_computed_again_for_the_table(make_study, caplog):
    study = make_study("expression=facs")
    expressions = find_expressions(study, Progress())
    respond(study, expressions, Progress())
    before = [cell.to_pandas() for cell in response_cells(study, expressions)]
    path = study.store.path("responses", request_of(study, next(cells_of(study, expressions))))
    path.write_bytes(path.read_bytes()[:-1])
    after = [cell.to_pandas() for cell in response_cells(study, expressions)]
    assert "fails its checksum" in caplog.text
    for one, other in zip(before, after, strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_sharing_images_between_interventions_moves_no_bit(make_study, monkeypatch):
    def computed(most):
        monkeypatch.setattr(layout, "SHARED", most)
        study = make_study(
            "expression=facs", "identities=1", "intervention=[palsy,palsy_two_sided,bilateral,region_upper]"
        )
        expressions = find_expressions(study, Progress())
        respond(study, expressions, Progress())
        cells = [study.store.path("responses", request_of(study, cell)) for cell in cells_of(study, expressions)]
        return study.counts, [path.read_bytes() for path in cells]

    (every, apart), (shared, once) = computed(0), computed(128)
    assert apart == once
    assert every.frames == every.forward_passes == shared.forward_passes == 6 * 7
    assert shared.frames == (7 + 4 + 4 + 2) + (7 + 4)  # tests/interventions/test_shared_frames.py says why


def test_a_study_whose_partner_weakens_another_third_is_refused(make_study):
    asked = "intervention=[region_upper,region_upper_two_sided]"
    with pytest.raises(
        ConfigError, match="region_upper_two_sided .*region: lower.* partner of interventions.region_upper"
    ):
        make_study(asked, "interventions.region_upper_two_sided.region=lower")


@pytest.mark.parametrize("expression", ["facs", "optimised"])
def test_every_network_that_lacks_its_weights_is_named_before_anything_is_computed(make_study, expression):
    names = ("simple_cnn_fer2013", "emonext_base", "emonext_large")
    study = make_study(f"expression={expression}", f"classifier=[{','.join(names)}]")
    if any(registry.state(registry.record(name)).ready for name in names[1:]):
        pytest.skip("this machine has weights of EmoNeXt")
    with pytest.raises(AssetError, match=r"(?s)lack their weights.*emonext_base: .*import.*emonext_large: "):
        respond(study, find_expressions(study, Progress()), Progress())
    assert study.counts.frames == 0
