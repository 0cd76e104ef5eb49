"""Write environment.yml from requirements.lock, so that conda users get the same pins. `make lock` runs it."""

import re
from pathlib import Path

HEADER = """\
# The pins of requirements.lock for conda users; written by `make lock`, never by hand.
# conda env create -f environment.yml && conda activate mobility
name: mobility
channels: [conda-forge, nodefaults]
dependencies:
  - python=3.11
  - pip
  - pip:
"""


def pins(lock: str) -> list[str]:
    """`name==version`, with its environment marker, of every requirement of a hashed lock file."""
    return [match.strip() for match in re.findall(r"^([A-Za-z0-9][^\s\\]*==[^\\\n]*)", lock, flags=re.MULTILINE)]


def environment(lock: str) -> str:
    """Text of environment.yml for a lock file."""
    return HEADER + "".join(f'      - "{pin}"\n' for pin in pins(lock))


if __name__ == "__main__":
    Path("environment.yml").write_text(environment(Path("requirements.lock").read_text()), encoding="utf-8")
