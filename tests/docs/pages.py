"""The pages of the manual and of the repository: their links, their anchors, their blocks of code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MANUAL = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *MANUAL.glob("**/*.md"), *ROOT.glob("docker/*.md")])

_FENCED = re.compile(r"^(`{3,}).*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"\]\(([^)\s]+)[^)]*\)")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


def name(page: Path) -> str:
    """A page as a person would say it."""
    return str(page.relative_to(ROOT))


def links(page: Path) -> list[str]:
    """Targets within the repository, as they are written."""
    prose = _CODE.sub("", _FENCED.sub("", page.read_text("utf-8")))
    return [target for target in _LINK.findall(prose) if "://" not in target and not target.startswith("mailto:")]


def code(page: Path) -> list[str]:
    """Lines of shell that begin with the command: in blocks, and in sentences where they are more than its name."""
    text = page.read_text("utf-8")
    blocks = [line.strip() for block in _FENCED.finditer(text) for line in block.group().splitlines()]
    spans = [span.strip("`") for span in _CODE.findall(_FENCED.sub("", text))]
    made_here = {found.replace("_", "-") for found in re.findall(r"^def (\w+)\(", text, re.MULTILINE)}
    told = [line for line in [*blocks, *spans] if re.match(r"hexwatch [a-z-]", line) and "…" not in line]
    return [line for line in told if line.split()[1] not in made_here]


def anchors(page: Path) -> set[str]:
    """Anchors of the headings, as the builder of the manual makes them (Python-Markdown's toc)."""
    found: set[str] = set()
    for heading in _HEADING.findall(_FENCED.sub("", page.read_text("utf-8"))):
        found.add(next(candidate for candidate in _numbered(_slug(heading)) if candidate not in found))
    return found


def _slug(heading: str) -> str:
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading)
    text = re.sub(r"[^\w\s-]", "", text.encode("ascii", "ignore").decode())
    return re.sub(r"[-\s]+", "-", text.strip().lower())


def _numbered(slug: str) -> Iterator[str]:
    yield slug
    yield from (f"{slug}_{number}" for number in range(1, 100))
