"""Renderers of the user's own: what a configuration or an installed package names."""

from typing import TYPE_CHECKING, Any, Final, Self

from jaxtyping import Float, Int
from torch import Tensor

from facing_asymmetry.config import Scene
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.core.user_parts import UserPart
from facing_asymmetry.face_models.contract import Surface
from facing_asymmetry.rendering.contract import Framing

if TYPE_CHECKING:
    from facing_asymmetry.config import RendererConfig

GROUP: Final = "facing_asymmetry.renderers"
"""Entry points under which installed packages offer renderers, by their kind."""

METHODS: Final = ("in_scene", "render")
"""What a renderer must have."""


class UserRenderer:
    """A renderer of the user's own, whose images are checked.

    Args:
        renderer: what the user's class made.
        scene: that it draws.
        at: what names it, for messages.

    Raises:
        ConfigError: it lacks a method of the contract.
    """

    def __init__(self, renderer: Any, scene: Scene, at: str) -> None:
        if lacking := [name for name in METHODS if not callable(getattr(renderer, name, None))]:
            raise ConfigError(f"{at} gives no renderer: it lacks {', '.join(lacking)} ({Framing.__module__}.Renderer)")
        self.renderer, self.scene, self.at = renderer, scene, at

    def in_scene(self, scene: Scene) -> Self:
        """The same in another scene."""
        if scene == self.scene:
            return self
        return type(self)(self.renderer.in_scene(scene), scene, self.at)

    def render(
        self, state: Float[Tensor, "B V D"], framing: Framing, identities: Int[Tensor, " B"]
    ) -> Float[Tensor, "B 3 H W"]:
        """Draw states.

        Raises:
            ConfigError: what was drawn is no batch of images of the scene's size.
        """
        images, size = self.renderer.render(state.to(framing.centre.device), framing, identities), self.scene.image_size
        shape = (len(state), 3, size, size)
        if not isinstance(images, Tensor) or images.shape != shape or not images.is_floating_point():
            found = f"{tuple(images.shape)} of {images.dtype}" if isinstance(images, Tensor) else type(images).__name__
            raise ConfigError(f"{self.at} drew {found}; it must be {shape} of float32")
        return images


def own_renderer(config: "RendererConfig") -> UserPart | None:
    """Where a configuration's renderer of the user's own is; None where it is one of the package's.

    Raises:
        ConfigError: it has both a class and a kind, or no installed package offers the kind.
    """
    return UserPart.chosen(config.class_, config.kind, config.arguments, "renderer", GROUP)


def make_own_renderer(part: UserPart, surface: Surface, scene: Scene, device: str) -> UserRenderer:
    """Make a renderer of the user's own: its class is called with surface, scene and device, and its arguments.

    Raises:
        ConfigError: it can't be imported or made, or it is no renderer.
    """
    return UserRenderer(part.made(surface, scene, device), scene, f"{part.named_by} = {part.place!r}")
