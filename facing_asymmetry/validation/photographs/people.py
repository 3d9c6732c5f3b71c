"""Rendered people whose face, expression and symmetry are known: each photograph, and what it really looks like moved.

Their numbers start at `FIRST`: nothing that fits or moves photographs was made of them or tuned on them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray
from PIL import Image, ImageDraw

from facing_asymmetry.config import Lights, Scene
from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.expressions.authored import authored_weights
from facing_asymmetry.face_models.contract import FaceModel
from facing_asymmetry.face_models.registry import load_face_model
from facing_asymmetry.interventions.contract import Face
from facing_asymmetry.interventions.registry import make_intervention
from facing_asymmetry.photographs.detector import detect
from facing_asymmetry.photographs.fitting.embedding import values_at
from facing_asymmetry.photographs.fitting.learnt import learnt
from facing_asymmetry.photographs.fitting.prior import STILL
from facing_asymmetry.photographs.landmarks import LEFT_EYE, RIGHT_EYE, mesh_points
from facing_asymmetry.rendering.camera import frame_identities
from facing_asymmetry.rendering.factory import make_renderer
from facing_asymmetry.validation.photographs.rendered import MIDLINE_HALF_WIDTH, STEPS, pixels_of

FIRST: Final = 42_000
"""Number of the first person."""

PIXELS: Final = 320
"""Side of a rendered photograph: more than a classifier's frame, as photographs have."""

IMPAIRED: Final = 0.3
"""Symmetry of the photographs that are restored."""

TURNED_BY, LIT_FROM = 8.0, 25.0
"""Degrees to either side that head and light are turned at most where a sitting leaves them to chance."""

RIM: Final = (0.26, 0.2)
"""Half width and half height of the rims of glasses, in distances between the eyes."""

INNER_EYES: Final = (133, 362)
"""Points of the inner corners of the eyes."""


class Moved(NamedTuple):
    """One way a face is moved: what is weakened, on which side of the person, how far, at what intensity."""

    intervention: str
    side: str
    s: float
    t: float = 1.0


FULL: Final = Moved("palsy", "left", 1.0)
IMPAIRED_LEFT: Final = Moved("palsy", "left", IMPAIRED)
RESTING: Final = Moved("palsy", "left", 1.0, 0.0)


def moves(s: Sequence[float]) -> tuple[Moved, ...]:
    """All that a photograph is moved to: first as it is, last at rest; between them each side weak, and both."""
    weak = [at for at in sorted(s, reverse=True) if at < 1.0]
    kinds = (("palsy", "left"), ("palsy", "right"), ("palsy_two_sided", "both"))
    return (FULL, *(Moved(name, side, at) for name, side in kinds for at in weak), RESTING)


@dataclass(frozen=True)
class Sitting:
    """How a photograph is taken.

    Attributes:
        name: as in the tables.
        yaw: degrees that the head is turned; None: by chance, another for each person.
        light: degrees that the light is turned; None: by chance.
        glasses: whether dark rims and a bridge are drawn into the picture.
    """

    name: str
    yaw: float | None = 0.0
    light: float | None = 0.0
    glasses: bool = False

    def scene(self, number: int) -> Scene:
        """Of this person."""
        draw = np.random.default_rng([number, 1])
        yaw, light = draw.uniform(-TURNED_BY, TURNED_BY), draw.uniform(-LIT_FROM, LIT_FROM)
        return replace(
            Scene(),
            image_size=PIXELS,
            yaw=float(yaw if self.yaw is None else self.yaw),
            lights=replace(Lights(), azimuth=float(light if self.light is None else self.light)),
        )


CHANCE: Final = Sitting("as photographs are taken", None, None)
SITTINGS: Final = (
    Sitting("frontal"),
    *(Sitting(f"head turned {degrees:g}°", yaw=degrees) for degrees in (5.0, 10.0, 15.0, 20.0)),
    *(Sitting(f"light from {degrees:g}°", light=degrees) for degrees in (20.0, 45.0)),
    Sitting("glasses drawn in", glasses=True),
)
"""Each differs from the first by what its name says."""


@dataclass(frozen=True)
class Portrait:
    """A rendered person in one photograph, and all that is true of it.

    Attributes:
        head: face model that was rendered.
        identity: number of the person.
        skin: ancestry that the skin was drawn with.
        sitting: name of how it was taken.
        emotion: that is shown.
        moves: what the pictures show.
        pictures: `(N, H, W, 3)` sRGB, one for each of them; the first is the photograph.
        neutral: `(H, W, 3)`: a photograph of the person at rest, of the same sitting.
        impaired: `(H, W, 3)`: the left side at s = `IMPAIRED`.
        lost: `(468, 3)` metres: what s = 0 of the left side takes away at the points of the landmark network.
    """

    head: str
    identity: int
    skin: str
    sitting: str
    emotion: str
    moves: tuple[Moved, ...]
    pictures: UInt8[ndarray, "N H W 3"]
    neutral: UInt8[ndarray, "H W 3"]
    impaired: UInt8[ndarray, "H W 3"]
    lost: Float[ndarray, "468 3"]


def portraits(
    head: str,
    number: int,
    sittings: Sequence[Sitting],
    emotions: Sequence[str] = BASIC,
    s: Sequence[float] = STEPS,
) -> Iterator[Portrait]:
    """Photographs of one person.

    Args:
        head: face model that is rendered.
        number: of the person.
        sittings: how they are taken.
        emotions: that are shown.
        s: symmetry that they are moved to.
    """
    model = load_face_model(head, cache_folder())
    identity, shown = model.identity(number), moves(s)
    framing, basis = frame_identities(model, [identity]), model.basis(identity)
    where = learnt(model)[1]
    skin = str(identity.traits.get("ancestry") or str(identity.traits.get("skin", "")).rpartition(" ")[2])
    for sitting in sittings:
        renderer = make_renderer("fast", model.surface, sitting.scene(number))
        for emotion in emotions:
            weights = drawn_weights(model, emotion, number)
            face = Face(model, identity, basis, basis.displace(weights), model.midline_weight(MIDLINE_HALF_WIDTH))
            states = moved_states(face, [*shown, IMPAIRED_LEFT])
            pictures = pixels_of(renderer, states, framing)
            if sitting.glasses:
                pictures = with_glasses(pictures)
            still = states[shown.index(Moved("palsy", "left", min(s)))] - states[0]
            lost = values_at((where.vertices, where.shares), still[None, :, :3].astype(float))[0]
            own, impaired = pictures[len(shown) - 1], pictures[-1]
            facts = (head, number, skin, sitting.name, emotion, shown)
            yield Portrait(*facts, pictures[:-1], own, impaired, lost)


def drawn_weights(model: FaceModel, emotion: str, number: int) -> Float[ndarray, " E"]:
    """A symmetric expression unlike the authored one that fits start from: its strength, each pair's, and two more.

    Args:
        model: the face model.
        emotion: that is shown.
        number: of the person; each shows it otherwise.
    """
    draw = np.random.default_rng([number, 2, BASIC.index(emotion)])
    weights = np.asarray(authored_weights(emotion, model), float) * draw.uniform(0.7, 1.05)
    weights[model.pairs] *= draw.uniform(0.75, 1.25, len(model.pairs))[:, None]
    others = [pair for pair in model.pairs if not model.blendshapes[pair[0]].startswith(STILL)]
    for pair in draw.choice(others, 2, replace=False):
        weights[pair] += draw.uniform(0.0, 0.15)
    return np.clip(weights, 0.0, 1.1)


def moved_states(face: Face, shown: Sequence[Moved]) -> Float[ndarray, "N V D"]:
    """States of a face that is moved so."""
    made = {name: make_intervention(name) for name in {one.intervention for one in shown}}
    bases = {name: each.basis(face).astype(np.float32) for name, each in made.items()}
    rest, states = face.identity.rest.astype(np.float32), []
    for name, side, s, t in shown:
        gains = made[name].gains(np.array([s]), np.array([t]), side)[0].astype(np.float32)
        states.append(rest + np.tensordot(gains, bases[name], axes=1))
    return np.stack(states)


def with_glasses(pictures: UInt8[ndarray, "N H W 3"]) -> UInt8[ndarray, "N H W 3"]:
    """Pictures of one head with dark rims around the eyes and a bridge, in the same place in all of them.

    Raises:
        DataError: no face is found in the first.
    """
    found = detect(pictures[0])
    if found is None:
        raise DataError("no face found where glasses should be drawn")
    points = mesh_points(pictures[0], found)[:, :2]
    iod = float(np.linalg.norm(points[LEFT_EYE] - points[RIGHT_EYE]))
    eyes = zip((RIGHT_EYE, LEFT_EYE), INNER_EYES, strict=True)
    middles, rim = [(points[outer] + points[inner]) / 2 for outer, inner in eyes], iod * np.array(RIM)
    out = []
    for picture in pictures:
        drawn = Image.fromarray(picture)
        pen, width = ImageDraw.Draw(drawn), max(1, round(0.03 * iod))
        for middle in middles:
            pen.ellipse((*(middle - rim), *(middle + rim)), outline="black", width=width)
        side = np.array([rim[0], 0.0])
        pen.line([tuple(middles[0] + side), tuple(middles[1] - side)], "black", width)
        out.append(np.asarray(drawn))
    return np.stack(out)
