"""Smaller PNG files: pictures with at most 256 colors, which is enough for charts and text."""

import struct
import zlib
from collections import Counter

__all__ = ["shrink"]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def shrink(png: bytes) -> bytes:
    """Return a picture of 8 bits per channel with its 256 most frequent colors; others become the nearest one."""
    width, height, channels, data = _read(png)
    pixels = [bytes(data[index : index + 3]) for index in range(0, len(data), channels)]
    palette = [color for color, _ in Counter(pixels).most_common(256)]
    indices = {color: index for index, color in enumerate(palette)}
    for color in set(pixels) - indices.keys():
        indices[color] = min(range(len(palette)), key=lambda index: _distance(palette[index], color))
    rows = (bytes(map(indices.__getitem__, pixels[row * width : (row + 1) * width])) for row in range(height))
    body = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", b"".join(palette)), (b"IDAT", body), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _distance(one: bytes, other: bytes) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def _read(png: bytes) -> tuple[int, int, int, bytearray]:
    """Return width, height, channels and the samples of a picture, without the filters of its rows."""
    position, body, width, height, channels = len(_SIGNATURE), b"", 0, 0, 0
    while position < len(png):
        [length] = struct.unpack(">I", png[position : position + 4])
        name, content = png[position + 4 : position + 8], png[position + 8 : position + 8 + length]
        if name == b"IHDR":
            width, height, _, kind = struct.unpack(">IIBB", content[:10])
            channels = {2: 3, 6: 4}[kind]
        elif name == b"IDAT":
            body += content
        position += 12 + length
    raw, stride = zlib.decompress(body), width * channels
    data, above = bytearray(), bytearray(stride)
    for row in range(height):
        start = row * (stride + 1)
        line = bytearray(raw[start + 1 : start + 1 + stride])
        _undo_filter(raw[start], line, above, channels)
        data += line
        above = line
    return width, height, channels, data


def _undo_filter(kind: int, line: bytearray, above: bytearray, channels: int) -> None:
    for index in range(len(line) if kind else 0):
        left = line[index - channels] if index >= channels else 0
        upper_left = above[index - channels] if index >= channels else 0
        guess = (0, left, above[index], (left + above[index]) // 2, _paeth(left, above[index], upper_left))[kind]
        line[index] = (line[index] + guess) & 255


def _paeth(left: int, up: int, upper_left: int) -> int:
    estimate = left + up - upper_left
    return min((left, up, upper_left), key=lambda value: abs(estimate - value))
