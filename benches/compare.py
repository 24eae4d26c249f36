#!/usr/bin/env python3
"""Measures Recto beside the other tools that are here, on the same generated site.

`benches/README.md` says what the numbers mean.

    benches/compare.py --recto target/release/recto --work /tmp/bench --update content/explain/speed.md
"""
import argparse
import datetime
import json
import os
import platform
import shutil
import sys
from pathlib import Path

sys.dont_write_bytecode = True

from measure import again, cold, live, scale, tables
from measure.process import Failure, done, say
from measure.site import GitSite, settle

PARTS = ("cold", "again", "scale", "live")
OTHERS = ("hugo", "zola", "mdbook")
LEAN = "recto-lean"
"""Recto with the templates of the others, so that all make the same pages."""
SMALL, LARGE = 1_000, 100_000


def main():
    options = arguments()
    if options.tables:
        found = json.loads(Path(options.tables).read_text("utf-8"))
    else:
        found = measure(options)
        path = Path(options.work, "compare.json")
        path.write_text(json.dumps(found, indent=1), "utf-8")
        say(f"all numbers are in {path}")
    parts = tables.tables(found)
    print("\n\n".join(parts.values()))
    if options.update:
        tables.put_into(options.update, parts)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recto", default="target/release/recto", help="the program to measure")
    for tool in OTHERS:
        parser.add_argument(f"--{tool}", default=shutil.which(tool), help="by default the one on PATH, if there is one")
    parser.add_argument("--work", default="target/bench", help="a folder for sites and outputs, replaced by each run")
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--edits", type=int, default=60, help="of a file, for each number about a live server")
    parser.add_argument("--other-edits", type=int, default=3, help="the same for `hugo server`, where each takes long")
    parser.add_argument("--large", action="store_true", help=f"measure {LARGE:,} pages, too")
    parser.add_argument("--parts", default=",".join(PARTS), help="what to measure, with commas between: %(default)s")
    parser.add_argument("--settle", type=float, default=4, help="seconds before a build, so that file times are trusted")
    parser.add_argument("--tables", metavar="FILE", help="measure nothing, print the tables of a compare.json")
    parser.add_argument("--update", metavar="PAGE", help="put the tables into this page, between their marks")
    options = parser.parse_args()
    options.parts = options.parts.split(",")
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    if options.pages < 300:
        parser.error("--pages must be at least 300, so that edits stay inside of a folder")
    return options


def measure(options):
    tools = {tool: shutil.which(path) or path for tool in ("recto", *OTHERS) if (path := getattr(options, tool))}
    tools = {tool: os.path.abspath(path) for tool, path in tools.items()}
    for tool in set(OTHERS) - set(tools):
        say(f"{tool} is not here and is left out")
    tools[LEAN] = tools["recto"]
    os.makedirs(options.work, exist_ok=True)
    found = {
        "date": datetime.date.today().isoformat(),
        "machine": about_machine(),
        "versions": {tool: version(path) for tool, path in tools.items() if tool != LEAN},
        "pages": options.pages,
        "runs": options.runs,
        "load_before": os.getloadavg(),
    }
    if not {"cold", "again", "live"}.isdisjoint(options.parts):
        sites = generate(options, tools)
        found |= builds(options, tools, sites)
        if "live" in options.parts:
            found["live"] = servers(options, tools, sites)
    if "scale" in options.parts:
        sizes = sorted({SMALL, options.pages, *([LARGE] if options.large else [])})
        found["scale"] = scale.scale(tools["recto"], sizes, options.work, options.runs, options.settle)
    cold.forget_builds(options.work)
    return found | {"load_after": os.getloadavg()}


def generate(options, tools):
    """The same site for each tool, with highlighting and without."""
    sites = {}
    for tool in tools:
        for variant in ("highlighted", "plain"):
            if not is_wanted(tool, variant, options.parts):
                continue
            say(f"writing {options.pages} pages for {tool}, {variant}")
            folder = Path(options.work, f"{tool}-{variant}").resolve()
            sites[tool, variant] = GitSite(tool, folder, options.pages, variant == "highlighted")
    settle(options.settle)
    return sites


def is_wanted(tool, variant, parts):
    """Whether anything is measured on this site."""
    if tool == "mdbook" and variant == "highlighted":
        return False  # It leaves highlighting to the reader's browser.
    return "cold" in parts or variant == "highlighted" and (tool == "recto" or tool == "hugo" and "live" in parts)


def builds(options, tools, sites):
    """Cold builds of all tools and second builds of Recto, in turns."""
    wanted = {key: [] for key in sites if "cold" in options.parts or key == ("recto", "highlighted")}
    rebuilds, kinds = None, {}
    if "again" in options.parts or "live" in options.parts:
        work = Path(options.work, "again").resolve()
        rebuilds = again.Rebuilds(tools["recto"], sites["recto", "highlighted"], work, options.settle)
    if "again" in options.parts:
        kinds = {kind: [] for kind in again.KINDS}
    for turn in range(options.runs):
        for (tool, variant), runs in wanted.items():
            say(f"cold, turn {turn + 1} of {options.runs}: {tool}, {variant}")
            runs.append(cold.cold_build(tool, tools[tool], sites[tool, variant].folder, options.work))
        for kind, runs in kinds.items():
            say(f"again, turn {turn + 1} of {options.runs}: {kind}")
            runs.append(rebuilds.turn(kind, turn))
    if kinds:
        rebuilds.prove("after all edits were undone", rebuilds.out, rebuilds.site.folder)
    by_tool = {}
    for (tool, variant), runs in wanted.items():
        by_tool.setdefault(tool, {})[variant] = runs
    return {"cold": by_tool, "again": kinds}


def servers(options, tools, sites):
    """Live servers: all of Recto's, and a few edits with Hugo's."""
    site, cache = sites["recto", "highlighted"], Path(options.work, "again", "cache").resolve()
    recto, live_cache = tools["recto"], Path(options.work, "live-cache").resolve()
    found = {"start": live.start_times(recto, site, options.work, cache, options.runs, options.settle)}
    opened = lambda: live.recto_server(recto, site, live_cache)
    found["recto"] = live.edits("recto", opened, site, options.edits, options.settle)
    if "hugo" in tools:
        site = sites["hugo", "highlighted"]
        opened = lambda: live.hugo_server(tools["hugo"], site, live_cache)
        found["hugo"] = live.edits("hugo", opened, site, options.other_edits, options.settle)
    return found


def version(path):
    """The first number with a dot that a tool prints about itself."""
    try:
        words = done(path, "--version").split()
    except Failure:
        words = done(path, "version").split()
    numbers = (word.split("-")[0].lstrip("v") for word in words if "." in word and any(map(str.isdigit, word)))
    return next(numbers, "?")


def about_machine():
    cpu = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        cpu = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), cpu)
    except OSError:
        pass
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {"cores": os.cpu_count(), "cpu": cpu, "memory_gib": round(memory), "system": platform.system()}


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"error: {failure}")
