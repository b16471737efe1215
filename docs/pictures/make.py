"""Make the pictures of the manual anew, from a running demo: docs/pictures/make.py [ADDRESS].

Start the demo with HEXWATCH_CORS_ORIGINS='*' for them. It needs QGIS in Debian's Python, Chromium, and what
`./run test` installs. Look at what it made.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
IMAGES = HERE.parent / "images"
SYSTEM_PYTHON = "/usr/bin/python3"
COLOURS = 192  # a palette: a third of the bytes, and nobody sees a difference


def main(address: str = "http://127.0.0.1:8080") -> None:
    """Draw, then write each picture with few colours into docs/images."""
    with tempfile.TemporaryDirectory() as folder:
        for python, script in ((SYSTEM_PYTHON, "in_qgis.py"), (sys.executable, "in_browser.py")):
            subprocess.run([python, HERE / script, address, folder], check=True)  # noqa: S603 (our own scripts)
        for drawn in sorted(Path(folder).glob("*.png")):
            few = Image.open(drawn).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
            few.save(IMAGES / drawn.name, optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
