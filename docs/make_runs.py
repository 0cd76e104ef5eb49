"""Fill the blocks of the documentation that show what is printed, from a run of one study on real, open data.

A block is the fenced text below `<!-- run: COMMAND -->`, and shows what COMMAND prints. Where the mark goes on with
`| WORDS | WORDS`, only lines with one of these words stand, and `...` for those between. What differs between machines,
or with every change of the code, stands as `…`: seconds, and places in files of code.

.venv/bin/python docs/make_runs.py
"""

import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path += [str(ROOT / "tests"), str(ROOT / "workflow")]

from projects import project, run  # noqa: E402  a copy of the project to run, as the tests have it

COMMAND = ".venv/bin/python docs/make_runs.py"
STUDY = "keane_wolpin_1997"
BLOCK = re.compile(
    r"(?P<mark> *<!-- run: (?P<command>[^|>]+?)(?P<only>(?: \| [^|>]+?)*) -->\n)(?P<fence> *```text\n).*?(?= *```\n)",
    re.DOTALL,
)
CHANGING = ((r"\d+(\.\d+)? s\b", "… s"), (r"(\.py, line) \d+", r"\1 …"))
NOISE = "Using workflow specific profile"  # a line of Snakemake
ELIDED = "..."
Told = Callable[[str], str]


def pages(root: Path, told: Told) -> dict[Path, str]:
    """Every page of the documentation with marked blocks, filled; `told` gives what a command prints."""
    texts = {
        path: path.read_text(encoding="utf-8") for path in [root / "README.md", *sorted(root.glob("docs/**/*.md"))]
    }
    marked = {path: text for path, text in texts.items() if BLOCK.search(text)}
    return {path: BLOCK.sub(lambda block: _filled(block, told), text) for path, text in marked.items()}


def _filled(block: re.Match[str], told: Told) -> str:
    """A block with what its command prints, indented as its fence is."""
    indent = re.match(" *", block["fence"])[0]
    lines = [line for line in settled(told(block["command"])).splitlines() if NOISE not in line]
    words = [word.strip() for word in block["only"].split(" | ")[1:]]
    kept = [f"{indent}{line}\n" if line else "\n" for line in (_only(lines, words) if words else lines)]
    return "".join([block["mark"], block["fence"], *kept])


def settled(text: str) -> str:
    """What is printed, without what differs between machines."""
    for pattern, dots in CHANGING:
        text = re.sub(pattern, dots, text)
    return text.strip("\n")


def _only(lines: list[str], words: list[str]) -> list[str]:
    """Lines with one of the words, and `...` for each run of others between or after them."""
    kept: list[str] = []
    for line in lines:
        if any(word in line for word in words):
            kept.append(line)
        elif kept and kept[-1].strip() != ELIDED:
            kept.append(re.match(" *", line)[0] + ELIDED)
    return kept


def told_in(folder: Path) -> Told:
    """What commands print in a copy of the project in `folder`, which is run first: `make report` of one study."""
    first = run(project(folder, studies=[STUDY], waves={}))
    if first.returncode:
        raise SystemExit(first.stderr)

    def told(command: str) -> str:
        if command == "make report":
            return first.stderr
        words = [sys.executable, "-m", "mobility.cli", *shlex.split(command.removeprefix(".venv/bin/mobility "))]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    return told


def main() -> None:
    """Write the pages."""
    with tempfile.TemporaryDirectory() as place:
        for path, text in pages(ROOT, told_in(Path(place) / "project")).items():
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
