"""The scene: image size, camera, lights and background. Everything here is fixed while a face moves.

**The image.** All renderers compute the same function of a state `(V, 3 + C)`; this is its definition.

1. Camera: pinhole on the +z axis at `distance` metres from the stage's `centre`, looking at it; the frame is the
   stage's `height` / `zoom` metres high at that depth. `yaw` turns the head about the vertical axis through `centre`
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

from dataclasses import dataclass, field

from facing_asymmetry.errors import ConfigError

Colour = tuple[float, float, float]


def _check(ok: bool, key: str, value: object, right: str) -> None:
    if not ok:
        raise ConfigError(f"scene.{key} = {value!r}: must be {right}")


@dataclass(frozen=True)
class Lights:
    """A portrait rig: one key light in the middle, a pair of fill lights, ambient light of a hemisphere. Linear light.

    Attributes:
        key_elevation: degrees above the horizon, in the plane x = 0; `key`: its colour times intensity.
        fill_azimuth: degrees left and right of the camera; `fill_elevation`; `fill`: colour of each of the two.
        sky, ground: ambient light from above and below.
        azimuth: degrees by which key and fills are turned about the vertical axis, towards the person's left;
            anything but 0 breaks the mirror symmetry of the scene.
        wrap: soft terminator of red, green and blue.
    """

    key_elevation: float = 32.0
    key: Colour = (0.74, 0.715, 0.69)
    fill_azimuth: float = 58.0
    fill_elevation: float = 14.0
    fill: Colour = (0.21, 0.215, 0.225)
    sky: Colour = (0.33, 0.335, 0.345)
    ground: Colour = (0.15, 0.135, 0.125)
    azimuth: float = 0.0
    wrap: Colour = (0.38, 0.24, 0.20)

    def __post_init__(self) -> None:
        for key in ("key", "fill", "sky", "ground", "wrap"):
            value = getattr(self, key)
            _check(len(value) == 3 and all(0.0 <= c <= 10.0 for c in value), f"lights.{key}", value, "three in [0, 10]")
        for key in ("key_elevation", "fill_elevation"):
            _check(-90.0 <= getattr(self, key) <= 90.0, f"lights.{key}", getattr(self, key), "degrees in [-90, 90]")
        for key in ("fill_azimuth", "azimuth"):
            _check(-180.0 <= getattr(self, key) <= 180.0, f"lights.{key}", getattr(self, key), "degrees in [-180, 180]")


@dataclass(frozen=True)
class Scene:
    """What the camera sees the face in.

    Attributes:
        image_size: side of the square image, pixels.
        supersample: sub-pixels per pixel and axis.
        distance: metres from the camera to the centre of the face (0.9: a portrait's perspective).
        yaw: degrees the head is turned to the person's left.
        zoom: size of the face in the frame, as a multiple of the study's framing.
        blur: standard deviation of the Gaussian blur, pixels.
        lights: the rig; `background`: sRGB in [0, 1].
    """

    image_size: int = 224
    supersample: int = 2
    distance: float = 0.9
    yaw: float = 0.0
    zoom: float = 1.0
    blur: float = 0.0
    lights: Lights = field(default_factory=Lights)
    background: Colour = (0.62, 0.64, 0.66)

    def __post_init__(self) -> None:
        _check(8 <= self.image_size <= 2048, "image_size", self.image_size, "pixels in [8, 2048]")
        _check(1 <= self.supersample <= 4, "supersample", self.supersample, "1, 2, 3 or 4")
        _check(self.image_size * self.supersample <= 4096, "supersample", self.supersample, "at most 4096 / image_size")
        even = self.image_size * self.supersample % 2 == 0
        _check(even, "image_size", self.image_size, "even, or supersample even: else samples lie on the midline")
        _check(0.3 <= self.distance <= 10.0, "distance", self.distance, "metres in [0.3, 10]")
        _check(-90.0 <= self.yaw <= 90.0, "yaw", self.yaw, "degrees in [-90, 90]")
        _check(0.1 <= self.zoom <= 10.0, "zoom", self.zoom, "a factor in [0.1, 10]")
        _check(0.0 <= self.blur <= 64.0, "blur", self.blur, "pixels in [0, 64]")
        ok = len(self.background) == 3 and all(0.0 <= c <= 1.0 for c in self.background)
        _check(ok, "background", self.background, "three sRGB values in [0, 1]")

    @property
    def samples(self) -> int:
        """Side of the sub-pixel grid."""
        return self.image_size * self.supersample
