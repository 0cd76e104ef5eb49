"""Who may ask, and how often: keys that are optional (HMAC), and a bucket of requests for each client."""

import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mobility.errors import ConfigError
from mobility.serve.refused import TOO_MANY, UNSIGNED, Refused
from mobility.storage import read_json

SCHEME = "HMAC "
MOST_CLIENTS = 20_000  # of which a bucket is remembered; beyond it those that are full again are forgotten
OLDEST = 300  # seconds by which the clock of a signed request may be off


@dataclass
class Buckets:
    """A bucket for each client: `rate` requests a second flow in, it holds `rate` times `seconds`; 0 is no limit."""

    rate: float
    seconds: float = 2.0
    levels: dict[str, tuple[float, float]] = field(default_factory=dict)

    def take(self, client: str, now: float | None = None) -> None:
        """Take one request; raises `Refused`, 429, with the seconds to wait."""
        if self.rate <= 0:
            return
        now = time.monotonic() if now is None else now
        most = max(1.0, self.rate * self.seconds)
        level, last = self.levels.get(client, (most, now))
        level = min(most, level + (now - last) * self.rate)
        if level < 1:
            wait = max(1, round((1 - level) / self.rate + 0.5))
            raise Refused(TOO_MANY, f"More than {self.rate:g} requests a second. Wait {wait} s.", retry_after=wait)
        if len(self.levels) >= MOST_CLIENTS and client not in self.levels:
            self.levels = {one: kept for one, kept in self.levels.items() if (now - kept[1]) * self.rate < most}
        self.levels[client] = (level - 1, now)


@dataclass(frozen=True)
class Keys:
    """Secrets by key; `needed` says whether a request without a signature is refused."""

    secrets: Mapping[str, str] = field(default_factory=dict)
    needed: bool = False

    def check(self, method: str, target: str, headers: Mapping[bytes, bytes], now: float | None = None) -> str | None:
        """The key of a signed request, none where it is not signed and need not be.

        `Authorization: HMAC KEY:SIGNATURE` and `X-Date: seconds since 1970`; the signature is, in hexadecimal digits,
        HMAC-SHA256 of the secret over `METHOD\\nPATH?QUERY\\nX-DATE`.

        Raises
        ------
        Refused
            401: no signature where one is needed, an unknown key, an old date, a signature of something else.
        """
        given = headers.get(b"authorization", b"").decode("latin-1")
        if not self.secrets or not (given or self.needed):
            return None
        if not given.startswith(SCHEME):
            raise Refused(UNSIGNED, "authorization: this server wants `HMAC KEY:SIGNATURE`.", parameter="authorization")
        key, _, signature = given.removeprefix(SCHEME).partition(":")
        date = headers.get(b"x-date", b"").decode("latin-1")
        now = time.time() if now is None else now
        if not date.isdigit() or abs(now - int(date[:12])) > OLDEST:
            raise Refused(UNSIGNED, f"x-date: not within {OLDEST} s of now, in seconds since 1970.", parameter="x-date")
        right = signed(self.secrets.get(key, ""), method, target, date).encode()
        if key not in self.secrets or not hmac.compare_digest(right, signature.lower().encode("latin-1")):
            raise Refused(UNSIGNED, "authorization: unknown key or wrong signature.", parameter="authorization")
        return key


def signed(secret: str, method: str, target: str, date: str) -> str:
    """The signature of a request: of its method, path with query, and date."""
    return hmac.new(secret.encode(), f"{method}\n{target}\n{date}".encode(), hashlib.sha256).hexdigest()


def read_keys(path: str | None, needed: bool) -> Keys:
    """Keys of a JSON file `{"KEY": "SECRET"}`; raises `ConfigError` where it is none."""
    if path is None:
        if needed:
            raise ConfigError('--require-key: needs --keys FILE, a JSON file of `{"KEY": "SECRET"}`.')
        return Keys()
    found: Any = read_json(Path(path))
    if not isinstance(found, dict) or not all(isinstance(one, str) and len(one) > 7 for one in found.values()):
        raise ConfigError(f"{path}: not a JSON object of keys with secrets of 8 characters or more.")
    return Keys(found, needed)
