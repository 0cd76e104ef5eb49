"""What a page must be for everyone, asked of it in a browser; a problem is a line that names page, look and element."""

import json
from pathlib import Path

OURS = Path(__file__).parent / "browser"
SCRIPTS = [(OURS / name).read_text(encoding="utf-8") for name in ("axe/axe.min.js", "checks.js")]
# WCAG 2.2 at level AA, and what axe-core holds to be good practice.
RULES = json.dumps(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
NARROW, PHONE, DESK = 320, 390, 1400  # CSS pixels
PAPER = 673  # of A4 less the margins of the print style
SIDEWAYS = json.dumps({"wide": 1001, "largest": 1466})  # of A4 and of A3 on their side, by the name of the page
WIDE, REACH, ORDER, RULE, CUT, MOVES = (
    "wider than the screen", "scrolls out of the keyboard's reach", "headings out of order", "breaks WCAG 2.2",
    "cut on paper", "moves for who wants no motion",
)  # fmt: skip
KINDS = (WIDE, REACH, ORDER, RULE, CUT, MOVES)


def problems(browser, path, fully=False):
    """Problems of a page by kind, all folds open; `fully` : the rules in each width in light and in dark."""
    found = {kind: [] for kind in KINDS}

    def note(kind, look, check):
        found[kind] += [f"{path.name}, {look}: {line}" for line in page.value(f"checks.{check}")]

    def note_rules(width, *looks):
        for dark in (False, True) if fully else looks:
            page.look(dark=dark)
            note(RULE, f"{width} {'dark' if dark else 'light'}", f"rules({RULES})")

    with browser.page(DESK) as page:
        page.open(path)
        for script in SCRIPTS:
            page.value(f"{script};0")
        page.size(PAPER)
        page.look(medium="print")
        note(CUT, "paper", f"cut({SIDEWAYS})")
        page.size(DESK)
        page.look(still=True)
        page.value("checks.openFolds()")
        note(MOVES, DESK, "moving()")
        note(ORDER, DESK, "headings()")
        note_rules(DESK, False)
        note(RULE, "a window", f"windows({RULES})")
        for width in (DESK, PHONE, NARROW):
            page.size(width, touch=width != DESK)
            note(WIDE, width, "wide()")
            note(REACH, width, "outOfReach()")
        page.size(PHONE, touch=True)
        note_rules(PHONE, True)
    return found
