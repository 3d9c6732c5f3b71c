"""llvmpipe: OpenGL in software (Mesa), through moderngl, with texture and one light."""

import moderngl
import numpy as np
from numpy import ndarray

from facing_asymmetry.validation.benchmarks.peers.contract import PeerScene

VERTEX = """
#version 330
uniform float focal;
in vec3 place; in vec3 normal; in vec2 uv;
out vec3 direction; out vec2 texel;
void main() {
    direction = normal; texel = uv;
    gl_Position = vec4(focal * place.xy, 1.02 * place.z - 0.1, place.z);
}
"""

FRAGMENT = """
#version 330
uniform sampler2D skin;
in vec3 direction; in vec2 texel;
out vec4 colour;
void main() { colour = vec4(texture(skin, texel).rgb * (0.5 + 0.5 * max(-normalize(direction).z, 0.0)), 1.0); }
"""


class LlvmpipePeer:
    """Draws into a frame of its own, and reads it back.

    Args:
        scene: What to draw.
    """

    samples, gradients = (1, 4), ()

    def __init__(self, scene: PeerScene) -> None:
        self._scene, (self._vertices, faces, uvs) = scene, scene.seams
        gl = self._gl = _context()
        program = gl.program(vertex_shader=VERTEX, fragment_shader=FRAGMENT)
        program["focal"].value = scene.focal
        height, width = scene.texture.shape[:2]
        self._skin = gl.texture((width, height), 3, np.ascontiguousarray(scene.texture[::-1]).tobytes())
        self._buffer = gl.buffer(reserve=len(uvs) * 24)
        places, index = gl.buffer(uvs.astype(np.float32).tobytes()), gl.buffer(faces.astype(np.int32).tobytes())
        layout = [(self._buffer, "3f 3f", "place", "normal"), (places, "2f", "uv")]
        self._mesh = gl.vertex_array(program, layout, index)
        square = (scene.size, scene.size)
        self._shown = gl.simple_framebuffer(square)
        self._frames = {1: self._shown, 4: gl.simple_framebuffer(square, samples=4)}

    def draw(self, shape: ndarray, samples: int) -> ndarray:
        """See `Peer.draw`."""
        normals = _normals(shape, self._scene.faces)
        self._buffer.write(np.hstack([shape, normals])[self._vertices].astype(np.float32).tobytes())
        frame = self._frames[samples]
        frame.use()
        self._gl.enable(moderngl.DEPTH_TEST)
        frame.clear(0.0, 0.0, 0.0, 0.0)
        self._skin.use()
        self._mesh.render()
        if frame is not self._shown:
            self._gl.copy_framebuffer(self._shown, frame)
        pixels = np.frombuffer(self._shown.read(components=3), np.uint8)
        return pixels.reshape(self._scene.size, self._scene.size, 3)[::-1] / np.float32(255)

    def pull_back(self, shape: ndarray, samples: int) -> ndarray:
        """It has no gradient."""
        raise NotImplementedError


def _context() -> moderngl.Context:
    try:
        return moderngl.create_context(standalone=True, backend="egl")
    except Exception as error:  # the library raises nothing more special
        raise OSError(f"no OpenGL without a screen: {error}; on Debian install libegl1 and libgl1-mesa-dri") from error


def _normals(shape: ndarray, faces: ndarray) -> ndarray:
    a, b, c = (shape[faces[:, k]] for k in range(3))
    across = np.cross(b - a, c - a)
    sums = np.stack([np.bincount(faces.ravel(), np.repeat(across[:, k], 3), len(shape)) for k in range(3)], axis=1)
    return -sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-30)
