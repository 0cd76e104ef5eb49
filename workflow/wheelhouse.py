"""A folder of packages for machines without internet: `make wheelhouse` fills it, `WHEELHOUSE=FOLDER` sets up from it.

python workflow/wheelhouse.py pack FOLDER [--platform win_amd64] [--python 3.11]
python workflow/wheelhouse.py install FOLDER

It runs before anything is installed, so it imports what Python brings alone: the standard library and pip.
"""

import argparse
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from pip._vendor.packaging.markers import Marker
from pip._vendor.packaging.tags import parse_tag, sys_tags

LOCK = Path("requirements.lock")
BUNDLE, SUMS = "mobility.bundle", "SHA256SUMS"
EXIT_CODE = 2
SHOWN = 5
SYSTEMS = {"win": "win32", "macosx": "darwin", "manylinux": "linux", "musllinux": "linux", "linux": "linux"}
MACHINE = re.compile(r"(x86_64|aarch64|arm64|amd64)$")


class WheelhouseError(Exception):
    """A folder that cannot be filled or used; the message says what, where and the next command."""


@dataclass(frozen=True)
class Pin:
    """A requirement of the lock file: `name==version`, and the hashes of the files that may be it."""

    requirement: str
    hashes: frozenset[str]

    @property
    def name(self) -> str:
        """Its name, as names are compared."""
        return plain(self.requirement.split("==")[0])

    @property
    def version(self) -> str:
        """Its version."""
        return self.requirement.split("==")[1]


def plain(name: str) -> str:
    """A package's name in the one spelling of all its spellings."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lock: str, environment: dict[str, str]) -> list[Pin]:
    """The requirements of a hashed lock file whose marker holds here, or where `environment` says."""
    found = []
    for entry in re.split(r"\n(?=\S)", lock.strip()):
        requirement, _, marker = entry.splitlines()[0].removesuffix("\\").partition(";")
        if not marker or Marker(marker.strip()).evaluate(environment):
            found.append(Pin(requirement.strip(), frozenset(re.findall(r"sha256:(\w+)", entry))))
    return found


def environment_of(platform_tag: str | None, python: str | None) -> dict[str, str]:
    """What markers ask of another machine: its system and processor by the tag of its wheels, its Python by `3.11`."""
    found = {"python_version": python, "python_full_version": f"{python}.0"} if python else {}
    if platform_tag:
        system = next((name for start, name in SYSTEMS.items() if platform_tag.startswith(start)), None)
        machine = MACHINE.search(platform_tag)
        if not (system and machine):
            raise WheelhouseError(
                f"--platform {platform_tag}: no tag of a system and processor. Write one as in the names of wheels: "
                "win_amd64, macosx_12_0_arm64, manylinux_2_28_x86_64."
            )
        found |= {"sys_platform": system, "platform_machine": machine[1].replace("amd64", "AMD64")}
    return found


def pack(folder: Path, platforms: list[str], python: str | None) -> None:
    """Fetch every file of the lock that a machine needs, checked by hash, and the project as a git bundle.

    Raises
    ------
    WheelhouseError
        The folder is there already; pip cannot fetch a package; a platform that is none.
    """
    if folder.exists():
        raise WheelhouseError(
            f"{folder} is there already, and what it holds may be older than {LOCK}. Delete it, or name another: "
            "`make wheelhouse WHEELHOUSE=FOLDER`."
        )
    wanted = pins(LOCK.read_text(encoding="utf-8"), environment_of(next(iter(platforms), None), python))
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    target = [f"--platform={tag}" for tag in platforms] + [f"--python-version={python}"] * bool(python)
    _download(wanted, part, target)
    _bundle(part / BUNDLE)
    lines = [f"{digest}  {path.name}\n" for digest, path in digests(part).items()]
    (part / SUMS).write_text("".join(lines), encoding="utf-8")
    part.rename(folder)
    size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    print(f"{folder}: {len(wanted)} packages, {size:.0f} MB with the project. Use it: `make report WHEELHOUSE=FOLDER`")


def _download(wanted: list[Pin], folder: Path, target: list[str]) -> None:
    listed = folder / "wanted.txt"
    hashed = (" ".join([pin.requirement, *(f"--hash=sha256:{each}" for each in sorted(pin.hashes))]) for pin in wanted)
    listed.write_text("\n".join(hashed), encoding="utf-8")
    how = ["--quiet", "--no-deps", "--require-hashes", "-r", str(listed), "-d", str(folder), *target]
    done = subprocess.run([sys.executable, "-m", "pip", "download", *how], check=False)
    if done.returncode:
        raise WheelhouseError(
            "The wheelhouse was not made: pip says above what it could not fetch. No connection: mend it and type "
            "`make wheelhouse` again. No file for that system and Python: make it on a machine like the lab's."
        )
    listed.unlink()


def _bundle(path: Path) -> None:
    """The project as committed, for `git clone`; a note where that is not all of it."""
    if _git("rev-parse", "--is-shallow-repository") != "false":
        print(f"No {BUNDLE}: this folder is no full git checkout. Carry the project's folder in too.", file=sys.stderr)
        return
    _git("bundle", "create", "--quiet", str(path.resolve()), "HEAD")
    if _git("status", "--porcelain"):
        print(f"{BUNDLE} holds the last commit; changes that are not committed are not in it.", file=sys.stderr)


def _git(*words: str) -> str:
    """What git prints; nothing where there is no git or it refuses."""
    if not shutil.which("git"):
        return ""
    return subprocess.run(["git", *words], capture_output=True, text=True, check=False).stdout.strip()


def digests(folder: Path) -> dict[str, Path]:
    """The files of a wheelhouse by their SHA-256."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != SUMS)
    return {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in files}


def install(folder: Path) -> None:
    """Install the lock's packages and the project from a wheelhouse alone: no index, no settings of pip, no cache.

    Raises
    ------
    WheelhouseError
        The folder is not there or does not serve this machine; pip fails.
    """
    fail_if_unfit(folder)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    alone = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": folder.resolve().as_uri()}
    quiet = {"PIP_NO_CACHE_DIR": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    for what in (["--require-hashes", "-r", str(LOCK)], ["--no-deps", "--editable", "."]):
        command = [sys.executable, "-m", "pip", "install", "--quiet", *what]
        if subprocess.run(command, env=kept | alone | quiet, check=False).returncode:
            raise WheelhouseError(
                f"The set-up from {folder} stopped; pip says above why. Mend it and type the command again."
            )


def fail_if_unfit(folder: Path) -> None:
    """Raise `WheelhouseError` where a wheelhouse lacks what the lock asks for on this machine."""
    if not folder.is_dir():
        raise WheelhouseError(
            f"WHEELHOUSE={folder}: no such folder. Give the folder that `make wheelhouse` made on a connected machine, "
            "for example `make report WHEELHOUSE=../wheelhouse`."
        )
    wanted = pins(LOCK.read_text(encoding="utf-8"), {})
    there = digests(folder)
    unfit = [f"{pin.requirement}: {why}" for pin in wanted if (why := why_unfit(pin, there))]
    if unfit:
        more = [f"and {len(unfit) - SHOWN} more"] * (len(unfit) > SHOWN)
        lines = "".join(f"\n  {line}" for line in unfit[:SHOWN] + more)
        raise WheelhouseError(
            f"{folder}: {len(unfit)} of the {len(wanted)} packages of {LOCK} cannot be installed from it with "
            f"Python {platform.python_version()} on {platform.system()} {platform.machine()}:{lines}\n"
            "On a connected machine with this project, the same system, processor and Python: `make wheelhouse`. Carry "
            "the folder in, then type `make report WHEELHOUSE=FOLDER` again."
        )


def why_unfit(pin: Pin, there: dict[str, Path]) -> str:
    """Why none of the files `there` (by SHA-256) serves for a requirement on this machine; nothing where one does."""
    right = [path for digest, path in there.items() if digest in pin.hashes]
    if any(_usable(path) for path in right):
        return ""
    if right:
        return f"made for another Python or system ({', '.join(path.name for path in right)})"
    alike = {path.name for path in there.values() if plain(path.name).startswith(f"{pin.name}-")}
    of_version = [name for name in alike if plain(name).startswith(plain(f"{pin.name}-{pin.version}-"))]
    if of_version:
        return f"not the file that was published, by its SHA-256: damaged or changed ({', '.join(sorted(of_version))})"
    return f"missing ({', '.join(sorted(alike))} will not do)" if alike else "missing"


def _usable(path: Path) -> bool:
    """Whether a wheel is for this Python and system; a source archive is for all."""
    if path.suffix != ".whl":
        return True
    return not parse_tag("-".join(path.stem.split("-")[-3:])).isdisjoint(sys_tags())


def main() -> int:
    """What the command line says; exit code 2 for what a user can mend."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("task", choices=["pack", "install"])
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--platform", action="append", default=[], help="pack for another system, as in names of wheels"
    )
    parser.add_argument("--python", help="pack for another Python, such as 3.12")
    asked = parser.parse_args()
    try:
        if asked.task == "pack":
            pack(asked.folder, asked.platform, asked.python)
        else:
            install(asked.folder)
    except WheelhouseError as error:
        print(error, file=sys.stderr)
        return EXIT_CODE
    return 0


if __name__ == "__main__":
    sys.exit(main())
