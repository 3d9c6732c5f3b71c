"""Rendered frames over symmetry and intensity."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import torch
from jaxtyping import Float, UInt8
from numpy import ndarray
from PIL import Image
from torch import Tensor

from facing_asymmetry.api.display import grid_html, picture_html
from facing_asymmetry.api.faces import ShownFace
from facing_asymmetry.api.intervening import SidedIntervention, create_intervention
from facing_asymmetry.config import Scene
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.interventions.contract import Intervention
from facing_asymmetry.interventions.grid import thin
from facing_asymmetry.reporting.media.filming import frames_along
from facing_asymmetry.responses.contact_sheet import to_bytes
from facing_asymmetry.responses.runner import Studio

if TYPE_CHECKING:
    from facing_asymmetry.interventions.layout import FrameSet

Values = float | Sequence[float] | Float[ndarray, " N"]
"""One value of s or t, or several."""

FRAMES_AT_ONCE: Final = 20
"""Frames rendered at once."""

NOTEBOOK_TILE: Final = 112
"""Pixels of a frame in a notebook."""

NOTEBOOK_VALUES: Final = 8
"""Values of s, and of t, that a notebook shows; more are thinned evenly."""


@dataclass(frozen=True, repr=False, eq=False)
class Frames:
    """Images of one face over symmetry s and intensity t; a notebook shows them as a contact sheet.

    Attributes:
        images: `(S, T, 3, H, W)` float32 sRGB in [0, 1]; the axis of an s or t that was given as one number is absent.
        s: `(S,)` symmetry, or one number.
        t: `(T,)` intensity, or one number.
        face: the face that is shown.
        intervention: what was done to it.
    """

    images: Float[Tensor, "*nodes 3 H W"]
    s: Float[ndarray, "*S"]
    t: Float[ndarray, "*T"]
    face: ShownFace
    intervention: SidedIntervention

    @property
    def shape(self) -> tuple[int, ...]:
        """`(S, T)`, `(S,)`, `(T,)` or `()`."""
        return tuple(self.images.shape[:-3])

    @property
    def nodes(self) -> tuple[Float[ndarray, " N"], Float[ndarray, " N"]]:
        """The s and the t of each of the N frames, in the order of the images."""
        s, t = np.meshgrid(np.atleast_1d(self.s), np.atleast_1d(self.t), indexing="ij")
        return s.ravel(), t.ravel()

    @property
    def array(self) -> UInt8[ndarray, "*nodes H W 3"]:
        """The images as 8-bit sRGB, as a run stores them."""
        pixels = to_bytes(self.images.reshape(-1, *self.images.shape[-3:]))
        return pixels.reshape(*self.shape, *pixels.shape[1:])

    def to_pil(self) -> list[Image.Image]:
        """The N frames as PIL images."""
        return [Image.fromarray(one) for one in self.array.reshape(-1, *self.array.shape[-3:])]

    def sheet(self, tile: int = 224) -> Image.Image:
        """All frames in one image: s across, t down.

        Args:
            tile: pixels of each frame's side.
        """
        tiles = self._tiles(tile)
        out = Image.new("RGB", (tile * len(tiles[0]), tile * len(tiles)))
        for row, line in enumerate(tiles):
            for column, image in enumerate(line):
                out.paste(image, (column * tile, row * tile))
        return out

    def _tiles(self, tile: int) -> list[list[Image.Image]]:
        """Rows of constant t."""
        across, down = np.size(self.s), np.size(self.t)
        small = [image.resize((tile, tile), Image.Resampling.LANCZOS) for image in self.to_pil()]
        return [[small[column * down + row] for column in range(across)] for row in range(down)]

    def __len__(self) -> int:
        """Number of frames."""
        return int(np.prod(self.shape, dtype=int))

    def __repr__(self) -> str:
        size = self.images.shape[-1]
        nodes = " x ".join(map(str, self.shape)) or "1"
        shown = f"{self.face.head.name}, identity {self.face.number}, {self.face.expression}"
        done = f"{self.intervention.name}, side {self.intervention.side}"
        return f"<frames: {nodes} of {size} x {size} pixels; {shown}; {done}>"

    def _repr_png_(self) -> bytes:
        out = io.BytesIO()
        self.sheet(NOTEBOOK_TILE).save(out, "PNG", optimize=True)
        return out.getvalue()

    def _repr_html_(self) -> str:
        s, t = np.atleast_1d(self.s), np.atleast_1d(self.t)
        columns, rows, tiles = thin(len(s), NOTEBOOK_VALUES), thin(len(t), NOTEBOOK_VALUES), self._tiles(NOTEBOOK_TILE)
        cells = {
            f"t = {t[row]:.2f}": [picture_html(tiles[row][k], f"s = {s[k]:.2f}, t = {t[row]:.2f}") for k in columns]
            for row in rows
        }
        return grid_html(repr(self)[1:-1], [f"s = {s[k]:.2f}" for k in columns], cells)


def render(
    face: ShownFace,
    intervention: SidedIntervention | Intervention | str | None = None,
    s: Values = 1.0,
    t: Values = 1.0,
    *,
    scene: Scene | None = None,
    renderer: str = "fast",
    device: str = "cpu",
) -> Frames:
    """Render a face over symmetry and intensity, as a run does: the images are the same to the bit.

    Args:
        face: an identity with an expression.
        intervention: what is done to it, such as `fa.Palsy(side="left")`, or a name of `list_interventions()`. It may
            be left out for symmetric faces, at s = 1.
        s: symmetry in [0, 1], one value or several: 1 is symmetric; at 0 the affected side does not move.
        t: intensity in [0, 1], one value or several: 0 is neutral, 1 the full expression.
        scene: camera, lights, image size; None: the portrait of `conf/scene`.
        renderer: `fast`, `pytorch3d` or `torch`; all of them draw the same image.
        device: `cpu` or `cuda`.

    Returns:
        Frames of all combinations of s and t.

    Raises:
        ConfigError: a value outside [0, 1], s without an intervention, or an unknown intervention, renderer or device.
    """
    if not isinstance(face, ShownFace):
        raise ConfigError(f"face = {face!r}; make one with fa.load_face_model('makehuman').identity(0)")
    symmetry, intensity = _axis("s", s), _axis("t", t)
    done = _sided(intervention, symmetry)
    scene = scene or Scene()
    nodes = [axis.ravel() for axis in np.meshgrid(symmetry, intensity, indexing="ij")]
    frames = _laid_out(face, done, nodes[0], nodes[1], scene)
    draws = face.head.renderer(scene, renderer, device)
    studio = Studio(face.head.model, face.framing.to(device), draws, FRAMES_AT_ONCE, 0)
    images = torch.cat([studio.render(frames, 0, *block)[1] for block in studio.blocks(frames)])
    shape = (*symmetry.shape, *intensity.shape)
    return Frames(images[frames.node].reshape(*shape, *images.shape[1:]), symmetry, intensity, face, done)


def _axis(name: str, values: Values) -> Float[ndarray, "*N"]:
    try:
        axis = np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{name} = {values!r}; give a number in [0, 1], or several: [1, 0.5, 0]") from error
    if axis.ndim > 1 or not axis.size:
        raise ConfigError(f"{name} has the shape {axis.shape}; give a number in [0, 1], or a list of them")
    if not ((axis >= 0) & (axis <= 1)).all():
        raise ConfigError(f"{name} = {values!r}; every value must lie in [0, 1]")
    return axis


def _sided(
    intervention: SidedIntervention | Intervention | str | None, symmetry: Float[ndarray, "*S"]
) -> SidedIntervention:
    if isinstance(intervention, SidedIntervention):
        return intervention
    if isinstance(intervention, Intervention):
        return SidedIntervention(intervention)
    if isinstance(intervention, str):
        return create_intervention(intervention)
    if intervention is not None:
        raise ConfigError(f"intervention = {intervention!r}; give fa.Palsy(side='left'), or a name such as 'bilateral'")
    if (symmetry != 1.0).any():
        raise ConfigError("s other than 1 needs an intervention, for example fa.Palsy(side='left')")
    return create_intervention("palsy")


def _laid_out(
    face: ShownFace, done: SidedIntervention, s: Float[ndarray, " N"], t: Float[ndarray, " N"], scene: Scene
) -> "FrameSet":
    """A frame per node, those of one scene beside each other; gains are rounded as `layout.distinct` rounds them."""
    order = np.argsort(s, kind="stable")
    frames = frames_along(done.intervention, face.posed, (s[order], t[order]), done.side, scene)
    return replace(frames, gains=np.round(frames.gains, 12), node=np.argsort(order))
