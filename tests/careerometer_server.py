"""A small server with answers of the API's shape, for tests of the careerometer: five occupations, invented numbers."""

import json
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

from asking import ask
from paths import ROOT

RELEASE = {
    "id": "2026-11-27a", "date": "2026-11-27", "title": "Pay and jobs 2015", "synthetic": True, "current": True,
    "sources": ["ONS, Annual Survey of Hours and Earnings (invented in its form)", "ONS, SOC2010, coding index V5.1"],
}  # fmt: skip
MEASURES = ["pay", "hours", "employment"]
REGIONS = [{"code": "6", "name": "East Midlands (England)"}, {"code": "10", "name": "Wales"}]
ABOUT = {"release": RELEASE, "measures": MEASURES, "regions": REGIONS}
NATIONAL = {"pay": 530, "hours": 37, "employment": {2015: 30_000_000, 2024: 31_800_000}}
# Title, weekly pay, hours, jobs in 2015 and 2024, in the UK; a region has a tenth of the jobs, nine tenths of the pay.
JOBS = {
    "2231": ("Nurses", 610, 37, 632_500, 684_500),
    "2451": ("Librarians", 540, 36, 21_500, 19_500),
    "5314": ("Plumbers and heating and ventilating engineers", 580, 40, 172_500, 172_500),
    "4135": ("Library clerks and assistants", 350, 35, 29_500, 24_500),
    "1171": ("Officers in armed forces", None, None, 12_500, 12_500),
}
TEXT = "Nurses provide general and specialised care. They work with doctors. Job holders may be based in a hospital."


def told(value, jobs, measure):
    """Value, verdict and reason of a number that rests on so many jobs."""
    if value is None:
        return {"value": None, "verdict": "unknown", "reason": f"No {measure} is known for this occupation."}
    if jobs < 1_000:
        return {"value": None, "verdict": "none", "reason": "fewer than 1,000 people do this job there."}
    if jobs < 10_000:
        return {"value": value, "verdict": "noted", "reason": "fewer than 10,000 people do this job there."}
    return {"value": value, "verdict": "told", "reason": None}


def card(soc, region):
    """The answer of /api/v2/card."""
    title, pay, hours, now, then = JOBS[soc]
    part = 0.03 if region == "10" else 0.1 if region else 1
    own_pay = pay and round(pay * (0.9 if region else 1), -1)

    def measure(name, value, whole):
        national = {"value": NATIONAL[name], "median": None, "verdict": "told"}
        year = {"year": 2015, **told(value, now * part, name), "projected": False, "national": national}
        wider = (
            [{"says": "all of the UK", "query": f"soc={soc}", "value": whole}]
            if year["value"] is None and whole
            else []
        )
        return {"measure": name, "basis": f"Basis of {name}.", "series": [year], "coarser": wider}

    jobs = [
        {"year": year, **told(round(value * part / 1000) * 1000 + 500, value * part, "number of jobs"),
         "projected": year > 2015, "national": {"value": NATIONAL["employment"][year], "verdict": "told"}}
        for year, value in ((2015, now), (2024, then))
    ]  # fmt: skip
    wide = [{"says": "all of the UK", "query": f"soc={soc}", "value": now}] if jobs[0]["value"] is None else []
    return {
        "release": RELEASE,
        "occupation": {"soc": soc, "title": title, "description": TEXT, "tasks": ["assists doctors", "keeps records"]},
        "pay": measure("pay", own_pay, pay),
        "hours": measure("hours", hours, hours),
        "employment": {"measure": "employment", "judged_by": "employment", "series": jobs, "coarser": wide},
        "replacement": {
            "soc": soc,
            "start_year": 2015,
            "end_year": 2024,
            "rate": 0.27,
            "jobs": round(now * part * 0.27, -2),
        },
    }


def cards():
    """The cards of all occupations by place, as a folder holds them."""
    places = ["", *(region["code"] for region in REGIONS)]
    return {place: [card(soc, place) for soc in JOBS] for place in places}


class Handler(SimpleHTTPRequestHandler):
    """The static files of the careerometer at /widget/, and the three answers that it asks for."""

    def __init__(self, *arguments, search, asked, door, **options):
        self.search, self.asked, self.door = search, asked, door
        super().__init__(*arguments, directory=ROOT / "src/mobility/serve", **options)

    def do_GET(self):
        address = urlparse(self.path)
        own = {name: values[0] for name, values in parse_qs(address.query).items()}
        if not address.path.startswith("/api/v2/"):
            return super().do_GET()
        if self.door:
            reply = ask(self.door, self.path)
            return self._send(reply.body, reply.status)
        self.asked.append(address.path + "?" + address.query)
        answer = {"release": self._release, "card": self._card, "search": self._found}[address.path.split("/")[-1]](own)
        return self._send(json.dumps(answer).encode(), 200 if "error" not in answer else 404)

    def _release(self, own):
        return ABOUT

    def _card(self, own):
        return (
            card(own["soc"], own.get("region", ""))
            if own["soc"] in JOBS
            else {"error": f"{own['soc']}: no occupation."}
        )

    def _found(self, own):
        found = self.search.find(own["q"], int(own["limit"]))
        return {"release": RELEASE, "query": own["q"], "found": [vars(one) for one in found]}

    def _send(self, body, status):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self):
        """As a careful host sends them: the careerometer needs no script or style between its lines."""
        self.send_header("Content-Security-Policy", "default-src 'self'")
        super().end_headers()

    def log_message(self, *words):
        """Nothing: a test's output is not a log."""


@contextmanager
def serving(search=None, door=None):
    """The address of a running server, and the list of what it was asked; `door` : answers as the true server does."""
    asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, search=search, asked=asked, door=door))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
