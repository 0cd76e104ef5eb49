"""Behind the door: FastAPI with the description of all paths, the explorer, the widget, and what other paths are told.

It takes as long to load as all the rest, and no answer of the API needs it: it is made for the first page.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse

from mobility import __version__
from mobility.serve import models
from mobility.serve.refused import MISSING
from mobility.serve.register import ENDPOINTS, EVERYWHERE, METRICS, OWN, STAGED, Endpoint, no_path

ERRORS = {
    400: "A parameter is not as it must be.",
    401: "A signature is missing or wrong.",
    404: "No such thing, or not in this release.",
    414: "The question is too long.",
    429: "Too many requests.",
    503: "Too many connections.",
}
WIDGET = Path(__file__).with_name("widget")
ABOUT = """\
Jobs, pay and hours of the 369 occupations of SOC2010, and the released tables of every study.

`/api/v1` has the paths and shapes of the LMI for All service of 2013 to 2023, `/api/v2` typed answers
that say what each number is. Every answer names its release; `?release=ID` asks an old one. A release of invented
numbers says `synthetic: true` in every answer.
"""

# What a reader of the explorer is told of each path, by its kind.
READ = {
    "v1": "In the shape of the LMI for All service. Pay comes to 10 pounds, hours whole, years ascending; without a "
    "status it is that of full-time employees. A number that may not be told is left out; where none is left, `error` "
    "says why and `coarser` what would be answered.",
    "v2": "`release` names where the answer is from. Each number says what it is: `verdict` and `reason` whether and "
    "why it may be told, `error` what is known of its error, `told_to` the step to which it is told.",
    "tables": "Released cells with their flags, and their verdicts beside what is printed. A CSV file names in its "
    "last columns its release and whether it is invented.",
    "server": "About the server and its releases, and not about one of them.",
}
ABSENT = "The true service had these data; no release here has them. The answer says so, and is no number."


def make() -> FastAPI:
    """The application that gives pages and description."""
    app = FastAPI(title="mobility", version=__version__, description=ABOUT, docs_url=None, redoc_url=None)
    for endpoint in ENDPOINTS:
        more = READ[endpoint.version] if endpoint.loaded else ABSENT
        parameters = [_described(one, "path") for one in endpoint.in_path]
        parameters += [_described(one, "query") for one in (*endpoint.parameters, *EVERYWHERE)]
        said = {"summary": endpoint.about, "description": more, "tags": [endpoint.version]}
        _describe(app, endpoint.path, said, parameters, _responses(endpoint))
    for path, about in OWN.items():
        parameters = [_described(STAGED, "path")] if "{" in path else []
        said = {"summary": about, "description": READ["server"], "tags": ["server"]}
        _describe(app, path, said, parameters, _refusals())
    _add_pages(app)
    return app


def _describe(
    app: FastAPI, path: str, about: dict[str, Any], parameters: list[dict[str, Any]], responses: dict[int | str, Any]
) -> None:
    """A path for the description alone: the door answers it before it comes here."""

    async def answered() -> None: ...

    app.add_api_route(
        path,
        answered,
        **about,
        response_model=models.BY_PATH.get(path),
        response_class=PlainTextResponse if path == METRICS else JSONResponse,
        openapi_extra={"parameters": parameters},
        responses=responses,
        operation_id=path.strip("/").translate(str.maketrans("/{}-", "____")),
    )


def _responses(endpoint: Endpoint) -> dict[int | str, dict[str, Any]]:
    """Answers by status: beside JSON a call of JSONP, and of a table its file; what is refused is a `Problem`."""
    table = any(one.name == "format" for one in endpoint.parameters)
    kinds = ["application/javascript", *(["text/csv"] if table else [])]
    return {200: {"content": {kind: {} for kind in kinds}}, **_refusals()}


def _refusals() -> dict[int | str, dict[str, Any]]:
    return {status: {"model": models.Problem, "description": says} for status, says in ERRORS.items()}


def _described(parameter: Any, where: str) -> dict[str, Any]:
    example = {"example": parameter.example} if parameter.example else {}
    required = parameter.needed or where == "path"
    about = {"name": parameter.name, "in": where, "required": required, "description": parameter.about}
    return {**about, "schema": dict(parameter.schema), **example}


def _add_pages(app: FastAPI) -> None:
    """The explorer, whose files come from an installed package and from no other host, and the widget."""
    spec = find_spec("fastapi_offline")
    place = Path(spec.origin).with_name("static") if spec and spec.origin else None
    if place:
        app.mount("/static", StaticFiles(directory=place), name="static")
    if WIDGET.is_dir():
        app.mount("/widget", StaticFiles(directory=WIDGET, html=True), name="widget")

    @app.api_route("/docs", methods=["GET", "HEAD"], include_in_schema=False)
    async def explorer() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="openapi.json",
            title="mobility: explorer",
            swagger_js_url="static/swagger-ui-bundle.js",
            swagger_css_url="static/swagger-ui.css",
            swagger_favicon_url="static/favicon.png",
        )

    @app.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
    async def start() -> RedirectResponse:
        return RedirectResponse("docs")

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        path = request.scope["path"]
        if error.status_code == MISSING:
            return JSONResponse(no_path(path).body, MISSING)
        says = f"{request.method}: {error.detail} at `{path[:100]}`. Use GET."
        return JSONResponse({"error": says, "allowed": ["GET", "HEAD"]}, error.status_code, error.headers)
