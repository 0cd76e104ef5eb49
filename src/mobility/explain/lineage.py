"""Where a frame's columns come from: source columns with their waves and codes, and the files that map the codes."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from mobility.errors import SpecError, nearest
from mobility.intake.lineage import numbered_runs, span
from mobility.readers import reader_of, requests
from mobility.settings import Config, Study

ENDS = ("origin_", "destination_")


def lineage(root: Path, config: Config, study: Study, frame: str, columns: Iterable[str]) -> list[str]:
    """Lines that say what columns of a frame are made from; a column that the study does not describe says so.

    Raises `SpecError` where `frames.yaml` names a variable that no source of the study has.
    """
    columns = list(dict.fromkeys(columns))
    spec = study.frames.get(frame)
    described = spec.columns if spec else {}
    if not described and len(study.mappings) == len(study.about.sources):
        plain = [column.removeprefix(ENDS[0]).removeprefix(ENDS[1]) for column in columns]
        return _variables(root, config, study, plain, everything=True)
    lines = [f"Frame `{frame}`: {spec.rows}"] if spec else []
    if not described and len(study.mappings) == len(study.about.sources):
        names = [column.removeprefix(ENDS[0]).removeprefix(ENDS[1]) for column in columns]
        return [*lines, *_variables(root, config, study, names, everything=True)]
    for column in columns:
        if column not in described:
            lines.append(f"  {column}: not described in frames.yaml")
            continue
        entry = described[column]
        made = ", ".join(map(span, numbered_runs(entry.sources))) or "the wave itself"
        lines.append(f"  {column} is made from {made}")
        lines += [f"    codes mapped by {study.folder}/groups/{name}.csv" for name in entry.groups]
    named = dict.fromkeys(name for column in columns if column in described for name in described[column].sources)
    return [*lines, *_variables(root, config, study, list(named))]


def frame_module(study: Study, frame: str) -> str:
    """File of the module that makes a frame."""
    spec = study.frames.get(frame)
    module = (spec and spec.module) or study.about.module
    return f"src/mobility/studies/{module}.py"


def _variables(root: Path, config: Config, study: Study, names: Sequence[str], everything: bool = False) -> list[str]:
    """Lines of every source on those of the names that it has; with `everything` on all that it has, if on none."""
    wanted = requests(root, config, [study])
    known = {place: list(reader_of(root, request.source).names(request)) for place, request in wanted.items()}
    allowed = list(dict.fromkeys(name for own in known.values() for name in own))
    strange = [name for name in names if name not in allowed]
    if strange and not everything:
        sources = ", ".join(request.source for request in wanted.values())
        hint = nearest(strange[0], allowed)
        raise SpecError(f"{study.folder}/frames.yaml: no `{strange[0]}` in {sources}; {hint}. Mend `from`.")
    lines: list[str] = []
    for place, request in wanted.items():
        own = [name for name in names if name in known[place]] or (known[place] if everything else [])
        lines += reader_of(root, request.source).describe(request, own) if own else []
    return lines
