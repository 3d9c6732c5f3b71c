"""A study of people on photographs, from the folder to the table: who is shown, what is kept, what changes a key."""

import shutil

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from facing_asymmetry.config import read_config
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.core.progress import Progress
from facing_asymmetry.interventions.registry import INTERVENTIONS, catalogue
from facing_asymmetry.runs.cells import cells_of, request_of
from facing_asymmetry.runs.derivatives import responses as response_cells
from facing_asymmetry.runs.frames import FrameMaker
from facing_asymmetry.runs.intervene import respond
from facing_asymmetry.runs.jobs import run_key
from facing_asymmetry.runs.optimise import find_expressions
from facing_asymmetry.runs.plan import Speed, plan
from facing_asymmetry.runs.stages import Run
from facing_asymmetry.runs.stored_fits import digest_of
from facing_asymmetry.runs.studies import study_from
from tests.app.composing import choices, composed
from tests.photographs.pictures import save
from tests.runs.people_folder import STUDY, USED, contents, people_folder

pytestmark = pytest.mark.weights


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return people_folder(tmp_path_factory.mktemp("folder") / "people")


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("out")


@pytest.fixture(scope="module")
def make(folder, out):
    """A study of the folder, or of another one; all share one store."""

    def made(*overrides, of=folder):
        values = composed(*STUDY, f"photographs.folder={of}", f"paths.outputs={out}", *overrides)
        return study_from(read_config(values))

    return made


@pytest.fixture(scope="module")
def study(make):
    return make()


@pytest.fixture(scope="module")
def expressions(study):
    return find_expressions(study, Progress())


def keys_of(study):
    """Key of each cell, by who is shown, what is done and which side is affected."""
    cells = cells_of(study, find_expressions(study, Progress()))
    return {
        (c.identity, c.expression.emotion, c.intervention.name, c.side): study.store.path(
            "r", request_of(study, c)
        ).name
        for c in cells
    }


def test_people_are_the_identities_and_show_the_emotions_they_have(study, expressions):
    assert study.identities == (0, 1, 2, 3)
    shown = expressions["simple_cnn_fer2013"]
    assert {(e.identity, e.emotion) for e in shown} == USED
    assert {e.kind for e in shown} == {"photographed"}
    assert all(len(e.weights) == len(study.model.blendshapes) for e in shown)
    assert study.model.name == "photographs"
    assert study.model.provenance["fitted_head"] == "makehuman"


def test_who_has_a_neutral_photograph_is_fitted_with_it(study, expressions):
    own = {key: one.fit.own_neutral for key, one in study.shown_photographs.items()}
    assert own == {key: key[0] != 1 for key in USED}


def test_the_table_holds_each_person_with_the_own_emotions(study, expressions):
    respond(study, expressions, Progress())
    table = pd.concat([cell.to_pandas() for cell in response_cells(study, expressions)])
    assert set(table["face_model"]) == {"photographs"}
    assert set(table["expression"]) == {"photographed"}
    assert set(zip(table["identity"], table["emotion"], strict=True)) == USED
    assert (table.loc[table["t"] == 0, "intensity_mm"] == 0).all()
    assert table.loc[(table["s"] == 1) & (table["t"] == 1), "intensity_mm"].gt(0.2).all()


def test_the_plan_counts_at_most_what_the_photographs_allow(study, expressions):
    planned = plan(study, Speed())
    assert planned.fits == 8
    assert planned.optimisation_frames == 0
    assert planned.cells == 4 * 6, "two sides of palsy and two controls; the grey picture of s43 is counted too"
    assert "a head fitted to 8 photographs" in planned.summary()
    assert study.who.startswith("4 people on up to 6 photographs of ")


@pytest.mark.parametrize("kind", sorted(INTERVENTIONS))
def test_every_intervention_leaves_the_photograph_at_full_symmetry_and_intensity_or_is_refused_by_name(
    kind, make, expressions
):
    chosen = next(name for name in choices("intervention") if catalogue()[name].kind == kind)
    if INTERVENTIONS[kind].beyond_photographs:
        with pytest.raises(ConfigError, match=f"intervention {chosen}: on a photograph .*leave it out"):
            make(f"intervention={chosen}")
        return
    study = make(f"intervention=[{chosen}]")
    intervention, maker = study.interventions[0], FrameMaker(study)
    find_expressions(study, Progress())
    for expression in expressions["simple_cnn_fer2013"][1:3]:
        who = expression.identity, expression.emotion
        for side in intervention.sides:
            frames = maker.frames(expression.identity, expression, intervention, side, study.grid)
            last = frames.node[-1]
            _, [image] = study.studio.render(frames, study.row(*who), last, last + 1)
            photograph = study.shown_photographs[who].frame(study.scene.image_size)
            assert np.array_equal(image.permute(1, 2, 0).numpy(), photograph.astype(np.float32) / np.float32(255))


def test_a_second_study_reads_the_fits_from_the_store(make, study, expressions, out):
    before = contents(out / "store" / "fits")
    again = make()
    find_expressions(again, Progress())
    assert contents(out / "store" / "fits") == before
    assert len([name for name in before if name.endswith(".cell")]) == 4, "one cell for each person"
    for key, stimulus in study.shown_photographs.items():
        assert digest_of(again.shown_photographs[key]) == digest_of(stimulus)
    assert again.fit(Progress())[1] == study.fit(Progress())[1]


def test_what_the_reading_of_a_stored_fit_gives_is_what_was_written(make, study, expressions, tmp_path):
    fresh = make(f"paths.store={tmp_path}")
    for key, stimulus in study.shown_photographs.items():
        other = fresh.shown_photographs[key]
        assert (other.face.sha256, other.neutral, other.photograph) == (
            stimulus.face.sha256,
            stimulus.neutral,
            stimulus.photograph,
        )
        np.testing.assert_array_equal(other.fit.rest, stimulus.fit.rest)
        np.testing.assert_array_equal(other.fit.camera.rotation, stimulus.fit.camera.rotation)
        assert other.fit.residual == stimulus.fit.residual
        assert isinstance(other.fit.camera.scale, float)
        assert isinstance(other.fit.own_neutral, bool)


@pytest.mark.parametrize(
    "override", ["photographs.furrows=false", "photographs.label=unknown", "batch=7", "scene.zoom=1.1"]
)
def test_a_setting_that_moves_a_number_changes_every_key(make, study, expressions, override):
    before, after = keys_of(study), keys_of(make(override))
    assert not set(before.values()) & set(after.values())


def test_a_threshold_chooses_photographs_and_leaves_the_keys_of_the_others(make, study, expressions):
    residual = {key: one.fit.residual for key, one in study.shown_photographs.items()}
    worst = max(residual, key=residual.__getitem__)
    limit = sorted(residual.values())[-2]
    fewer = make(f"photographs.largest_residual={limit + 1e-6}")
    before, after = keys_of(study), keys_of(fewer)
    assert set(fewer.shown_photographs) == USED - {worst}
    assert all(before[who] == key for who, key in after.items())
    assert any("photographs.largest_residual" in failure.reason for failure in fewer.fit(Progress())[1])


def test_a_changed_photograph_changes_the_keys_of_its_own_cells_and_the_key_of_the_run(make, study, folder, tmp_path):
    other = shutil.copytree(folder, tmp_path / "people")
    before = keys_of(study)
    assert keys_of(make(of=other)) == before, "where a folder lies is in no cell's key"
    values = composed(*STUDY, f"photographs.folder={other}", f"paths.outputs={tmp_path / 'out'}")
    old = run_key(Run(make(of=other), values, ""))
    path = other / "controls" / "happiness" / "s41_1.png"
    pixels = np.array(Image.open(path))
    pixels[0, 0] ^= 1
    save(path, pixels)
    after = keys_of(make(of=other))
    assert {who[0] for who in before if after[who] != before[who]} == {1}
    assert run_key(Run(make(of=other), values, "")) != old


def test_a_photograph_that_is_gone_is_listed_and_no_old_number_is_shown(folder, make, tmp_path):
    table = pd.DataFrame(
        [
            (str(folder / "controls" / "happiness" / "s40_0.png"), "a", "happiness", "x"),
            ("no.png", "a", "surprise", "x"),
        ],
        columns=["path", "group", "emotion", "subject"],
    )
    table.to_csv(tmp_path / "people.csv", index=False)
    study = make(of=tmp_path / "people.csv")
    assert set(study.shown_photographs) == {(0, "happiness")}
    [failure] = [one for one in study.fit(Progress())[1] if one.photograph.path.name == "no.png"]
    assert "cannot read the photograph" in failure.reason


def test_numbers_of_people_do_not_depend_on_the_emotions_of_the_study(make):
    assert [(p.number, p.subject) for p in make("emotions=[surprise]").people] == [(0, "s40"), (2, "s42")]


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (["expression=optimised"], "expression.kind = 'optimised'; people show what was photographed"),
        (["expression=facs"], "expression.kind = 'facs'; people show what was photographed"),
        (["derivative=true"], "derivative = true; a warped photograph has no exact derivative"),
        (["scene.yaw=5"], "scene.yaw is changed, but a photographed head can't be turned"),
        (["scene.lights.azimuth=20"], "scene.lights is changed, but the light of a photograph can't be changed"),
        (["grid.t=[0,1.5]"], r"grid.t holds 1.5; every value must lie in \[0, 1\]"),
        (["identity_block=0/9"], "n at most people of photographs.folder = 4"),
        (["face_model=[makehuman,photographs]"], "a head that is rendered .makehuman. has no photograph: write expr"),
        (["face_model=makehuman", "expression=photographed"], "a head that is rendered .makehuman. has no photograph"),
    ],
)
def test_what_photographs_cannot_show_is_refused_before_anything_is_computed(make, overrides, words):
    with pytest.raises(ConfigError, match=words):
        make(*overrides)


def test_a_study_of_photographs_without_a_folder_says_how_to_name_one():
    with pytest.raises(ConfigError, match="photographs.folder is empty; .*photographs.folder=FOLDER"):
        read_config(composed("face_model=photographs"))
