"""Where a frame's columns come from: source columns with their waves and codes, and the files that map the codes."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from mobility.errors import SpecError, nearest
from mobility.intake.lineage import numbered_runs, span
from mobility.intake.reader import Request
from mobility.readers import reader_of, requests
from mobility.render.origins import Made, Variable
from mobility.settings import Config, Study

ENDS = ("origin_", "destination_")
KEYS = ("person", "wave", "year")  # of a file of one's own: the columns that its rows are told apart by
NOT_DESCRIBED = "not described in frames.yaml"


def lineage(root: Path, config: Config, study: Study, frame: str, columns: Iterable[str]) -> list[str]:
    """Lines that say what columns of a frame are made from; a column that the study does not describe says so.

    Raises `SpecError` where `frames.yaml` names a variable that no source of the study has.
    """
    wanted = requests(root, config, [study])
    made = made_from(study, wanted, frame, columns)
    names = dict.fromkeys(name for one in made for name in one.sources)
    behind = variables(study, wanted, list(names))
    described = study.frames.get(frame)
    head = [f"Frame `{frame}`: {described.rows}"] if described else []
    return [*head, *(line for one in made for line in made_lines(one)), *source_lines(behind.values())]


def made_lines(made: Made) -> list[str]:
    """What one column is made from, in words."""
    if not made.sources and NOT_DESCRIBED in made.files:
        return [f"  {made.column}: {NOT_DESCRIBED}"]
    words = ", ".join(map(span, numbered_runs(made.sources))) or "the wave itself"
    return [f"  {made.column} is made from {words}", *(f"    codes mapped by {file}" for file in made.files)]


def source_lines(found: Iterable[Variable]) -> list[str]:
    """Lines of several variables, each heading once before those that it is of."""
    under: dict[str, list[str]] = {}
    for variable in found:
        head = ""
        for line in variable.lines:
            head = head if line.startswith(" ") else line
            own = under.setdefault(head, [])
            own += [line] if line != head else []
    return [line for head, lines in under.items() for line in (head, *lines)]


def made_from(study: Study, wanted: Mapping[str, Request], frame: str, columns: Iterable[str]) -> list[Made]:
    """What each column is made from.

    Of a study of files of its own that describes no columns it is the variable of the same name, less `origin_` or
    `destination_`; where no variable has it, any of them, but for the keys of its rows.
    """
    spec, columns = study.frames.get(frame), list(dict.fromkeys(columns))
    described = spec.columns if spec else {}
    if not described and len(study.mappings) == len(study.about.sources):
        known = tuple(dict.fromkeys(name for request in wanted.values() for name in names_of(request)))
        plain = {column: column.removeprefix(ENDS[0]).removeprefix(ENDS[1]) for column in columns}
        unnamed = {column: () if column in KEYS else known for column in columns}
        return [Made(column, (name,) if name in known else unnamed[column]) for column, name in plain.items()]
    return [
        Made(
            column,
            described[column].sources,
            tuple(f"{study.folder}/groups/{name}.csv" for name in described[column].groups),
        )
        if column in described
        else Made(column, (), (NOT_DESCRIBED,))
        for column in columns
    ]


def variables(study: Study, wanted: Mapping[str, Request], names: Sequence[str]) -> dict[str, Variable]:
    """What stands behind variables in every source that has them, a numbered run of them together, by a key."""
    return Variables(study, wanted).of(names)


class Variables:
    """What stands behind the variables of a study, each looked up once; several sets of them differ by `prefix`."""

    def __init__(self, study: Study, wanted: Mapping[str, Request], prefix: str = "") -> None:
        self.study, self.wanted, self.prefix = study, wanted, prefix
        self.known = {place: names_of(request) for place, request in wanted.items()}
        self.found: dict[str, Variable] = {}

    def of(self, names: Sequence[str]) -> dict[str, Variable]:
        """As `variables`; raises `SpecError` on a name that no source has."""
        allowed = list(dict.fromkeys(name for own in self.known.values() for name in own))
        for name in [name for name in names if name not in allowed]:
            sources = ", ".join(request.source for request in self.wanted.values())
            hint = nearest(name, allowed)
            raise SpecError(f"{self.study.folder}/frames.yaml: no `{name}` in {sources}; {hint}. Mend `from`.")
        ends = {
            "--".join(dict.fromkeys(filter(None, (self.prefix, run[0], run[-1])))): run for run in numbered_runs(names)
        }
        self.found |= {key: self._described(run) for key, run in ends.items() if key not in self.found}
        return {key: self.found[key] for key in ends}

    def _described(self, run: Sequence[str]) -> Variable:
        lines: list[str] = []
        for place, request in self.wanted.items():
            own = [name for name in run if name in self.known[place]]
            lines += reader_of(request.root, request.source).describe(request, own) if own else []
        return Variable(" to ".join(dict.fromkeys((run[0], run[-1]))), tuple(dict.fromkeys(lines)))


def names_of(request: Request) -> list[str]:
    """Harmonised names that a source has."""
    return list(reader_of(request.root, request.source).names(request))
