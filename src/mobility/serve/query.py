"""The text after `?`, read strictly: no parameter that is not known, none twice, no broken escape."""

import re
from collections.abc import Collection
from urllib.parse import unquote

from mobility.errors import spelt_like
from mobility.serve.refused import BAD, TOO_LONG, Refused

LONGEST = 8_000  # characters of a query
BROKEN = re.compile(r"%(?![0-9A-Fa-f]{2})")


def parsed(query: bytes, known: Collection[str]) -> dict[str, str]:
    """Parameters by name; an empty value is kept.

    Raises
    ------
    Refused
        Too long, no `name=value`, a broken escape, no UTF-8, a name that is not known or stands twice.
    """
    if len(query) > LONGEST:
        raise Refused(TOO_LONG, f"The query is {len(query):,} characters long; {LONGEST:,} are read.")
    found: dict[str, str] = {}
    for part in query.decode("latin-1").split("&") if query else ():
        name, sign, value = part.partition("=")
        name = _decoded(name, name)
        if name not in known:
            raise _unknown(name, known)
        if not sign:
            raise Refused(BAD, f"{name}: without a value. Write `{name}=VALUE`.", parameter=name, found=part)
        if name in found:
            raise Refused(BAD, f"{name}: stands twice. Write it once.", parameter=name, found=part)
        found[name] = _decoded(value, name)
    return found


def _decoded(text: str, name: str) -> str:
    if "%" not in text and "+" not in text and text.isascii():
        return text
    try:
        if BROKEN.search(text):
            raise ValueError
        plain = unquote(text.replace("+", " "), errors="strict")
        plain.encode("utf-8")
        if not text.isascii():
            raise ValueError
    except ValueError:
        shown, found = (one[:40].encode("ascii", "backslashreplace").decode() for one in (name, text))
        says = f"{shown}: `{found}` holds an escape that is not UTF-8 text. Escape it as in %C3%A9."
        raise Refused(BAD, says, parameter=shown, found=found) from None
    if "\0" in plain:
        says = f"{name[:40]}: holds the character of number 0 (%00), which is in no text. Leave it out."
        raise Refused(BAD, says, parameter=name[:40], found=text[:40])
    return plain


def _unknown(name: str, known: Collection[str]) -> Refused:
    shown = name[:40]
    near = spelt_like(shown, known, 1)
    ends = f" Nearest: {near[0]}." if near else ""
    allowed = f"Allowed: {', '.join(known)}." if known else "This path has none."
    return Refused(
        BAD,
        f"`{shown}` is no parameter here.{ends} {allowed}",
        parameter=shown,
        found=shown,
        allowed=list(known),
        nearest=near,
    )
