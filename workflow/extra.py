"""The pinned packages of an extra of `pyproject.toml`, as pip takes them: `python workflow/extra.py slurm`."""

import sys
import tomllib
from pathlib import Path


def pins(name: str, project: Path = Path("pyproject.toml")) -> list[str]:
    """Requirements of the extra; raises `SystemExit` with those that there are where there is none of the name."""
    extras = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    if name not in extras:
        raise SystemExit(f"{project}: no extra `{name}`; there are: {', '.join(extras)}.")
    return extras[name]


if __name__ == "__main__":
    print(*pins(sys.argv[1]))
