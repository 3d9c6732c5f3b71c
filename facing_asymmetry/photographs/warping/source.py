"""What a warp needs of one photograph, computed once: places of the mesh, what hides what, where furrows lie."""

from typing import Final

import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray
from PIL import Image
from scipy.interpolate import RBFInterpolator
from scipy.ndimage import distance_transform_edt, gaussian_filter

REACH: Final = 0.35
"""Distance, in distances between the eyes, over which the background calms down."""
