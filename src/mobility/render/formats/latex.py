"""A table for a paper in LaTeX: booktabs, notes under it as threeparttable sets them; a long one goes over pages."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mobility import __version__
from mobility.render.setting import BASE, GROUP, UNDER, Line, Setting, set_out
from mobility.render.table import Table
from mobility.storage import write_text

LONG = 40  # lines of the body, above which it goes over pages
SIZES = {
    "": 62,
    "\\small": 69,
    "\\footnotesize": 78,
    "\\scriptsize": 92,
}  # characters of a line of 345 pt by size of type
ON_ITS_SIDE = 1.6  # how many more a line has on a page on its side
BETWEEN = 3  # characters' room between two columns
STUB, WORDS = (8, 40), (10, 30)  # least and most characters of a line of labels, of a line of words
STARS = re.compile(r"(?<=[\d%p])(\*{1,3})(?=$|\s)")
SIGNS = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}",
    ">": r"\textgreater{}", "|": r"\textbar{}", '"': "''", "[": "{[}", "]": "{]}",
    "\u2212": "$-$", "\u00d7": r"$\times$", "\u2248": r"$\approx$", "\u2260": r"$\neq$", "\u2264": r"$\leq$",
    "\u2265": r"$\geq$", "\u2192": r"$\to$", "\u2013": "--", "\u2014": "---", "\u2018": "`", "\u2019": "'",
    "\u201c": "``", "\u201d": "''", "\u2026": r"\ldots{}", "\u00a3": r"\pounds{}", "\u00a0": "~", "\u2713": r"$\surd$",
    "\u03b1": r"$\alpha$", "\u03b2": r"$\beta$", "\u03c7": r"$\chi$", "\u207d": "(", "\u207e": ")",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
}  # fmt: skip
OPENING = re.compile(r'(?:^|(?<=[\s(]))"')  # a straight quotation mark that opens
LATIN = 0x100  # signs below it are read as they stand


def write(table: Table, path: Path) -> None:
    """Write a table as a file for `\\input`."""
    write_text(latex(set_out(table)), path)


def tex(text: str) -> str:
    """Text in which LaTeX reads no sign as a command; signs that its fonts lack by their plain form."""
    return "".join(SIGNS.get(sign) or _plain(sign) for sign in OPENING.sub("\u201c", text))


def _plain(sign: str) -> str:
    if ord(sign) < LATIN:
        return sign
    plain = unicodedata.normalize("NFKD", sign)
    return "".join(part for part in plain if ord(part) < LATIN)


def _number(text: str) -> str:
    """A number with its stars raised."""
    return "".join(
        f"\\textsuperscript{{{part}}}" if STARS.fullmatch(part) or set(part) == {"*"} else tex(part)
        for part in STARS.split(text)
        if part
    )


@dataclass(frozen=True)
class _Shape:
    """How a table meets the page: kinds of its columns, size of type, whether the page lies on its side.

    shares : of the line that the labels and each column have where their words are broken; none where they are not.
    """

    columns: str
    size: str
    on_its_side: bool = False
    shares: tuple[float, ...] = ()

    def spanning(self, start: int, end: int) -> str:
        """The kind of a heading over columns, from 0 to the one after the last."""
        if not self.shares:
            return "c"
        return _kind("\\centering", sum(self.shares[start + 1 : end + 1]))


def _kind(side: str, share: float) -> str:
    """A column of broken lines that has a share of the line."""
    return f">{{{side}\\arraybackslash}}p{{\\dimexpr {share:.3f}\\linewidth-2\\tabcolsep\\relax}}"


def _shape(setting: Setting) -> _Shape:
    """The largest type in which the table fits unbroken; else words and headings are broken in the next that they fit.

    What a page holds is counted in characters, which is rough; a page on its side comes before lines too long to print.
    """
    whole = sum(_needs(setting, broken=False))
    for size, room in SIZES.items():
        if whole <= room:
            return _Shape("l" + "".join("l" if head.words else "r" for head in setting.heads), size)
    needs = _needs(setting, broken=True)
    sizes = [("\\small", False), ("\\footnotesize", False), ("\\footnotesize", True), ("\\scriptsize", True)]
    for size, on_its_side in sizes:
        if sum(needs) <= SIZES[size] * (ON_ITS_SIDE if on_its_side else 1):
            break
    shares = tuple(need / sum(needs) for need in needs)
    sides = ["\\raggedright", *("\\raggedright" if head.words else "\\raggedleft" for head in setting.heads)]
    columns = "".join(_kind(side, share) for side, share in zip(sides, shares, strict=True))
    return _Shape(columns, size, on_its_side, shares)


def _needs(setting: Setting, broken: bool) -> list[int]:
    """Characters that the labels and each column need; `broken` : where their words may stand on several lines."""
    rows = [line for line in setting.lines if line.kind != GROUP]
    longest = max((len(line.label) + 2 * line.inset for line in rows), default=0)
    needs = [min(max(longest, STUB[0]), STUB[1]) if broken else max(longest, len(setting.stub))]
    for place, head in enumerate(setting.heads):
        text = max((len(line.texts[place]) for line in rows), default=0)
        if broken and head.words:
            needs.append(min(max(text, WORDS[0]), WORDS[1]))
        else:
            needs.append(max(text, *map(len, head.label.split() if broken else [head.label]), 0))
    return [need + BETWEEN for need in needs]


def latex(setting: Setting) -> str:
    """The whole file; what it needs stands in its first lines."""
    long, shape = len(setting.lines) > LONG, _shape(setting)
    packages = ["booktabs", "array", "longtable" if long else "threeparttable", *["pdflscape"] * shape.on_its_side]
    body = _long(setting, shape) if long else _short(setting, shape)
    if shape.on_its_side:
        body = ["\\begin{landscape}", *body, "\\end{landscape}"]
    head = [
        f"% {setting.number} ({setting.id}), made with mobility {__version__}. {setting.made}".rstrip(),
        f"% In the preamble: \\usepackage{{{','.join(packages)}}}",
    ]
    return "\n".join([*head, *body]) + "\n"


def _short(setting: Setting, shape: _Shape) -> list[str]:
    return [
        "\\begin{table}[htbp]",
        f"\\centering{shape.size}",
        "\\begin{threeparttable}",
        _caption(setting),
        f"\\begin{{tabular}}{{{shape.columns}}}",
        *_heading(setting, shape),
        *(_line(line, setting) for line in setting.lines),
        "\\bottomrule",
        "\\end{tabular}",
        "\\begin{tablenotes}[flushleft]\\footnotesize",
        *(f"\\item {tex(note)}" for note in _under(setting)),
        "\\end{tablenotes}",
        "\\end{threeparttable}",
        "\\end{table}",
    ]


def _caption(setting: Setting) -> str:
    """Title, without the number as LaTeX counts its tables itself; of an invented table that it is invented."""
    made = f" {tex(setting.made)}" if setting.made else ""
    return f"\\caption[{tex(setting.title)}]{{{tex(setting.title)}.{made}}}\\label{{tab:{setting.id}}}"


def _long(setting: Setting, shape: _Shape) -> list[str]:
    heading = list(_heading(setting, shape))
    return [
        f"{{{shape.size or '%'}",
        f"\\begin{{longtable}}{{{shape.columns}}}",
        f"{_caption(setting)}\\\\",
        *heading,
        "\\endfirsthead",
        *heading,
        "\\endhead",
        "\\bottomrule",
        "\\endlastfoot",
        *(_line(line, setting) for line in setting.lines),
        "\\end{longtable}",
        *(f"\\noindent\\footnotesize {tex(note)}\\par" for note in _under(setting)),
        "}",
    ]


def _under(setting: Setting) -> Iterator[str]:
    yield from filter(None, [setting.under, *setting.notes])
    yield from (f"{term}: {text}" for term, text in setting.cited)


def _heading(setting: Setting, shape: _Shape) -> Iterator[str]:
    yield "\\toprule"
    if spanners := setting.spanners:
        spans = [
            f"\\multicolumn{{{end - start}}}{{{shape.spanning(start, end)}}}{{{tex(label)}}}"
            for label, start, end in spanners
        ]
        yield f" & {' & '.join(spans)} \\\\"
        # A column of the labels stands before the first, and LaTeX counts from 1.
        yield " ".join(f"\\cmidrule(lr){{{start + 2}-{end + 1}}}" for label, start, end in spanners if label)
    yield f"{' & '.join(tex(label) for label in (setting.stub, *(head.label for head in setting.heads)))} \\\\"
    yield "\\midrule"


def _line(line: Line, setting: Setting) -> str:
    if line.kind == GROUP:
        across = f"\\multicolumn{{{len(setting.heads) + 1}}}{{p{{0.95\\linewidth}}}}"
        return f"\\addlinespace\n{across}{{\\raggedright\\textit{{{tex(line.label)}}}}} \\\\"
    label = "\\quad " * (line.inset and line.kind != UNDER) + tex(line.label)
    rule = "\\midrule\n" * (line.kind == BASE)
    return f"{rule}{' & '.join([label, *map(_number, line.texts)])} \\\\"
