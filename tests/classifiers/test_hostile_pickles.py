"""Checkpoints that want to do something when they are unpickled: nothing happens, and the import says what it was."""

import zipfile

import pytest
import torch

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.importing import import_checkpoint
from facing_asymmetry.classifiers.user_weights import imported_path
from facing_asymmetry.core.errors import AssetError

DAN = registry.record("dan_affectnet7")
STORAGE = torch.storage.TypedStorage(2, dtype=torch.float32, _internal=True)


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    """A cache of its own: nothing is imported yet."""
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(tmp_path / "cache"))
    return tmp_path


def refused(path, message):
    with pytest.raises(AssetError, match=message) as caught:
        import_checkpoint(DAN, path)
    assert str(path) in str(caught.value)
    assert not imported_path(DAN).exists()


class Hostile:
    """Would run a command when unpickled."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


def attacks(canary):
    import builtins
    import os
    import subprocess

    return {
        "posix.system": Hostile(os.system, f"touch {canary}"),
        "builtins.eval": Hostile(builtins.eval, f"open({str(canary)!r}, 'w')"),
        "builtins.exec": Hostile(builtins.exec, f"open({str(canary)!r}, 'w')"),
        "builtins.getattr": Hostile(builtins.getattr, "x", "upper"),
        "subprocess.Popen": Hostile(subprocess.Popen, ["touch", str(canary)]),
        "torch.hub.load_state_dict_from_url": Hostile(torch.hub.load_state_dict_from_url, "x"),
    }


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("name", sorted(attacks("x")))
def test_a_hostile_pickle_is_refused_by_the_name_of_what_it_wanted_to_call(name, zipped, cache):
    canary = cache / "executed"
    path = cache / "hostile.pth"
    value = {"model_state_dict": {"fc.bias": torch.zeros(7)}, "recorder": attacks(canary)[name]}
    torch.save(value, path, _use_new_zipfile_serialization=zipped)
    refused(path, rf"is refused: it wants to call {name}\. Nothing of it was executed")
    assert not canary.exists()


def test_a_pickle_cannot_change_how_tensors_are_rebuilt(cache):
    """BUILD on a function would set its attributes."""
    body = b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n}X\x01\x00\x00\x00aK\x01sb."
    with zipfile.ZipFile(cache / "m.pth", "w") as archive:
        archive.writestr("m/data.pkl", body)
    refused(cache / "m.pth", "wants to change how tensors are rebuilt")


def test_a_tensor_that_leads_outside_its_storage_is_refused(cache):
    class Outside:
        def __reduce__(self):
            return torch._utils._rebuild_tensor_v2, (STORAGE, 0, (9,), (1,), False, {})

    torch.save({"model_state_dict": {"a": Outside()}}, cache / "m.pth")
    refused(cache / "m.pth", "cannot be read as a torch checkpoint")
