import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from facing_asymmetry.core.errors import AssetError, ConfigError
from facing_asymmetry.reporting.media.film_files import lettered, write_film
from facing_asymmetry.reporting.media.filming import Film, FilmedCell


def ramp(count: int = 5) -> list[np.ndarray]:
    """Grey frames that brighten."""
    return [np.full((40, 60, 3), 50 + 40 * k, np.uint8) for k in range(count)]


def test_a_gif_holds_every_frame_in_order_and_repeats(tmp_path: Path):
    with Image.open(write_film(ramp(), tmp_path / "new" / "a.gif", 10)) as image:
        assert image.n_frames == 5
        assert image.info["duration"] == 100
        assert image.info["loop"] == 0
        shades = []
        for k in range(5):
            image.seek(k)
            shades.append(np.asarray(image.convert("RGB")).mean())
    assert np.allclose(shades, [50, 90, 130, 170, 210], atol=3)


def test_a_gif_keeps_what_does_not_change_and_stays_near_the_frames(tmp_path: Path):
    """A square moves over a noisy ground whose noise is too small to be seen."""
    rng = np.random.default_rng(0)
    ground = rng.integers(60, 200, (1, 120, 160, 3)).repeat(12, axis=0)
    frames = (ground + rng.integers(-1, 2, ground.shape)).astype(np.uint8)
    for k, frame in enumerate(frames):
        frame[40:60, 8 * k : 8 * k + 20] = (250, 20, 20)
    moving, whole = (
        write_film(list(frames), tmp_path / "a.gif", 10),
        write_film(list(frames[:1]), tmp_path / "b.gif", 10),
    )
    assert moving.stat().st_size < 2 * whole.stat().st_size
    with Image.open(moving) as image:
        assert image.n_frames == 12
        image.seek(11)
        last = np.asarray(image.convert("RGB")).astype(int)
    assert np.abs(last - frames[11])[40:60, 88:108].max() <= 30
    assert np.abs(last - frames[11])[45:55, 2:80].mean() < 25, "what the square has left is drawn again"


def test_an_mp4_holds_every_frame_in_order(tmp_path: Path):
    path = write_film(ramp(), tmp_path / "a.mp4", 10)
    reader = imageio_ffmpeg.read_frames(str(path))
    facts = next(reader)
    shades = [np.frombuffer(frame, np.uint8).mean() for frame in reader]
    assert facts["size"] == (60, 40)
    assert facts["fps"] == 10
    assert np.allclose(shades, [50, 90, 130, 170, 210], atol=6)


def test_without_ffmpeg_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(AssetError, match="imageio-ffmpeg is not installed; install it"):
        write_film(ramp(), tmp_path / "a.mp4", 10)


def test_an_unknown_ending_and_no_speed_are_refused(tmp_path: Path):
    with pytest.raises(ConfigError, match=r"ends in \.gif or \.mp4"):
        write_film(ramp(), tmp_path / "a.avi", 10)
    with pytest.raises(ConfigError, match="fps = 0"):
        write_film(ramp(), tmp_path / "a.gif", 0)


def test_lettered_frames_have_even_sides_and_change_with_the_probabilities():
    shares = np.array([[0.9, 0.1], [0.2, 0.8]])
    images = np.zeros((2, 32, 32, 3), np.uint8)
    film = Film(
        FilmedCell("net", "happiness"), np.array([1.0, 0.0]), np.ones(2), images, ("happiness", "neutral"), shares
    )
    first, last = lettered(film, 101)
    assert first.shape == (100, 200, 3)
    assert not np.array_equal(first[:, 100:], last[:, 100:])
    bare = Film(film.cell, film.s, film.t, images)
    assert lettered(bare, 101)[0].shape == (100, 100, 3)


def test_the_help_of_the_commands_needs_nothing_heavy():
    heavy = "[m for m in ('torch', 'matplotlib') if m in sys.modules]"
    code = f"import sys; from facing_asymmetry.app.cli import cli; print({heavy})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
