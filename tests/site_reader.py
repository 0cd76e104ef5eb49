"""A study's site as a test reads it: its pages, and the way from a number to the columns of its source."""

import json
import re
from html import unescape
from pathlib import Path

from mobility.render.origins import Origins
from mobility.render.templating import environment

# A study with numbers of each kind, and the statistic of a table that shows them.
KINDS = [
    ("gatsby", "share"),
    ("gatsby", "count"),
    ("moving_out", "mean"),
    ("moving_out", "rate"),
    ("gatsby", "coefficient"),
    ("gatsby", "effect"),
    ("movers", "marginal_effect"),
    ("mobility_tables", "layer_strength"),
    ("state_of_nation", "log_odds"),
    ("gatsby", "quoted"),
    ("social_mobility_series", "level"),
    ("region_moves", "rate_ratio"),
    ("moving_out", "coefficient"),
    ("london_moves", "predicted_rate"),
]
SECTION = re.compile(r'<section[^>]*id="((?:how|from)--[^"]+)"[^>]*>(.*?)</section>', re.S)


def table_html(table, downloads=None, origins=None):
    """A table as it stands on a page; downloads : words of a link and its address. origins : of its cells."""
    template = environment().get_template("table.html.j2")
    return template.render(table=table, downloads=downloads or {}, origins=origins or Origins())


def pages(folder):
    """The pages below a study's folder by their address, the overview first."""
    found = [folder / "index.html", *sorted((folder / "pages").glob("*.html"))]
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in found}


def text_of(folder):
    """All pages of a study together."""
    return "".join(pages(folder).values())


def lost_addresses(folder):
    """Links and pictures of a site that lead to no file, or to an anchor that is not there or stands twice."""
    folder = folder.resolve()
    found, lost = pages(folder), []
    anchors = {address: re.findall(r'\bid="([^"]*)"', page) for address, page in found.items()}
    for address, page in found.items():
        here = (folder / address).parent
        for target in set(re.findall(r'(?:href|src)="([^"]*)"', page)):
            path, _, anchor = unescape(target).partition("#")
            there = (here / path).resolve() if path else (folder / address).resolve()
            own = anchors.get(there.relative_to(folder).as_posix(), []) if folder in there.parents else []
            if not there.is_file() or (anchor and own.count(anchor) != 1):
                lost.append(f"{address}: {target}")
    return lost


def content(script):
    """What a script of data hands over."""
    return json.loads(re.search(r"[,(](\{.*\}|\[.*\])\);$", script.strip(), re.S)[1])


def behind(script):
    """What a script of cells says of each number: by row and column its terms and words, and where its bases lie."""
    told = content(script)
    places = [(row, column) for row in told["rows"] for column, _ in told["columns"]]
    words = [[told["words"][at] for at in cell] for cell, _ in told["cells"]]
    bases = [[told["bases"][at] for at in own] for _, own in told["cells"]]
    return {
        place: (list(zip(own[::2], own[1::2], strict=True)), rests_on)
        for place, own, rests_on in zip(places, words, bases, strict=True)
    }


def clicked(folder, tables):
    """The place of a number of one of these tables, what opens at it, its basis, and a variable behind that."""
    sections = dict(SECTION.findall(text_of(folder)))
    for table in tables:
        path = Path(folder, "assets/cells", f"{table}.js")
        for (row, column), (facts, bases) in behind(path.read_text(encoding="utf-8")).items() if path.is_file() else ():
            if bases:
                basis = sections[bases[0][1].split("#")[1]]
                variable = sections[re.search(r'href="[^"]*#(from--[^"]+)"', basis)[1]]
                return (table, row, column), facts, unescape(basis), unescape(variable)
    raise AssertionError(f"no number of {tables} rests on anything")
