"""riley: a rasteriser in Zig that draws the texture alone, on one thread."""

import numpy as np
import riley
from numpy import ndarray

from facing_asymmetry.validation.benchmarks.peers.contract import PeerScene


class RileyPeer:
    """Draws with linear texture look-ups; pictures stay in memory.

    Args:
        scene: What to draw.
    """

    samples, gradients = (1, 4), ()

    def __init__(self, scene: PeerScene) -> None:
        self._scene, (self._vertices, faces, uvs) = scene, scene.seams
        self._faces = np.ascontiguousarray(faces, np.int64)
        self._convention = riley.ConnectConvention(
            riley.EElemType.TRI3, riley.EConnectAxis.ROW, 0, riley.ENodeOrder.RILEY
        )
        self._shader = riley.TextureShader(
            uvs=np.stack([uvs[:, 0], 1 - uvs[:, 1]], axis=1).astype(np.float64),
            texture=np.ascontiguousarray(np.moveaxis(scene.texture, 2, 0)),
            sample=riley.TextureSample.linear,
        )
        self._config = riley.RasterConfig(
            parallel=1, save_strategy=riley.SaveStrategy.memory, report=riley.ReportMode.off
        )
        self._config.image_save_mode = riley.ImageSaveMode.rgb

    def draw(self, shape: ndarray, samples: int) -> ndarray:
        """See `Peer.draw`."""
        coordinates = shape[self._vertices].astype(np.float64) * (1.0, 1.0, -1.0)
        mesh = riley.create_mesh(self._convention, riley.MeshType.tri3opt, coordinates, self._faces, self._shader)
        pitch = 2.0 / (self._scene.focal * self._scene.size)
        camera = riley.Camera(
            pixels_num=(self._scene.size, self._scene.size),
            pixels_size=(pitch, pitch),
            pos_world=(0.0, 0.0, 0.0),
            rot_world=(0.0, 0.0, 0.0),
            roi_cent_world=(0.0, 0.0, -1.0),
            focal_length=1.0,
            sub_sample=round(samples**0.5),
        )
        picture = np.squeeze(riley.raster(mesh, camera, self._config))
        return np.moveaxis(picture, 0, -1) if picture.shape[0] == 3 else picture

    def pull_back(self, shape: ndarray, samples: int) -> ndarray:
        """It has no gradient."""
        raise NotImplementedError
