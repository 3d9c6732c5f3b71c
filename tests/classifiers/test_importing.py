"""Importing the authors' checkpoints: what fits is kept and runs, what doesn't is refused with what was found."""

import pickle
import zipfile
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.importing import import_checkpoint
from facing_asymmetry.classifiers.user_weights import imported_path, note_path, read_note
from facing_asymmetry.core.assets import file_sha256
from facing_asymmetry.core.errors import AssetError, ConfigError
from tests.app.composing import composed
from tests.classifiers.checkpoints import flat_network, network, save_official

SEVENTEEN = tuple(composed("experiment=paper_17")["classifiers"])
BESIDE = ("hsemotion_b0_8_afew", "hsemotion_b0_8_va_mtl")
LARGE = {"resmasknet", "segmentation_vgg19"}
DAN = registry.record("dan_affectnet7")


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    """A cache of its own: nothing is imported yet."""
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture(scope="module")
def dan():
    return network(DAN)


def content(built, **changes):
    return {"model_state_dict": {**built.state_dict(), **changes}, "iter": 5}


def saved(tmp_path, value):
    torch.save(value, tmp_path / "dan.pth")
    return tmp_path / "dan.pth"


def refused(path, message, record=DAN):
    with pytest.raises(AssetError, match=message) as caught:
        import_checkpoint(record, path)
    assert str(path) in str(caught.value)
    assert not imported_path(record).exists()
    assert not registry.state(record).ready


def test_the_list_of_the_paper_has_seventeen_networks_that_only_the_user_can_bring():
    assert len(SEVENTEEN) == 17
    assert all(registry.record(name).from_user for name in SEVENTEEN)


@pytest.mark.parametrize("name", [*SEVENTEEN, *BESIDE])
def test_a_checkpoint_of_the_right_layout_is_imported_loads_and_runs(name, cache):
    record = registry.record(name)
    built = flat_network(record) if name in LARGE else network(record)
    path = save_official(built, record, cache / "official.pth")
    assert registry.state(record).word in ("needs weights", "needs licence")
    note = import_checkpoint(record, path)
    path.unlink()
    assert registry.state(record).ready
    loaded = registry.load(record)
    assert note.sha256 == file_sha256(imported_path(record))
    for (key, mine), (other, theirs) in zip(
        loaded.network.state_dict().items(), built.state_dict().items(), strict=True
    ):
        assert key == other
        assert torch.equal(mine, theirs)
    with torch.inference_mode():
        logits = loaded(torch.full((1, 3, 64, 64), 0.5))
    assert logits.shape == (1, len(record.labels))
    assert torch.isfinite(logits).all()


def test_the_note_records_the_hashes_of_the_original_and_of_the_result(dan, cache):
    path = saved(cache, content(dan))
    note = import_checkpoint(DAN, path)
    assert read_note(DAN) == note
    assert (note.original, note.original_sha256) == ("dan.pth", file_sha256(path))
    assert note.tensors == len(load_file(imported_path(DAN))) == len(dan.state_dict())


@pytest.mark.parametrize("prefix", ["module.", ""])
def test_a_network_saved_with_or_without_data_parallel_is_the_same(dan, cache, prefix):
    state = {f"{prefix}{name}": value for name, value in dan.state_dict().items()}
    import_checkpoint(DAN, saved(cache, {"model_state_dict": state}))
    assert set(load_file(imported_path(DAN))) == set(dan.state_dict())


def test_a_bare_state_dictionary_half_precision_and_safetensors_fit_too(dan, cache):
    import_checkpoint(
        DAN, saved(cache, {k: v.half() if v.is_floating_point() else v for k, v in dan.state_dict().items()})
    )
    assert load_file(imported_path(DAN))["fc.weight"].dtype == torch.float32
    save_file({k: v.contiguous() for k, v in dan.state_dict().items()}, cache / "dan.safetensors")
    import_checkpoint(DAN, cache / "dan.safetensors")
    assert torch.equal(load_file(imported_path(DAN))["fc.weight"], dan.fc.weight)


def test_the_format_of_before_torch_1_6_is_read_with_and_without_other_objects(dan, cache):
    from tests.classifiers.checkpoints import RecorderMeter

    for beside in ({}, {"recorder": RecorderMeter(2)}):
        path = cache / "old.pth"
        torch.save({**content(dan), **beside}, path, _use_new_zipfile_serialization=False)
        import_checkpoint(DAN, path)
        assert torch.equal(load_file(imported_path(DAN))["fc.weight"], dan.fc.weight)


def test_counters_that_old_checkpoints_lack_are_added(dan, cache):
    state = {k: v for k, v in dan.state_dict().items() if not k.endswith("num_batches_tracked")}
    import_checkpoint(DAN, saved(cache, {"model_state_dict": state}))
    assert registry.load(DAN).network.bn.num_batches_tracked == 0


def test_missing_tensors_are_counted_and_named(dan, cache):
    state = content(dan)
    del state["model_state_dict"]["fc.weight"]
    refused(saved(cache, state), r"1 of \d+ tensors are missing \(fc\.weight\)")


def test_tensors_that_the_network_lacks_are_named(dan, cache):
    refused(saved(cache, content(dan, extra=torch.zeros(1))), r"1 are not the network's \(extra\)")


def test_another_number_of_classes_is_said(cache):
    other = registry.record("dan_affectnet8")
    path = save_official(network(other), other, cache / "eight.pth")
    refused(path, "It is the right network with 8 classes, and dan_affectnet7 has 7")


def test_the_family_of_a_wrong_checkpoint_is_named(cache):
    other = registry.record("resmasknet")
    path = save_official(flat_network(other), other, cache / "other.pth")
    refused(path, "no entry 'model_state_dict'; it is a dictionary of net")
    torch.save({"model_state_dict": flat_network(other).state_dict()}, path)
    refused(path, r"Its names and shapes are those of resmasknet \(100% alike\)")


def test_a_checkpoint_of_the_optimiser_alone_is_said_to_be_one(cache):
    refused(saved(cache, {"state": {}, "param_groups": []}), "it is a dictionary of state, param_groups")


def test_weights_that_are_not_numbers_are_refused(dan, cache):
    refused(
        saved(cache, content(dan, **{"fc.bias": torch.full((7,), torch.nan)})), r"NaN or infinite numbers in fc\.bias"
    )


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (b"", "is empty"),
        (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
        (b"<!DOCTYPE html>", "a web page"),
        (b"version https://git-lfs", "a Git LFS pointer"),
        (b"\x08\x07\x12\x07pytorch", "an ONNX model"),
        (b"anything else", "of an unknown kind"),
        (pickle.dumps([1, 2], 2), "not one that torch.save wrote"),
    ],
)
def test_files_of_other_kinds_are_named(start, words, cache):
    (cache / "file").write_bytes(start)
    refused(cache / "file", words)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_truncated_checkpoint_is_said_to_be_one(zipped, dan, cache):
    torch.save(content(dan), cache / "whole.pth", _use_new_zipfile_serialization=zipped)
    (cache / "half.pth").write_bytes((cache / "whole.pth").read_bytes()[:200_000])
    refused(cache / "half.pth", "truncated")


def test_a_zip_archive_of_something_else_is_named(cache):
    with zipfile.ZipFile(cache / "photos.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    refused(cache / "photos.zip", "(no data.pkl|cannot be read)")


def test_torchscript_where_tensors_are_expected_is_named(cache):
    torch.jit.script(nn.Linear(1, 1)).save(cache / "script.pt")
    refused(cache / "script.pt", "is a TorchScript archive")


def test_a_recorded_hash_is_demanded(dan, cache):
    file = replace(DAN.weights[0], sha256="0" * 64, size=1)
    refused(saved(cache, content(dan)), "SHA-256 .*; 0000", replace(DAN, weights=(file,)))


def test_a_file_that_is_not_there_is_answered_with_where_it_is_published(cache):
    with pytest.raises(AssetError, match="there is no file .*drive.google.com"):
        import_checkpoint(DAN, cache / "nowhere.pth")


def test_classifiers_that_registries_hold_need_no_import(cache):
    with pytest.raises(ConfigError, match="needs no import. Run: .* fetch networkv2"):
        import_checkpoint(registry.record("networkv2"), cache / "x")


def test_imported_weights_are_checked_when_they_are_loaded(dan, cache):
    import_checkpoint(DAN, saved(cache, content(dan)))
    target = imported_path(DAN)
    whole = bytearray(target.read_bytes())
    whole[-1] ^= 1
    target.write_bytes(whole)
    with pytest.raises(AssetError, match=r"SHA-256 .* expected.*classifiers import dan_affectnet7"):
        registry.load(DAN)
    target.write_bytes(whole[:-1])
    assert not registry.state(DAN).ready


def test_a_failed_import_leaves_what_was_imported_before(dan, cache):
    import_checkpoint(DAN, saved(cache, content(dan)))
    with pytest.raises(AssetError):
        import_checkpoint(DAN, saved(cache, {"model_state_dict": {}}))
    assert registry.load(DAN).labels == DAN.labels


def test_a_damaged_note_is_named(dan, cache):
    import_checkpoint(DAN, saved(cache, content(dan)))
    note_path(DAN).write_text("{")
    with pytest.raises(AssetError, match=r"dan_affectnet7\.json is damaged"):
        registry.state(DAN)


def test_emonet_is_imported_as_torchscript_and_its_entry_of_logits_is_taken(cache):
    class Toy(nn.Module):
        def forward(self, x):
            return {"expression": x.mean((2, 3)).repeat(1, 3)[:, :8], "valence": x.mean((1, 2, 3))}

    record = registry.record("emonet_affectnet8")
    torch.jit.trace(Toy(), torch.zeros(1, 3, 256, 256), strict=False).save(cache / "emonet.pt")
    assert registry.state(record).word == "needs licence"
    assert "CC BY-NC-ND" in record.licence
    with pytest.raises(ConfigError, match="is TorchScript, a program .*emonet_affectnet8 FILE --trust"):
        import_checkpoint(record, cache / "emonet.pt")
    assert not registry.state(record).ready
    import_checkpoint(record, cache / "emonet.pt", trust=True)
    logits = registry.load(record)(torch.full((2, 3, 64, 64), 0.25))
    assert torch.allclose(logits, torch.full((2, 8), 0.25))
    refused_path = save_official(network(DAN), DAN, cache / "dan.pth")
    with pytest.raises(AssetError, match="is not a TorchScript archive"):
        import_checkpoint(record, refused_path)
