"""From losses to losses that may leave: all chains of a study as one tree of numbers, of which some are not told.

What is left after the same steps is one number, in whichever chain it stands. With `v(n)` the rows left at a node, what
is known of a hidden one is that it lies between the largest that is shown after it and the smallest shown before it. A
step that drops few, or leaves few, must be left open by the threshold: so many numbers are hidden that it is.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from mobility.disclosure.judgement import few
from mobility.disclosure.words import without_small
from mobility.intake.losses import OF_FIT

Line = Mapping[str, Any]
ROWS_LEFT, PERSONS = LEFT = ("rows_out", "persons_out")
# Of few the wave or year says of each of them that they lack a value, and beside another line so does the name of it.
IN_WHOLE, IN_A_WAVE = " in the whole of ", "no value in a whole wave or year"


@dataclass(eq=False)
class Node:
    """What is left after some steps: the number, and what it is left of.

    lost : how many the step to it drops at least, as its line is there. told : whether the number is. ends : whether a
    chain ends there. known : whether it is told elsewhere, so that it stays.
    """

    value: float
    parent: "Node | None" = None
    lost: int = 0
    children: list["Node"] = field(default_factory=list)
    told: bool = True
    ends: bool = False
    known: bool = False

    def before(self) -> "Node | None":
        """The nearest told number before it, which it cannot exceed, or itself; None where none is told."""
        node: Node | None = self
        while node is not None and not node.told:
            node = node.parent
        return node

    def most(self) -> float:
        """What it is at most."""
        if self.told:
            return self.value
        return self.parent.most() - self.lost if self.parent is not None else np.inf

    def after(self) -> "Iterator[Node]":
        """The nearest told numbers after it, or itself."""
        if self.told:
            yield self
        else:
            for child in self.children:
                yield from child.after()

    def least(self) -> float:
        """What it is at least: the largest told number after it, with what the steps on the way there drop."""
        if self.told:
            return self.value
        return max((child.least() + child.lost for child in self.children), default=0.0)


def release_losses(
    losses: pd.DataFrame, threshold: int, shut: Collection[int] = (), known: Collection[int] = ()
) -> pd.DataFrame:
    """A loss table that may leave: of steps that would tell a small number, several are told together.

    Within a chain a step whose rest is not told is joined with the next one whose is; at the end of a chain, or before
    its unit changes, such steps are left out, and the change of unit does not say with how many rows it begins. Where
    a chain does not tell with how many it begins, its next line does not say what it drops. Persons
    are not told where their number, or what a step drops of them, would be small. Small numbers in words are said as
    `fewer than` the threshold. A chain that a fit has only since it dropped rows goes where these are not told.
    shut : places of lines whose numbers would tell those of tables or fits: they are not told. known : places of lines
    whose numbers other files tell: others are held back around them.
    """
    lines = losses.to_dict("records")
    if threshold <= 0:
        return losses
    rows, persons = (_Tree(lines, name) for name in LEFT)
    rows.hide(threshold, [rows.of[place] for place in shut], [rows.of[place] for place in known])
    known = {*known, *_as_many_for_each(lines, rows.of)}
    persons.hide(threshold, [persons.of[place] for place in shut], [persons.of[place] for place in known])
    few_in_wave = [_few_in_wave(line, node, threshold) for line, node in zip(lines, persons.of, strict=True)]
    said = [{**line, "reason": IN_A_WAVE} if of_few else line for line, of_few in zip(lines, few_in_wave, strict=True)]
    silent = {
        line.get("step") for line, n in zip(lines, rows.of, strict=True) if line["reason"] == OF_FIT and not n.told
    }
    shown = [line for line in _shown(said, rows.of, persons.of) if line.get("step") not in silent]
    for line in shown:
        line["reason"] = "; ".join(without_small(part, threshold) for part in line["reason"].split("; "))
    return pd.DataFrame(shown, columns=losses.columns)


def _few_in_wave(line: Line, persons: Node, threshold: int) -> bool:
    """Whether a line drops waves as a whole in which few are, or may be: where they were gone before, none is lost."""
    gone = persons.parent.value - persons.value if persons.parent is not None else np.nan
    return IN_WHOLE in line["reason"] and (line["rows_dropped"] < threshold or few(gone, threshold))


def _as_many_for_each(lines: Sequence[Line], rows: Sequence[Node]) -> list[int]:
    """Places of lines that begin in another unit with a multiple of their persons, whose number they tell with it.

    Such are the rows of a panel in which each person has one for each year.
    """
    found = []
    for place, (line, before) in enumerate(zip(lines, [None, *lines], strict=False)):
        changed = (
            before is not None and line.get("step") == before.get("step") and line.get("unit") != before.get("unit")
        )
        if changed and rows[place].told and line.get(PERSONS, 0) > 0 and line["rows_out"] % line[PERSONS] == 0:
            found.append(place)
    return found


def _begins(line: Line, before: Line | None) -> bool:
    """Whether a line is the first of its chain, or counts in another unit than the one before."""
    same = before is not None and all(before.get(key) == line.get(key) for key in ("step", "unit"))
    return before is None or not same or before["rows_out"] != line["rows_in"]


class _Tree:
    """The numbers of one column of all chains: `of` each line its node."""

    def __init__(self, lines: Sequence[Line], name: str) -> None:
        self.of: list[Node] = []
        self.nodes: dict[tuple, Node] = {}
        lost = int(name == ROWS_LEFT)  # a line drops a row at least, of which its person may have others
        key: tuple = ()
        before: Line | None = None
        for line in lines:
            value = float(line[name]) if pd.notna(line.get(name)) else np.nan
            if _begins(line, before):
                more = key if before is not None and before.get("step") == line.get("step") else ()
                key = (more, line.get("unit"), line["reason"], line["rows_out"])
                # Rows of another unit are no fewer or more of the same, but who is behind them is.
                same = bool(more) and name == PERSONS and value <= self.of[-1].value
                node = self._after(key, self.of[-1], value) if same else self.nodes.setdefault(key, Node(value))
            elif line["rows_dropped"]:
                key = (key, line["reason"], line["rows_dropped"])
                node = self._after(key, self.of[-1], value, lost)
            else:
                node = self.of[-1]
            self.of.append(node)
            before = line
        for node, line, following in zip(self.of, lines, [*lines[1:], None], strict=True):
            node.ends |= following is None or following.get("step") != line.get("step")

    def _after(self, key: tuple, parent: Node, value: float, lost: int = 0) -> Node:
        if key not in self.nodes:
            self.nodes[key] = Node(value, parent, lost)
            parent.children.append(self.nodes[key])
        return self.nodes[key]

    def hide(self, threshold: int, shut: Collection[Node], known: Collection[Node] = ()) -> None:
        """Hide some numbers (`shut`), and more until nothing small is known more closely than the threshold.

        Inner ones go before those at ends. Each step hides a number, so that it ends; those that are `known` elsewhere
        stay, and so does the first of a chain unless it is small itself or nothing else is left to hide.
        """
        for node in known:
            node.known = True
        for node in self.nodes.values():
            node.told = not few(node.value, threshold) and node not in shut
        changed = True
        while changed:
            changed = False
            for node in self.nodes.values():
                while (found := self._nearest(node, threshold)) is not None:
                    found.told, changed = False, True

    def _nearest(self, node: Node, threshold: int) -> Node | None:
        """The number to hide next, so that what a node tells is left open; None where it is, or nothing is left."""
        above, bounds = node.parent, list[Node | None]()
        if few(node.value, threshold) and node.most() - node.least() < threshold:
            bounds = [node.before(), *node.after()]
        dropped = above is not None and few(above.value - node.value, threshold)
        if above is not None and dropped and above.most() - node.least() - node.lost < threshold:
            bounds += [above.before(), *node.after()]
        could = [one for one in bounds if one is not None and one.told and not one.known]
        return min(could, key=lambda one: (one.parent is None, one.ends, -one.value), default=None)


def _shown(lines: Sequence[Line], rows: Sequence[Node], persons: Sequence[Node]) -> list[dict[str, Any]]:
    """Lines whose numbers are told, the others joined with the next of their stretch that is; notes follow it."""
    shown: list[dict[str, Any]] = []
    joined: list[Line] = []
    notes: list[Line] = []
    before: Line | None = None
    left = np.nan  # rows by the last line of the stretch that tells them
    for line, node, people in zip(lines, rows, persons, strict=True):
        begins = _begins(line, before)
        if begins:
            shown += _noted(notes, shown)
            hidden = bool(shown) and before is not None and before.get("step") == line.get("step") and bool(joined)
            joined, notes, left = [], [], np.nan
        counts = {"rows_out": line["rows_out"] if node.told else np.nan}
        counts |= {PERSONS: line[PERSONS] if people.told else np.nan} if PERSONS in line else {}
        if begins:
            shown.append({**line, **counts, **({"rows_in": np.nan} if hidden or not node.told else {})})
        elif not line["rows_dropped"]:
            notes += [line] * (line["reason"] != IN_A_WAVE)
        elif not node.told:
            joined.append(line)
        else:
            reason = "; ".join(dict.fromkeys([*(one["reason"] for one in joined), line["reason"]]))
            lost = {"rows_in": left, "rows_dropped": left - line["rows_out"]}
            shown.append({**line, **counts, **lost, "reason": reason})
            joined = []
        left = line["rows_out"] if node.told else left
        if not joined:
            shown += _noted(notes, shown)
            notes = []
        before = line
    return shown + _noted(notes, shown)


def _noted(notes: Sequence[Line], shown: Sequence[Line]) -> list[dict[str, Any]]:
    """Lines that drop nothing, with the numbers of the line that is shown before them."""
    if not notes or not shown:
        return []
    counts = {name: shown[-1][name] for name in LEFT if name in shown[-1]}
    return [{**note, **counts, "rows_in": counts["rows_out"]} for note in notes]
