"""Damaged and hostile variants of sound files, drawn by Hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

_NUMBERS = (
    0,
    1,
    2,
    7,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0xFFFF,
    0x7FFFFFF0,
    0x80000000,
    0xFFFFFFFF,
    1 << 62,
)
_WORDS = (
    b"nan", b"inf", b"-1", b"1e400", b"1e-320", b"9" * 400, b"", b"null", b"[]", b"{}", b"[" * 2000,
    b"../../x", b"\xff\xfe", b"\0", b"\n" * 50, b"#", b"true", b'"',
)  # fmt: skip
_KINDS = (
    "ffffbbbnnnnnwwwdic"  # flip, bytes, number, word, delete, insert, cut: few move what follows
)


@st.composite
def variants(draw: st.DrawFn, originals: list[bytes]) -> bytes:
    """One of the sound files with a few changes; now and then bytes that were never a file."""
    content = bytearray(draw(st.sampled_from(originals)))
    if draw(st.integers(0, 40)) == 0:
        return draw(st.binary(max_size=300))
    for _ in range(draw(st.sampled_from((1, 1, 1, 2, 2, 3, 5)))):
        _change(draw, content)
    return bytes(content)


def _change(draw: st.DrawFn, content: bytearray) -> None:
    place = draw(st.integers(0, max(len(content) - 1, 0)))
    kind = draw(st.sampled_from(_KINDS))
    if kind == "f" and content:
        content[place] ^= 1 << draw(st.integers(0, 7))
    elif kind == "b":
        content[place : place + 4] = draw(st.binary(min_size=4, max_size=4))
    elif kind == "n":
        width = draw(st.sampled_from((1, 2, 4, 8)))
        number = draw(st.sampled_from(_NUMBERS)) & ((1 << 8 * width) - 1)
        content[place : place + width] = number.to_bytes(width, "little")
    elif kind == "d":
        del content[place : place + draw(st.integers(1, 64))]
    elif kind == "i":
        length = draw(st.integers(1, 64))
        content[place:place] = content[place : place + length]
    elif kind == "w":
        content[place : place + draw(st.integers(0, 8))] = draw(st.sampled_from(_WORDS))
    elif kind == "c":
        del content[place:]
