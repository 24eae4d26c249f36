"""What was found, as the tables of `content/explain/speed.md`."""
import re
from pathlib import Path

from .again import KINDS
from .process import median_of, quantile

NAMES = {"recto": "Recto", "recto-lean": "Recto as the others", "hugo": "Hugo", "zola": "Zola", "mdbook": "mdBook"}
OURS = ("recto", "recto-lean")
VARIANTS = {"highlighted": "code highlighted", "plain": "without"}
SEEN = {"page": "text, on the page itself", "renamed": "the same, saved by renaming",
        "list": "title, in its folder's list", "backlink": "title, as a link back to it"}


def tables(found):
    """Markdown of each part that was measured, by its name."""
    parts = {"machine": machine, "cold": cold, "again": again, "scale": scale, "start": start, "live": live}
    return {name: text for name, part in parts.items() if (text := part(found))}


def machine(found):
    about = found["machine"]
    versions = "; ".join(f"{NAMES[tool]} {version}" for tool, version in found["versions"].items())
    return (f"{about['cores']} cores of {about['cpu']}, {about['memory_gib']} GiB of memory, {about['system']}, "
            f"{found['date']}. {versions}. Medians of {found['runs']} runs at {found['pages']:,} pages.")


def cold(found):
    rows, builds = [], found.get("cold", {})
    for variant, label in VARIANTS.items():
        walls = {tool: median_of(runs[variant], "wall") for tool, runs in builds.items() if runs.get(variant)}
        for tool, wall in walls.items():
            runs = builds[tool][variant]
            times = ("" if tool in OURS or ours not in walls else f"{wall / walls[ours]:.1f}" for ours in OURS)
            rows.append((f"{NAMES[tool]}, {label}", seconds(wall), seconds(median_of(runs, "cpu")), mib(runs), *times))
    return table(["", "Wall", "CPU", "Peak memory", "Times Recto's", "Times Recto's as the others"], rows)


def again(found):
    if not found.get("again"):
        return ""
    full = found["cold"]["recto"]["highlighted"]
    rows = [("everything, cold", seconds(median_of(full, "wall")), "100%", seconds(median_of(full, "cpu")), "all")]
    for kind, label in KINDS.items():
        if runs := found["again"].get(kind):
            wall = median_of(runs, "wall")
            n_rendered = f"{median_of(runs, 'rendered'):,.0f}"
            share = f"{100 * wall / median_of(full, 'wall'):.1f}%"
            rows.append((label, seconds(wall), share, seconds(median_of(runs, "cpu")), n_rendered))
    return table(["What changed", "Wall", "Of the full build", "CPU", "Addresses rendered"], rows)


def scale(found):
    rows, smaller = [], None
    for size, runs in sorted(((int(size), runs) for size, runs in found.get("scale", {}).items())):
        peak = median_of(runs, "peak_mib")
        more = "" if smaller is None else unit(f"{(peak - smaller[1]) * 1024 / (size - smaller[0]):.1f}", "KiB")
        cpu_ms = unit(f"{1000 * median_of(runs, 'cpu') / size:.2f}", "ms")
        rows.append((f"{size:,}", seconds(median_of(runs, "wall")), cpu_ms, mib(runs), more))
        smaller = (size, peak)
    return table(["Pages", "Wall", "CPU per page", "Peak memory", "Memory per further page"], rows)


def start(found):
    rows, served = [], found.get("live", {})
    for kind, label in (("cold", "Recto, empty cache"), ("warm", "Recto, after a build")):
        if times := served.get("start", {}).get(kind):
            rows.append((label, seconds(quantile(times, 0.5))))
    if "hugo" in served:
        rows.append(("Hugo", seconds(served["hugo"]["start"])))
    return table(["Server", "First page after"], rows)


def live(found):
    rows = []
    for tool in ("recto", "hugo"):
        served = found.get("live", {}).get(tool, {})
        for kind, label in SEEN.items():
            if kind in served:
                times = served[kind]["seconds"]
                rows.append((f"{NAMES[tool]}: {label}", *(ms(quantile(times, share)) for share in (0.5, 0.99)),
                             ms(served[kind]["cpu_per_edit"]), str(len(times))))
        if "request" in served:
            times = served["request"]
            rows.append((f"{NAMES[tool]}: one request, nothing changed",
                         *(ms(quantile(times, share)) for share in (0.5, 0.99)), "", str(len(times))))
    return table(["Saved to served", "p50", "p99", "CPU per edit", "Times"], rows)


def table(head, rows):
    if not rows:
        return ""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    def line(cells):
        first, *others = (cell.ljust(width) if column == 0 else cell.rjust(width)
                          for column, (cell, width) in enumerate(zip(cells, widths)))
        return "| " + " | ".join([first, *others]) + " |"
    rule = "|" + "|".join("-" * (width + 1) + ("-" if column == 0 else ":") for column, width in enumerate(widths)) + "|"
    return "\n".join([line(head), rule, *map(line, rows)])


def put_into(page, parts):
    """Puts each part between its marks in a page: `<!-- cold -->` and `<!-- /cold -->`."""
    page = Path(page)
    text = page.read_text("utf-8")
    for name, part in parts.items():
        marks = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        text = marks.sub(lambda found: f"{found[1]}\n{part}\n\n{found[2]}", text)
    page.write_text(text, "utf-8")


def seconds(value):
    if value >= 1:
        return unit(f"{value:.1f}" if value >= 10 else f"{value:.2f}", "s")
    return unit(f"{1000 * value:.0f}", "ms")


def ms(value):
    return unit(f"{1000 * value:,.0f}" if value >= 0.1 else f"{1000 * value:.1f}", "ms")


def mib(runs):
    return unit(f"{median_of(runs, 'peak_mib'):,.0f}", "MiB")


def unit(number, name):
    """A number with its unit, which no line end parts."""
    return f"{number}\u00a0{name}"
