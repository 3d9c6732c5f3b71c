"""From states of a face to images: one definition of the image (`contract`), a fast renderer and a reference."""

from facing_asymmetry.config import Lights, Scene
from facing_asymmetry.rendering.contract import Framing, Renderer
from facing_asymmetry.rendering.factory import RENDERERS, make_renderer

__all__ = ["RENDERERS", "Framing", "Lights", "Renderer", "Scene", "make_renderer"]
