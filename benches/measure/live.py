"""Live servers: from the start to the first page, and from saving a file to the new bytes over HTTP.

An edit counts from the moment when the file is closed. The system tells a watching server about it within microseconds,
so what is measured is the server: its wait for a quiet moment, the update, the page. The page is asked for again and again
over one connection, with `POLL_S` between the answers; `request` tells what one such question costs when nothing has
changed.
"""
import http.client
import os
import random
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

from .process import Failure, cost_so_far, say
from .site import settle, url_of, with_text, with_title

POLL_S = 0.0005
START_TIMEOUT_S = 600
EDIT_TIMEOUT_S = 120
PAUSE_S = (0.15, 0.35)
"""Between two edits, at random, so that edits don't keep step with a server's own waits."""
N_REQUESTS = 200


class Server:
    """A running server of a site."""

    def __init__(self, command, port, environment):
        self.port = port
        self.start = time.perf_counter()
        self.child = subprocess.Popen([str(word) for word in command], env=os.environ | environment,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.connection = None

    def get(self, url):
        """The body at an address, or nothing where there is none yet."""
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=EDIT_TIMEOUT_S)
            self.connection.request("GET", url)
            answer = self.connection.getresponse()
            body = answer.read().decode("utf-8", "replace")
            return body if answer.status == 200 else ""
        except (OSError, http.client.HTTPException):
            self.connection = None
            return ""

    def wait(self, url, words, since, timeout_s):
        """Seconds until an address shows these words."""
        while words not in self.get(url):
            if time.perf_counter() - since > timeout_s:
                raise Failure(f"`{words}` did not appear at {url} within {timeout_s} s")
            if self.child.poll() is not None:
                raise Failure(f"the server ended with {self.child.returncode}")
            time.sleep(POLL_S)
        return time.perf_counter() - since

    def stop(self):
        self.child.terminate()
        self.child.wait()


def recto_server(recto, site, cache):
    port = free_port()
    # `serve` has no option for the cache folder; both variables lead it there.
    environment = {"RECTO_CACHE_DIR": str(cache), "XDG_CACHE_HOME": str(cache)}
    return Server([recto, "serve", site.folder, "--bind", f"127.0.0.1:{port}"], port, environment)


def hugo_server(hugo, site, cache):
    port = free_port()
    command = [hugo, "server", "--source", site.folder, "--bind", "127.0.0.1", "--port", port, "--cacheDir", cache]
    return Server(command, port, {})


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def first_page(open_server, site):
    """A server that has answered its first page, and how long that took."""
    server = open_server()
    try:
        return server, server.wait(url_of(site.some_page(0), site.folder), "</html>", server.start, START_TIMEOUT_S)
    except BaseException:
        server.stop()
        raise


def start_times(recto, site, work, warm_cache, n_runs, settle_s):
    """Seconds to the first page, in turns: with an empty cache, and with the one that a build has left."""
    cold, warm = [], []
    for turn in range(n_runs):
        for times, origin in ((cold, None), (warm, warm_cache)):
            say(f"live, turn {turn + 1} of {n_runs}: start {'cold' if origin is None else 'warm'}")
            cache = Path(work, "live-cache").resolve()
            shutil.rmtree(cache, ignore_errors=True)
            if origin is None:
                cache.mkdir()
            else:
                shutil.copytree(origin, cache)
            settle(min(settle_s, 1))
            server, seconds = first_page(lambda: recto_server(recto, site, cache), site)
            server.stop()
            times.append(seconds)
    return {"cold": cold, "warm": warm}


def edits(name, open_server, site, n_edits, settle_s):
    """Seconds from saved to served for each of `n_edits` edits of each kind, with what they cost the server."""
    server, start = first_page(open_server, site)
    try:
        settle(settle_s)
        page, target = linked_pages(server, site)
        here, folder = url_of(page, site.folder), url_of(page.with_name("index.md"), site.folder)
        found = {"start": start, "request": request_times(server, here)}
        kinds = {
            "page": (with_text, save_in_place, here),
            "renamed": (with_text, save_by_renaming, here),
            "list": (with_title, save_in_place, folder),
            "backlink": (with_title, save_in_place, target),
        }
        for kind, (edit, save, url) in kinds.items():
            if url is not None:
                say(f"live, {name}: {n_edits} edits, seen in: {kind}")
                found[kind] = edits_of(server, page, edit, save, url, n_edits)
        found["peak_mib"] = cost_so_far(server.child.pid)[1]
        return found
    finally:
        server.stop()
        site.reset()


def edits_of(server, page, edit, save, url, n_edits):
    pauses = random.Random(1)
    original = page.read_text("utf-8")
    seconds, cpu = [], cost_so_far(server.child.pid)[0]
    for number in range(n_edits):
        words = f"Seen {number} in {os.getpid()}"
        save(page, edit(original, words))
        seconds.append(server.wait(url, words, time.perf_counter(), EDIT_TIMEOUT_S))
        time.sleep(max(pauses.uniform(*PAUSE_S), seconds[-1] / 2))
    cpu = (cost_so_far(server.child.pid)[0] - cpu) / n_edits
    save_in_place(page, original)
    time.sleep(max(1, 2 * seconds[-1]))
    return {"seconds": seconds, "cpu_per_edit": cpu}


def save_in_place(page, text):
    """Empties the file and writes it, as many programs do: a server may see it empty."""
    page.write_text(text, "utf-8")


def save_by_renaming(page, text):
    """Writes another file and gives it the page's name, as many editors do."""
    other = page.with_name(f".{page.name}.new")
    other.write_text(text, "utf-8")
    other.replace(page)


def request_times(server, url):
    times = []
    for _ in range(N_REQUESTS):
        start = time.perf_counter()
        server.get(url)
        times.append(time.perf_counter() - start)
    return times


def linked_pages(server, site):
    """A page, and the address of one that shows a link back to it; none where the tool shows no such links."""
    for turn in range(20):
        page = site.some_page(turn)
        text = page.read_text("utf-8")
        title = re.search(r'^title: "(.*)"$', text, re.MULTILINE)[1]
        target = page.with_name(re.search(r"\]\((p\d+\.md)\) first", text)[1])
        url = url_of(target, site.folder)
        links_back = server.get(url).split("Linked from", 1)[1:]
        if target != page and links_back and title in links_back[0]:
            return page, url
    return page, None
