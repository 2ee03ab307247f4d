"""A headless Chromium, driven over two pipes: no driver to install and no port to open."""

import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager

_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--remote-debugging-pipe",
]
# Chromium reads commands from descriptor 3 and answers on 4. They are put there by a Python of
# its own, because a function between fork and exec is not safe in a process with threads.
_STARTER = """
import fcntl, os, sys
read, write = (fcntl.fcntl(int(fd), fcntl.F_DUPFD, 10) for fd in sys.argv[1:3])
os.dup2(read, 3)
os.dup2(write, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


def find():
    """The path of a Chromium or Chrome, None where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    return next((path for path in map(shutil.which, names) if path), None)


class Tab:
    """One tab. `events` holds everything that the browser has told since it was opened."""

    def __init__(self, read, write):
        self._read, self._write = read, write
        self._rest, self._count, self._session = b"", 0, None
        self.events = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method, **params):
        self._count += 1
        message = {"id": self._count, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        answer = self._until(lambda told: told.get("id") == self._count)
        assert "error" not in answer, answer
        return answer["result"]

    def open(self, url, width, height=900, *, mobile=False):
        """Load a page at a width, and answer once it has loaded."""
        self.events.clear()
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile}
        self.call("Emulation.setDeviceMetricsOverride", **size)
        self.call("Page.navigate", url=url)
        if not self.told("Page.loadEventFired"):
            self._until(lambda told: told.get("method") == "Page.loadEventFired")

    def evaluate(self, expression):
        """The value of an expression in the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer["result"].get("value")

    def told(self, *methods):
        """What the browser has told by these events."""
        return [e["params"] for e in self.events if e.get("method") in methods]

    def _until(self, wanted, seconds=60):
        end = time.monotonic() + seconds
        while True:
            while b"\0" in self._rest:
                line, self._rest = self._rest.split(b"\0", 1)
                told = json.loads(line)
                if "method" in told:
                    self.events.append(told)
                if wanted(told):
                    return told
            left = end - time.monotonic()
            assert left > 0, "no answer in time"
            assert select.select([self._read], [], [], left)[0], "no answer in time"
            more = os.read(self._read, 1 << 20)
            assert more, "the browser has gone"
            self._rest += more


@contextmanager
def tab(path):
    """A tab in a browser of its own, which is ended afterwards."""
    command_read, command_write = os.pipe()
    answer_read, answer_write = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        starter = [sys.executable, "-c", _STARTER, str(command_read), str(answer_write)]
        process = subprocess.Popen(
            [*starter, path, *_FLAGS, f"--user-data-dir={profile}"],
            pass_fds=(command_read, answer_write),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(command_read)
        os.close(answer_write)
        try:
            yield Tab(answer_read, command_write)
        finally:
            os.close(command_write)  # the end of its commands ends the browser
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            os.close(answer_read)
