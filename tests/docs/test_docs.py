"""The docs are true: reference pages equal the code, links lead somewhere, every command and setting is told."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from hexwatch_schemas import indicators
from hexwatch_schemas.errors import Exit
from hexwatch_schemas.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("docker/*.md")])


def test_reference_pages_are_those_the_code_makes() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "docs/reference.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8"))
    missing = [t for t in targets if "://" not in t and not (page.parent / t).exists()]
    assert not missing


def test_every_exit_code_is_told() -> None:
    text = (ROOT / "docs/operations.md").read_text("utf-8")
    assert all(f"| {int(code)} |" in text for code in Exit)


def test_every_setting_and_indicator_explains_itself() -> None:
    assert all(field.description for field in Settings.model_fields.values())
    assert all(i.formula and i.source for i in indicators.registry().values())
