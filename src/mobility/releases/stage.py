"""Stage a release: from released results, or from a release that was made elsewhere; whole, or not there at all."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from mobility import __version__
from mobility.errors import ConfigError, DataError, DeliveryError, MobilityError
from mobility.explain.delivered import provenance_of
from mobility.releases import opened
from mobility.releases.layout import MANIFEST, MEASURES, Manifest, problems_of_files, read_manifest, write_manifest
from mobility.releases.measures import INDEX, MadeFrom, stage_measures
from mobility.releases.measures import Index as Measures
from mobility.releases.pointer import FOLDER, PART, STAGING, committed, fail_unless_name, staged
from mobility.releases.progress import Progress
from mobility.releases.tables import copy_tables
from mobility.releases.texts import write_onet, write_texts
from mobility.settings import load_config, load_study, study_folder

RELEASED = "results/released"
CAREERS = "careers_lmi"
RESTRICTED = "restricted"
Prepare = Callable[[Path], None]


@dataclass(frozen=True)
class Asked:
    """What is to be staged.

    root : the project. delivered : a folder of released results, or a release. release : its name, by default the day.
    studies : by default those of `config.yaml` that are there. title : a line for whoever reads the answers.
    prepare : makes the index of the search in a release's folder.
    """

    root: Path
    delivered: Path
    release: str | None = None
    studies: Sequence[str] = ()
    title: str = ""
    prepare: Prepare | None = None


def stage(asked: Asked, today: date) -> Manifest:
    """Write the release into `releases/staging/`, under a name that ends in `.part` until it is whole.

    Raises
    ------
    DeliveryError
        What is wrong with arrays or files of the delivery, all of it.
    ConfigError
        A name that is taken or cannot be one; a folder that holds neither results nor a release.
    """
    folder = asked.root / FOLDER
    if RESTRICTED in asked.delivered.resolve().parts:
        raise ConfigError(f"{asked.delivered}: what is restricted cannot be released. Stage {RELEASED}.")
    name = asked.release or _free_name(folder, today)
    fail_unless_name(name)
    if name in [*committed(folder), *staged(folder)]:
        raise ConfigError(f"{folder}: there is a release `{name}`. Choose another name: --id NAME.")
    part, progress = folder / STAGING / f"{name}{PART}", Progress(folder, name)
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        made = _received(asked, name, part) if (asked.delivered / MANIFEST).is_file() else None
        manifest = made or _made(asked, name, part, today, progress)
        part.rename(folder / STAGING / name)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise DataError(f"{part}: cannot be written ({_why(error)}). Make room, then stage again.") from None
    except MobilityError as error:
        shutil.rmtree(part, ignore_errors=True)
        progress.end("refused", str(error).splitlines()[0])
        raise
    progress.end("staged")
    return manifest


def _why(error: OSError) -> str:
    """What the system says; a copied folder has a list of file, copy and reason, of which the first is told."""
    return error.strerror or str(error.args[0][0][-1])


def _free_name(folder: Path, today: date) -> str:
    taken = {*committed(folder), *staged(folder)}
    names = [today.isoformat(), *(f"{today.isoformat()}-{number}" for number in range(2, 1000))]
    return next(name for name in names if name not in taken)


def _received(asked: Asked, name: str, part: Path) -> Manifest:
    """A release that was made elsewhere, every file as its manifest says."""
    manifest = read_manifest(asked.delivered)
    problems = problems_of_files(asked.delivered, manifest)
    if problems:
        raise DeliveryError(problems, str(asked.delivered), "mobility release stage")
    shutil.copytree(asked.delivered, part, dirs_exist_ok=True)
    for path in part.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return write_manifest(part, replace(manifest, id=name, files={}))


def _made(asked: Asked, name: str, part: Path, today: date, progress: Progress) -> Manifest:
    """A release from released results: measures, texts, links, and the tables of every study."""
    measures = _measures(asked, part / MEASURES, progress)
    progress("texts and links", 0, 1)
    write_texts(asked.root, part)
    write_onet(asked.root, part)
    if asked.prepare:
        asked.prepare(part)
    config, studies = load_config(asked.root), {}
    names = _studies(asked, config.studies)
    for done, study in enumerate(names):
        progress("tables of studies", done, len(names))
        loaded = load_study(asked.root, study, config.choices.get(study))
        studies[study] = copy_tables(asked.root, config, loaded, asked.delivered, part)
    progress("hashes", 0, 1)
    manifest = Manifest(
        id=name,
        made=today.isoformat(),
        title=asked.title or ("Invented data: no finding" if measures.synthetic else "Printed jobs and pay"),
        synthetic=measures.synthetic,
        sources=tuple(measures.sources),
        choices={CAREERS: dict(measures.choices)} if measures.choices else {},
        studies=studies,
        code=__version__,
    )
    return write_manifest(part, manifest)


def _measures(asked: Asked, folder: Path, progress: Progress) -> Measures:
    delivered = asked.delivered / CAREERS / MEASURES
    if (delivered / INDEX).is_file() and (not asked.studies or CAREERS in asked.studies):
        config = load_config(asked.root)
        study = load_study(asked.root, CAREERS, config.choices.get(CAREERS))
        provenance = provenance_of(asked.root, config, study)
        sources = [one for one in (study.about.data.citation, provenance["label"]) if one]
        return stage_measures(delivered, folder, MadeFrom(bool(provenance["synthetic"]), sources), progress)
    if (asked.delivered / opened.STUDY).is_dir():
        progress("printed jobs and pay", 0, 1)
        return opened.stage_open(asked.delivered, asked.root, folder)
    raise ConfigError(
        f"{asked.delivered}: neither {CAREERS}/{MEASURES}/{INDEX} nor the tables of {opened.STUDY}, nor a release's "
        f"{MANIFEST}. Run `make report`, then `mobility release stage {RELEASED}`."
    )


def _studies(asked: Asked, configured: Sequence[str]) -> list[str]:
    for study in asked.studies:
        study_folder(asked.root, study, "--studies")
    return list(asked.studies) or [name for name in configured if (asked.delivered / name).is_dir()]
