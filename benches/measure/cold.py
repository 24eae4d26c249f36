"""Cold full builds: nothing there from before, each tool beside the others."""
import shutil
from pathlib import Path

from .process import measured


def command(tool, program, site, out, cache):
    """How a tool builds a site into a folder. Recto keeps what a next build can use, as it does for users."""
    return {
        "recto": [program, "build", site, "--output", out, "--cache-dir", cache, "--json"],
        "hugo": [program, "build", "--quiet", "--source", site, "--destination", out, "--cacheDir", cache],
        "zola": [program, "--root", site, "build", "--output-dir", out],
        "mdbook": [program, "build", site, "--dest-dir", out],
    }[tool]


def cold_build(tool, program, site, work):
    """One build without output or cache, and what it cost."""
    out, cache = Path(work, "cold-out"), Path(work, "cold-cache")
    for folder in (out, cache):
        shutil.rmtree(folder, ignore_errors=True)
    words = command(tool, program, Path(site).resolve(), out.resolve(), cache.resolve())
    cost, _ = measured([str(word) for word in words])
    return cost
