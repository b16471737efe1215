"""Protocol buffers as kernels write them (Protocol Buffers encoding guide: varints, zigzag, little-endian doubles)."""

from __future__ import annotations

from .compiled import part


@part
def put_varint(buffer, at, value):
    """Write an unsigned number; the place behind it. One byte more than that may be overwritten."""
    # Without a branch up to two bytes: a processor cannot guess which of the two comes next.
    while value > 16383:
        buffer[at] = (value & 127) | 128
        value >>= 7
        at += 1
    more = value > 127
    buffer[at] = (value & 127) | (more << 7)
    buffer[at + 1] = value >> 7
    return at + 1 + more


@part
def put_zigzag(buffer, at, value):
    """Write a signed number."""
    return put_varint(buffer, at, (value << 1) ^ (value >> 63))


@part
def put_bytes(buffer, at, content, size):
    """Copy what was written elsewhere."""
    for i in range(size):
        buffer[at + i] = content[i]
    return at + size


@part
def put_double(buffer, at, bits):
    """Write a 64-bit floating point number given by its bits."""
    for i in range(8):
        buffer[at + i] = (bits >> (8 * i)) & 255
    return at + 8


@part
def put_hexadecimal(buffer, at, number, digits):
    """Write a number as text."""
    for i in range(digits):
        digit = (number >> (4 * (digits - 1 - i))) & 15
        buffer[at + i] = digit + (48 if digit < 10 else 87)
    return at + digits


def varint(value: int) -> bytes:
    """The same for the few numbers that Python writes."""
    return bytes([value & 127 | 128]) + varint(value >> 7) if value > 127 else bytes([value])


def block(field: int, content: bytes) -> bytes:
    """A length-delimited field."""
    return varint(field << 3 | 2) + varint(len(content)) + content
