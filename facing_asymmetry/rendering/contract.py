"""What a renderer must offer: states of subjects in, sRGB images out, differentiable in the state."""

from dataclasses import dataclass
from typing import Protocol, Self

from jaxtyping import Float, Int, UInt8
from torch import Tensor

from facing_asymmetry.rendering.scene import Scene


@dataclass(frozen=True)
class Stage:
    """Everything that an intervention holds fixed, for A subjects: computed from their rest states once.

    Attributes:
        albedo: `(A, Ht, Wt, 4)` uint8 textures (sRGB and gloss).
        centre: `(A, 3)` point the camera looks at, metres.
        height: `(A,)` height of the frame at the centre's depth, metres.
    """

    albedo: UInt8[Tensor, "A Ht Wt 4"]
    centre: Float[Tensor, "A 3"]
    height: Float[Tensor, " A"]

    def to(self, device: str) -> "Stage":
        """The same stage on a device."""
        return Stage(self.albedo.to(device), self.centre.to(device), self.height.to(device))


class Renderer(Protocol):
    """Draws faces. `render` and its gradient are one definition of the image, whichever implementation computes it.

    Attributes:
        scene: camera, light, size.
    """

    scene: Scene

    def in_scene(self, scene: Scene) -> Self:
        """A renderer of the same surface in another scene; cheap, and itself where the scene is its own."""
        ...

    def render(self, state: Float[Tensor, "B V D"], stage: Stage, who: Int[Tensor, " B"]) -> Float[Tensor, "B 3 H W"]:
        """Draw B states; `who[b]` is the subject (row of `stage`) that state b belongs to.

        Returns:
            sRGB in [0, 1], float32. Gradients flow into `state` (positions and wrinkle activations).
        """
        ...
