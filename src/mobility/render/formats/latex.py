"""A table for a paper in LaTeX: booktabs, notes under it as threeparttable sets them; a long one goes over pages."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from mobility import __version__
from mobility.render.setting import BASE, GROUP, UNDER, Line, Setting, set_out
from mobility.render.table import Table
from mobility.storage import write_text

LONG = 40  # lines of the body, above which it goes over pages
LONG_WORDS = 48  # characters of a label, above which it is broken
STARS = re.compile(r"(?<=[\d%p])(\*{1,3})(?=$|\s)")
SIGNS = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}",
    ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\textquotedbl{}", "[": "{[}", "]": "{]}",
    "\u2212": "$-$", "\u00d7": r"$\times$", "\u2248": r"$\approx$", "\u2260": r"$\neq$", "\u2264": r"$\leq$",
    "\u2265": r"$\geq$", "\u2192": r"$\to$", "\u2013": "--", "\u2014": "---", "\u2018": "`", "\u2019": "'",
    "\u201c": "``", "\u201d": "''", "\u2026": r"\ldots{}", "\u00a3": r"\pounds{}", "\u00a0": "~", "\u2713": r"$\surd$",
    "\u03b1": r"$\alpha$", "\u03b2": r"$\beta$", "\u03c7": r"$\chi$", "\u207d": "(", "\u207e": ")",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
}  # fmt: skip
LATIN = 0x100  # signs below it are read as they stand


def write(table: Table, path: Path) -> None:
    """Write a table as a file for `\\input`."""
    write_text(latex(set_out(table)), path)


def tex(text: str) -> str:
    """Text in which LaTeX reads no sign as a command; signs that its fonts lack by their plain form."""
    return "".join(SIGNS.get(sign) or _plain(sign) for sign in text)


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


def latex(setting: Setting) -> str:
    """The whole file; what it needs stands in its first lines."""
    long = len(setting.lines) > LONG
    packages = ["booktabs", "array", "longtable" if long else "threeparttable", *["pdflscape"] * setting.is_wide]
    body = _long(setting) if long else _short(setting)
    if setting.is_wide:
        body = ["\\begin{landscape}", *body, "\\end{landscape}"]
    head = [
        f"% {setting.number} ({setting.id}), made with mobility {__version__}. {setting.made}".rstrip(),
        f"% In the preamble: \\usepackage{{{','.join(packages)}}}",
    ]
    return "\n".join([*head, *body]) + "\n"


def _short(setting: Setting) -> list[str]:
    return [
        "\\begin{table}[htbp]",
        "\\centering" + "\\footnotesize" * setting.is_wide,
        "\\begin{threeparttable}",
        _caption(setting),
        f"\\begin{{tabular}}{{{_spec(setting)}}}",
        *_heading(setting),
        *map(_line, setting.lines),
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


def _long(setting: Setting) -> list[str]:
    heading = list(_heading(setting))
    return [
        "{\\footnotesize",
        f"\\begin{{longtable}}{{{_spec(setting)}}}",
        f"{_caption(setting)}\\\\",
        *heading,
        "\\endfirsthead",
        *heading,
        "\\endhead",
        "\\bottomrule",
        "\\endlastfoot",
        *map(_line, setting.lines),
        "\\end{longtable}",
        *(f"\\noindent {tex(note)}\\par" for note in _under(setting)),
        "}",
    ]


def _under(setting: Setting) -> Iterator[str]:
    yield from filter(None, [setting.under, *setting.notes])
    yield from (f"{term}: {text}" for term, text in setting.cited)


def _spec(setting: Setting) -> str:
    """Kinds of columns: labels and words to the left, broken where they are long, numbers to the right."""
    long = any(len(line.label) > LONG_WORDS for line in setting.lines if line.kind != GROUP)
    stub = ">{\\raggedright\\arraybackslash}p{0.4\\linewidth}" if long else "l"
    words = ">{\\raggedright\\arraybackslash}p{" + f"{0.5 / max(1, len(setting.heads)):.2f}" + "\\linewidth}"
    return stub + "".join(words if head.words else "r" for head in setting.heads)


def _heading(setting: Setting) -> Iterator[str]:
    yield "\\toprule"
    if spanners := setting.spanners:
        spans = [f"\\multicolumn{{{end - start}}}{{c}}{{{tex(label)}}}" for label, start, end in spanners]
        yield f" & {' & '.join(spans)} \\\\"
        # A column of the labels stands before the first, and LaTeX counts from 1.
        yield " ".join(f"\\cmidrule(lr){{{start + 2}-{end + 1}}}" for label, start, end in spanners if label)
    yield f"{' & '.join(tex(label) for label in (setting.stub, *(head.label for head in setting.heads)))} \\\\"
    yield "\\midrule"


def _line(line: Line) -> str:
    if line.kind == GROUP:
        return f"\\addlinespace\n\\textit{{{tex(line.label)}}} \\\\"
    label = "\\quad " * (line.inset and line.kind != UNDER) + tex(line.label)
    rule = "\\midrule\n" * (line.kind == BASE)
    return f"{rule}{' & '.join([label, *map(_number, line.texts)])} \\\\"
