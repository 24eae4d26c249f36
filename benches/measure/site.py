"""A generated site in a Git repository of its own, and edits of it."""
import re
import shutil
import sys
import time
from pathlib import Path

from .process import Failure, done

GENERATOR = Path(__file__).resolve().parent.parent / "gen_site.py"
THEME = GENERATOR.parent.parent / "themes" / "default" / "templates"
TEMPLATE = "partials/footer.html"
"""The one template that the site has as its own. All pages include it."""


class GitSite:
    """All files are committed, as those of users are; `reset` undoes every edit since."""

    def __init__(self, tool, folder, n_pages, has_highlighting=True):
        self.folder, self.n_pages = Path(folder), n_pages
        shutil.rmtree(self.folder, ignore_errors=True)
        flags = [] if has_highlighting else ["--no-highlight"]
        done(sys.executable, GENERATOR, tool, self.folder, "--pages", n_pages, *flags)
        if tool == "recto":
            template = self.template()
            template.parent.mkdir(parents=True)
            shutil.copyfile(THEME / TEMPLATE, template)
        done("git", "init", "--quiet", self.folder)
        for key, value in (("gc.auto", "0"), ("user.name", "Bench"), ("user.email", "bench@example.invalid")):
            self.git("config", key, value)
        self.git("add", "--all")
        self.git("commit", "--quiet", "-m", "the site")
        # Git does so by itself with as many objects, but for the settings above, and a clone has them so.
        self.git("repack", "-a", "-d", "--quiet")

    def git(self, *arguments):
        return done("git", "-C", self.folder, *arguments)

    def reset(self):
        self.git("checkout", "--quiet", "--force", ".")
        self.git("clean", "--quiet", "--force", "-d")

    def page(self, number):
        section = number // 100
        return self.folder / f"content/g{section // 10:02}/s{section:03}/p{number:06}.md"

    def some_page(self, turn):
        """Another page in each turn, none of them at the edge of a folder."""
        return self.page(self.n_pages // 3 // 100 * 100 + 11 + turn % 80)

    def template(self):
        return self.folder / "themes/default/templates" / TEMPLATE


def url_of(page, folder):
    """The address of a page or, if it's a folder's own, of the folder."""
    path = page.relative_to(Path(folder) / "content").with_suffix("")
    parts = path.parent if path.name in ("index", "_index") else path
    return f"/{parts.as_posix()}/"


def with_text(text, words):
    """A page with one paragraph more."""
    return f"{text}\n{words}.\n"


def with_title(text, title):
    """A page with another title."""
    return re.sub(r'^title: ".*"$', f'title: "{title}"', text, count=1, flags=re.MULTILINE)


def with_footer(template, words):
    """The template of all pages with something more in it."""
    return template.replace("</footer>", f" {words}</footer>")


def edit(path, change, words):
    """Saves what `change` makes of a file's text."""
    path.write_text(change(path.read_text("utf-8"), words), "utf-8")


def compare_folders(found, expected, what):
    """Fails unless both folders have the same files with the same bytes. Recto's own notes are not part of a site."""
    try:
        done("diff", "--recursive", "--brief", "--exclude=.recto-*", found, expected)
    except Failure as failure:
        raise Failure(f"wrong output, {what}: {failure}") from None


def settle(seconds):
    """Waits until the times of files are old enough to be trusted, as those of a real site are."""
    time.sleep(seconds)
