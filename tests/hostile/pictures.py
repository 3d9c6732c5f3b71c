"""Hostile pictures as bytes, made by code."""

import io
import struct
import zlib

import numpy as np
from PIL import Image


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 64), mode: str = "RGB", **how) -> bytes:
    """A grey picture in one of Pillow's formats."""
    held = io.BytesIO()
    Image.new(mode, size, 127 if mode in ("L", "RGB") else 0).save(held, kind, **how)
    return held.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(width: int, height: int, *between: bytes, bits: int = 8, colour: int = 2, data: bytes | None = None) -> bytes:
    """A PNG of any declared size with any chunks before its pixels."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    pixels = zlib.compress(bytes(64) if data is None else data, 9)
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(between) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def zeros(count: int) -> bytes:
    """A zlib stream of so many zeros."""
    packer, out = zlib.compressobj(9), []
    for start in range(0, count, 1 << 24):
        out.append(packer.compress(bytes(min(1 << 24, count - start))))
    return b"".join([*out, packer.flush()])


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def jpeg_of_many_scans(side: int, scans: int) -> bytes:
    """A progressive JPEG of few bytes that makes its reader go over all blocks once for each scan."""
    blocks = (side // 8) ** 2
    frame = segment(0xC2, struct.pack(">BHHB", 8, side, side, 1) + b"\x01\x11\0")
    quantisers = segment(0xDB, b"\0" + b"\x01" * 64)
    tables = segment(0xC4, b"\0" + b"\x01" + bytes(15) + b"\0") + segment(0xC4, b"\x10" + b"\x01" + bytes(15) + b"\xe0")
    first = segment(0xDA, b"\x01\x01\0\0\0\0") + bytes(blocks // 8 + 1)
    run = np.array([0] + [1] * 14, np.uint8)
    bits = np.tile(run, blocks // 32767 + 1)
    coded = np.packbits(bits).tobytes().replace(b"\xff", b"\xff\0")
    later = segment(0xDA, b"\x01\x01\0\x01\x3f\0") + coded
    return b"\xff\xd8" + quantisers + frame + tables + first + later * scans + b"\xff\xd9"


def tiff(*entries: tuple[int, int, int, int], after: int = 0, body: bytes = bytes(64)) -> bytes:
    """A TIFF of the entries (tag, type, count, value), whose list of tags goes on at `after`."""
    tags = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + tags + struct.pack("<I", after) + body


def grey_tiff(width: int, height: int, *more: tuple[int, int, int, int], bits: int = 8, **how) -> bytes:
    """A TIFF that declares grey pixels of any size."""
    replaced = {tag for tag, *_ in more}
    tags = [
        *((256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, bits), (259, 3, 1, 1), (262, 3, 1, 1)),
        *((273, 4, 1, 100), (277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, 64)),
    ]
    return tiff(*sorted([*(tag for tag in tags if tag[0] not in replaced), *more]), **how)


def bmp(width: int, height: int, bits: int = 24, compression: int = 0, offset: int = 54, data: bytes = b"") -> bytes:
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(data), 0, 0, offset) + head + data


def webp(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A WebP of the extended kind with a declared canvas."""
    canvas = struct.pack("<I", 0) + struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    body = b"WEBP"
    for name, content in ((b"VP8X", canvas), *chunks):
        body += name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def exif_of(content: bytes) -> bytes:
    return b"\xff\xd8" + segment(0xE1, b"Exif\0\0" + content) + picture("JPEG")[2:]


def webp_with_damaged_exif() -> bytes:
    held = picture("WEBP", exif=b"Exif\0\0" + tiff((274, 3, 1, 6)))
    return held.replace(b"II*\0", b"\xf7M\0*")
