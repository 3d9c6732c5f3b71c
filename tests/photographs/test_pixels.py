import io
import os
from contextlib import suppress

import numpy as np
import pytest
from PIL import Image

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.photographs import pixels
from facing_asymmetry.photographs.pixels import read_photograph
from tests.photographs.pictures import HOPPER, hopper
from tests.photographs.profiles import in_display_p3, profile


@pytest.fixture(scope="module")
def colour():
    return hopper()


@pytest.fixture(scope="module")
def grey(colour):
    return np.asarray(Image.fromarray(colour).convert("L"))


def stored(folder, picture, ending="png", **how):
    path = folder / f"picture.{ending}"
    (Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture).save(path, **how)
    return path


def distance(read, expected):
    return np.abs(read.astype(int) - expected.astype(int)).max()


def test_an_ordinary_photograph_keeps_its_pixels(tmp_path, colour):
    np.testing.assert_array_equal(read_photograph(HOPPER), colour)
    for ending in ("png", "bmp", "tiff"):
        np.testing.assert_array_equal(read_photograph(stored(tmp_path, colour, ending)), colour)
    assert read_photograph(stored(tmp_path, colour, "webp", lossless=True)).shape == colour.shape


@pytest.mark.parametrize("factor", [2, 4, 16, 128, 257])
@pytest.mark.parametrize("kind", [np.uint16, np.int32, np.float32])
def test_grey_of_more_than_eight_bits_is_scaled_by_the_bits_it_uses(tmp_path, grey, factor, kind):
    bright = np.maximum(grey, np.uint8(255) * (np.arange(grey.size).reshape(grey.shape) == 0))
    path = stored(tmp_path, bright.astype(kind) * kind(factor), "tif")
    assert distance(read_photograph(path)[..., 1], bright) <= 1


def test_sixteen_bits_in_a_png_are_scaled(tmp_path, grey):
    np.testing.assert_array_equal(read_photograph(stored(tmp_path, grey.astype(np.uint16) * 257))[..., 0], grey)


@pytest.mark.parametrize("order", ["<", ">"])
def test_both_orders_of_bytes_are_read(tmp_path, grey, order):
    wide = (grey.astype(np.uint16) * 257).astype(f"{order}u2")
    picture = Image.frombytes("I;16" if order == "<" else "I;16B", grey.shape[::-1], wide.tobytes())
    np.testing.assert_array_equal(read_photograph(stored(tmp_path, picture, "tif"))[..., 0], grey)


def test_floats_are_shares_of_white_and_what_is_brighter_is_white(tmp_path, grey):
    shares = grey.astype(np.float32) / 255
    np.testing.assert_array_equal(read_photograph(stored(tmp_path, shares, "tif"))[..., 0], grey)
    shares[0, 0] = 1.5
    assert read_photograph(stored(tmp_path, shares, "tif"))[0, 0, 0] == 255


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_floats_that_are_not_finite_are_refused(tmp_path, grey, value):
    shares = grey.astype(np.float32)
    shares[3, 3] = value
    with pytest.raises(DataError, match="not finite"):
        read_photograph(stored(tmp_path, shares, "tif"))


def test_an_embedded_srgb_profile_changes_no_pixel(tmp_path, colour):
    srgb = pixels.ImageCms.ImageCmsProfile(pixels.ImageCms.createProfile("sRGB")).tobytes()
    np.testing.assert_array_equal(read_photograph(stored(tmp_path, colour, icc_profile=srgb)), colour)


def test_a_wide_colour_space_is_converted_to_srgb(tmp_path, colour):
    wide = in_display_p3(colour)
    assert distance(wide, colour) > 20
    assert distance(read_photograph(stored(tmp_path, wide, icc_profile=profile())), colour) <= 3


def test_a_grey_profile_is_applied_to_grey(tmp_path, grey):
    read = read_photograph(stored(tmp_path, grey, icc_profile=profile(b"GRAY", gamma=1.8)))
    share = (grey / 255.0) ** 1.8
    expected = np.where(share <= 0.0031308, 12.92 * share, 1.055 * share ** (1 / 2.4) - 0.055) * 255
    assert distance(read[..., 0], expected.round()) <= 2


def test_a_grey_picture_may_carry_the_profile_of_the_colour_picture_it_was_made_of(tmp_path, grey):
    read = read_photograph(stored(tmp_path, grey, icc_profile=profile()))
    assert distance(read[..., 0], read[..., 2]) <= 1


@pytest.mark.parametrize(("content", "says"), [(profile(b"GRAY"), "for GRAY"), (b"no profile", "is damaged")])
def test_a_profile_that_does_not_fit_is_refused(tmp_path, colour, content, says):
    with pytest.raises(DataError, match=says):
        read_photograph(stored(tmp_path, colour, icc_profile=content))


def test_what_is_transparent_lies_on_white_and_opaque_pixels_stay(tmp_path, colour):
    clear = np.dstack([colour, np.full(colour.shape[:2], 255, np.uint8)])
    np.testing.assert_array_equal(read_photograph(stored(tmp_path, clear)), colour)
    clear[:50, :, 3] = 0
    read = read_photograph(stored(tmp_path, clear))
    assert (read[:50] == 255).all()
    np.testing.assert_array_equal(read[50:], colour[50:])


@pytest.mark.parametrize("mode", ["CMYK", "P", "L", "LA", "1", "YCbCr"])
def test_every_mode_comes_as_colour(tmp_path, colour, mode):
    picture = Image.fromarray(colour).convert(mode)
    read = read_photograph(stored(tmp_path, picture, "tif"))
    assert distance(read, np.asarray(picture.convert("RGB"))) == 0


@pytest.mark.parametrize(("orientation", "quarter"), [(1, 0), (3, 2), (6, 3), (8, 1)])
def test_exif_says_how_a_picture_is_held(tmp_path, colour, orientation, quarter):
    exif = Image.Exif()
    exif[0x0112] = orientation
    np.testing.assert_array_equal(read_photograph(stored(tmp_path, colour, exif=exif)), np.rot90(colour, quarter))


def refused(path, says):
    with pytest.raises(DataError, match=says) as error:
        read_photograph(path)
    assert str(error.value).startswith("cannot read the photograph ")
    assert "0x" not in str(error.value)


def test_a_format_is_known_by_its_bytes_whatever_the_name_ends_with(tmp_path, colour):
    (tmp_path / "named.jpg").write_bytes(stored(tmp_path, colour).read_bytes())
    np.testing.assert_array_equal(read_photograph(tmp_path / "named.jpg"), colour)
    for name, content in {"eps.jpg": b"%!PS-Adobe-3.0 EPSF-3.0\n", "gif.png": b"GIF89a", "text.png": b"hello"}.items():
        (tmp_path / name).write_bytes(content)
        refused(tmp_path / name, "first bytes are not those of JPEG")


def test_what_is_no_file_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "folder.jpg").mkdir()
    for name in ("pipe.jpg", "folder.jpg"):
        refused(tmp_path / name, "a folder, a pipe or a device")
    refused(pixels.Path("/dev/zero"), "a folder, a pipe or a device")


def test_a_link_to_itself_an_absent_file_and_an_empty_one_are_refused(tmp_path):
    (tmp_path / "loop.jpg").symlink_to("loop.jpg")
    (tmp_path / "empty.jpg").touch()
    for name, says in {"loop.jpg": "symbolic links", "absent.jpg": "No such file", "empty.jpg": "0 bytes"}.items():
        refused(tmp_path / name, says)


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_unpacked(tmp_path):
    for side, says in ((10_001, "10001 x 10001 pixels"), (20_000, "exceeds limit")):
        Image.new("1", (side, side)).save(tmp_path / "large.png")
        refused(tmp_path / "large.png", says)


def test_a_damaged_picture_is_refused_with_a_short_reason(tmp_path, colour):
    content = bytearray(stored(tmp_path, colour).read_bytes())
    content[content.rindex(b"IDAT") :][:4] = b"\0\0\0\0"
    held = io.BytesIO()
    Image.fromarray(colour).save(held, "JPEG")
    whole = held.getvalue()
    for number, damaged in enumerate((whole[: len(whole) // 2], whole[:20], content[:60])):
        (tmp_path / f"{number}.jpg").write_bytes(damaged)
        refused(tmp_path / f"{number}.jpg", "photograph")


def test_every_byte_of_a_small_picture_may_be_wrong(tmp_path):
    small = hopper()[100:116, 100:116]
    rng = np.random.default_rng(5)
    for ending in ("png", "jpg", "webp", "tif", "bmp"):
        content = stored(tmp_path, small, ending).read_bytes()
        for _ in range(60):
            wrong = bytearray(content)
            for place in rng.integers(4, len(content), 3):
                wrong[place] = rng.integers(256)
            (tmp_path / "wrong").write_bytes(wrong)
            with suppress(DataError):
                assert read_photograph(tmp_path / "wrong").ndim == 3


def test_a_name_that_is_no_utf8_is_shown_with_escapes(tmp_path):
    path = pixels.Path(os.fsdecode(os.fsencode(tmp_path) + b"/M\xfcller.jpg"))
    path.write_bytes(b"no picture")
    refused(path, r"M\\xfcller\.jpg")
