"""From bytes to text: encodings, and UTF-8 that was encoded twice."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hexwatch_schemas.errors import UnreadableFile

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True)
class Text:
    """The text of a file and what had to be done to read it."""

    text: str
    notes: tuple[str, ...] = ()


def decode(data: bytes, encoding: str | None, name: str) -> Text:
    """Text of a file: as declared, by its byte order mark, as UTF-8, else as Windows-1252."""
    chosen = encoding or next((known for mark, known in _BOMS if data.startswith(mark)), "utf-8")
    try:
        return _repaired(data.decode(chosen))
    except LookupError as error:
        raise UnreadableFile(f"{name}: {chosen!r} is no known encoding.", hint="Try utf-8 or cp1252.") from error
    except UnicodeDecodeError as error:
        if encoding or chosen != "utf-8":
            line = data[: error.start].count(b"\n") + 1
            raise UnreadableFile(f"{name}, line {line}: not {chosen} text.", hint="Declare its encoding.") from error
    return Text(data.decode("cp1252", errors="replace"), ("Read as Windows-1252: the text is not UTF-8.",))


def _tail() -> dict[str, int]:
    """Characters that a UTF-8 continuation byte becomes when it is taken for Latin-1 or Windows-1252."""
    latin = {chr(byte): byte for byte in range(0x80, 0xC0)}
    return latin | {bytes([byte]).decode("cp1252", "ignore"): byte for byte in range(0x80, 0xC0)}


_TAIL = {character: byte for character, byte in _tail().items() if character}
_AFTER = f"[{re.escape(''.join(_TAIL))}]"
# Letters of two bytes (Latin to Arabic; not ß, for its letters are N'Ko and „Spaß“ is not), and typographic marks.
# Those of three bytes are let be: `é »` with a hard space would become a Chinese letter.
_TWICE = re.compile(f"[\u00c2-\u00de]{_AFTER}|â[€\x80‚\x82]{_AFTER}")
_LETTER = re.compile(r"[^\W\x00-\x7f]")
_NEARLY_ALL = 0.9  # share of the letters beyond ASCII that must look encoded twice: then it befell the whole file


def may_be_repaired(text: str) -> bool:
    """Does anything in it look encoded twice?"""
    return not text.isascii() and _TWICE.search(text) is not None


def _repaired(text: str) -> Text:
    """Undo a second encoding, unless letters that were encoded once speak against it."""
    if text.isascii():
        return Text(text)
    repaired, count = _TWICE.subn(_once, text)
    once = len(_LETTER.findall(_TWICE.sub("", text)))
    if repaired == text or count < _NEARLY_ALL * (count + once):
        return Text(text)
    lines = sum(map(str.__ne__, text.split("\n"), repaired.split("\n")))
    return Text(repaired, (f"UTF-8 encoded twice was repaired on {lines:,} lines.",))


def _once(found: re.Match[str]) -> str:
    head, *tail = found.group()
    try:
        return bytes([ord(head), *(_TAIL[character] for character in tail)]).decode("utf-8")
    except UnicodeDecodeError:
        return found.group()
