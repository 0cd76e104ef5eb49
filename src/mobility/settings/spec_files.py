"""Reader of the spec files of a study's folder: each spread out and checked against its schema."""

import pickle
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from mobility.errors import MobilityError, SpecError, nearest
from mobility.estimators import ESTIMATORS
from mobility.settings.choices import Choice
from mobility.settings.families import Groups, members
from mobility.settings.kinds import closed_rules
from mobility.settings.readings import under, unstated
from mobility.settings.schema import check, read_schema
from mobility.settings.study import groups_of
from mobility.storage import read_yaml_once


class SpecFiles:
    """Reader of the spec files of a folder; problems are kept until all have been read."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root, self.folder, self.problems = root, folder, list[str]()
        self.groups = groups_of(folder)
        self.choices: Mapping[str, Choice] = {}
        self.chosen: Mapping[str, str] = {}

    def decide(self, choices: Mapping[str, Choice], chosen: Mapping[str, str]) -> None:
        """From here on, what depends on a choice is read as chosen."""
        self.choices, self.chosen = choices, chosen

    def one(self, name: str) -> dict[str, Any]:
        """`<name>.yaml` checked by its schema; empty where there is none (study.yaml and samples.yaml must be)."""
        path = self.folder / f"{name}.yaml"
        if not path.is_file() and name not in ("study", "samples"):
            return {}
        return self._checked(self._read(path), name, path)

    def listed(self, name: str) -> dict[str, Any]:
        """`<name>.yaml` with its families listed out, checked by its schema; empty where there is none."""
        path = self.folder / f"{name}.yaml"
        raw = self._read(path) if path.is_file() else {}
        if not raw or not isinstance(raw, Mapping):
            return self._checked(raw, name, path) if path.is_file() else {}
        try:
            (spread,) = members(raw, self.groups, self.where(path))
        except MobilityError as error:
            self.problems.append(str(error))
            return {}
        return self._checked(spread, name, path)

    def all(self, kind: str) -> dict[str, dict[str, Any]]:
        """Every file of a folder, checked, by its name without ending."""
        return {path.stem: self._checked(self._read(path), kind, path) for path in self._paths(kind)}

    def family(self, kind: str) -> list[tuple[str, dict[str, Any]]]:
        """(file, spec) of every spec of a folder, families spread out, each checked by its schema."""
        found = []
        for path in self._paths(kind):
            raw = self._read(path)
            if not isinstance(raw, Mapping):
                self._checked(raw, kind.rstrip("s"), path)
                continue
            specs, problems = _spread_once(self.root, kind, pickle.dumps(raw), self.groups, self.where(path))
            self.problems += problems
            found += [(path.stem, spec) for spec in specs]
        return found

    def raise_problems(self) -> None:
        """Raise `SpecError` with every problem met, each once."""
        if self.problems:
            raise SpecError("\n".join(dict.fromkeys(self.problems)))

    def _paths(self, kind: str) -> list[Path]:
        return sorted((self.folder / kind).glob("*.yaml"))

    def where(self, path: Path) -> str:
        """A file of the folder as messages name it: relative to the project."""
        return str(path.relative_to(self.root))

    def _read(self, path: Path) -> Any:
        kind = path.stem if path.parent == self.folder else path.parent.name
        try:
            raw = read_yaml_once(path)
            self.problems += unstated(raw, kind, self.choices, self.where(path))
            return under(raw, self.choices, self.chosen, self.where(path))
        except MobilityError as error:
            self.problems.append(str(error))
            return {}

    def _checked(self, content: Any, schema: str, path: Path) -> dict[str, Any]:
        checked, problems = _checked_once(self.root, schema, pickle.dumps(content), self.where(path))
        self.problems += problems
        return checked


@cache
def _spread_once(
    root: Path, kind: str, content: bytes, groups: Groups, where: str
) -> tuple[list[dict[str, Any]], list[str]]:
    """The specs that pickled content of a file stands for, each as `_checked` gives it, and what is wrong with them.

    Most files say the same under every reading of a study: what is given is shared, never changed.
    """
    raw = pickle.loads(content)
    try:
        spread = members(raw, groups, where)
    except MobilityError as error:
        return [], [str(error)]
    if kind == "models" and "for" in raw:
        spread = _numbered(spread)
    found = [_checked(root, kind.rstrip("s"), spec, where) for spec in spread]
    return [spec for spec, _ in found], [problem for _, problems in found for problem in problems]


@cache
def _checked_once(root: Path, schema: str, content: bytes, where: str) -> tuple[dict[str, Any], list[str]]:
    """`_checked` of pickled content, which is shared, never changed."""
    return _checked(root, schema, pickle.loads(content), where)


def _checked(root: Path, schema: str, content: Any, where: str) -> tuple[dict[str, Any], list[str]]:
    """Content by its schema, empty where it does not fit, and what is wrong with it."""
    try:
        check(content, closed_rules(schema, read_schema(root, schema), content), schema, where, SpecError)
        if schema in ("table", "model"):
            _check_estimators(content, where)
    except MobilityError as error:
        return {}, [str(error)]
    return content, []


def _numbered(models: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Models of a family in the order of their group file; one with specifications has an order within."""
    return [{"order": at, **spec} if "specifications" not in spec else dict(spec) for at, spec in enumerate(models, 1)]


def _check_estimators(spec: Mapping[str, Any], where: str) -> None:
    """Estimators of a model, or of the rows, columns and stars of a table, that the register does not have."""
    shows = [spec[axis]["show"] for axis in ("rows", "columns") if axis in spec]
    listed = [item.get("estimator") for show in shows if isinstance(show, list) for item in show]
    lists = [*spec.get("estimators", ()), *(name for show in shows for name in _of_fits(show))]
    for name in [name for name in (spec.get("stars"), *listed, *lists) if name is not None]:
        if name not in ESTIMATORS:
            raise SpecError(f"{where}: no estimator `{name}`; {nearest(name, list(ESTIMATORS))}.")


def _of_fits(show: Any) -> Sequence[str]:
    return show.get("estimators", ()) if isinstance(show, Mapping) else ()
