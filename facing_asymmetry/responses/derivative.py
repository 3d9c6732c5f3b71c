"""The exact derivative of a logit by symmetry: backwards through classifier and renderer, at the nodes."""

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.interventions.contract import Face, Intervention
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.interventions.layout import lay_out
from facing_asymmetry.responses.runner import Studio


def logit_derivatives(
    intervention: Intervention,
    face: Face,
    grid: Grid,
    side: str,
    studio: Studio,
    row: int,
    network: Classifier,
    target: int,
) -> Float[ndarray, " N"]:
    """Derivative by s of one logit at every node of the grid, in logits per unit symmetry.

    The state is affine in s, so that the derivative is the gradient of the logit by the state, times the state's
    derivative. The renderer has no gradient across silhouettes (as PyTorch3D's hard rasteriser has none): where a
    change of s uncovers or hides a surface, this derivative and the difference of neighbouring nodes differ.

    Args:
        intervention: what is done.
        face: the face and the expression it shows.
        grid: the nodes.
        side: the person's affected side.
        studio: renders the frames.
        row: of the studio's framing: whose camera and texture are used.
        network: whose logit it is.
        target: index of the logit.

    Returns:
        NaN everywhere where the intervention changes the scene rather than the face, or the network has no gradient.
    """
    if intervention.repeats or not network.differentiable:
        return np.full(grid.size, np.nan)
    frames = lay_out(intervention, face, grid, side, studio.renderer.scene)
    change = intervention.derivative(grid.nodes()[1], side)
    out = np.zeros(grid.size)
    moving = np.flatnonzero(np.abs(change).max(axis=1) > 0)
    for start in range(0, len(moving), studio.batch):
        nodes = moving[start : start + studio.batch]
        states = torch.from_numpy(np.concatenate([frames.states(n, n + 1) for n in frames.node[nodes]]))
        gradient = state_gradient(states, studio, row, network, target).double().cpu().numpy()
        along = np.einsum("bvd,kvd->bk", gradient, frames.basis.astype(np.float64))
        out[nodes] = (along * change[nodes]).sum(axis=1)
    return out


def state_gradient(
    states: Float[Tensor, "B V D"], studio: Studio, row: int, network: Classifier, target: int
) -> Float[Tensor, "B V D"]:
    """Gradient of a logit by the states, on the device of the framing; nothing waits for it there."""
    device = studio.framing.centre.device
    leaf = states.to(device).requires_grad_()
    identities: Int[Tensor, " B"] = torch.full((len(states),), row, dtype=torch.long, device=device)
    logits = network(studio.renderer.render(leaf, studio.framing, identities))
    (gradient,) = torch.autograd.grad(logits[:, target].sum(), leaf)
    return gradient
