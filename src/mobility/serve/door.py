"""Where requests come in: paths of the register are answered here, as bytes, in one piece and from one release.

A plain route of FastAPI was measured at a third of the requests a second; it keeps what it is good at, the description
of the paths, and gives the pages (`serve.pages`).
"""

import asyncio
import json
import re
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from typing import Any

from mobility import __version__
from mobility.serve.guard import Buckets, Keys
from mobility.serve.life import live
from mobility.serve.metrics import Metrics, log
from mobility.serve.parameters import CALLBACK, CALLBACK_NAME, Parameter
from mobility.serve.query import LONGEST, parsed
from mobility.serve.refused import BAD, MISSING, NO_METHOD, TOO_MANY, UNSIGNED, NotLoaded, Refused
from mobility.serve.register import (
    ENDPOINTS,
    EVERYWHERE,
    HEALTH,
    METRICS,
    OWN,
    PROGRESS,
    RELEASE,
    RELEASES,
    V1,
    Endpoint,
    no_path,
)
from mobility.serve.shelf import Opened, Shelf

Scope = Mapping[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
JSON, CSV, SCRIPT, PLAIN = (b"application/json", b"text/csv; charset=utf-8", b"application/javascript", b"text/plain")
ALLOWED = b"GET, HEAD, OPTIONS"
MOMENT, EVER = b"public, max-age=60", b"public, max-age=31536000, immutable"
CORS = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"x-release, x-synthetic, etag, retry-after"),
)
PREFLIGHT = (
    (b"access-control-allow-methods", ALLOWED),
    (b"access-control-allow-headers", b"authorization, x-date, if-none-match"),
    (b"access-control-max-age", b"86400"),
)
CALL = re.compile(rf"(?:^|&)callback=({CALLBACK.pattern})(?=&|$)".encode())
OF_RELEASE = f"{RELEASES}/"
BODILESS = (204, 304)  # statuses of which a length of 0 would be read as that of the answer


@dataclass(frozen=True)
class Reply:
    """What is sent: status, body, its kind, further headers, and the path as the metrics name it."""

    status: int
    body: bytes
    route: str
    kind: bytes = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()


@dataclass(frozen=True)
class Route:
    """An endpoint with the names of its parameters, so that nothing is looked up at a request."""

    endpoint: Endpoint
    known: Mapping[str, Parameter]
    needed: tuple[str, ...]


def _routes() -> dict[str, Route]:
    """Endpoints by their path, with `*` for a part that varies."""
    found = {}
    for one in ENDPOINTS:
        key = "/".join("*" if part.startswith("{") else part for part in one.path.split("/"))
        known = {parameter.name: parameter for parameter in (*one.parameters, *EVERYWHERE)}
        found[key] = Route(one, known, tuple(own.name for own in one.parameters if own.needed))
    return found


class Door:
    """The ASGI application. shelf : releases. keys, buckets : who may ask, and how often."""

    def __init__(self, shelf: Shelf, keys: Keys, buckets: Buckets) -> None:
        self.shelf, self.keys, self.buckets = shelf, keys, buckets
        self.metrics, self.routes = Metrics(), _routes()

    @cached_property
    def pages(self) -> Any:
        """The application behind, which gives pages and the description."""
        from mobility.serve.pages import make

        return make()

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        """Answer a request; what is no path of the register goes on to the pages."""
        if scope["type"] == "lifespan":
            await live(self.shelf, self.metrics, receive, send)
            return
        started = perf_counter()
        reply = self.reply(scope)
        if reply is None:
            status = await self._page(scope, receive, send)
            self.metrics.note("pages", status, perf_counter() - started)
            return
        size = [(b"content-type", reply.kind), (b"content-length", b"%d" % len(reply.body))]
        headers = [*([] if reply.status in BODILESS else size), *CORS, *reply.headers]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        body = b"" if scope["method"] == "HEAD" else reply.body
        await send({"type": "http.response.body", "body": body})
        self.metrics.note(reply.route, reply.status, perf_counter() - started)

    async def _page(self, scope: Scope, receive: Any, send: Send) -> int:
        """Let the pages answer; the status that they send."""
        sent: list[int] = []

        async def noted(message: dict[str, Any]) -> None:
            sent.extend([message["status"]] if "status" in message else [])
            await send(message)

        pages = await asyncio.to_thread(lambda: self.pages)
        await pages(scope, receive, noted)
        return sent[0] if sent else 0

    def reply(self, scope: Scope) -> Reply | None:
        """The whole answer to a request; None where the pages give it."""
        path, pinned = scope["path"], None
        if path.startswith(OF_RELEASE):
            pinned, path = _split(path)
        found, parts = self._route(path)
        if found is None and path not in OWN and not path.startswith(("/api/", "/tables", OF_RELEASE)):
            return None
        route = found.endpoint.path if found else path if path in OWN else "unknown"
        try:
            refused = self._method(scope["method"])
            if refused:
                return refused
            self._admit(scope)
            return self._own(path, scope) if found is None else self._answer(found, parts, pinned, scope)
        except Refused as why:
            return _refusal(why, route, _called(scope) if found else None)
        except Exception as error:  # a fault of ours: said in the log with the place, never with the question
            log("error", "an answer failed", route=route, error=type(error).__name__, at=_place(error))
            return Reply(500, _json({"error": "The server failed at this question; it is in its log."}), route)

    def _route(self, path: str) -> tuple[Route | None, list[str]]:
        found = self.routes.get(path)
        if found or not path.startswith("/"):
            return found, []
        pieces = path.split("/")
        for last in (1, 2):
            found = self.routes.get("/".join([*pieces[:-last], *["*"] * last]))
            if found and all(pieces[-last:]):
                return found, pieces[-last:]
        return None, []

    def _method(self, method: str) -> Reply | None:
        if method in ("GET", "HEAD"):
            return None
        if method == "OPTIONS":
            return Reply(204, b"", "options", headers=(*PREFLIGHT, (b"allow", ALLOWED)))
        body = {"error": f"{method}: this service is read alone. Use GET.", "allowed": ["GET", "HEAD", "OPTIONS"]}
        return Reply(NO_METHOD, _json(body), "method", headers=((b"allow", ALLOWED),))

    def _admit(self, scope: Scope) -> None:
        """Check signature and pace of a request."""
        client = (scope.get("client") or ("",))[0]
        if self.keys.secrets:
            query = scope["query_string"].decode("latin-1")
            raw = scope.get("raw_path", b"").decode("latin-1") or scope["path"]
            target = f"{raw}?{query}" if query else raw
            try:
                client = self.keys.check(scope["method"], target, dict(scope["headers"])) or client
            except Refused:
                self.buckets.take(client)  # who guesses has to wait too
                raise
        self.buckets.take(client)

    def _own(self, path: str, scope: Scope) -> Reply:
        """Paths that are about the server and not about one release."""
        pieces = path.split("/")
        at_work = path.startswith(OF_RELEASE) and len(pieces) == 4 and pieces[3] == "progress"
        if path not in OWN and not at_work:
            raise no_path(path)
        parsed(scope["query_string"], ())
        if path == HEALTH:
            about = {"release": self.shelf.name, "synthetic": self.shelf.now.loaded.manifest.synthetic}
            return Reply(200, _json({"status": "ok", **about, "version": __version__}), path)
        if path == METRICS:
            return Reply(200, self.metrics.text(self.shelf.name).encode(), path, PLAIN)
        if not at_work:
            return Reply(200, _json({"releases": self.shelf.listed()}), path, headers=((b"cache-control", MOMENT),))
        return Reply(200, _json(self.shelf.progress(pieces[2])), PROGRESS)

    def _answer(self, route: Route, parts: list[str], pinned: str | None, scope: Scope) -> Reply:
        """The answer of an endpoint, from one release."""
        endpoint = route.endpoint
        texts = parsed(scope["query_string"], route.known)
        pinned = texts.get(RELEASE.name, pinned)
        opened = self.shelf.get(pinned)
        study = parts[0] if parts and endpoint.version == "tables" else None
        headers, status = _headers(opened, pinned, study), 200
        try:
            asked = _read(route, texts, parts, opened)
            if _unchanged(scope, headers[0][1]):
                return Reply(304, b"", endpoint.path, headers=headers)
            body = endpoint.answer(opened.loaded, asked, *((opened.find,) if endpoint.searches else ()))
        except NotLoaded as why:
            called = CALLBACK_NAME.name in texts  # browsers run no script that comes with a 404
            status, body = 200 if called or endpoint.version == "v1" else MISSING, dict(why.body)
        callback = texts.get(CALLBACK_NAME.name)
        if isinstance(body, bytes):
            if callback is not None:
                says = "callback: a CSV file comes as it is. Leave callback out, or ask for format=json."
                raise Refused(BAD, says, parameter="callback", found=callback[:40])
            return Reply(status, body, endpoint.path, CSV, headers)
        written = _json(_with_release(body, endpoint, opened, self.shelf.name))
        if callback is not None:
            CALLBACK_NAME.read(callback, opened.loaded)
            return Reply(status, _call(callback.encode(), written), endpoint.path, SCRIPT, headers)
        return Reply(status, written, endpoint.path, JSON, headers)


def _split(path: str) -> tuple[str | None, str]:
    """Release and path of `/releases/ID/api/...` and `/releases/ID/tables/...`; other paths as they are."""
    _, _, release, rest = path.split("/", 3) if path.count("/") > 2 else ("", "", "", "")
    return (release, f"/{rest}") if rest.startswith(("api/", "tables")) else (None, path)


def _read(route: Route, texts: Mapping[str, str], parts: list[str], opened: Opened) -> dict[str, Any]:
    """Parameters of a request, read against its release."""
    for name in route.needed:
        if not texts.get(name):
            one = route.known[name]
            says = f"{name}: is missing. Write {name}={one.example}. {one.about}"
            raise Refused(BAD, says, parameter=name, found=texts.get(name, ""))
    asked = {name: route.known[name].read(text, opened.loaded) for name, text in texts.items()}
    for parameter, text in zip(route.endpoint.in_path, parts, strict=True):
        asked[parameter.name] = parameter.read(text, opened.loaded)
    return asked


def _headers(opened: Opened, pinned: str | None, study: str | None) -> tuple[tuple[bytes, bytes], ...]:
    """Headers of an answer; in a release of real numbers the tables of a study may be invented all the same."""
    manifest = opened.loaded.manifest
    name, own = manifest.id.encode(), manifest.studies.get(study or "", {})
    invented = ((b"x-synthetic", b"true"),) if manifest.synthetic or own.get("synthetic") else ()
    return (
        (b"etag", b'"%s-%s"' % (name, __version__.encode())),
        (b"cache-control", EVER if pinned else MOMENT),
        (b"x-release", name),
        (b"x-release-date", manifest.made.encode()),
        *invented,
    )


def _unchanged(scope: Scope, tag: bytes) -> bool:
    """Whether the client has this answer of this release."""
    for name, value in scope["headers"]:
        if name == b"if-none-match":
            return (
                value == tag or b"*" in value or tag in [one.strip().removeprefix(b"W/") for one in value.split(b",")]
            )
    return False


def _with_release(body: Any, endpoint: Endpoint, opened: Opened, served: str) -> Any:
    """An answer that names its release; of v1 only where it is invented, since clients know its keys.

    Of a list each object says so; a list of names alone holds nothing that could be invented.
    """
    header = opened.loaded.header
    if endpoint.version == V1[-2:]:
        if not header["synthetic"]:
            return body
        mark = {"release": header["id"], "synthetic": True}
        if isinstance(body, list):
            return [{**one, **mark} if isinstance(one, dict) else one for one in body]
        return {**body, **mark}
    return {"release": {**header, "current": header["id"] == served}, **body}


def _refusal(why: Refused, route: str, called: bytes | None = None) -> Reply:
    """Why a question is not answered; to a call of JSONP with 200 and the status inside: browsers run no other script.

    Who may not ask now, or not at all, is told so by the status in any case.
    """
    wait = why.body.get("retry_after")
    headers = ((b"retry-after", str(wait).encode()),) if wait else ()
    headers = (*headers, (b"cache-control", b"no-store"))
    if called is None or why.status in (UNSIGNED, TOO_MANY):
        return Reply(why.status, _json(why.body), route, headers=headers)
    return Reply(200, _call(called, _json({**why.body, "status": why.status})), route, SCRIPT, headers)


def _called(scope: Scope) -> bytes | None:
    """The function that a call of JSONP names, readable though the rest of the question may not be."""
    found = CALL.findall(scope["query_string"][:LONGEST])
    return found[0] if len(found) == 1 else None


def _call(function: bytes, written: bytes) -> bytes:
    return b"/**/%s(%s);" % (function, written)


def _json(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8", "replace")


def _place(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{last.filename.rpartition('/')[2]}:{last.lineno}"
