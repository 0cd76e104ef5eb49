"""The small windows of a page: what a reader opens on the way from a number to the columns of the source."""

import re
import shlex
from html import unescape

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


def clicked(page, tables):
    """The command of a number of one of these tables, and the windows that open: its own, its basis, a variable."""
    windows = dict(re.findall(r'<div popover id="([^"]+)"[^>]*>(.*?)</div>', page, re.S))
    numbers = [name for name in windows if name.endswith("--facts") and name.split("--")[0] in tables]
    number = next(windows[name] for name in numbers if "how--" in windows[name])
    basis = windows[re.search(r'popovertarget="(how--[^"]+)"', number)[1]]
    variable = windows[re.search(r'popovertarget="(from--[^"]+)"', basis)[1]]
    command = shlex.split(unescape(re.search(r"<code>(mobility explain [^<]+)</code>", number)[1]))
    return command, number, basis, variable
