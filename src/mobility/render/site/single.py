"""A site as one file to send: every page below the other, its style, scripts and pictures in it."""

import re
from base64 import b64encode
from pathlib import Path, PurePosixPath

from mobility.errors import DataError
from mobility.render.site.pages import FOLDER, HOME
from mobility.storage import read_text

_MENU = re.compile(r'<nav id="site-contents".*?</nav>', re.S)
_MAIN = re.compile(r'<main id="main"[^>]*>(.*?)<nav class="next".*?</main>', re.S)
_BANNER = re.compile(r'<div class="banner".*?</div>', re.S)
_LEFT_OUT = re.compile(r'<ul class="files">.*?</ul>|<p class="past">.*?</p>', re.S)
_FILE = re.compile(r'<a href="[^"#]+\.(?!html)\w+">(.*?)</a>')
_LINK = re.compile(r'href="([^"]*)"')
_PICTURE = re.compile(r'src="([^"]+\.(?:svg|png))"')
_HEADING = re.compile(r"(</?h)([1-5])\b")
TYPES = {".svg": "image/svg+xml", ".png": "image/png"}


def single_page(folder: Path) -> str:
    """One page of what was rendered to `folder`, that needs no other file; links to files beside it are left out.

    Raises `DataError` where nothing was rendered there.
    """
    if not (folder / HOME).is_file():
        raise DataError(f"{folder / HOME} is not there. Run `make report` first.")
    home = read_text(folder / HOME)
    names = list(dict.fromkeys(_page_of(link) for link in _LINK.findall(_MENU.findall(home)[0])))
    texts = {name: read_text(folder / name) for name in names}
    title = re.findall(r"<title>(.*?)</title>", home)[0]
    mains = [_main(text) for text in texts.values()]
    body = "".join([*_BANNER.findall(home)[:1], f"<h1>{title}</h1>", _menu(texts), *mains])
    body = _PICTURE.sub(lambda found: f'src="{_inside(folder, found[1])}"', _LINK.sub(_anchor, body))
    style = read_text(folder / "assets/site.css")
    scripts = [folder / "assets/site.js", folder / "assets/search.js", *sorted((folder / "assets/cells").glob("*.js"))]
    code = "".join(f"<script>{read_text(path)}</script>\n" for path in scripts)
    return (
        '<!doctype html>\n<html lang="en-GB" data-single="yes">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f'<main id="main" class="single">{body}</main>\n{code}</body>\n</html>\n'
    )


def _page_of(link: str) -> str:
    return link.partition("#")[0] or HOME


def _main(text: str) -> str:
    """What a page says, its headings one step down, below the one of the whole."""
    inner = _FILE.sub(r"\1", _LEFT_OUT.sub("", _MAIN.findall(text)[0]))
    return f"<section>{_HEADING.sub(lambda found: f'{found[1]}{int(found[2]) + 1}', inner)}</section>\n"


def _menu(texts: dict[str, str]) -> str:
    heads = (re.findall(r'<h1 id="([^"]+)"[^>]*>(.*?)</h1>', text, re.S)[0] for text in texts.values())
    lines = "".join(f'<li><a href="#{anchor}">{words}</a></li>' for anchor, words in heads)
    return f'<nav aria-label="Contents"><ul>{lines}</ul></nav>\n'


def _anchor(found: re.Match[str]) -> str:
    """A link within the one page: to an anchor, or to where a page begins."""
    path, mark, anchor = found[1].partition("#")
    return f'href="#{anchor}"' if mark else f'href="#page--{PurePosixPath(path).stem}"'


def _inside(folder: Path, address: str) -> str:
    """A picture as an address that holds it. Pages name it from their own folder or from that of the study."""
    path = (folder / FOLDER / address) if address.startswith("..") else folder / address
    return f"data:{TYPES[path.suffix]};base64,{b64encode(path.read_bytes()).decode()}"
