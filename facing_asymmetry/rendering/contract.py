"""What a renderer must offer: states of identities in, sRGB images out, differentiable in the state.

**The image.** All renderers compute the same function of a state `(V, 3 + C)`; this is its definition.

1. Camera: pinhole on the +z axis at `distance` metres from the framing's `centre`, looking at it; the frame is the
   framing's `height` / `zoom` metres high at that depth. `yaw` turns the head about the vertical axis through `centre`
   (positive: towards the person's left); camera and lights stay. In PyTorch3D's words: `PerspectiveCameras` in NDC
   with focal length 2 zoom distance / height.
2. Visibility: at `supersample` x `supersample` sub-pixel centres per pixel, the nearest face that covers the centre,
   from either side. Barycentric coordinates are perspective-correct; there is no gradient across silhouettes.
3. Normal: vertex normals are area-weighted sums of face normals of the *moved* vertices; interpolated and normalised
   to n. Wrinkles: slopes s_u, s_v = sum over channels of activation x map; T is the interpolated rest tangent made
   orthogonal to n, B = n x T; the shading normal is normalize(n - s_u T - s_v B).
4. Albedo: bilinear lookup in the linear-light texture (`TexturesUV`, align_corners, border), times
   max(0, 1 - sum of activation x darkening).
5. Light: hemisphere ambient between `ground` and `sky`; directional lights with a soft terminator,
   max(0, (n.l + w) / (1 + w))^2 with w per colour channel (skin scatters red furthest); two Blinn-Phong lobes
   (exponents 16 and 128, cosines of at least 0.6) weighted by gloss and gloss^2 for a distant viewer on the camera's
   axis; Schlick sheen.
6. Film: the sub-pixels (`background` where nothing is hit) are averaged in linear light, clamped to [0, 1] and
   sRGB encoded. `blur` convolves the image with a Gaussian in linear light.

The default rig is mirror-symmetric about the x = 0 plane, so a symmetric face gives a symmetric image;
`Lights.azimuth` breaks that on purpose.
"""

from dataclasses import dataclass
from typing import Protocol, Self

from jaxtyping import Float, Int, UInt8
from torch import Tensor

from facing_asymmetry.config import Scene


@dataclass(frozen=True)
class Framing:
    """Where the camera stands, and the textures, for A identities: computed from their rest states once.

    Attributes:
        albedo: `(A, Ht, Wt, 4)` uint8 textures (sRGB and gloss).
        centre: `(A, 3)` point the camera looks at, metres.
        height: `(A,)` height of the frame at the centre's depth, metres.
    """

    albedo: UInt8[Tensor, "A Ht Wt 4"]
    centre: Float[Tensor, "A 3"]
    height: Float[Tensor, " A"]

    def to(self, device: str) -> "Framing":
        """The same on a device."""
        return Framing(self.albedo.to(device), self.centre.to(device), self.height.to(device))


class Renderer(Protocol):
    """Draws faces. `render` and its gradient are one definition of the image, whichever implementation computes it.

    Attributes:
        scene: camera, light, size.
    """

    scene: Scene

    def in_scene(self, scene: Scene) -> Self:
        """A renderer of the same surface in another scene; cheap, and itself where the scene is its own."""
        ...

    def render(
        self, state: Float[Tensor, "B V D"], framing: Framing, identities: Int[Tensor, " B"]
    ) -> Float[Tensor, "B 3 H W"]:
        """Draw B states; `identities[b]` is the identity (row of `framing`) that state b belongs to.

        Returns:
            sRGB in [0, 1], float32. Gradients flow into `state` (positions and wrinkle activations).
        """
        ...
