"""A headless Chromium that looks at pages served on this machine: used by the tests of the report."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

SCREENSHOTS = Path(__file__).resolve().parent.parent / "reports" / "screenshots"
TAKEN = set()  # screenshots, each once a run
SIZES = {"phone": (390, 844), "desk": (1280, 800), "wide": (1920, 1080)}
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = [
    "--no-sandbox",  # CI is root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator:
    """Start Chromium; where there is none, skip the test, but fail in CI, where it has to be there."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        _give_up("no Chromium on this machine (Debian: apt-get install chromium)")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _give_up("playwright isn't installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


def _give_up(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def serve(html: str) -> Iterator[str]:
    """Serve one page to this machine, and nothing else; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            found = self.path == "/"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode() if found else b"")

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()  # soon heard to shut down
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def opened(browser, html: str, size: str, name: str, scheme: str = "light") -> Iterator:
    """Open a page, keep a screenshot, and afterwards find neither errors nor requests to anywhere else."""
    width, height = SIZES[size]
    with serve(html) as address:
        page = browser.new_page(
            viewport={"width": width, "height": height}, device_scale_factor=1, color_scheme=scheme
        )
        page.set_default_timeout(10_000)
        heard = listen(page)
        page.goto(address)
        picture = SCREENSHOTS / f"{name}-{size}-{scheme}.png"
        if picture not in TAKEN:
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=picture)
            TAKEN.add(picture)
        yield page
        page.close()
        assert heard["errors"] == []
        assert {url for url in heard["requests"] if not url.startswith("data:")} <= {
            address,
            f"{address}favicon.ico",
        }


def listen(page) -> dict[str, list[str]]:
    """Write down what a page complains about and what it asks for, from now on."""
    heard = {"errors": [], "requests": []}
    page.on("console", lambda said: heard["errors"].append(said.text) if said.type != "log" else None)
    page.on("pageerror", lambda error: heard["errors"].append(str(error)))
    page.on("dialog", lambda dialog: (heard["errors"].append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: heard["requests"].append(request.url))
    return heard
