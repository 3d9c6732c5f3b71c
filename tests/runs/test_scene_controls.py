"""Scene controls and the placebo through the real renderer and a real network."""

import numpy as np
import pandas as pd
import pytest
import torch

from facing_asymmetry.core.progress import Progress
from facing_asymmetry.expressions.authored import facs_weights
from facing_asymmetry.interventions.contract import Face
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.interventions.layout import lay_out
from facing_asymmetry.interventions.registry import make_intervention
from facing_asymmetry.runs.derivatives import responses
from facing_asymmetry.runs.intervene import respond
from facing_asymmetry.runs.optimise import find_expressions
from facing_asymmetry.runs.plan import Speed, plan

GRID = Grid.spaced("g", 3, 2)


def images(study, kind, side):
    """`(T, S, 3, H, W)`."""
    face = Face.showing(study.model, study.identity(0), facs_weights("happiness", study.model.blendshapes), study.left)
    frames = lay_out(make_intervention(kind), face, GRID, side, study.scene)
    drawn = torch.cat([study.studio.render(frames, 0, *block)[1] for block in study.studio.blocks(frames)])
    return drawn[frames.node].unflatten(0, (len(GRID.t), len(GRID.s)))


@pytest.mark.parametrize("kind", ["yaw", "light"])
def test_exchanging_the_side_of_a_scene_control_mirrors_the_image(study, kind):
    left, right = (images(study, kind, side) for side in ("left", "right"))
    assert (left - right.flip(-1)).abs().mean() < 1e-3
    assert (left[:, 0] - left[:, 0].flip(-1)).abs().mean() > 0.01


@pytest.mark.parametrize("kind", ["yaw", "light", "scale", "blur", "noop"])
def test_every_scene_control_shows_the_study_itself_at_one(study, kind):
    own = images(study, "palsy", "left")[:, -1]
    assert (images(study, kind, make_intervention(kind).sides[0])[:, -1] - own).abs().mean() < 1e-5


def test_a_smaller_scale_shows_more_background_and_blur_takes_contrast(study):
    shown = images(study, "scale", "both")[0]
    background = torch.tensor(study.scene.background).view(3, 1, 1)
    share = ((shown - background).abs().amax(dim=1) < 0.01).float().mean(dim=(1, 2))
    assert share[0] > share[1] > share[2]
    contrast = images(study, "blur", "both")[1].std(dim=(1, 2, 3))
    assert contrast[0] < contrast[1] < contrast[2]


@pytest.mark.weights
def test_the_placebo_has_no_effect_and_every_frame_of_it_is_rendered(make_study):
    study = make_study("expression=facs", "intervention=[noop,yaw]")
    expressions = find_expressions(study, Progress())
    planned = plan(study, Speed())
    respond(study, expressions, Progress())
    assert planned.frames == study.counts.frames == 2 * 3 * study.grid.size
    table = pd.concat([cell.to_pandas() for cell in responses(study, expressions)])
    nodes = ["identity", "side", "t", "class"]
    ranges = table.groupby(["intervention", *nodes])["logit"].agg(np.ptp).groupby("intervention").max()
    assert ranges["noop"] < 1e-4
    assert ranges["yaw"] > 0.1
