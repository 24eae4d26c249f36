#!/usr/bin/env python3
"""Times `recto edit` as a server: saves, what readers see of them, many writers, page views, memory, start.

    benches/wiki.py --recto target/release/recto --work /tmp/wiki [--pages 100 5000] [--bare]

It makes a repository of each size (two commits a page), starts the wiki, and asks it over HTTP. CPU is user and system time
of the server's process, so other work on the machine moves it less than the clock. One JSON object for each size.
"""
import argparse
import http.client
import json
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import threading
import time

WORDS = ("deploy build commit page slide wiki branch merge cache index theme render hook editor chapter section server "
         "static token anchor image table").split()


def name(i):
    return f"sec{i // 100:03d}/page-{i:05d}"


def body(i, rng, rev=0):
    paragraph = lambda: " ".join(rng.choice(WORDS) for _ in range(60)) + "."
    lines = [f"# Page {i}", "", f"Revision {rev}.", ""]
    for section in range(4):
        to = (i * 7 + section) % 100
        lines += [f"## Section {section}", "", paragraph(), "", paragraph(), "", f"See [[{name(to)}]].", ""]
    return "\n".join(lines + (["The rare word zanzibar is here.", ""] if i % 50 == 0 else []))


def git(repo, *arguments):
    return subprocess.run(["git", "-C", repo, *arguments], check=True, capture_output=True, text=True).stdout.strip()


def make_repository(repo, n_pages, bare):
    """Two commits a page, in one stream."""
    shutil.rmtree(repo, ignore_errors=True)
    subprocess.run(["git", "init", "-q", "-b", "main", *(["--bare"] if bare else []), repo], check=True)
    git(repo, "config", "user.name", "Bench")
    git(repo, "config", "user.email", "bench@example.org")
    rng = random.Random(1)
    stream = subprocess.Popen(["git", "-C", repo, "fast-import", "--quiet"], stdin=subprocess.PIPE)
    for commit in range(2 * n_pages):
        i = commit if commit < n_pages else rng.randrange(n_pages)
        files = [(name(i) + ".md", body(i, rng, commit).encode())]
        if commit == 0:
            files.append(("index.md", b"# Home\n\nWelcome.\n"))
        who = f"U{commit % 9} <u{commit % 9}@example.org> {1600000000 + commit * 600} +0000"
        stream.stdin.write(f"commit refs/heads/main\ncommitter {who}\ndata 4\nedit\n".encode())
        for path, text in files:
            stream.stdin.write(f"M 100644 inline {path}\ndata {len(text)}\n".encode() + text + b"\n")
    stream.stdin.close()
    assert stream.wait() == 0
    if not bare:
        git(repo, "reset", "-q", "--hard", "main")


class Server:
    """A wiki on a port of its own."""

    def __init__(self, recto, repo, bare, cache):
        where = ["--repo", repo] if bare else [repo]
        begun = time.perf_counter()
        command = [recto, "edit", *where, "--port", "0", "--cache-dir", cache]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            found = re.search(r"on http://([\d.]+):(\d+)/", line)
            if found:
                self.address = (found[1], int(found[2]))
                break
        else:
            raise SystemExit("the wiki didn't start")
        threading.Thread(target=lambda: [None for _ in self.process.stderr], daemon=True).start()
        status, _ = Client(self).get("/")
        assert status == 200
        self.start_ms = (time.perf_counter() - begun) * 1000

    def cpu_ms(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return sum(int(ticks) for ticks in fields[11:13]) * 1000 / os.sysconf("SC_CLK_TCK")

    def memory_mib(self):
        text = open(f"/proc/{self.process.pid}/smaps_rollup").read()
        return int(re.search(r"Pss:\s+(\d+)", text)[1]) / 1024

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


class Client:
    """One connection that is kept."""

    def __init__(self, server):
        self.connection = http.client.HTTPConnection(*server.address, timeout=60)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, method, path, body=None):
        headers = {"Content-Type": "application/json"} if body else {}
        self.connection.request(method, path, body=body, headers=headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def get(self, path):
        return self.ask("GET", path)

    def open(self, path):
        status, text = self.get("/-/api/pages/" + path)
        return json.loads(text) if status == 200 else {"content": "", "commit": None}

    def save(self, path, content, base, message=""):
        sent = {"content": content, "message": message, **({"base": base} if base else {})}
        status, text = self.ask("PUT", "/-/api/pages/" + path, json.dumps(sent))
        return status, json.loads(text)


def median(values):
    return round(statistics.median(values), 2)


def saves(server, n_pages, n_saves):
    """CPU and time of a save, and the time until another connection sees it."""
    writer, reader, rng = Client(server), Client(server), random.Random(2)
    times, visible = [], []
    for n in range(n_saves):
        i = rng.randrange(n_pages)
        base = writer.open(name(i) + ".md")["commit"]
        mark = f"visible{n}"
        text = body(i, rng, n) + f"\n{mark}\n"
        begun = time.perf_counter()
        status, _ = writer.save(name(i) + ".md", text, base)
        done = time.perf_counter()
        assert status == 200, status
        while mark.encode() not in reader.get(f"/{name(i)}/")[1]:
            pass
        visible.append((time.perf_counter() - begun) * 1000)
        times.append((done - begun) * 1000)
    # Without the readers, who have CPU of their own.
    before = server.cpu_ms()
    for n in range(n_saves):
        i = rng.randrange(n_pages)
        base = writer.open(name(i) + ".md")["commit"]
        assert writer.save(name(i) + ".md", body(i, rng, n) + f"\ncpu{n}\n", base)[0] == 200
    cpu = (server.cpu_ms() - before) / n_saves
    return {"cpu_ms": round(cpu, 2), "time_ms": median(times), "save_to_visible_ms": median(visible)}


def writers(server, repo, same_page, n_writers=8, n_saves=25):
    """Many at once: every save has to be a commit of its own, with its own text and message."""
    since, outcomes, lock = git(repo, "rev-parse", "HEAD"), {}, threading.Lock()
    page = lambda writer: "same.md" if same_page else f"w{writer}.md"
    if same_page:
        slots = "\n\n".join(f"slot {writer} -" for writer in range(n_writers))
        Client(server).save("same.md", f"# Same\n\n{slots}\n", None)
        since = git(repo, "rev-parse", "HEAD")

    def work(writer):
        client = Client(server)
        for n in range(n_saves):
            opened, mark = client.open(page(writer)), f"mark-{writer}-{n}-"
            if same_page:
                text = re.sub(rf"slot {writer} .*", f"slot {writer} {mark}", opened["content"])
            else:
                text = f"# Writer {writer}\n\n{mark}\n"
            status, answer = client.save(page(writer), text, opened["commit"], mark)
            with lock:
                outcome = answer.get("outcome", status)
                outcomes[outcome] = outcomes.get(outcome, 0) + 1

    threads = [threading.Thread(target=work, args=(writer,)) for writer in range(n_writers)]
    begun = time.perf_counter()
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    elapsed = time.perf_counter() - begun
    commits = git(repo, "log", "-p", "-U0", "--format=%x01%s", f"{since}..HEAD").split("\x01")[1:]
    found = {}
    for commit in commits:
        subject, diff = commit.split("\n", 1)
        found[subject] = set(re.findall(r"^\+.*?(mark-\d+-\d+-)", diff, re.M))
    return {"outcomes": outcomes, "commits": len(commits), "saves_per_s": round(len(commits) / elapsed, 1),
            "lost": n_writers * n_saves - len(found),
            "misattributed": sum(marks != {subject} for subject, marks in found.items())}


def views(server, n_pages, n_connections=4, seconds=5):
    """Page views over connections that are kept, by a client that reads no more than it must."""
    counts = []

    def work(seed):
        rng, n = random.Random(seed), 0
        connection = socket.create_connection(server.address)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        file = connection.makefile("rb", 1 << 16)
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            head = f"GET /{name(rng.randrange(n_pages))}/ HTTP/1.1\r\nHost: localhost:{server.address[1]}\r\n\r\n"
            connection.sendall(head.encode())
            length = 0
            assert file.readline().split()[1] == b"200"
            while (line := file.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            file.read(length)
            n += 1
        counts.append(n)

    before, begun = server.cpu_ms(), time.perf_counter()
    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(n_connections)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    n_views = sum(counts)
    cpu = (server.cpu_ms() - before) / n_views
    return {"per_s": round(n_views / (time.perf_counter() - begun)), "cpu_ms": round(cpu, 3),
            "per_s_by_server_cpu_alone": round(os.cpu_count() * 1000 / cpu)}


def requests(server, n_pages, n=40):
    """CPU and time of single requests."""
    page = name(n_pages // 2) + ".md"
    paths = {"open_editor": f"/-/edit/{page}", "history": f"/-/api/history/{page}", "blame": f"/-/blame/{page}",
             "search": "/-/api/search?q=zanzibar", "recent": "/-/recent"}
    client, answers = Client(server), {}
    for label, path in paths.items():
        status, _ = client.get(path)
        if status != 200:
            answers[label] = {"status": status}
            continue
        before, times = server.cpu_ms(), []
        for _ in range(n):
            begun = time.perf_counter()
            client.get(path)
            times.append((time.perf_counter() - begun) * 1000)
        answers[label] = {"cpu_ms": round((server.cpu_ms() - before) / n, 2), "time_ms": median(times)}
    return answers


def measure(options, n_pages):
    repo, cache = os.path.join(options.work, f"wiki-{n_pages}"), os.path.join(options.work, f"cache-{n_pages}")
    make_repository(repo, n_pages, options.bare)
    shutil.rmtree(cache, ignore_errors=True)
    cold = Server(options.recto, repo, options.bare, cache)
    time.sleep(4)
    cold.stop()
    server = Server(options.recto, repo, options.bare, cache)
    time.sleep(2)
    answer = {"pages": n_pages, "bare": options.bare, "load": os.getloadavg()[0],
              "start_ms": {"cold": round(cold.start_ms), "again": round(server.start_ms)},
              "memory_mib": {"after_start": round(server.memory_mib(), 1)}}
    try:
        answer["save"] = saves(server, n_pages, options.saves)
        answer["writers"] = writers(server, repo, same_page=False)
        answer["same_page"] = writers(server, repo, same_page=True)
        answer["requests"] = requests(server, n_pages)
        answer["first_views"] = views(server, n_pages)
        answer["views"] = views(server, n_pages)
        answer["memory_mib"]["at_the_end"] = round(server.memory_mib(), 1)
    finally:
        server.stop()
    answer["fsck"] = subprocess.run(["git", "-C", repo, "fsck", "--strict"], capture_output=True).returncode
    return answer


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recto", default="target/release/recto")
    parser.add_argument("--work", required=True)
    parser.add_argument("--pages", type=int, nargs="+", default=[100, 5000])
    parser.add_argument("--saves", type=int, default=100)
    parser.add_argument("--bare", action="store_true", help="a repository without a work tree")
    options = parser.parse_args()
    os.makedirs(options.work, exist_ok=True)
    for n_pages in options.pages:
        print(json.dumps(measure(options, n_pages)), flush=True)


if __name__ == "__main__":
    main()
