"""Blocks of code on a page, and a desk at which somebody follows them literally.

Shell blocks run one after the other, with the folder and the variables that the one before left. `hexwatch serve` stays
up until the page ends. A block with a title is a file of that name. A block of `text` is what the one before it
printed; `…` stands for anything. `<!-- not run: REASON -->` before a block says why nobody can.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from fixtures.programs import serving

BASE = "http://127.0.0.1:8080"  # as pages write it
RUN = ("sh", "python")
DEMO = "./run demo"
SERVE = "hexwatch serve"
_BLOCK = re.compile(
    r"^(?:<!-- not run: (?P<reason>[^\n]+?) -->\n+)?```(?P<language>\w*)(?: title=\"(?P<title>[^\"]+)\")?[^\n]*\n"
    r"(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_KEEP = '\nexport -p > "$DESK/variables"; pwd > "$DESK/folder"\n'
_RESUME = '[ -e "$DESK/folder" ] && . "$DESK/variables" && cd "$(cat "$DESK/folder")"\nset -eu\n'


@dataclass(frozen=True)
class Block:
    """One fenced block; `line` is where it begins on its page."""

    language: str
    title: str | None
    reason: str | None
    code: str
    line: int


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    text = page.read_text("utf-8")
    return [
        Block(m["language"], m["title"], m["reason"], m["code"], text.count("\n", 0, m.start("code")))
        for m in _BLOCK.finditer(text)
    ]


class Desk:
    """A folder, variables, and a service where a page starts one."""

    def __init__(self, folder: Path, environment: Mapping[str, str], demo: str | None = None) -> None:
        self.folder, self.environment, self.demo = folder, dict(environment), demo
        self.address, self.printed = BASE, ""
        self._open = ExitStack()

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def follow(self, page: Path) -> int:
        """Do all that a page says; the number of blocks that ran."""
        done = 0
        for block in blocks(page):
            try:
                done += self._do(block)
            except AssertionError as error:
                raise AssertionError(f"{page.name}:{block.line}: {error}") from None
        return done

    def _do(self, block: Block) -> bool:
        code = block.code.replace(BASE, self.address)
        if block.reason:
            return False
        if block.title:
            (self.folder / block.title).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / block.title).write_text(code, "utf-8")
        elif block.language == "text":
            compare(code, self.printed)
        elif block.language in RUN:
            self._run(block.language, code)
            return True
        return False

    def _run(self, language: str, code: str) -> None:
        if language == "python":
            self._shell(f"{shlex.quote(sys.executable)} - <<'PYTHON'\n{code}\nPYTHON")
        elif DEMO in code:
            assert self.demo, "this page has no demo"
            self.address = self.demo
        elif SERVE in code:
            self.address = self._open.enter_context(serving(self.environment))
        else:
            self._shell(code)

    def _shell(self, code: str) -> None:
        state = self.folder.parent / f"{self.folder.name}-desk"
        state.mkdir(exist_ok=True)
        done = subprocess.run(
            ["bash", "-c", _RESUME + code + _KEEP], cwd=self.folder, env=self.environment | {"DESK": str(state)},
            capture_output=True, text=True, check=False, timeout=100, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        self.printed = done.stdout + done.stderr
        assert done.returncode == 0, f"{code}\nended with {done.returncode}:\n{self.printed}"


def compare(wanted: str, printed: str) -> None:
    """Every wanted line stands in what was printed, in order; `…` is anything."""
    rest = printed
    for line in filter(None, map(str.strip, wanted.splitlines())):
        found = re.search(".*".join(map(re.escape, line.split("…"))), rest)
        assert found, f"{line!r} was not printed, or not in this order:\n{printed}"
        rest = rest[found.end() :]
