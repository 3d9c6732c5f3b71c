"""d(logit)/ds through the real renderer: equal to finite differences wherever no surface appears or vanishes."""

import numpy as np
import pytest
import torch
from torch import nn

from facing_asymmetry.core.progress import Progress
from facing_asymmetry.expressions.authored import facs_weights
from facing_asymmetry.interventions.contract import Face
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.interventions.layout import lay_out
from facing_asymmetry.interventions.registry import make_intervention
from facing_asymmetry.rendering.factory import make_renderer
from facing_asymmetry.responses.derivative import logit_derivatives
from facing_asymmetry.results.response_table import read_chunks, write_table_file
from facing_asymmetry.runs.derivatives import differentiate, responses
from facing_asymmetry.runs.intervene import respond
from facing_asymmetry.runs.optimise import find_expressions
from facing_asymmetry.statistics.score_table import score_table

STEP = 0.003
GRID = Grid("g", (0.5 - STEP, 0.5, 0.5 + STEP, 1.0), (0.5, 1.0))


class Weighted(nn.Module):
    """Logit: weighted mean of the image."""

    differentiable, labels = True, ("happiness",)

    def __init__(self, weight):
        super().__init__()
        self.weight = weight

    def forward(self, images):
        return (100 * (images * self.weight).mean(dim=(1, 2, 3)))[:, None]


def depth(study, states):
    """Depth of the nearest surface at every sample of the image, metres; 9 where there is none."""
    renderer = make_renderer("torch", study.model.surface, study.scene)
    count = len(states)
    cameras = renderer.cameras(study.framing.centre[:1].expand(count, 3), study.framing.height[:1].expand(count))
    fragments = renderer.rasteriser(renderer.meshes(torch.from_numpy(states[..., :3])), cameras=cameras)
    found = torch.where(fragments.pix_to_face[..., 0] >= 0, fragments.zbuf[..., 0], torch.tensor(9.0))
    size = study.scene.image_size
    return found.view(count, size, study.scene.supersample, size, study.scene.supersample)


@pytest.fixture(scope="module")
def face(study):
    return Face.showing(study.model, study.identity(0), facs_weights("happiness", study.model.blendshapes), study.left)


def steady(study, frames):
    """1 at the pixels none of whose samples changes its depth by a tenth of a millimetre over the step, at either t."""
    z = depth(study, frames.states(0, len(frames))[frames.node]).unflatten(0, (len(GRID.t), len(GRID.s)))
    return ((z[:, 2] - z[:, 0]).abs().amax(dim=(0, 2, 4)) < 1e-4).float()


@pytest.mark.parametrize("kind", ["palsy", "bilateral", "equal_motion", "resting_droop"])
def test_the_exact_derivative_is_the_finite_difference_where_visibility_does_not_change(study, face, kind):
    """The network weighs every such pixel by the direction in which it changes at t = 1, so that nothing cancels."""
    made = make_intervention(kind)
    frames = lay_out(made, face, GRID, made.sides[0], study.scene)
    drawn = torch.cat([study.studio.render(frames, 0, *block)[1] for block in study.studio.blocks(frames)])
    images = drawn[frames.node].unflatten(0, (len(GRID.t), len(GRID.s)))
    mask = steady(study, frames)
    assert 0.9 < mask.mean() < 1
    network = Weighted(mask * (images[1, 2] - images[1, 0]).sign())
    y = network(images.flatten(0, 1)).view(len(GRID.t), len(GRID.s)).double().numpy()
    exact = logit_derivatives(made, face, GRID, made.sides[0], study.studio, 0, network, 0).reshape(y.shape)
    finite = (y[:, 2] - y[:, 0]) / (2 * STEP)
    assert abs(finite[1]) > 0.5
    assert np.abs(exact[:, 1] - finite).max() < 0.02 * abs(finite[1])


def test_a_scene_control_and_a_network_without_gradient_have_no_exact_derivative(study, face):
    network = Weighted(torch.ones(study.scene.image_size, study.scene.image_size))
    assert np.isnan(logit_derivatives(make_intervention("yaw"), face, GRID, "left", study.studio, 0, network, 0)).all()
    network.differentiable = False
    assert np.isnan(
        logit_derivatives(make_intervention("palsy"), face, GRID, "left", study.studio, 0, network, 0)
    ).all()


@pytest.mark.weights
def test_a_study_with_derivatives_has_their_scores_and_computes_each_once(make_study, tmp_path, monkeypatch):
    study = make_study("expression=facs", "intervention=[palsy,yaw]", "derivative=true")
    expressions = find_expressions(study, Progress())
    respond(study, expressions, Progress())
    differentiate(study, expressions, Progress())
    monkeypatch.setattr("facing_asymmetry.runs.derivatives.logit_derivatives", lambda *_: pytest.fail("computed again"))
    differentiate(study, expressions, Progress())
    write_table_file(tmp_path / "responses.parquet", responses(study, expressions))
    [table] = read_chunks(tmp_path / "responses.parquet")
    by = table.groupby(["intervention", "is_target"])["logit_ds"].apply(lambda column: column.notna().mean())
    assert by["palsy", True] == 1.0
    assert by.drop(("palsy", True)).max() == 0.0
    scores = score_table(table, ["gradient", "autograd", "autograd_disagreement"])
    values = scores[scores["intervention"] == "palsy"].pivot_table(
        index=["identity", "side"], columns="score", values="value"
    )
    assert (np.sign(values["autograd"]) == np.sign(values["gradient"])).all()
    assert values["autograd_disagreement"].between(0, 2).all()
