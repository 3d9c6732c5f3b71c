"""Golden images of the renderer. Make them anew with `python -m tests.rendering.golden_images`, then look at them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from facing_asymmetry.face_models.makehuman import MakeHuman
from facing_asymmetry.rendering import Lights, Scene, make_renderer
from facing_asymmetry.rendering.camera import frame_identities
from tests.rendering.synthetic import synthetic_face

FOLDER = Path(__file__).parent / "golden"
HEAD_BLENDSHAPES = {
    "mouthSmile_L": 0.8,
    "cheekSquint_L": 0.4,
    "browInnerUp_L": 0.9,
    "browInnerUp_R": 0.9,
    "jawOpen": 0.2,
}


def ball(scene: Scene) -> np.ndarray:
    """The synthetic face with its left half wrinkled, `(H, W, 3)` uint8."""
    face = synthetic_face(4)
    state = torch.from_numpy(face.rest[None]).clone()
    state[0, :, 3:] = torch.from_numpy(0.6 * (face.rest[:, :1] > 0))
    framing = frame_identities(face, [face.identity(0)])
    return as_bytes(make_renderer("fast", face.surface, scene).render(state, framing, torch.tensor([0]))[0])


def head(model: MakeHuman, number: int) -> np.ndarray:
    """A person of the face model with a lopsided smile, `(H, W, 3)` uint8."""
    identity = model.identity(number)
    weights = np.zeros(len(model.blendshapes), np.float32)
    for name, weight in HEAD_BLENDSHAPES.items():
        weights[model.blendshapes.index(name)] = weight
    state = identity.rest + model.basis(identity).displace(weights).total
    framing = frame_identities(model, [identity])
    renderer = make_renderer("fast", model.surface, Scene(image_size=160))
    return as_bytes(renderer.render(torch.from_numpy(state[None]), framing, torch.tensor([0]))[0])


def as_bytes(image: torch.Tensor) -> np.ndarray:
    """Image of 8 bits."""
    return (image.permute(1, 2, 0).numpy() * 255 + 0.5).astype(np.uint8)


SYNTHETIC: dict[str, Callable[[], np.ndarray]] = {
    "ball": lambda: ball(Scene(image_size=96)),
    "ball_turned_and_lit_from_its_left": lambda: ball(Scene(image_size=96, yaw=30.0, lights=Lights(azimuth=50.0))),
}
HEADS = {"head_0": 0, "head_3": 3}


def load_head() -> MakeHuman:
    """The built face model; AssetError where it isn't built."""
    from facing_asymmetry.core.assets import cache_folder
    from facing_asymmetry.face_models.registry import load_face_model

    return load_face_model("makehuman", cache_folder())


def main() -> None:
    """Write every golden image."""
    FOLDER.mkdir(exist_ok=True)
    images = {name: draw() for name, draw in SYNTHETIC.items()}
    model = load_head()
    images |= {name: head(model, number) for name, number in HEADS.items()}
    for name, image in images.items():
        Image.fromarray(image).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
