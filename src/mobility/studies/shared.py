"""What the readings of a study have in common: a step made once for all readings that answer its choices alike."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mobility.intake.losses import LossTable


class Noted(Mapping[str, str]):
    """Chosen readings, of which it is noted which ones were asked for."""

    def __init__(self, chosen: Mapping[str, str]) -> None:
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
class Shared:
    """Results of the steps from one panel, by name. A step may ask for nothing but the choices that it is given.

    Only what the first reading made is kept: the others differ from it one choice at a time, so that a step which
    they make anew serves no one else, and the memory of a run does not grow with the number of its readings.

    first : by step, what the first reading made. asked : by step, the answers that the latest reading's rests on.
    """

    first: dict[str, Made] = field(default_factory=dict)
    asked: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def made(
        self,
        step: str,
        choices: Mapping[str, str],
        losses: LossTable,
        make: Callable[[Mapping[str, str]], Any],
        after: Sequence[str] = (),
    ) -> Any:
        """The step's result under `choices`: `make(choices)`, or the first reading's where it answered them alike.

        after : steps, already made, whose results `make` works on. The result is shared and must not be changed. The
        losses get the step's lines either way.
        """
        found, chosen = self.first.get(step), dict(_plain(choices))
        if found is None or not found.asked.items() <= chosen.items():
            noted, begun = Noted(chosen), len(losses.rows)
            for name in (name for earlier in after for name in self.asked[earlier]):
                noted[name]
            result = make(noted)
            found = Made(result, noted.asked, losses.rows[begun:])
            self.first.setdefault(step, found)
        else:
            losses.rows += [dict(line) for line in found.lines]
        self.asked[step] = found.asked
        for name in found.asked:
            choices[name]  # a step around this one rests on the same answers
        return found.result


def _plain(choices: Mapping[str, str]) -> Mapping[str, str]:
    return _plain(choices.chosen) if isinstance(choices, Noted) else choices
