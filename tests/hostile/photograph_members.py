"""Photographs whose bytes are hostile."""

import numpy as np

from tests.hostile import pictures
from tests.hostile.photograph_folders import NO_FACE, OTHER_FORMATS, UNREADABLE, in_folder, one_file, sparse
from tests.hostile.pictures import bmp, chunk, exif_of, grey_tiff, picture, png, segment, tiff, webp, zeros
from tests.photographs.pictures import hopper, save
from tests.photographs.profiles import profile

FORMATS = [
    one_file("PostScript, which starts a program", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", OTHER_FORMATS),
    one_file("PostScript behind a binary head", b"\xc5\xd0\xd3\xc6" + bytes(60), OTHER_FORMATS),
    one_file("PostScript named .tif", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", OTHER_FORMATS, "x.tif"),
    *(
        one_file(f"{kind} named .jpg", content, OTHER_FORMATS)
        for kind, content in {
            "PDF": b"%PDF-1.7\n", "SVG": b"<svg xmlns='x'/>", "GIF": picture("GIF"), "ICO": picture("ICO"),
            "JPEG 2000": picture("JPEG2000"), "AVIF": picture("AVIF"), "TGA": picture("TGA"), "PCX": picture("PCX"),
            "PPM": b"P6 99999 99999 255\n", "Windows metafile": b"\xd7\xcd\xc6\x9a" + bytes(40), "text": b"hello",
            "FITS": b"SIMPLE  =                    T", "HDF5": b"\x89HDF\r\n\x1a\n", "one byte": b"\xff",
            "zip": b"PK\x03\x04" + bytes(99), "pickle": b"\x80\x05cos\nsystem\n(S'touch x'\ntR.",
        }.items()
    ),
]  # fmt: skip

PNGS = [
    one_file("PNG of a terapixel", png(1 << 20, 1 << 20)),
    one_file("PNG of 2^31 pixels in a row", png((1 << 31) - 1, 1)),
    one_file("PNG without pixels", png(0, 0)),
    one_file("PNG that unpacks to 400 megapixels", lambda: picture(size=(20_000, 20_000), mode="1"), "exceeds limit"),
    one_file("PNG of 225 megapixels in 16 bits", lambda: png(15_000, 15_000, bits=16, colour=0, data=b"")),
    one_file("PNG whose pixels go on for a gigabyte", lambda: _png_beyond(1 << 30), NO_FACE),
    one_file("PNG with text of 200 megabytes", lambda: png(9, 9, chunk(b"zTXt", b"a\0\0" + zeros(200 << 20)))),
    one_file("PNG with a thousand texts", lambda: png(9, 9, *[chunk(b"zTXt", b"a\0\0" + zeros(1 << 20))] * 1000)),
    one_file("PNG with a profile of 200 megabytes", lambda: png(64, 64, chunk(b"iCCP", b"a\0\0" + zeros(200 << 20)))),
    one_file("PNG cut short", picture()[:60]),
    one_file("PNG with a chunk of 2 GB", picture()[:33] + b"\x7f\xff\xff\xffIDAT"),
    one_file("PNG with a wrong checksum", picture()[:29] + b"\0\0\0\0" + picture()[33:]),
    one_file(
        "PNG with a palette of one colour", png(9, 9, chunk(b"PLTE", b"\0\0\0"), colour=3), "photograph|" + NO_FACE
    ),
    one_file("PNG whose first pixels are no chunk", picture().replace(b"IDAT", b"\0\0\0\0")),
    one_file("PNG that holds 16 bits of one level", png(64, 64, bits=16, colour=0, data=b"\0" * 64 * 129), NO_FACE),
]


def _png_beyond(size: int) -> bytes:
    head = chunk(b"IHDR", b"\0\0\0\x40\0\0\0\x40\x08\0\0\0\0")
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zeros(size)) + chunk(b"IEND", b"")


IFD_LOOP = tiff((34665, 4, 1, 8), after=8)

JPEGS = [
    one_file("JPEG of 4 gigapixels", b"\xff\xd8" + segment(0xC0, b"\x08\xff\xff\xff\xff\x01\x01\x11\0") + b"\xff\xd9"),
    one_file("JPEG of 300 passes", lambda: pictures.jpeg_of_many_scans(9_600, 300), "passes"),
    one_file("JPEG of 99 passes over 92 megapixels", lambda: pictures.jpeg_of_many_scans(9_600, 98), "photograph|face"),
    one_file("JPEG without a frame", b"\xff\xd8\xff\xd9"),
    one_file("JPEG that is cut short", picture("JPEG")[:-200]),
    one_file("JPEG with a segment of no length", b"\xff\xd8\xff\xe0\0\0" + bytes(50)),
    one_file("JPEG whose tables are cut", picture("JPEG").replace(b"\xff\xc4", b"\xff\xc4\0\x03", 1)),
    one_file("JPEG whose EXIF points to itself", exif_of(IFD_LOOP), "photograph|" + NO_FACE),
    one_file("JPEG whose EXIF is none", exif_of(b"XX*\0" + bytes(50)), NO_FACE),
    one_file(
        "JPEG whose EXIF has a million tags", exif_of(b"II*\0\x08\0\0\0\xff\xff" + bytes(60_000)), "photograph|face"
    ),
    one_file("JPEG held in a ninth way", exif_of(tiff((274, 3, 1, 9))), NO_FACE),
    one_file("JPEG held in words", exif_of(tiff((274, 2, 4, 0x41414141))), "photograph|" + NO_FACE),
    one_file("JPEG of several pictures with wrong places", lambda: _mpo(), "photograph|" + NO_FACE),
    one_file("JPEG with a damaged profile", lambda: picture("JPEG", icc_profile=b"x" * 200), "profile is damaged"),
    one_file("JPEG with a profile cut short", lambda: picture("JPEG", icc_profile=profile()[:200])),
    one_file("JPEG with a profile for other pixels", lambda: picture("JPEG", icc_profile=profile(b"GRAY")), "for GRAY"),
    one_file("JPEG with a profile of billions of tags", lambda: picture("JPEG", icc_profile=_many_tags())),
    one_file(
        "JPEG in CMYK with a profile for grey", lambda: picture("JPEG", mode="CMYK", icc_profile=profile(b"GRAY"))
    ),
]


def _mpo() -> bytes:
    index = tiff((0xB000, 7, 4, 0x30303130), (0xB001, 4, 1, 9), (0xB002, 7, 144, 0xFFFFFF))
    return b"\xff\xd8" + segment(0xE2, b"MPF\0" + index) + picture("JPEG")[2:]


def _many_tags() -> bytes:
    whole = profile()
    return whole[:128] + b"\x7f\xff\xff\xff" + whole[132:]


TIFFS = [
    one_file(name, content, says, "x.tif")
    for name, content, says in (
        ("TIFF of a terapixel", grey_tiff(1 << 20, 1 << 20), UNREADABLE),
        ("TIFF of no pixels", grey_tiff(0, 9), UNREADABLE),
        ("TIFF whose list of tags is a circle", grey_tiff(64, 64, after=8), "photograph|face"),
        ("TIFF whose pixels lie beyond its end", grey_tiff(64, 64, (273, 4, 1, 1 << 31)), UNREADABLE),
        ("TIFF with four billion tags", b"II*\0\x08\0\0\0\xff\xff" + bytes(99), UNREADABLE),
        ("TIFF whose tags lie beyond its end", b"II*\0\xff\xff\xff\x7f", UNREADABLE),
        ("TIFF with tags of no type", tiff((256, 0, 1, 64), (257, 99, 1, 64)), UNREADABLE),
        ("TIFF with a tag of 4 GB", grey_tiff(64, 64, (270, 2, 0xFFFFFFFF, 8)), UNREADABLE),
        ("TIFF of 63 bits", grey_tiff(64, 64, bits=63), UNREADABLE),
        ("TIFF of an unknown compression", grey_tiff(64, 64, (259, 3, 1, 34927)), UNREADABLE),
        ("TIFF with a damaged JPEG inside", grey_tiff(64, 64, (259, 3, 1, 7)), UNREADABLE),
        ("TIFF with tiles of no size", grey_tiff(64, 64, (322, 4, 1, 0), (323, 4, 1, 0), (324, 4, 1, 8)), "graph|face"),
        ("TIFF of a thousand kinds of samples", grey_tiff(64, 64, (277, 3, 1, 1000)), UNREADABLE),
        ("TIFF of the large kind, cut short", b"II+\0\x08\0\0\0" + bytes(8), OTHER_FORMATS),
    )
] + [
    in_folder(f"TIFF of {name}", lambda place, values=values: save(place / "x.tif", values), says)
    for name, values, says in (
        ("floats that are no numbers", np.full((64, 64), np.nan, np.float32), "not finite"),
        ("floats without end", np.full((64, 64), np.inf, np.float32), "not finite"),
        ("negative whole numbers", np.full((64, 64), -(2**31), np.int32), NO_FACE),
        ("the largest floats", np.full((64, 64), 3e38, np.float32), NO_FACE),
        ("the largest whole numbers", np.full((64, 64), 2**31 - 1, np.int32), NO_FACE),
    )
]

OTHERS = [
    one_file("BMP of 2^62 pixels", bmp(0x7FFFFFFF, 0x7FFFFFFF), UNREADABLE, "x.bmp"),
    one_file("BMP of negative size", bmp(-64, -64), UNREADABLE, "x.bmp"),
    one_file("BMP of no bits", bmp(64, 64, bits=0), UNREADABLE, "x.bmp"),
    one_file("BMP of endless runs", bmp(9_000, 9_000, 8, 1, data=b"\xff\0" * 99), "graph|face", "x.bmp"),
    one_file("BMP that begins beyond its end", bmp(64, 64, offset=1 << 30), UNREADABLE, "x.bmp"),
    one_file("WebP of 268 megapixels", webp(16_383, 16_383), UNREADABLE, "x.webp"),
    one_file("WebP that is longer than it says", picture("WEBP")[:40], UNREADABLE, "x.webp"),
    one_file("WebP of nothing", b"RIFF\0\0\0\0WEBP", UNREADABLE, "x.webp"),
    one_file("WebP with damaged EXIF", pictures.webp_with_damaged_exif, UNREADABLE, "x.webp"),
    one_file("an empty file", b"", "0 bytes"),
    one_file("one pixel", picture(size=(1, 1)), NO_FACE),
    one_file("a row of 60,000 pixels", lambda: picture(size=(60_000, 1)), NO_FACE),
    one_file("a column of 60,000 pixels", lambda: picture(size=(1, 60_000)), NO_FACE),
    one_file("99 megapixels of nothing", lambda: picture(size=(9_900, 9_999), mode="1"), NO_FACE),
    one_file("a JPEG and then a zip", lambda: picture("JPEG") + b"PK\x03\x04" + bytes(9999), NO_FACE),
    in_folder("noise", lambda p: save(p / "x.png", np.random.default_rng(1).integers(0, 256, (512, 512, 3), np.uint8)),
            NO_FACE),
    in_folder("sixteen faces", lambda p: save(p / "x.png", np.tile(hopper()[::2, ::2], (4, 4, 1))), "faces, and the"),
    in_folder("half a face", lambda p: save(p / "x.png", hopper()[:, :230].copy()), "edge cuts|no face|which way"),
    in_folder("a face of 16 pixels", lambda p: save(p / "x.png", hopper()[::32, ::32].copy()), "small|no face|up"),
    in_folder("a file of 8 GB", lambda place: sparse(place / "x.jpg", 8 << 30), "bytes"),
]  # fmt: skip

MEMBERS = [*FORMATS, *PNGS, *JPEGS, *TIFFS, *OTHERS]
