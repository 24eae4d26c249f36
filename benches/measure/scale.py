"""How CPU and memory of a cold build grow with the number of pages."""
import shutil
from pathlib import Path

from .cold import cold_build
from .process import say
from .site import GitSite, settle


def scale(recto, sizes, work, n_runs, settle_s):
    """Costs of `n_runs` cold builds at each size, by the size. The sizes take turns."""
    folders = {size: Path(work, f"scale-{size}") for size in sizes}
    sites = {size: GitSite("recto", folder, size) for size, folder in folders.items()}
    settle(settle_s)
    costs = {size: [] for size in sizes}
    for turn in range(n_runs):
        for size, site in sites.items():
            say(f"scale, turn {turn + 1} of {n_runs}: {size} pages")
            costs[size].append(cold_build("recto", recto, site.folder, work))
    for folder in folders.values():
        shutil.rmtree(folder)
    return {str(size): runs for size, runs in costs.items()}
