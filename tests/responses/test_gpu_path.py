"""The path of frames on a GPU, walked where there is none.

Under `FakeTensorMode` tensors have a shape, a type and a device, and no values: a tensor on another device raises, and
so does any look of the host at a value, for which it would have to wait. torch's autograd asks the driver for a device,
so that gradients are walked on the device `meta`. PyTorch3D's compiled operators, which know nothing of this mode, are
replaced by their shapes. Not walked: the stopping rules of an expression search, which look at values by intention.
"""

from contextlib import nullcontext
from unittest.mock import patch

import pytest
import torch
from pytorch3d.ops import interp_face_attrs
from torch._subclasses.fake_tensor import DataDependentOutputException, FakeTensorMode

from facing_asymmetry.classifiers import preprocessing, registry
from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.classifiers.networks import architecture_name, untrained_network
from facing_asymmetry.config import OptimiserSettings, Scene
from facing_asymmetry.expressions.expression import TiedBlendshapes
from facing_asymmetry.expressions.objective import FitFaces, Objective, Rows
from facing_asymmetry.rendering.camera import frame_identities
from facing_asymmetry.rendering.contract import Framing
from facing_asymmetry.rendering.torch_renderer import ReferenceRenderer
from facing_asymmetry.responses.derivative import state_gradient
from facing_asymmetry.responses.runner import Studio
from tests import toy
from tests.rendering.synthetic import synthetic_face

FACE, BATCH = synthetic_face(2), 2
FRAMING = frame_identities(FACE, [FACE.identity(0)])
RECORDS = {
    architecture_name(record): record for record in map(registry.record, registry.names()) if architecture_name(record)
}
"""One record of every architecture of the package."""


class Shapes:
    """What PyTorch3D's compiled interpolation returns, without values."""

    @staticmethod
    def interp_face_attrs_forward(pix_to_face, bary, attributes):
        return bary.new_empty(*pix_to_face.shape, attributes.shape[-1])

    @staticmethod
    def interp_face_attrs_backward(pix_to_face, bary, attributes, upstream):
        return torch.empty_like(bary), torch.empty_like(attributes)


@pytest.fixture
def no_autocast(monkeypatch):
    """The device `meta` has none."""
    monkeypatch.setattr(torch, "autocast", lambda *_, **__: nullcontext())


@pytest.fixture
def mode():
    caches = (preprocessing._constants, preprocessing._luma)
    for cache in caches:
        cache.cache_clear()
    without_cudnn = torch.backends.cudnn.flags(enabled=False)  # whose sampling of a grid has no shape-only form
    with patch.object(interp_face_attrs, "_C", Shapes), without_cudnn, FakeTensorMode(allow_non_fake_inputs=True) as m:
        yield m
    for cache in caches:
        cache.cache_clear()


def studio(device, blur=0.0):
    there = Framing(*(torch.empty(v.shape, dtype=v.dtype, device=device) for v in vars(FRAMING).values()))
    scene = Scene(image_size=224, supersample=1, blur=blur)
    renderer = ReferenceRenderer(FACE.surface, scene, torch.device(device), "fast")
    return Studio(FACE, there, renderer, BATCH, 0)


def network_of(record, device):
    with torch.device(device):
        return Classifier(record, untrained_network(record))


def test_the_mode_refuses_what_it_is_there_for(mode):
    here, there = torch.ones(2), torch.ones(2, device="cuda:0")
    with pytest.raises(RuntimeError, match="device"):
        here + there
    with pytest.raises(DataDependentOutputException):
        bool((there > 0).all())


@pytest.mark.parametrize("blur", [0.0, 1.5])
def test_frames_are_drawn_without_a_look_at_a_value(mode, blur):
    made = studio("cuda:0", blur)
    state, identities = torch.empty(BATCH, *FACE.rest.shape, device="cuda:0"), torch.zeros(BATCH, dtype=torch.int64)
    images = made.renderer.render(state, made.framing, identities.to("cuda:0"))
    assert images.shape == (BATCH, 3, 224, 224)
    assert images.device == torch.device("cuda:0")


@pytest.mark.parametrize("architecture", sorted(RECORDS))
def test_every_network_classifies_without_a_look_at_a_value(mode, architecture):
    record = RECORDS[architecture]
    images = torch.empty(BATCH, 3, 224, 224, device="cuda:0")
    logits = Studio(FACE, None, None, BATCH, 0).classify(network_of(record, "cuda:0"), images)
    assert logits.shape == (BATCH, len(record.labels))
    assert logits.device == torch.device("cuda:0")


@pytest.mark.parametrize("architecture", ["faceapi", "efficientface", "poster2"])
def test_the_derivative_by_symmetry_takes_no_look_at_a_value(mode, no_autocast, architecture):
    record = RECORDS[architecture]
    states = torch.from_numpy(FACE.rest[None]).repeat(BATCH, 1, 1)
    gradient = state_gradient(states, studio("meta"), 0, network_of(record, "meta"), 1)
    assert gradient.shape == states.shape
    assert gradient.device == torch.device("meta")


def test_a_step_of_the_expression_search_takes_no_look_at_a_value(mode, no_autocast):
    record, made = RECORDS["faceapi"], studio("meta")
    rest, basis = (torch.empty(1, *shape, device="meta") for shape in (FACE.rest.shape, (3, *FACE.rest.shape)))
    faces = FitFaces(TiedBlendshapes.of(toy.model()), made.framing, rest, basis)
    parameters = torch.zeros(BATCH, 3, device="meta", requires_grad=True)
    target, shown = (torch.zeros(shape, dtype=torch.long, device="meta") for shape in ((BATCH,), (BATCH, 1)))
    rows = Rows(target, shown, torch.zeros_like(parameters))
    objective = Objective(rows, faces, made.renderer, network_of(record, "meta"), OptimiserSettings())
    moved = faces.rest[shown[:, 0]] + torch.einsum("rk,kvd->rvd", parameters, faces.basis[0])
    logits = objective.classifier(made.renderer.render(moved, made.framing, shown[:, 0]))
    seen = objective.evaluation(torch.log_softmax(logits, dim=1).view(BATCH, 1, -1), parameters)
    (gradient,) = torch.autograd.grad(seen.loss.sum(), parameters)
    assert gradient.shape == parameters.shape
