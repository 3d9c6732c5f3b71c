"""Colour profiles and pictures of many kinds, made by code."""

import struct

import numpy as np

DISPLAY_P3 = ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))
"""Red, green and blue of a wider space than sRGB, in the profile's connection space."""

WHITE = (0.9642, 1.0, 0.8249)


def _number(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _xyz(values) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(_number(v) for v in values)


def _gamma(value: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(value * 256)) + b"\0\0"


def _text(words: bytes) -> bytes:
    return b"text\0\0\0\0" + words + b"\0" * (4 - len(words) % 4)


def profile(space: bytes = b"RGB ", colours=DISPLAY_P3, gamma: float = 2.2) -> bytes:
    """A version-2 profile of three primaries and one gamma, or of grey."""
    tags = {b"wtpt": _xyz(WHITE), b"cprt": _text(b"none"), b"desc": _description(b"made by a test")}
    if space == b"GRAY":
        tags[b"kTRC"] = _gamma(gamma)
    else:
        for name, colour in zip((b"r", b"g", b"b"), colours, strict=True):
            tags |= {name + b"XYZ": _xyz(colour), name + b"TRC": _gamma(gamma)}
    at, table, body = 128 + 4 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, content in tags.items():
        table += name + struct.pack(">II", at + len(body), len(content))
        body += content
    head = bytearray(128)
    struct.pack_into(">I4sI4s4s4s", head, 0, at + len(body), b"none", 0x02400000, b"mntr", space, b"XYZ ")
    struct.pack_into(">6H4s", head, 24, 2020, 1, 1, 0, 0, 0, b"acsp")
    head[68:80] = b"".join(_number(v) for v in WHITE)
    return bytes(head) + table + body


def _description(words: bytes) -> bytes:
    content = b"desc\0\0\0\0" + struct.pack(">I", len(words) + 1) + words + b"\0" + bytes(8 + 3 + 67)
    return content + b"\0" * (-len(content) % 4)


def in_display_p3(pixels: np.ndarray, gamma: float = 2.2) -> np.ndarray:
    """The same colours as sRGB pixels, as levels of `profile()`."""
    srgb = np.array([(0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)]).T
    share = pixels / 255.0
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    wide = linear @ (np.linalg.inv(np.array(DISPLAY_P3).T) @ srgb).T
    return (np.clip(wide, 0, 1) ** (1 / gamma) * 255).round().astype(np.uint8)
