"""Letters of five by eight dots, for legends and attributions in pictures: no font has to be installed anywhere."""

from __future__ import annotations

import unicodedata

import numpy as np
from numpy.typing import NDArray

from .image import Pixels

HEIGHT, ADVANCE = 8, 6  # dots of a line and of a letter with the gap behind it

# From blank to tilde: five columns of eight dots a letter, the lowest bit on top.
_DOTS = (
    "0000000000 00005f0000 0007000700 147f147f14 242a7f2a12 2313086462 3649562050 0008070300 001c224100 0041221c00 "
    "2a1c7f1c2a 08083e0808 0080703000 0808080808 0000606000 2010080402 3e5149453e 00427f4000 7249494946 2141494d33 "
    "1814127f10 2745454539 3c4a494931 4121110907 3649494936 464949291e 0000140000 0040340000 0008142241 1414141414 "
    "0041221408 0201590906 3e415d594e 7c1211127c 7f49494936 3e41414122 7f4141413e 7f49494941 7f09090901 3e41415173 "
    "7f0808087f 00417f4100 2040413f01 7f08142241 7f40404040 7f021c027f 7f0408107f 3e4141413e 7f09090906 3e4151215e "
    "7f09192946 2649494932 03017f0103 3f4040403f 1f2040201f 3f4038403f 6314081463 0304780403 6159494d43 007f414141 "
    "0204081020 004141417f 0402010204 4040404040 0003070800 2054547840 7f28444438 3844444428 384444287f 3854545418 "
    "00087e0902 18a4a49c78 7f08040478 00447d4000 2040403d00 7f10284400 00417f4000 7c04780478 7c08040478 3844444438 "
    "fc18242418 18242418fc 7c08040408 4854545424 04043f4424 3c4040207c 1c2040201c 3c4030403c 4428102844 4c9090907c "
    "4464544c44 0008364100 0000770000 0041360800 0201020402"
)
_LETTERS = np.array([list(bytes.fromhex(letter)) for letter in _DOTS.split()], np.uint8)


def dots(text: str) -> NDArray[np.bool_]:
    """A line (8, 6 a letter) of dots; accents are left out, what has no letter is a question mark."""
    plain = unicodedata.normalize("NFKD", text.replace("·", "-").replace("²", "2")).encode("ascii", "ignore").decode()
    codes = [ord(c) - 32 if " " <= c <= "~" else ord("?") - 32 for c in plain]
    columns = np.pad(_LETTERS[codes], ((0, 0), (0, 1))).reshape(-1) if codes else np.zeros(0, np.uint8)
    return (columns[None, :] >> np.arange(HEIGHT)[:, None] & 1).astype(np.bool_)


def write(picture: Pixels, x: int, y: int, text: str, *, size: int = 1) -> None:
    """Put a line into a picture in dark grey, cut off at its edge; its upper left corner is x, y."""
    line = dots(text).repeat(size, 0).repeat(size, 1)
    place = picture[y : y + line.shape[0], x : x + line.shape[1]]
    place[line[: place.shape[0], : place.shape[1]]] = (34, 34, 34, 255)
