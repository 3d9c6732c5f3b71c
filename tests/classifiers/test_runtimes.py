"""Networks run by OpenVINO and onnxruntime: the same logits as torch, or a refusal that says why."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest
import torch
from click.testing import CliRunner
from torch import nn

from facing_asymmetry.app.commands.classifiers import classifiers
from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.classifiers.fingerprints import own_fingerprint
from facing_asymmetry.classifiers.networks import PUBLISHED, untrained_network
from facing_asymmetry.classifiers.runtimes import conversion
from facing_asymmetry.classifiers.runtimes.conversion import convert, converted
from facing_asymmetry.classifiers.runtimes.running import (
    COUNTS,
    RuntimeNetwork,
    agreement,
    run_by,
    stored_frames,
)
from facing_asymmetry.classifiers.runtimes.sessions import SESSIONS
from facing_asymmetry.classifiers.verify import check_runtime
from facing_asymmetry.core.errors import ConfigError, ModelError
from facing_asymmetry.core.threads import kept_threads
from tests.classifiers.ready import EACH, classifier

RUNTIMES = pytest.mark.parametrize("runtime", SESSIONS)
OWN = replace(registry.record("custom"), name="mine", input_size=16)
UNTRAINED = {
    str(record.options["architecture"]): record
    for record in map(registry.record, registry.names())
    if record.options.get("loader") == PUBLISHED
}


class Small(nn.Module):
    """A convolution and a linear layer."""

    def __init__(self):
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(0)
            self.conv, self.fc = nn.Conv2d(3, 4, 3, 2), nn.Linear(4, 7)

    def forward(self, x):
        return self.fc(self.conv(x).relu().amax((2, 3)))


class Fixed(Small):
    """Takes the number of frames for a constant."""

    def forward(self, x):
        return super().forward(x).reshape(len(x), 7)


class Deceiving(Small):
    """Another network where it is exported."""

    def forward(self, x):
        return super().forward(x) + (torch.arange(7) if torch.compiler.is_exporting() else 0)


class Drawing(Small):
    """Leaves torch halfway."""

    def forward(self, x):
        return super().forward(torch.from_numpy(x.numpy() * 2))


def small(kind=Small):
    return kind().eval().requires_grad_(False)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("facing_asymmetry.core.private_folder._keeps_its_entries", lambda facts, user: True)
    return tmp_path / "cache" / "facing-asymmetry" / "runtimes"


@pytest.mark.long
@EACH
def test_every_shipped_network_has_torchs_logits_in_every_runtime(name):
    made = classifier(name)
    x = stored_frames(made.record)
    content = convert(made.network, x)
    for runtime, session in SESSIONS.items():
        found = agreement(made.network, RuntimeNetwork(session(content)), x)
        assert found.close, (runtime, found)
        assert found.spread > 1, "the frames don't move its logits"


@pytest.mark.long
@pytest.mark.parametrize("architecture", UNTRAINED)
def test_every_published_architecture_is_converted_right(architecture):
    record = UNTRAINED[architecture]
    network = untrained_network(record).to(memory_format=torch.channels_last).eval().requires_grad_(False)
    x = stored_frames(record)
    content = convert(network, x)
    for runtime, session in SESSIONS.items():
        assert agreement(network, RuntimeNetwork(session(content)), x).close, runtime


@pytest.fixture(scope="module")
def traced():
    return classifier("mobilenetv2_fer")


@RUNTIMES
def test_a_network_that_a_trace_gets_wrong_is_loaded_right(runtime, traced):
    torchs = traced
    other = registry.load(replace(torchs.record, runtime=runtime))
    images = torch.rand(3, 3, 224, 224, generator=torch.Generator().manual_seed(1))
    assert torch.allclose(other(images), torchs(images), atol=1e-3)
    assert not other.differentiable
    assert torchs.differentiable


@RUNTIMES
@pytest.mark.parametrize("threads", [1, 2])
def test_the_same_frames_give_the_same_bits(runtime, threads, cache):
    x = torch.rand(20, 3, 16, 16, generator=torch.Generator().manual_seed(1))
    with kept_threads(threads):
        runs = [run_by(replace(OWN, runtime=runtime), small())(x) for _ in range(2)]
    assert torch.equal(runs[0], runs[1])


@RUNTIMES
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Fixed, r"write x.shape\[0\] for len\(x\)"),
        (Deceiving, r"mine has other logits in \w+ than in torch: off by 6 on the stored frames, between which they"),
        (Drawing, r"mine is not run by \w+: "),
    ],
)
def test_a_network_that_is_not_converted_right_is_refused(runtime, kind, words, cache):
    with pytest.raises(ModelError, match=words) as caught:
        run_by(replace(OWN, runtime=runtime), small(kind))
    assert "++classifiers.mine.runtime=torch" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_frames_of_the_comparison_are_as_many_as_it_says():
    assert len(stored_frames(OWN)) == COUNTS[0]


def test_a_logit_that_is_no_number_never_agrees():
    broken = small()
    broken.fc.bias[2] = torch.nan
    assert not agreement(small(), broken, stored_frames(OWN)).close


def test_a_graph_is_kept_for_the_next_process_and_made_anew_where_its_bytes_changed(cache, monkeypatch):
    record, x = replace(OWN, fingerprint="1"), stored_frames(OWN)
    first = converted(record, small(), x)
    (kept,) = cache.iterdir()
    made = []
    monkeypatch.setattr(conversion, "convert", lambda *asked: made.append(asked) or first)
    assert converted(record, small(), x) == first
    assert not made
    kept.write_bytes(kept.read_bytes()[:-1] + b"?")
    assert converted(record, small(), x) == first
    assert len(made) == 1
    assert cache.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("change", ["weights", "fingerprint", "options"])
def test_another_network_is_another_graph(cache, change):
    record, network = replace(OWN, fingerprint="1"), small()
    first = conversion._key(record, network)
    if change == "weights":
        network.fc.bias[0] += 1
    elif change == "fingerprint":
        record = replace(record, fingerprint="2")
    else:
        record = replace(record, options={**record.options, "output": "1"})
    assert conversion._key(record, network) != first


def test_a_network_of_ones_own_of_unknown_code_is_not_kept(cache):
    converted(OWN, small(), stored_frames(OWN))
    assert not cache.exists()


def test_a_folder_that_others_can_change_is_not_read(cache, caplog):
    record, x = replace(OWN, fingerprint="1"), stored_frames(OWN)
    converted(record, small(), x)
    cache.chmod(0o777)
    (kept,) = cache.iterdir()
    kept.write_bytes(b"")
    assert converted(record, small(), x)
    assert kept.read_bytes() == b""
    assert "networks are converted in every process" in caplog.text


def test_openvino_reports_nothing_to_its_makers(tmp_path):
    code = (
        "import sys; from facing_asymmetry.classifiers.runtimes.sessions import openvino_session\n"
        "try: openvino_session(b'')\nexcept Exception: pass\n"
        "import openvino; assert 'openvino_telemetry' not in sys.modules"
    )
    environment = {**os.environ, "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_runtime_that_is_not_installed_is_named_with_its_extra(monkeypatch, cache):
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(ConfigError, match=r"needs openvino, .*\[openvino\]"):
        run_by(replace(OWN, runtime="openvino"), small())


def test_the_hash_of_a_factorys_network_is_that_of_its_tensors_in_torch(tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text(
        "import torch\nfrom torch import nn\ndef make():\n    torch.manual_seed(0)\n"
        "    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 7))\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    options = {**OWN.options, "loader": "factory", "factory": "mine:make"}
    record = registry.with_fingerprint(replace(OWN, options=options, runtime="openvino"))
    torchs = registry.load(replace(record, runtime="torch"))
    assert record.fingerprint == own_fingerprint(record, torchs.network)
    assert isinstance(registry.load(record).network, RuntimeNetwork)


@pytest.mark.parametrize("asked", [[], ["--runtime", "onnxruntime"]])
def test_verify_compares_a_runtime_where_it_is_asked_to(asked):
    if not registry.state(registry.record("wtf_cnn3")).ready:
        pytest.skip("no weights")
    done = CliRunner().invoke(classifiers, ["verify", "wtf_cnn3", *asked])
    assert done.exit_code == 0, done.output
    assert ("runtime" in done.output) == bool(asked)
    assert f"passed wtf_cnn3: {6 + bool(asked)} checks" in done.output


def test_verify_says_why_a_runtime_is_refused(cache):
    found = check_runtime(Classifier(OWN, small(Deceiving)), "openvino")
    assert not found.passed
    assert "off by 6" in found.detail
