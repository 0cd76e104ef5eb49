"""The README of a replication package, in the order of the template of the social science data editors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mobility.access.register import listed
from mobility.package.programs import Program
from mobility.render.table import citation
from mobility.settings import SYNTHETIC, Config, Study
from mobility.settings.sources import shipped_with
from mobility.storage import read_rows, read_yaml

KEY = "key"  # of `disclosure`: where the secret lies by which numbers are rounded
DELIVERED = "data"  # folder of a package into which who replicates puts the files of a source


@dataclass(frozen=True)
class SourceStatement:
    """What the README says of one thing that was read.

    place : name under which its panel lies. label, citation, access : as its source or study says. waves : in words.
    files : name, size and hash of each. synthetic : whether it is invented. numbers : study numbers of the archive.
    where : whether it is in the package, or where to put it.
    """

    place: str
    label: str
    access: str
    citation: str
    waves: str
    files: tuple[Mapping[str, str], ...]
    synthetic: bool
    numbers: tuple[str, ...]
    where: str


@dataclass(frozen=True)
class Package:
    """Everything that README and metadata say: config and studies, the manifest, programs, and sizes of files."""

    root: Path
    config: Config
    studies: Sequence[Study]
    record: Mapping[str, Any]
    programs: Sequence[Program]
    files: Mapping[str, str]

    @cached_property
    def sources(self) -> list[SourceStatement]:
        """Statements on what was read, by the names under which it lies."""
        return [self._statement(place, found) for place, found in self.record["sources"].items()]

    def _statement(self, place: str, found: Mapping[str, Any]) -> SourceStatement:
        folder = self.config.sources.get(found["source"], ())
        shipped = shipped_with(self.root, found["source"])
        own = "in this package" if found["access"] == "open" else "not in this package"
        where = "invented by the run itself" if found["synthetic"] else own
        if folder and folder != (SYNTHETIC,) and not shipped:
            where = f"not in this package; put into `{DELIVERED}/{found['source']}`"
        files = found["files"]
        packages = [study for study in self.studies if place in self.config.places(study).values()]
        if any(":" in _file_of(mapping) for study in packages for mapping in study.mappings.values()):
            where = "in a package of requirements.lock"
        return SourceStatement(
            place,
            found["label"],
            found["access"],
            found.get("citation", ""),
            f"{found.get('wave_word', 'wave')}s {found['waves_shown']}" if found.get("waves_shown") else "",
            tuple(files),
            bool(found["synthetic"]),
            study_numbers(self.root, found),
            where,
        )

    @property
    def reports(self) -> list[str]:
        """The published works that the studies reproduce."""
        return list(dict.fromkeys(cited for study in self.studies if (cited := citation(study.about))))

    @property
    def licences(self) -> list[str]:
        """Licences of data as the studies name them."""
        return list(dict.fromkeys(study.about.data.licence for study in self.studies if study.about.data.licence))

    @property
    def all_open(self) -> bool:
        """Whether all data are open or invented."""
        return all(source.synthetic or source.access == "open" for source in self.sources)

    @property
    def took(self) -> str:
        """Measured time of all steps one after the other."""
        seconds = self.record["times"]["seconds"]
        return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"


def study_numbers(root: Path, found: Mapping[str, Any]) -> tuple[str, ...]:
    """Numbers of an archive's studies that the files of a source are of, by the register that gave them their class.

    Of a data set with a number for each wave, those of the waves that were read, as the source's `waves.csv` has them.
    """
    files = {(each["file"], each.get("access", found["access"])) for each in found["files"]}
    known = [row for row in listed() if any(row.access == access and row.has(name) for name, access in files)]
    waves = root / "sources" / found["source"] / "waves.csv"
    of_waves = {row["wave"]: row.get("study_number", "") for row in read_rows(waves)} if waves.is_file() else {}
    read = {of_waves.get(str(wave), "") for wave in found.get("waves", ())}
    numbers = [row.numbers if len(row.numbers) == 1 else sorted(read.intersection(row.numbers)) for row in known]
    return tuple(dict.fromkeys(number for own in numbers for number in own))


def _file_of(mapping: Path) -> str:
    named = read_yaml(mapping).get("file", "") if mapping.is_file() else ""
    return named if isinstance(named, str) else ""


def config_text(root: Path, config: Config) -> str:
    """`config.yaml` for whoever replicates: a folder of the package stands where one of this machine did."""
    import yaml

    own = {
        name: f"{DELIVERED}/{name}"
        for name, folders in config.sources.items()
        if folders != (SYNTHETIC,) and folders != (shipped_with(root, name),)
    }
    raw = read_yaml(root / "config.yaml")
    if not own and KEY not in raw["disclosure"]:
        return (root / "config.yaml").read_text(encoding="utf-8")
    told = {name: value for name, value in raw["disclosure"].items() if name != KEY}
    raw = {**raw, "sources": {**raw["sources"], **own}, "disclosure": told}
    head = "# As it was run, but for the folders of the data: put the files that README.md names there.\n"
    return head + yaml.safe_dump(raw, sort_keys=False, allow_unicode=True, width=120)


def readme(package: Package) -> str:
    """README.md of a package."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    templates = Environment(
        loader=PackageLoader("mobility.package"), trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    templates.filters["cell"] = lambda text: " ".join(str(text).split()).replace("|", r"\|")
    return templates.get_template("README.md.j2").render(package=package, record=package.record, DELIVERED=DELIVERED)
