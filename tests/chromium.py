"""A browser for tests: headless Chromium, spoken to in its DevTools protocol over a pipe, without any package."""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ABSENT = (
    "No Chromium on this machine, so pages were not opened in a browser. Install one (Debian: apt install chromium), "
    "or say where it is: CHROMIUM=/path/to/chromium."
)
# What stands in front of the browser's command puts the two ends of the pipe where the browser looks for them.
BEGIN = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); os.execv(sys.argv[3], sys.argv[3:])"
)
OPTIONS = (
    "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
    "--no-first-run", "--disable-extensions", "--disable-background-networking", "--disable-component-update",
    "--disable-default-apps", "--mute-audio", "--font-render-hinting=none", "about:blank",
)  # fmt: skip
PATIENCE = 120  # seconds for the answer to one message
KEYS = {"Tab": 9, "Enter": 13, "Escape": 27, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40,
        "Home": 36, "End": 35}  # fmt: skip


def find():
    """The browser on this machine, or None."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


class PageError(Exception):
    """What the browser refused, or what a script of a page threw."""


class Browser:
    """One running browser; `page` opens a tab in it."""

    def __init__(self, program, profile):
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (theirs_in, theirs_out)]
        command = [sys.executable, "-SEc", BEGIN, *map(str, ends), program, f"--user-data-dir={profile}", *OPTIONS]
        self.process = subprocess.Popen(
            command, pass_fds=ends, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for end in (theirs_in, theirs_out, *ends):
            os.close(end)
        self.out, self.into, self.rest, self.last, self.events = ours_out, ours_in, b"", 0, []

    def send(self, method, session="", **parameters):
        """The answer to a message; events that come before it are kept."""
        self.last += 1
        own = {"sessionId": session} if session else {}
        message = {"id": self.last, "method": method, "params": parameters, **own}
        sent = json.dumps(message).encode() + b"\0"
        while sent:
            sent = sent[os.write(self.out, sent) :]
        answer = self._read(lambda found: found.get("id") == self.last)
        if "error" in answer:
            raise PageError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def wait(self, session, method):
        """The first event of a name that a tab has sent and nobody has taken yet."""

        def is_it(found):
            return found.get("method") == method and found.get("sessionId") == session

        kept = next(filter(is_it, self.events), None)
        if kept:
            self.events.remove(kept)
        return kept or self._read(is_it)

    def _read(self, wanted):
        until = time.monotonic() + PATIENCE
        while True:
            while b"\0" not in self.rest:
                ready, _, _ = select.select([self.into], [], [], max(0, until - time.monotonic()))
                part = os.read(self.into, 1 << 20) if ready else b""
                if not part:
                    raise PageError("the browser ended" if ready else f"no answer in {PATIENCE} seconds")
                self.rest += part
            line, _, self.rest = self.rest.partition(b"\0")
            found = json.loads(line)
            if wanted(found):
                return found
            self.events.append(found)

    @contextmanager
    def page(self, width=1300, height=900, **look):
        """A tab of a width and height in CSS pixels; `look` : arguments of `Page.look`, and `touch`, `scripts`."""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        try:
            yield Page(self, session, width, height, **look)
        finally:
            self.send("Target.closeTarget", targetId=target)
            self.events.clear()

    def close(self):
        """End the browser and wait for it."""
        self.send("Browser.close")
        os.close(self.out)
        self.process.wait(PATIENCE)
        os.close(self.into)


class Page:
    """A tab."""

    def __init__(self, browser, session, width, height, touch=False, scripts=True, **look):
        self.browser, self.session = browser, session
        for domain in ("Page", "Runtime"):
            self.send(f"{domain}.enable")
        self.send("Page.bringToFront")
        self.size(width, height, touch)
        self.look(**look)
        if not scripts:
            self.send("Emulation.setScriptExecutionDisabled", value=True)

    def send(self, method, **parameters):
        """The answer to a message to this tab."""
        return self.browser.send(method, self.session, **parameters)

    def size(self, width, height=900, touch=False):
        """Another size of the window; `touch` : a telephone's."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=touch)
        self.send("Emulation.setTouchEmulationEnabled", enabled=touch)

    def look(self, dark=False, still=False, medium=""):
        """What the reader's machine asks for: dark colours, no motion; `medium` : `print` shows the printed page."""
        features = {"prefers-color-scheme": "dark" if dark else "light"}
        features["prefers-reduced-motion"] = "reduce" if still else "no-preference"
        pairs = [{"name": name, "value": value} for name, value in features.items()]
        self.send("Emulation.setEmulatedMedia", media=medium, features=pairs)

    def open(self, path, anchor=""):
        """Load a file from disk and wait until it stands."""
        return self.visit(Path(path).resolve().as_uri() + (f"#{anchor}" if anchor else ""))

    def visit(self, address):
        """Load an address and wait until it stands."""
        self.send("Page.navigate", url="about:blank")
        self.browser.wait(self.session, "Page.loadEventFired")
        self.send("Page.navigate", url=address)
        self.browser.wait(self.session, "Page.loadEventFired")
        return self

    def value(self, expression):
        """What a JavaScript expression gives; of a promise what it is kept with."""
        answer = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise PageError(answer["exceptionDetails"].get("exception", {}).get("description", expression))
        return answer["result"].get("value")

    def call(self, function, *arguments):
        """What a JavaScript function gives for arguments."""
        return self.value(f"({function})({', '.join(map(json.dumps, arguments))})")

    def until(self, expression):
        """What an expression gives as soon as it is anything; `PageError` where it never is."""
        for _ in range(500):
            found = self.value(expression)
            if found:
                return found
            time.sleep(0.01)
        raise PageError(f"never at {self.value('location.href')}: {expression}")

    def press(self, key, times=1):
        """Press a key of `KEYS` or type a character."""
        for _ in range(times):
            code = KEYS.get(key, ord(key[0].upper()))
            text = {"text": "\r" if key == "Enter" else key} if key == "Enter" or len(key) == 1 else {}
            own = {"key": key, "code": key, "windowsVirtualKeyCode": code}
            self.send("Input.dispatchKeyEvent", type="keyDown", **own, **text)
            self.send("Input.dispatchKeyEvent", type="keyUp", **own)

    def write(self, text):
        """Type a text where the focus is."""
        self.send("Input.insertText", text=text)

    def place(self, selector):
        """The middle of the first element of a selector that is seen, brought into view: x and y in pixels."""
        found = self.call(PLACE, selector)
        if not found:
            raise PageError(f"nothing to be seen at {selector}")
        return found

    def point(self, selector):
        """Move the mouse over an element."""
        self.point_at(*self.place(selector))

    def point_at(self, x, y):
        """Move the mouse to a place of the screen."""
        self.settle()
        self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def click(self, selector):
        """Click an element as a mouse does; a link may lead to another page."""
        x, y = self.place(selector)
        own = {"x": x, "y": y, "button": "left", "clickCount": 1}
        self.point_at(x, y)
        self.send("Input.dispatchMouseEvent", type="mousePressed", **own)
        self.send("Input.dispatchMouseEvent", type="mouseReleased", **own)
        self.settle()

    def tap(self, selector):
        """Touch an element as a finger does."""
        self.tap_at(*self.place(selector))

    def tap_at(self, x, y):
        """Touch a place of the screen."""
        self.settle()
        self.send("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
        self.send("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        self.settle()

    def settle(self):
        """Wait until the page, or the one that a link leads to, is loaded and drawn: what is seen is touched."""
        drawn = (
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(document.readyState))))"
        )
        for _ in range(200):
            try:
                if self.value(drawn) == "complete":
                    return
            except PageError:  # the page that was asked is gone
                continue
            time.sleep(0.01)

    def printed(self):
        """The page as a PDF of A4."""
        answer = self.send("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        return base64.b64decode(answer["data"])

    def picture(self, path, whole=False):
        """Write what is seen, or the whole page, as PNG."""
        answer = self.send("Page.captureScreenshot", captureBeyondViewport=whole)
        Path(path).write_bytes(base64.b64decode(answer["data"]))


PLACE = """selector => {
  const seen = [...document.querySelectorAll(selector)].find(one => one.getClientRects().length)
  if (!seen) return null
  seen.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'})
  const box = seen.getClientRects()[0]
  return [box.x + box.width / 2, box.y + box.height / 2]
}"""
