#!/usr/bin/env python3
"""Compares decks of old branches with what their own script and viewer make of them: how many slides, and which names.

    git clone https://github.com/jpetazzo/container.training /tmp/ct
    benches/branches.py --recto target/release/recto /tmp/ct avril2018 2020-09-fwdays 2025-10-ardan

Each branch is checked out, `markmaker.py` of that branch writes its HTML, and an installed Chromium shows it, offline. Of the
scripts for Python 2 the few lines are changed that Python 3 can't read. Without names, branches of all years are taken.
"""
import argparse
import html
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True

BRANCHES = [
    "lisa16t1", "dc17eu", "qconsf2017swarm", "avril2018", "decembre2018", "kube-2019-01", "velocity-2019-11", "2020-03-qcon",
    "2020-09-fwdays", "2021-03-nr", "2022-05-derivco", "2023-05-enix", "2024-05-enix", "2025-10-ardan", "2025-11-docker", "2026-05-enix",
]
# What Python 3 can't read in the scripts of the first years.
PYTHON_2 = [
    (r"\.(?:en|de)code\([^()]*\)", ""),
    (r"(\w+)\.next\(\)", r"next(\1)"),
    (r"yaml\.load\(([^()]*(?:\([^()]*\))?[^()]*)\)", r"yaml.safe_load(\1)"),
    (r"(subprocess\.check_output\((?:[^()]|\([^()]*\))*\))(?!\.decode)", r"\1.decode()"),
    (r"\bunicode\b", "bytes"),
    (r"except (\w+), (\w+):", r"except \1 as \2:"),
    (r"print (\".*\"|'.*'|\w+)$", r"print(\1)"),
]
# Tells what the viewer knows, once it does.
TELL = """<script>
{
  const slides = slideshow.getSlides();
  const facts = slides.map(({ properties }) => [properties.name ?? '', properties.continued === 'true']);
  document.documentElement.innerHTML = '<body><pre id="facts"></pre></body>';
  document.getElementById('facts').textContent = JSON.stringify(facts);
}
</script></body>"""


def main():
    options = arguments()
    work = Path(options.work).absolute()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    checkout = Path(options.checkout).absolute()
    n_decks = n_same = 0
    for branch in options.branches or BRANCHES:
        for deck, original, own in decks(os.path.abspath(options.recto), checkout, branch, work):
            n_decks += 1
            n_same += original == own
            print(f"{branch} {deck}: {told(original, own)}", flush=True)
    print(f"{n_same} of {n_decks} decks have the same slides and names")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", help="a clone of container.training with all its branches")
    parser.add_argument("branches", nargs="*")
    parser.add_argument("--recto", default="target/release/recto")
    parser.add_argument("--work", default="target/bench-branches", help="a folder that is replaced by each run")
    parser.add_argument("--chromium", default=shutil.which("chromium") or "chromium")
    options = parser.parse_args()
    global CHROMIUM
    CHROMIUM = options.chromium
    return options


def decks(recto, checkout, branch, work):
    """Each deck of a branch: its name, the slides of the original, and ours; an error in place of slides that nobody made."""
    tree, output = work / branch, work / f"{branch}-out"
    revision = f"origin/{branch}"
    subprocess.run(["git", "-C", checkout, "worktree", "prune"], check=True)
    subprocess.run(["git", "-C", checkout, "worktree", "add", "--quiet", "--detach", "--force", tree, revision], check=True)
    slides = tree / "slides"
    ran = subprocess.run([recto, "build", checkout / "slides", "--rev", revision, "--output", output, "--no-cache"], capture_output=True, text=True)
    for manifest in sorted(slides.glob("*.yml")):
        page = output / f"{manifest.name}.html"
        if manifest.name == "index.yaml" or not is_manifest(manifest):
            continue
        own = our_slides(page.read_text("utf-8")) if page.exists() else f"no such page: {ran.stderr[-300:]}"
        yield manifest.name, original_slides(slides, manifest.name), own
    shutil.rmtree(output, ignore_errors=True)
    subprocess.run(["git", "-C", checkout, "worktree", "remove", "--force", tree], check=True)


def is_manifest(path):
    return re.search(r"^(content|chapters):", path.read_text("utf-8"), re.MULTILINE)


def original_slides(slides, manifest):
    script = slides / "markmaker.py"
    source = script.read_text("utf-8")
    if "unicode" in source or "safe_load" not in source:
        for pattern, replacement in PYTHON_2:
            source = re.sub(pattern, replacement, source, flags=re.MULTILINE)
    script.write_text(source, "utf-8")
    environment = {**os.environ, "REPOSITORY_URL": "https://github.com/jpetazzo/container.training", "BRANCH": "main"}
    # The first ones read the manifest from their input.
    with open(slides / manifest, encoding="utf-8") as text:
        made = subprocess.run([sys.executable, script.name, manifest], cwd=slides, env=environment, stdin=text, capture_output=True, text=True)
    if made.returncode != 0:
        return f"markmaker.py fails: {made.stderr.strip().splitlines()[-1:]}"
    # Nothing from other hosts: it would be waited for.
    page = re.sub(r'<script[^>]*(?:type="module"|src="/)[^>]*>.*?</script>', "", made.stdout, flags=re.DOTALL)
    page = re.sub(r"<link[^>]*https?:[^>]*>|@import url\(https?:[^)]*\);?", "", page)
    path = slides / f"{manifest}.html"
    path.write_text(page.replace("</body>", TELL), "utf-8")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=20000", "--dump-dom", path.as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=300)
    found = re.search(r'<pre id="facts">(.*?)</pre>', shown.stdout, re.DOTALL)
    if not found:
        return "its viewer shows nothing"
    # The slides with tables of contents were called otherwise in the first years.
    name_of = lambda name: re.sub(r"^toc-(?:chapter|module)-(\d+)$", r"toc-part-\1", name)
    return [(name_of(name), bool(steps)) for name, steps in json.loads(html.unescape(found[1]))]


def our_slides(page):
    """A slide for each state, as the viewer of remark counts, with the name of those that have one."""
    slides = []
    for tag in re.findall(r"<section data-slide[^>]*>", page):
        name = re.search(r' data-name="([^"]*)"', tag)
        n_steps = int(re.search(r' data-steps="(\d+)"', tag)[1])
        slides.append((html.unescape(name[1]) if name else "", False))
        slides.extend([("", True)] * n_steps)
    return slides


def told(original, own):
    if isinstance(original, str) or isinstance(own, str):
        return f"{original if isinstance(original, str) else len(original)} / {own if isinstance(own, str) else len(own)}"
    if original == own:
        return f"{len(own)} slides, the same"
    at = next((at for at, (one, other) in enumerate(zip(original, own)) if one != other), min(len(original), len(own)))
    return f"{len(original)} slides there, {len(own)} here; the first that differs is {at + 1}: {original[at:at + 1]} and {own[at:at + 1]}"


if __name__ == "__main__":
    main()
