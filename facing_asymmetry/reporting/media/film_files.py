"""Films as files: GIF by Pillow or MP4 by ffmpeg, each frame with the classifier's prediction beside it."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from jaxtyping import UInt8
from numpy import ndarray
from PIL import Image, ImageDraw, ImageFont

from facing_asymmetry.core.errors import AssetError, ConfigError
from facing_asymmetry.reporting.media.filming import Film
from facing_asymmetry.reporting.style import ALERT, INK, MUTED, PAPER, RULE, readable

GOOD: Final = "#1a6b45"
BAR: Final = "#0b5cad"
"""Colours of a right prediction and of the bars of probability."""

GIF_COLOURS: Final = 255
"""Colours of a GIF's palette; the 256th is for pixels that stay as they are."""

UNSEEN: Final = 4
"""Largest change of a channel, of 255, at which a GIF keeps the pixel of the frame before."""


def lettered(film: Film, height: int) -> list[UInt8[ndarray, "H W 3"]]:
    """The frames at `height` pixels; where they were classified, with s, t, prediction and outputs beside them.

    Width and height are even, as video encoders want them.
    """
    size = height - height % 2
    faces = [Image.fromarray(image).resize((size, size), Image.Resampling.LANCZOS) for image in film.images]
    if film.outputs is None:
        return [np.asarray(face) for face in faces]
    panels = [_panel(film, number, size) for number in range(len(faces))]
    return [np.concatenate([np.asarray(f), np.asarray(p)], axis=1) for f, p in zip(faces, panels, strict=True)]


def write_film(frames: Sequence[UInt8[ndarray, "H W 3"]], path: Path, fps: float) -> Path:
    """Write frames as `.gif` (endless) or `.mp4` (H.264), by the file's ending.

    Raises:
        ConfigError: another ending, or no frames per second.
        AssetError: MP4 is asked for without ffmpeg.
    """
    if fps <= 0:
        raise ConfigError(f"fps = {fps}; it must be above 0")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() == ".gif":
        return _write_gif(frames, path, fps)
    if path.suffix.lower() == ".mp4":
        return _write_mp4(frames, path, fps)
    raise ConfigError(f"{path}: a film ends in .gif or .mp4")


def _panel(film: Film, number: int, size: int) -> Image.Image:
    """The right half of one frame."""
    assert film.outputs is not None
    panel = Image.new("RGB", (size, size), PAPER)
    pen, values = ImageDraw.Draw(panel), film.outputs[number]
    said = film.classes[int(values.argmax())]
    shares = np.clip(values / max(float(film.outputs.max()), 1e-9), 0, 1) if film.unit else values
    step = size / (len(film.classes) + 5.5)
    font = ImageFont.load_default(0.62 * step)
    left = 0.05 * size
    pen.text((left, 0.4 * step), readable(film.cell.classifier), fill=MUTED, font=font)
    pen.text((left, 1.5 * step), f"symmetry s = {film.s[number]:.2f}", fill=INK, font=font)
    pen.text((left, 2.4 * step), f"intensity t = {film.t[number]:.2f}", fill=INK, font=font)
    words, ink = (film.unit, MUTED) if film.unit else (f"predicted: {said}", GOOD if said == film.target else ALERT)
    pen.text((left, 3.5 * step), words, fill=ink, font=font)
    for row, (name, share) in enumerate(zip(film.classes, shares, strict=True)):
        top = (5 + row) * step
        pen.text((left, top), name, fill=INK if name == film.target else MUTED, font=font)
        start, end = 0.4 * size, 0.95 * size
        pen.rectangle((start, top + 0.1 * step, end, top + 0.75 * step), fill=RULE)
        pen.rectangle((start, top + 0.1 * step, start + float(share) * (end - start), top + 0.75 * step), fill=BAR)
    return panel


def _write_gif(frames: Sequence[ndarray], path: Path, fps: float) -> Path:
    """One palette for all frames, so that colours don't flicker; of each frame only the pixels that change are kept."""
    palette = _palette([Image.fromarray(frame) for frame in frames])
    pages, held = [], frames[0].astype(np.int16)
    shown = np.asarray(Image.fromarray(frames[0]).quantize(palette=palette, dither=Image.Dither.NONE))
    for frame in frames:
        same = np.abs(frame - held).max(axis=-1) <= UNSEEN
        fresh = np.asarray(Image.fromarray(frame).quantize(palette=palette, dither=Image.Dither.NONE))
        shown, held = np.where(same, shown, fresh), np.where(same[..., None], held, frame)
        page = Image.fromarray(shown)
        page.putpalette(palette.getpalette() or [])
        pages.append(page)
    duration = max(20, round(1000 / fps))
    pages[0].save(path, save_all=True, append_images=pages[1:], duration=duration, loop=0, optimize=True)
    return path


def _palette(pages: Sequence[Image.Image]) -> Image.Image:
    """`GIF_COLOURS` of some frames, spread over the film, as an image in that palette."""
    some = pages[:: max(1, len(pages) // 8)]
    strip = Image.new("RGB", (pages[0].width, sum(page.height for page in some)))
    for place, page in enumerate(some):
        strip.paste(page, (0, place * page.height))
    return strip.quantize(GIF_COLOURS, method=Image.Quantize.MEDIANCUT)


def _write_mp4(frames: Sequence[ndarray], path: Path, fps: float) -> Path:
    try:
        from imageio_ffmpeg import write_frames
    except ImportError as error:
        found = "ffmpeg is on the path, but " if shutil.which("ffmpeg") else ""
        raise AssetError(
            f"{path}: {found}the package imageio-ffmpeg is not installed; install it (extra `video`) or write a .gif"
        ) from error
    height, width = frames[0].shape[:2]
    writer = write_frames(str(path), (width, height), fps=fps, codec="libx264", quality=8, macro_block_size=2)
    writer.send(None)
    for frame in frames:
        writer.send(frame.tobytes())
    writer.close()
    return path
