"""Read the pixels of a photograph: only known formats, only regular files, upright, as 8-bit sRGB.

A folder may hold anything. Pillow would start Ghostscript for a PostScript file, wait for ever on a pipe and fill the
memory with a small file that unpacks to terabytes; so the kind of file, its format and its size are checked before it
is opened.
"""

import io
import stat
import warnings
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
from jaxtyping import UInt8
from numpy import ndarray
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from facing_asymmetry.core.errors import DataError, printable

HEIC: Final = find_spec("pillow_heif") is not None
"""Whether the library that reads the photographs of telephones is there (`pip install pillow-heif`)."""

IMAGE_ENDINGS: Final = (
    *(".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"),
    *((".heic", ".heif") if HEIC else ()),
)

MOST_PIXELS: Final = 100_000_000
"""Pixels of the largest photograph that is read."""

MOST_BYTES: Final = 512 << 20
"""Bytes of the largest file that is read."""

MOST_SCANS: Final = 100
"""Passes over the picture that a JPEG may ask for; progressive ones have about ten."""

NEARLY_THE_SAME: Final = 2
"""Levels by which a colour profile may differ from sRGB and still count as sRGB, whose pixels are kept as they are."""

LEAST_WHOLE: Final = 8.0
"""Largest value of a float picture from which its values are taken for whole numbers, not for shares of white."""


MOST_WORDS: Final = 300
"""Characters of a path or a reason that a message holds."""


def read_photograph(path: Path) -> UInt8[ndarray, "H W 3"]:
    """Upright sRGB pixels.

    Grey pictures of more than eight bits are scaled by the bits that they use; a colour profile is converted to sRGB;
    what is transparent lies on white.

    Raises:
        DataError: the file is missing, no regular file, of another format, too large or damaged.
    """
    content = photograph_bytes(path)
    try:
        kind = _format(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what Pillow finds odd and reads all the same
            return _pixels(content, kind)
    except Exception as error:  # damaged files make Pillow raise errors of any class
        raise _refusal(path, error) from error


def photograph_bytes(path: Path) -> bytes:
    """The bytes of a regular file of a size that is read; never waits, as reading a pipe would.

    Raises:
        DataError: the file is missing, empty, too large or no regular file.
    """
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise ValueError("it is a folder, a pipe or a device, not a file")
        if not 0 < facts.st_size <= MOST_BYTES:
            raise ValueError(f"it has {facts.st_size:,} bytes; 1 to {MOST_BYTES:,} are read")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise _refusal(path, error) from error


def _refusal(path: Path, error: Exception) -> DataError:
    return DataError(f"cannot read the photograph {printable(path, MOST_WORDS)}: {_words(error)}")


def _words(error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):  # its words hold an address in memory
        return "it is damaged after its first bytes"
    return printable(getattr(error, "strerror", None) or str(error) or type(error).__name__, MOST_WORDS)


def _format(content: bytes) -> str:
    """Pillow's name of the format that the first bytes announce."""
    if content.startswith(b"\xff\xd8\xff"):
        if (scans := content.count(b"\xff\xda")) > MOST_SCANS:
            raise ValueError(f"a JPEG of {scans} passes; at most {MOST_SCANS} are read")
        return "JPEG"
    for start, name in ((b"\x89PNG\r\n\x1a\n", "PNG"), (b"BM", "BMP"), (b"II*\0", "TIFF"), (b"MM\0*", "TIFF")):
        if content.startswith(start):
            return name
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if HEIC and content[4:8] == b"ftyp" and content[8:12] in (b"heic", b"heix", b"mif1", b"heim", b"heis"):
        return "HEIF"
    known = "JPEG, PNG, WebP, TIFF or BMP" + (" or HEIC" if HEIC else "")
    raise ValueError(f"its first bytes are not those of {known}")


def _pixels(content: bytes, kind: str) -> UInt8[ndarray, "H W 3"]:
    if kind == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    with Image.open(io.BytesIO(content), formats=(kind,)) as picture:
        _check_size(picture)
        return np.asarray(_in_srgb(ImageOps.exif_transpose(picture)))


def _check_size(picture: Image.Image) -> None:
    if picture.width * picture.height > MOST_PIXELS:
        raise ValueError(f"{picture.width} x {picture.height} pixels; at most {MOST_PIXELS:,} are read")


def _in_srgb(picture: Image.Image) -> Image.Image:
    """An RGB picture; the same pixels where it was one in sRGB or without a profile."""
    profile = picture.info.get("icc_profile")
    if picture.mode.startswith(("I", "F")):
        picture = Image.fromarray(_eight_bits(np.asarray(picture)))
    elif picture.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        if layer.getchannel("A").getextrema() == (255, 255):
            picture = layer.convert("RGB")
        else:
            white = Image.new("RGBA", layer.size, "white")
            picture = Image.alpha_composite(white, layer).convert("RGB")
    return _through_profile(picture, profile) if profile else picture.convert("RGB")


def _eight_bits(values: ndarray) -> UInt8[ndarray, "H W"]:
    """Grey levels of more than eight bits: the largest says how many bits are used.

    Floats up to `LEAST_WHOLE` are shares of white. Cameras put 10 or 12 bits into files of 16: by the file's own depth
    such a picture would be black.
    """
    most = float(values.max())
    if not np.isfinite(most) or not np.isfinite(values.min()):
        raise ValueError("it holds values that are not finite")
    white = float(2 ** max(8, int(most).bit_length()) - 1)
    if values.dtype.kind == "f" and most < LEAST_WHOLE:
        white = 1.0
    scaled = values.astype(np.float32) * np.float32(255.0 / white)
    return np.clip(scaled, 0, 255).round().astype(np.uint8)


def _through_profile(picture: Image.Image, profile: bytes) -> Image.Image:
    """Convert from the colours of a profile to sRGB.

    A grey picture may have a profile for colour: its levels then count as equal parts of red, green and blue.
    """
    space = _space(profile)
    mode = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}.get(space, "")
    if picture.mode == "1":
        picture = picture.convert("L")
    grey_in_colour = mode == "RGB" and picture.mode in ("L", "P")
    if mode != picture.mode and not grey_in_colour:
        raise ValueError(
            f"its colour profile is for {space or 'nothing known'} and its pixels are {picture.mode}; save it in sRGB"
        )
    picture = picture.convert(mode)
    transform = _to_srgb(profile, mode)
    return picture.convert("RGB") if transform is None else transform.apply(picture)


def _space(profile: bytes) -> str:
    try:
        return ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile.xcolor_space.strip()
    except (OSError, ValueError, ImageCms.PyCMSError) as error:
        raise ValueError("its colour profile is damaged; save it in sRGB") from error


@lru_cache(maxsize=16)
def _to_srgb(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """How to convert pixels of a mode, or None where sRGB's own are meant."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
    if mode == "CMYK":
        return transform
    levels = np.linspace(0, 255, 9).round().astype(np.uint8)
    lattice = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(27, 27, 3)
    before = Image.fromarray(lattice).convert(mode)
    after = np.asarray(ImageCms.applyTransform(before, transform)).astype(int)
    same = np.abs(after - np.asarray(before.convert("RGB"))).max() <= NEARLY_THE_SAME
    return None if same else transform
