"""What the readings of a study have in common: a step made once for all readings that answer its choices alike."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mobility.intake.losses import LossTable


class Noted(Mapping[str, str]):
    """Chosen readings, of which it is noted which ones were asked for."""

    def __init__(self, chosen: Mapping[str, str]):
        self.chosen, self.asked = chosen, dict[str, str]()

    def __getitem__(self, name: str) -> str:
        self.asked[name] = self.chosen[name]
        return self.asked[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.chosen)

    def __len__(self) -> int:
        return len(self.chosen)


@dataclass(frozen=True)
class Made:
    """A result, the answers of the choices that it asked for, and the lines that it added to the losses."""

    result: Any
    asked: Mapping[str, str]
    lines: list[dict]


@dataclass(frozen=True)
class Kept:
    """Results of the steps from one panel, by name. A step may ask for nothing but the choices that it is given."""

    steps: dict[str, list[Made]] = field(default_factory=dict)

    def made(
        self, step: str, choices: Mapping[str, str], losses: LossTable, make: Callable[[Mapping[str, str]], Any]
    ) -> Any:
        """The step's result under `choices`: `make(choices)`, or what a reading with the same answers has made.

        The result is shared and must not be changed. The losses get the step's lines either way.
        """
        known, chosen = self.steps.setdefault(step, []), dict(_plain(choices))
        found = next((made for made in known if made.asked.items() <= chosen.items()), None)
        if found is None:
            noted, first = Noted(chosen), len(losses.rows)
            result = make(noted)
            found = Made(result, noted.asked, losses.rows[first:])
            known.append(found)
        else:
            losses.rows += [dict(line) for line in found.lines]
        for name in found.asked:
            choices[name]  # a step around this one rests on the same answers
        return found.result


def _plain(choices: Mapping[str, str]) -> Mapping[str, str]:
    return _plain(choices.chosen) if isinstance(choices, Noted) else choices
