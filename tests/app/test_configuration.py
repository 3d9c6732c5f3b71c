import numpy as np
import pytest
import yaml

from facing_asymmetry.config import RunConfig, identity_block, read_config
from facing_asymmetry.core.conf_folder import conf_folder
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.runs.each_head import of_each_head
from facing_asymmetry.runs.studies import study_from
from facing_asymmetry.runs.study import Study
from tests.app.composing import choices, composed
from tests.photographs.pictures import save

GROUPS = (
    "face_model", "photographs", "renderer", "scene", "classifier", "stimuli", "expression", "intervention",
    "grid", "statistics", "report", "tracking", "paths", "experiment", "debug",
)  # fmt: skip


NEEDS = {
    "face_model=photographs": ("photographs.folder=PEOPLE",),
    "expression=photographed": ("face_model=photographs", "photographs.folder=PEOPLE"),
}
"""What a choice can't do without, beside it; PEOPLE stands for a folder with a photograph in it."""


@pytest.mark.parametrize("group", GROUPS)
def test_every_choice_of_every_group_composes_and_passes_its_checks(group, tmp_path):
    assert choices(group), f"conf/{group} is empty"
    save(tmp_path / "controls" / "happiness" / "a.png", np.zeros((8, 8, 3), np.uint8))
    for choice in choices(group):
        beside = [word.replace("PEOPLE", str(tmp_path)) for word in NEEDS.get(f"{group}={choice}", ())]
        for _, one in of_each_head(composed(f"{group}={choice}", *beside)):
            study_from(read_config(one))


def test_the_defaults_in_code_are_those_of_the_files():
    files = read_config(composed())
    code = RunConfig(classifiers=files.classifiers, interventions=files.interventions)
    assert files.scene == code.scene
    assert files.expression == code.expression
    assert files.grid == code.grid
    assert files.report == code.report
    assert files.photographs == code.photographs
    assert files.paths == code.paths
    assert files.tracking == code.tracking


def test_blocks_of_faces_are_disjoint_and_together_all_of_them():
    blocks = [identity_block(10, f"{k}/4") for k in range(4)]
    assert sum(blocks, ()) == identity_block(10, None) == tuple(range(10))
    assert {len(block) for block in blocks} == {2, 3}


def test_a_block_of_faces_that_are_fitted_one_by_one_is_refused():
    with pytest.raises(ConfigError, match="identity_block needs expression.per_identity=false"):
        read_config(composed("expression=per_identity", "identity_block=0/2"))


def test_lists_of_a_group_compose_into_one_job():
    config = read_config(
        composed("classifier=[networkv2,facemood_cnn]", "intervention=palsy", "face_model=[ict,flame]")
    )
    assert list(config.classifiers) == ["networkv2", "facemood_cnn"]
    assert list(config.interventions) == ["palsy"]
    assert list(config.face_models) == ["ict", "flame"]


def test_a_head_is_chosen_alone_or_with_its_settings():
    config = read_config(composed("face_model=ict", "face_models.ict.half_width_mm=3"))
    assert list(config.face_models) == ["ict"]
    assert (config.face_model.name, config.face_model.half_width_mm) == ("ict", 3.0)


def test_where_one_head_is_needed_several_are_refused_by_their_names():
    with pytest.raises(ConfigError, match="face_models holds makehuman, ict; one is needed here, for example face_mod"):
        assert read_config(composed("face_model=[makehuman,ict]")).face_model


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("identities=0", "identities = 0; it must be at least 1"),
        ("emotions=[hapiness]", "'hapiness' is unknown; did you mean 'happiness'"),
        ("emotions=[]", "name at least one"),
        ("emotions=[fear,fear]", "none twice"),
        ("seed=abc", "seed"),
        ("batch=0", "batch = 0"),
        ("device=gpu", "device = 'gpu' is unknown"),
        ("tracking.mode=onlin", "did you mean 'online'"),
        ("scene.supersample=9", "scene.supersample = 9"),
        ("scene.lights.key_elevation=120", "scene.lights.key_elevation = 120"),
        ("expression.kind=fasc", "did you mean 'facs'"),
        ("expression.fit_identities=[]", "expression.fit_identities is empty"),
        ("expression.optimiser.steps=0", "expression.optimiser.steps = 0"),
        ("expression.optimiser.steps=many", "expression.optimiser.steps"),
        ("statistics.alpha=2", "statistics.alpha = 2"),
        ("face_models.makehuman.half_width_mm=0", r"face_models\.makehuman\.half_width_mm = 0; it must be above 0"),
        (
            "+face_models.makehuman.half_width=0",
            r"unknown key face_models\.makehuman\.half_width; did you mean 'half_w",
        ),
        ("name=a/b", "a name begins with a letter or digit"),
        ("+colour=red", r"unknown key colour \(allowed: name, emotions, stimuli, targets, identities"),
        ("+expression.optimizer=3", "unknown key expression.optimizer; did you mean 'optimiser'"),
        ("+expression.optimiser.stepz=3", r"unknown key expression\.optimiser\.stepz; did you mean 'steps'"),
        ("identities=true", "identities = true; it must be a whole number"),
        ("identities=1.5", "identities"),
        ("emotions=[fear,1]", "emotions holds 1; its items must be str"),
        ("grid.s=abc", r"grid\.s = 'abc'; write a number of points, or the values"),
        ("grid.t=[a,1]", r"grid\.t = \['a', 1\]"),
        ("grid.s=0.5", r"grid\.s = 0\.5"),
        ("identity_block=2", "identity_block"),
        ("identity_block=6/6", "identity_block = '6/6'; write k/n"),
        ("identity_block=0/7", "n at most identities = 6"),
    ],
)
def test_a_value_out_of_range_is_named_by_its_key(override, words):
    with pytest.raises(ConfigError, match=words):
        read_config(composed(override))


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("grid.s=1", "a slope needs at least 2"),
        ("grid.s=[0,1.5]", r"grid\.s holds 1\.5"),
        ("grid.t=[-0.5,1]", r"grid\.t holds -0\.5"),
        (
            "face_models.makehuman.name=makehumen",
            r"face_models\.makehuman\.name = 'makehumen' is unknown; did you mean",
        ),
        ("face_models.makehuman.name=ict", r"face_models\.makehuman\.name = 'ict'; it must be 'makehuman'"),
        ("renderer.name=fsat", "did you mean 'fast'"),
        ("+interventions.palsy.kind=palsi", "did you mean 'palsy'"),
        ("interventions.palsy.name=palsi", "interventions.palsy.name = 'palsi'; it must be 'palsy'"),
        ("+interventions.palsy.degrees=3", "unknown key interventions.palsy.degrees"),
        ("classifiers.networkv2.labels=[anger,joy]", "networkv2"),
        ("statistics.scores=[slop]", "did you mean 'slope'"),
    ],
)
def test_what_the_parts_cannot_do_is_refused_before_anything_is_computed(override, words):
    with pytest.raises(ConfigError, match=words):
        Study(read_config(composed("classifier=networkv2", override)))


def test_an_emotion_that_a_classifier_lacks_is_refused_before_anything_is_computed():
    values = composed("classifier=networkv2")
    record = values["classifiers"]["networkv2"]
    record["labels"] = ["contempt" if label == "disgust" else label for label in record["labels"]]
    with pytest.raises(ConfigError, match="'networkv2' has no output for 'disgust'"):
        Study(read_config(values))


def test_cuda_asked_for_and_absent_is_said():
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    with pytest.raises(ConfigError, match="device = 'cuda'.*use device=cpu"):
        Study(read_config(composed("device=cuda")))


def test_tf32_on_a_cpu_is_refused():
    with pytest.raises(ConfigError, match="precision = 'tf32' needs a GPU; set device=cuda, or precision=fp32"):
        Study(read_config(composed("precision=tf32")))


@pytest.mark.parametrize("experiment", ["paper_17", "working_set"])
def test_a_study_of_many_networks_makes_the_same_networks_jobs_in_a_multirun(experiment):
    file = yaml.safe_load((conf_folder() / "experiment" / f"{experiment}.yaml").read_text())
    jobs = file["hydra"]["sweeper"]["params"]["classifier"].replace(" ", "").split(",")
    assert jobs == list(composed(f"experiment={experiment}")["classifiers"])


@pytest.mark.parametrize("path", sorted((conf_folder() / "experiment").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_study_is_headed_by_its_command(path):
    lines = path.read_text().splitlines()
    assert lines[0] == "# @package _global_"
    assert lines[1].startswith("# facing-asymmetry run ")
    assert f"experiment={path.stem}" in lines[1]


def test_parts_of_the_cost_asked_for_by_name_without_their_control_are_refused_with_the_line_to_add():
    asked = ("classifier=networkv2", "intervention=[palsy,bilateral]")
    Study(read_config(composed(*asked)))
    with pytest.raises(ConfigError, match=r"add the partner, intervention=\[palsy,bilateral,palsy_two_sided\]"):
        Study(read_config(composed(*asked, "statistics.scores=[slope,interaction]")))
