"""`mobility check`: everything wrong with a delivery, or with all that a study reads, before any run."""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mobility.cli.parser import SOURCE, Commands, is_absent
from mobility.errors import EXIT_CODE, ConfigError, DeliveryError, nearest
from mobility.settings import (
    STUDY_FOLDERS,
    SYNTHETIC,
    Config,
    Study,
    is_mapped,
    load_config,
    load_study,
    load_waves,
    source_names,
)
from mobility.settings.waves import places_apart

if TYPE_CHECKING:
    from mobility.intake.reader import Request


def add_check(commands: Commands) -> None:
    """Add `check`, which looks at deliveries, to the parser of commands."""
    check = commands.add_parser("check", help="look at a delivery before any run, and list everything wrong with it")
    check.add_argument(
        "path",
        nargs="*",
        help="folder of the delivery, or folders, by default those of config.yaml; or a study, with all that it reads",
    )
    check.add_argument("--source", help=f"a folder of sources/ (default {SOURCE})")
    check.add_argument("--waves", help="for example a-h, or 2014-2018 for ons_flows; by default those of config.yaml")
    check.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> int:
    config, root, folders = load_config(Path()), Path(), tuple(options.path)
    study = _named_study(folders)
    if study is not None:
        return _check_study(root, config, study, options)
    if not (folders or options.source or options.waves):
        return _check_configured(root, config)
    source, named = options.source or SOURCE, f" --source {options.source}" if options.source else ""
    if is_mapped(root, source):
        raise ConfigError(_of_one_study(root, source))
    _fail_if_absent(folders)
    found = folders or config.sources.get(source, ())
    if not found:
        raise ConfigError(f"config.yaml says nothing about the source {source}. Run `mobility check FOLDER{named}`.")
    if found == (SYNTHETIC,):
        print(_invented(source, named))
        return 0
    studies = [load_study(root, name) for name in config.studies]
    return _check_source(root, _given(root, config, source, found, options.waves, studies), source, studies)


def _check_configured(root: Path, config: Config) -> int:
    """Look at every delivery that the settings name; those that are invented are named in a line."""
    studies = [load_study(root, name) for name in config.studies]
    invented = [source for source, found in config.sources.items() if found == (SYNTHETIC,)]
    if invented:
        print(
            f"config.yaml, sources: {', '.join(invented)}: `synthetic`, so that the run writes invented deliveries by "
            "itself.\nTo look at your own: mobility check FOLDER --source SOURCE. To write an invented one: mobility "
            "simulate FOLDER --source SOURCE.\n"
        )
    codes = [0]
    for source in config.sources:
        if source not in invented:
            try:
                codes.append(_check_source(root, config, source, studies))
            except DeliveryError as error:  # the other sources are looked at all the same
                print(error)
                codes.append(EXIT_CODE)
    return max(codes)


def _given(
    root: Path, config: Config, source: str, folders: tuple[str, ...], text: str | None, studies: Sequence[Study]
) -> Config:
    """The settings with the folders of a source and, where they are given, the waves of all studies."""
    config = replace(config, sources={**config.sources, source: folders})
    if not text:
        return config
    waves = {**config.waves, source: load_waves(root, source).parse(text, "--waves")}
    return replace(config, waves=waves, apart=places_apart(waves, root, studies))


def _check_source(root: Path, config: Config, source: str, studies: Sequence[Study]) -> int:
    """Look at a delivery once for each panel that studies read from it."""
    from mobility.readers import reader_of

    found = [reader_of(root, source).check(*wanted) for wanted in _wanted_of(root, config, source, studies)]
    print("\n\n".join(report.text for report in found))
    problems = any(report.problems for report in found)
    if problems:
        print(_other_source(config.sources[source], source), end="")
    return EXIT_CODE if problems else 0


def _check_study(root: Path, config: Config, study: Study, options: argparse.Namespace) -> int:
    """Look at everything that one study reads, or at one source of it: its own files, and deliveries."""
    uses = [use for use in study.about.sources.values() if use.name not in study.mappings]
    sources = list(dict.fromkeys(use.source for use in uses if options.source in (None, use.source)))
    if options.source and not sources:
        raise ConfigError(f"--source: {study.name} does not read `{options.source}`. Leave it out.")
    codes = [_check_mapped(study)] if study.mappings and not options.source else []
    for source in sources:
        if codes:
            print()
        codes.append(_check_source_of(root, config, study, source, options.waves))
    for line in _editions(root, config, study) if len(sources) > 1 else []:
        print(f"\n{line}")
    return max(codes)


def _check_source_of(root: Path, config: Config, study: Study, source: str, waves: str | None) -> int:
    """Look at the delivery of one source of a study, where `config.yaml` says that it lies."""
    if config.is_synthetic(source):
        print(_invented(source, f" --source {source}"))
        return 0
    folders = config.sources.get(source, ())
    if not folders:
        raise ConfigError(
            f"config.yaml, sources: nothing about {source}, which {study.name} reads. Write `{source}: FOLDER` "
            f"there, or run `mobility check FOLDER --source {source} --waves WAVES`."
        )
    return _check_source(root, _given(root, config, source, folders, waves, [study]), source, [study])


def _editions(root: Path, config: Config, study: Study) -> list[str]:
    """Files of one name that sources of a study have in different editions, as where each names a folder of its own."""
    from mobility.readers import reader_of, requests
    from mobility.storage import file_hash

    held: dict[str, dict[str, str]] = {}
    for request in requests(root, config, [study]).values():
        if request.folders and not config.is_synthetic(request.source):
            for path in reader_of(root, request.source).files(request):
                held.setdefault(Path(path).name.lower(), {})[request.source] = path
    common = {name: paths for name, paths in held.items() if len(set(paths.values())) > 1}
    return [
        f"Worth knowing: {name} of {' and of '.join(paths)} differ ({', '.join(paths.values())}), so that the sources "
        "are of different editions. Take both from one, or expect persons whom one of them lacks."
        for name, paths in common.items()
        if len({file_hash(path) for path in paths.values()}) > 1
    ]


def _invented(source: str, named: str) -> str:
    """What is said of a source that is invented."""
    return (
        f"config.yaml, sources.{source} is `synthetic`: the run writes an invented delivery by itself.\n"
        f"To look at your own: mobility check FOLDER{named}. "
        f"To write an invented one: mobility simulate FOLDER{named}."
    )


def _of_one_study(root: Path, source: str) -> str:
    """What is said where a study's own file is looked for as if it were a source with a register."""
    studies = [
        path.parent.name
        for parent in STUDY_FOLDERS
        for path in sorted((root / parent).glob("*/study.yaml"))
        if load_study(root, path.parent.name).about.reads(source)
    ]
    return (
        f"--source: `{source}` is a study's own file, which the study's mapping.yaml describes. Name the study: "
        f"mobility check STUDY, where STUDY is one of {', '.join(studies) or 'those that `mobility new-study` writes'}."
    )


def _fail_if_absent(folders: Sequence[str]) -> None:
    """Raise `ConfigError` where what is to be looked at is neither a folder or file nor a study."""
    for given in folders:
        if is_absent(given):
            studies = [path.parent.name for parent in STUDY_FOLDERS for path in Path(parent).glob("*/study.yaml")]
            raise ConfigError(
                f"{given}: no such folder, and no study; {nearest(Path(given).name, studies)}. Run "
                "`mobility check FOLDER` with the folder that you unpacked, or `mobility check STUDY`."
            )


def _wanted_of(
    root: Path, config: Config, source: str, studies: Sequence[Study]
) -> list[tuple["Request", list[Study]]]:
    """Each panel that studies read from a source, with these studies; the source alone where none does."""
    from mobility.intake.reader import Request
    from mobility.readers import requests

    studies = [study for study in studies if study.about.reads(source)]
    wanted = [request for request in requests(root, config, studies).values() if request.source == source]
    if not wanted:
        return [(Request(root, source, source, config.delivery(source), config.waves_of(source, "")), [])]
    return [
        (request, [study for study in studies if request.place in config.places(study).values()]) for request in wanted
    ]


def _other_source(folders: Sequence[str], named: str) -> str:
    """What to type where folders hold files of another source than the one they were looked at for; empty elsewhere."""
    from mobility.intake.check import check_command
    from mobility.intake.reader import Request
    from mobility.readers import reader_of

    def files(source: str) -> int:
        try:
            return reader_of(Path(), source).held(Request(Path(), source, source, tuple(folders)))
        except DeliveryError:  # of several folders one holds none of it
            return 0

    if files(named):
        return ""
    held = [(source, files(source)) for source in source_names(Path()) if source != named and files(source)]
    lines = [f"{count} of its files are of {name}: {check_command(folders, name)}\n" for name, count in held]
    return "".join(lines)


def _named_study(paths: Sequence[str]) -> Study | None:
    """The study whose name or folder is given alone."""
    given = paths[0] if len(paths) == 1 else ""
    name = Path(given).name
    folders = [Path(parent) / name for parent in STUDY_FOLDERS] if name else []
    found = [folder for folder in folders if (folder / "study.yaml").is_file()]
    typed = any(given in (name, str(folder), f"{folder}/") for folder in found)
    return load_study(Path(), name) if typed else None


def _check_mapped(study: Study) -> int:
    """Look at the files of its own that a study reads."""
    from mobility.readers import reader_of, requests

    own = {place for source, place in study.places.items() if source in study.mappings}
    wanted = requests(Path(), load_config(Path()), [study])
    found = [reader_of(Path(), wanted[place].source).check(wanted[place], [study]) for place in sorted(own)]
    print("\n\n".join(report.text for report in found))
    return EXIT_CODE if any(report.problems for report in found) else 0
