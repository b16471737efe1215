"""Text in filters: patterns, and comparison that ignores case or accents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Texts = NDArray[np.str_]


def folded(text: str) -> str:
    """Without case (Unicode 3.13, full case folding)."""
    return text.casefold()


def unaccented(text: str) -> str:
    """Without accents: canonically decomposed, marks left out."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def mapped(function: Callable[[str], str], texts: Texts) -> Texts:
    """The function of each text (any shape)."""
    return np.array([function(t) for t in texts.ravel().tolist()], np.str_).reshape(texts.shape)


def like(texts: Texts, pattern: str) -> NDArray[np.bool_]:
    """Which texts (n) a pattern describes; % is any text, _ one character, \\ takes the next as it is."""
    found = _regex(pattern)
    return np.fromiter((found.fullmatch(t) is not None for t in texts.tolist()), np.bool_, texts.size)


def _regex(pattern: str) -> re.Pattern[str]:
    """Each part between two % is sought once, from the left, and never again: no pattern takes long."""
    parts = [_literal(part) for part in re.split(r"(?<!\\)%", pattern)]
    if len(parts) == 1:
        return re.compile(parts[0], re.DOTALL)
    first, *middle, last = parts
    return re.compile(first + "".join(f"(?>.*?{part})" for part in middle if part) + ".*" + last, re.DOTALL)


def _literal(part: str) -> str:
    words = re.findall(r"\\(.)|(.)", part, re.DOTALL)
    return "".join("." if plain == "_" else re.escape(taken or plain) for taken, plain in words)
