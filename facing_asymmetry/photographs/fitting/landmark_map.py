"""What the landmark network shows of a head: learnt on renders, where the truth is known.

The network doesn't show what the skin does. Of a displacement of one side it shows about half, and brows and lids hardly
at all. A fit therefore predicts points with *observed* blendshapes, while the picture is moved with the model's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray
from scipy.spatial import cKDTree

from facing_asymmetry.photographs.fitting.linear_head import LinearHead
from facing_asymmetry.photographs.fitting.training import Shot
from facing_asymmetry.photographs.landmarks import LEFT_EYE, RIGHT_EYE, mirror_pairs

RIDGE: Final = 6.0
"""Penalty on what differs from the geometry, in shots: directions that few shots show stay geometric."""

FLIP: Final = np.array([-1.0, 1.0, 1.0])


@dataclass(frozen=True)
class LandmarkMap:
    """Linear prediction of the 468 points, metres in the head's frame, and the errors of it.

    Attributes:
        triangles: `(468, 3)` vertices of the face that each point lies on.
        barycentric: `(468, 3)` its place there.
        mean: `(468, 3)` points of the mean face.
        components: `(K, 468, 3)` their displacement by identity.
        blendshapes: `(E, 468, 3)` their displacement by blendshape, as the network shows it.
        covariance: `(936, 936)` of the errors (x, y of each point; units of the distance between the outer eye
            corners, eyes level) for a person that is seen once.
        own_covariance: the same for a person whose neutral picture is known.
    """

    triangles: Int[ndarray, "468 3"]
    barycentric: Float[ndarray, "468 3"]
    mean: Float[ndarray, "468 3"]
    components: Float[ndarray, "K 468 3"]
    blendshapes: Float[ndarray, "E 468 3"]
    covariance: Float[ndarray, "936 936"]
    own_covariance: Float[ndarray, "936 936"]

    def on(self, fields: Float[ndarray, "*batch V 3"]) -> Float[ndarray, "*batch 468 3"]:
        """Values of fields over the vertices where the points lie."""
        return np.einsum("...pkc,pk->...pc", fields[..., self.triangles, :], self.barycentric)


def learn(head: LinearHead, shots: Sequence[Shot]) -> LandmarkMap:
    """Learn the map from rendered pictures and their mirror images.

    Args:
        head: the linear head.
        shots: of its model.
    """
    triangles, barycentric = _embed(head, shots)
    bare = LandmarkMap(triangles, barycentric, *(np.empty(0),) * 5)
    mean, components, units = bare.on(head.mean), bare.on(head.components), bare.on(head.fields)
    shapes = {shot.identity: head.shape_of(shot.rest) for shot in shots}
    weights = np.stack([shot.weights for shot in shots])
    errors = np.stack([
        _back(shot, shot.points, mean + np.tensordot(shapes[shot.identity], components, 1)
              + np.tensordot(shot.weights, units, 1)) for shot in shots
    ])
    pairs, swap = mirror_pairs(), _swapped(head)
    both = np.concatenate([errors, errors[:, pairs] * FLIP[:2]])
    design = np.concatenate([weights, weights[:, swap]])
    design = np.column_stack([np.ones(len(design)), design])
    penalty = RIDGE * np.diag([0.0] + [1.0] * weights.shape[1])
    found = np.linalg.solve(design.T @ design + penalty, design.T @ both.reshape(len(both), -1))
    shift = found.reshape(len(found), 468, 2)
    mean[:, :2] += shift[0]
    units[:, :, :2] += shift[1:]
    seen = LandmarkMap(triangles, barycentric, mean, components, units, np.empty(0), np.empty(0))
    return LandmarkMap(triangles, barycentric, mean, components, units, *_covariances(seen, shots, shapes, swap))


def _swapped(head: LinearHead) -> Int[ndarray, " E"]:
    """Each blendshape's mirror image."""
    out = np.arange(len(head.model.blendshapes))
    out[head.model.pairs[:, 0]], out[head.model.pairs[:, 1]] = head.model.pairs[:, 1], head.model.pairs[:, 0]
    return out


def _back(shot: Shot, points: ndarray, places: ndarray) -> Float[ndarray, "468 2"]:
    """Differences of points from where places are seen, metres in the frontal plane of the head."""
    camera = shot.camera
    _, along = camera.derivatives(places, np.repeat(np.eye(3)[:2, None], 468, axis=1))
    jacobian = along.transpose(1, 2, 0)  # (468, pixel, metre)
    return np.linalg.solve(jacobian, (points - camera.project(places)[:, :2])[..., None])[..., 0]


def _embed(head: LinearHead, shots: Sequence[Shot]) -> tuple[Int[ndarray, "468 3"], Float[ndarray, "468 3"]]:
    """Where each point lies on the skin: mean over neutral pictures of where its pixel meets the mesh."""
    pairs, model = mirror_pairs(), head.model
    skin = np.flatnonzero(model.regions["face"] > 0)
    seen = []
    for shot in shots:
        if shot.weights.any():
            continue
        rest = shot.rest - head.centre
        flat = shot.camera.project(rest)
        front = skin[flat[skin, 2] > np.median(flat[skin, 2]) - 0.06]
        _, nearest = cKDTree(flat[front, :2]).query(shot.points, 6)
        chosen = front[nearest]
        depth = flat[chosen, 2]
        top = depth.max(axis=1, keepdims=True)
        near = 1.0 / (np.linalg.norm(flat[chosen, :2] - shot.points[:, None], axis=2) + 0.3)
        near = near * (depth > top - 0.012)
        near /= near.sum(axis=1, keepdims=True)
        offset = shot.points - np.einsum("pk,pkc->pc", near, flat[chosen, :2])
        place = np.einsum("pk,pkc->pc", near, head.mean[chosen])
        place[:, :2] += offset * [1.0, -1.0] / shot.camera.scale
        seen.append(place)
    mean = np.median(seen, axis=0)
    mean = (mean + mean[pairs] * FLIP) / 2
    return _closest(head, mean)


def _closest(head: LinearHead, places: Float[ndarray, "468 3"]) -> tuple[Int[ndarray, "468 3"], Float[ndarray, "468 3"]]:
    """The nearest place on the frontal skin, symmetric."""
    model = head.model
    skin = model.regions["face"][model.surface.faces].min(axis=1) > 0
    faces = model.surface.faces[skin]
    corners = head.mean[faces]
    tree = cKDTree(corners.mean(axis=1))
    pairs = mirror_pairs()
    triangles, barycentric = np.empty((468, 3), int), np.empty((468, 3))
    _, near = tree.query(places, 24)
    for point in range(468):
        partner = pairs[point]
        if partner < point:
            triangles[point], barycentric[point] = model.mirror[triangles[partner]], barycentric[partner]
            continue
        best = min((_nearest_on(corners[face], places[point]) for face in near[point]), key=lambda found: found[0])
        which = near[point][[_nearest_on(corners[f], places[point])[0] for f in near[point]].index(best[0])]
        triangles[point], barycentric[point] = faces[which], best[1]
    return triangles, barycentric


def _nearest_on(corners: Float[ndarray, "3 3"], place: Float[ndarray, "3"]) -> tuple[float, Float[ndarray, "3"]]:
    """Distance to a triangle and barycentric coordinates of its nearest place."""
    edges = (corners[1:] - corners[0]).T
    inner = np.linalg.lstsq(edges, place - corners[0], rcond=None)[0]
    weights = np.clip(np.array([1.0 - inner.sum(), *inner]), 0.0, None)
    weights /= weights.sum()
    return float(np.linalg.norm(weights @ corners - place)), weights


def _covariances(seen: LandmarkMap, shots: Sequence[Shot], shapes: dict, swap: ndarray) -> tuple[ndarray, ndarray]:
    """Of the errors, over all shots, and over what is left of them after the person's neutral picture."""
    all_errors, own_errors, neutral = [], [], {}
    pairs = mirror_pairs()
    for shot in shots:
        places = seen.mean + np.tensordot(shapes[shot.identity], seen.components, 1)
        places = places + np.tensordot(shot.weights, seen.blendshapes, 1)
        eyes = shot.camera.project(places)[[RIGHT_EYE, LEFT_EYE], :2]
        error = (shot.points - shot.camera.project(places)[:, :2]) / np.linalg.norm(shot.points[LEFT_EYE] - shot.points[RIGHT_EYE])
        for one in (error, error[pairs] * FLIP[:2]):
            all_errors.append(one.ravel())
        if not shot.weights.any():
            neutral[shot.identity] = error
        elif shot.identity in neutral:
            own = error - neutral[shot.identity]
            own_errors += [own.ravel(), (own[pairs] * FLIP[:2]).ravel()]
    return tuple(np.stack(e).T @ np.stack(e) / len(e) for e in (all_errors, own_errors))
