"""Cold full builds: nothing there from before, each tool beside the others."""
import shutil
import tempfile
from pathlib import Path

from .process import measured

PREFIX = "cold-"


def forget_builds(work):
    """Remove what the cold builds left."""
    for turn in Path(work).glob(PREFIX + "*"):
        shutil.rmtree(turn, ignore_errors=True)


def command(tool, program, site, out, cache):
    """How a tool builds a site into a folder. Recto keeps what a next build can use, as it does for users."""
    recto = [program, "build", site, "--output", out, "--cache-dir", cache, "--json"]
    return {
        "recto": recto,
        "recto-lean": recto,
        "hugo": [program, "build", "--quiet", "--source", site, "--destination", out, "--cacheDir", cache],
        "zola": [program, "--root", site, "build", "--output-dir", out],
        "mdbook": [program, "build", site, "--dest-dir", out],
    }[tool]


def cold_build(tool, program, site, work):
    """One build without output or cache, and what it cost.

    Each has new folders. Where thousands of files were removed a moment ago, ext4 is slow to make new ones, and the
    time of a build would be that of the disk. `forget_builds` removes them when all are measured.
    """
    turn = Path(tempfile.mkdtemp(prefix=PREFIX, dir=work))
    out, cache = turn / "out", turn / "cache"
    words = command(tool, program, Path(site).resolve(), out.resolve(), cache.resolve())
    cost, _ = measured([str(word) for word in words])
    return cost
