"""A whole repair of a small network on a few faces: files, page, resuming, and the record in use."""

import json

import pandas as pd
import pytest
import torch
from click.testing import CliRunner

from facing_asymmetry.app.cli import cli
from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.defences.variants import with_defences
from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.core.conf_folder import conf_facts, using_config_dir
from facing_asymmetry.core.errors import ConfigError, ModelError
from facing_asymmetry.face_models.registry import load_face_model
from facing_asymmetry.repair.exporting import export
from facing_asymmetry.repair.outcome import RepairDesign
from facing_asymmetry.repair.pictures import RenderedPerson, proof_pictures, training_pictures
from facing_asymmetry.repair.samples import PALSIED, WHOLE
from facing_asymmetry.repair.study import repair_classifier

NAME = "networkv2"
DESIGN = RepairDesign(learnt=(200, 201), proof=(300,), steps=15)

pytestmark = pytest.mark.skipif(not registry.state(registry.record(NAME)).ready, reason=f"{NAME} lacks its weights")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("repair")


@pytest.fixture(scope="module")
def made(folder):
    return repair_classifier(registry.record(NAME), folder / "out", folder / "store", design=DESIGN)


@pytest.mark.long
def test_a_repair_writes_its_proof_its_page_and_a_record_that_is_used_as_any_other(made, folder):
    table = pd.read_csv(folder / "out" / "proof.csv").set_index("measure")
    assert list(table.columns) == ["as it is", "flip average", "stronger half", "gate", "gate, emotion left out"]
    assert (table.loc["symmetric faces: same bits"] == 1.0).all()
    assert table.loc["additive part"].nunique() == 1
    page = made.page.read_text(encoding="utf-8")
    assert "no patients" in page
    assert "No photographs were given" in page
    assert page.count("<img") == 15
    facts = json.loads((folder / "out" / "repair.json").read_text())
    assert facts["wrapped"] == made.wrapped.name
    with using_config_dir(str(folder / "out")):
        found = registry.record(made.wrapped.name)
        assert found == made.wrapped
        network = registry.load(found)
    face = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    assert not torch.equal(network(face), registry.load(registry.record(NAME))(face))
    with pytest.raises(ConfigError, match="behind a defence already"):
        repair_classifier(made.wrapped, folder / "other", folder / "store")


@pytest.mark.long
def test_a_repair_goes_on_from_the_logits_that_are_kept_and_comes_out_the_same(made, folder, monkeypatch):
    monkeypatch.setattr("facing_asymmetry.repair.seeing.RenderedPerson", None)  # nothing may be drawn again
    again = repair_classifier(registry.record(NAME), folder / "again", folder / "store", design=DESIGN)
    assert again.wrapped.gate_sha256 == made.wrapped.gate_sha256
    entry = {"classifiers": {NAME: conf_facts("classifier", NAME)}, "defence": ["none", "gate"]}
    assert list(with_defences(entry)["classifiers"]) == [NAME, f"{NAME}_gate"]


@pytest.mark.long
@pytest.mark.parametrize("kind", ["onnx", "torchscript"])
def test_an_exported_file_gives_the_logits_of_the_classifier(made, folder, kind, monkeypatch):
    assert export(registry.load(made.wrapped), kind, folder).stat().st_size > 1000
    monkeypatch.setattr("facing_asymmetry.repair.exporting.TOLERANCE", 0.0)  # sums are taken in another order
    with pytest.raises(ModelError, match=f"as {kind} gives other logits"):
        export(registry.load(made.wrapped), kind, folder)


def test_symmetric_renders_are_their_own_mirror_image_and_palsied_ones_are_not():
    model = load_face_model("makehuman", cache_folder())
    chosen = proof_pictures(model)[:12]
    images = RenderedPerson(model, 300).draw(chosen)
    for picture, image in zip(chosen, images, strict=True):
        assert torch.equal(image, image.flip(-1)) == (picture.shown.kind == WHOLE)


def test_every_picture_of_a_palsy_is_compared_with_the_same_face_whole():
    model = load_face_model("makehuman", cache_folder())
    for pictures in (training_pictures(model, 200), proof_pictures(model)):
        for picture in pictures:
            other = pictures[picture.shown.target]
            assert (other.weights, other.scene, other.shown.t) == (picture.weights, picture.scene, picture.shown.t)
            assert (other is picture) == (picture.shown.kind != PALSIED)


def test_an_unknown_classifier_is_named():
    done = CliRunner().invoke(cli, ["repair", "networkv3"])
    assert isinstance(done.exception, ConfigError)
    assert "networkv2" in str(done.exception)
