"""The way from the rows delivered to each sample as a picture: what samples share is drawn once.

Steps of several tables and models that are the same up to some point are one trunk; where they part, the picture
branches. Runs of steps without a branch are one line: how many rows were dropped, and by how many steps.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from mobility.render.report import READ
from mobility.render.words import count_text

LINE, INDENT, BAR, WIDTH = 30, 16, 110, 900  # px: height of a line, step to the right, longest bar, whole picture
LETTER = 7.2  # px: how wide a letter is, on the average
SHORTEST = 2.0

Chain = tuple[str, tuple[Mapping[str, object], ...]]  # headings of tables and models, and their lines of losses


@dataclass
class Node:
    """A state of the rows: how many there are, of what, what led here, what it is the sample of, what comes of it.

    rows : number as shown. unit : what they are. reasons : of the steps before it, in which `dropped` rows went. ends :
    samples that end here. children : states that follow.
    """

    rows: str
    unit: str
    reasons: list[str]
    dropped: int
    ends: list[str] = field(default_factory=list)
    children: dict[tuple[str, str], "Node"] = field(default_factory=dict)


def trees(chains: Iterable[Chain]) -> list[Node]:
    """Chains of losses as trees: one for each beginning. A chain that only reads a source is no sample."""
    roots: dict[tuple[str, str], Node] = {}
    for heading, lines in chains:
        if READ in str(lines[0]["step"]).split():
            continue
        level, node = roots, None
        for line in lines:
            key = (str(line["reason"]), str(line["rows_out"]))
            node = level.setdefault(key, _node(line))
            level = node.children
        if node is not None:
            node.ends.append(heading)
    return [_pressed(root) for root in roots.values()]


def _node(line: Mapping[str, object]) -> Node:
    unit, rows = str(line.get("unit") or "rows"), str(line["rows_out"])
    return Node(rows, unit, [str(line["reason"])], _whole(line["rows_dropped"]))


def _whole(value: object) -> int:
    text = str(value)
    return int(float(text)) if text.replace(".", "", 1).isdigit() else 0


def _pressed(node: Node) -> Node:
    """A tree whose lines without a branch are one."""
    while len(node.children) == 1 and not node.ends:
        (only,) = node.children.values()
        reasons, dropped = node.reasons + only.reasons, node.dropped + only.dropped
        node = Node(only.rows, only.unit, reasons, dropped, only.ends, only.children)
    node.children = {key: _pressed(child) for key, child in node.children.items()}
    return node


def picture(root: Node, title: str) -> Markup:
    """A tree as SVG in the page, its colours those of the page."""
    drawn: list[str] = []
    most = _most(root)
    height = _draw(root, 0, 0, most, drawn)
    return Markup(
        f'<svg class="flow" viewBox="0 0 {WIDTH} {height + 4}" width="{WIDTH}" role="img" '
        f'aria-label="{escape(title)}">{"".join(drawn)}</svg>'
    )


def _most(node: Node) -> dict[str, int]:
    """The largest number of rows of each unit in a tree, which its longest bars stand for."""
    found = {node.unit: max(1, _whole(node.rows))}
    for child in node.children.values():
        for unit, rows in _most(child).items():
            found[unit] = max(found.get(unit, 1), rows)
    return found


def _draw(node: Node, depth: int, top: int, most: Mapping[str, int], drawn: list[str]) -> int:
    """Draw a node and what comes of it from `top` downwards; gives where the next one begins."""
    left, middle = depth * INDENT, top + LINE // 2
    bar = max(SHORTEST, BAR * _whole(node.rows) / most[node.unit])
    words = f"{count_text(node.rows)} {node.unit}{_dropped(node)}"
    drawn.append(f'<rect x="{left}" y="{top + 5}" width="{bar:.1f}" height="{LINE - 12}"/>')
    begin = left + BAR + 10
    drawn.append(f'<text x="{begin}" y="{middle + 3}">{escape(_cut(words, WIDTH - begin))}</text>')
    below = top + LINE
    for end in _lines(node.ends, WIDTH - begin):
        drawn.append(f'<text class="end" x="{begin}" y="{below + 6}">{escape(end)}</text>')
        below += LINE // 2 + 5
    for child in node.children.values():
        drawn.append(f'<path d="M{left + 4} {top + LINE - 7}V{below + LINE // 2}H{left + INDENT}"/>')
        below = _draw(child, depth + 1, below, most, drawn)
    return below


def _dropped(node: Node) -> str:
    if not node.dropped:
        return f": {node.reasons[-1]}"
    steps = f" in {len(node.reasons)} steps, the last: " if len(node.reasons) > 1 else ": "
    return f", {node.dropped:,} dropped{steps}{node.reasons[-1]}"


def _lines(ends: Sequence[str], room: float) -> list[str]:
    return [_cut(f"→ {end}", room) for end in ends]


def _cut(words: str, room: float) -> str:
    most = int(room / LETTER)
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"
