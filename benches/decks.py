#!/usr/bin/env python3
"""Measures builds of workshop decks beside the scripts that they were made for.

    git clone https://github.com/jpetazzo/container.training /tmp/ct
    benches/decks.py /tmp/ct --recto target/release/recto --update content/explain/speed.md

All runs take turns: the original script on each manifest (`markmaker.py`, which puts chapters together and renders nothing),
then builds of Recto, which render all. What a second build makes is compared byte for byte with a build without a cache.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True

from measure import tables
from measure.process import Failure, done, measured, median_of, say

# What is edited, and what the row says.
EDITS = {
    "one": ("k8s/kustomize.md", "a chapter in {n} decks"),
    "many": ("k8s/deploymentslideshow.md", "a chapter in {n} decks"),
    "all": ("shared/about-slides.md", "a chapter in {n} decks"),
}


def main():
    options = arguments()
    recto = os.path.abspath(options.recto)
    work = Path(options.work).resolve()
    shutil.rmtree(work, ignore_errors=True)
    done("git", "clone", "--quiet", options.checkout, work / "ct")
    slides = work / "ct" / "slides"
    found = {kind: [] for kind in ("script", "cold", "nothing", *EDITS)}
    for run in range(options.runs):
        say(f"run {run + 1} of {options.runs}")
        found["script"].append(script(slides, work))
        found["cold"].append(build(recto, slides, work, work / f"cold{run}", work / f"cache{run}"))
    for run in range(options.runs):
        output, cache = work / "out", work / "cache"
        if run == 0:
            build(recto, slides, work, output, cache)
        time.sleep(options.settle)
        found["nothing"].append(build(recto, slides, work, output, cache))
        for kind, (chapter, _) in EDITS.items():
            path = slides / chapter
            path.write_text(path.read_text("utf-8").rstrip("\n") + f"\n\nAnd {kind} {run}.\n", "utf-8")
            time.sleep(options.settle)
            ran = build(recto, slides, work, output, cache)
            uses = re.compile(rf"^[ -]*- *{re.escape(chapter)}", re.MULTILINE)
            ran["decks"] = sum(bool(uses.search(yml.read_text("utf-8"))) for yml in slides.glob("*.yml"))
            found[kind].append(ran)
        if run == 0:
            build(recto, slides, work, work / "clean", None)
            same(output, work / "clean")
    # Where others work, too, wall time says nothing.
    rows = table(found, is_busy=os.getloadavg()[1] > os.cpu_count())
    print(json.dumps(found), file=open(work / "decks.json", "w"))
    print(rows)
    if options.update:
        tables.put_into(options.update, {"decks": rows})


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", help="a clone of container.training")
    parser.add_argument("--recto", default="target/release/recto", help="the program to measure")
    parser.add_argument("--work", default="target/bench-decks", help="a folder that is replaced by each run")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--settle", type=float, default=3, help="seconds before a build, so that file times are trusted")
    parser.add_argument("--update", metavar="PAGE", help="put the table into this page, between its marks")
    return parser.parse_args()


def script(slides, work):
    """All manifests by the original script, whose outputs go away."""
    total = {"wall": 0, "cpu": 0, "peak_mib": 0}
    here = os.getcwd()
    os.chdir(slides)
    try:
        for manifest in sorted(slides.glob("*.yml")):
            ran, _ = measured([sys.executable, "markmaker.py", manifest.name])
            total = {"wall": total["wall"] + ran["wall"], "cpu": total["cpu"] + ran["cpu"],
                     "peak_mib": max(total["peak_mib"], ran["peak_mib"])}
    finally:
        os.chdir(here)
        # It leaves fragments of chapters beside them.
        done("git", "-C", slides, "clean", "-fdqx")
    return total


def build(recto, slides, work, output, cache):
    keep = ["--no-cache"] if cache is None else ["--cache-dir", str(cache)]
    ran, printed = measured([recto, "build", str(slides), "--json", "--output", str(output), *keep])
    ran["rendered"] = json.loads(printed)["rendered"]
    return ran


def same(one, other):
    ran = subprocess.run(["diff", "--recursive", "--brief", "--exclude=.recto-*", one, other], capture_output=True)
    if ran.returncode != 0:
        raise Failure("a second build has other bytes:\n" + ran.stdout.decode()[:2000])


def table(found, is_busy):
    rows = []

    def add(label, runs, rendered=True):
        count = f"{median_of(runs, 'rendered'):,.0f}" if rendered else ""
        wall = [] if is_busy else [tables.seconds(median_of(runs, "wall"))]
        rows.append((label, *wall, tables.seconds(median_of(runs, "cpu")), count))

    add("`markmaker.py` on all 12 manifests, nothing rendered", found["script"], rendered=False)
    add("Recto, all 12 decks and 335 chapters, from nothing", found["cold"])
    add("Recto, nothing changed", found["nothing"])
    for kind, (_, label) in EDITS.items():
        add("Recto, " + label.format(n=found[kind][0]["decks"]), found[kind])
    return tables.table(["", *([] if is_busy else ["Wall"]), "CPU", "Addresses rendered"], rows)


if __name__ == "__main__":
    main()
