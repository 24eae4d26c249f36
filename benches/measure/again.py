"""Second builds with Recto: each in a process of its own, after one edit, and each proved right.

A turn of an edit: make it, build (this is what is measured), undo it, build again. The first turn of each edit is
compared byte for byte with a build of the same files that uses no cache.
"""
import json
import os
import shutil
from pathlib import Path

from .process import done, measured
from .site import compare_folders, edit, settle, with_footer, with_text, with_title


class Rebuilds:
    """A site that was built, with its output and its cache."""

    def __init__(self, recto, site, work, settle_s):
        self.recto, self.site, self.settle_s = recto, site, settle_s
        self.work = Path(work)
        self.out, self.cache = self.work / "out", self.work / "cache"
        self.rev_out, self.rev_cache = self.work / "rev-out", self.work / "rev-cache"
        for folder in (self.out, self.cache, self.rev_out, self.rev_cache):
            shutil.rmtree(folder, ignore_errors=True)
        self.build()
        self.build_rev("HEAD")

    def build(self):
        return self.run(self.site.folder, self.out, "--cache-dir", self.cache)

    def build_rev(self, rev):
        return self.run(self.site.folder, self.rev_out, "--cache-dir", self.rev_cache, "--rev", rev)

    def run(self, folder, out, *arguments):
        words = [self.recto, "build", folder, "--output", out, "--json", *arguments]
        cost, printed = measured([str(word) for word in words])
        counts = json.loads(printed)
        return cost | {"rendered": counts["rendered"], "written": counts["written"], "routes": counts["routes"]}

    def turn(self, name, number):
        """One measured build of the kind `name`."""
        settle(self.settle_s)
        is_first = number == 0
        if name == "fresh clone":
            return self.fresh_clone(is_first)
        if name == "commit":
            return self.commit(number, is_first)
        EDITS[name](self.site, number)
        cost = self.build()
        if is_first:
            self.prove(name, self.out, self.site.folder)
        self.site.reset()
        self.build()
        return cost

    def fresh_clone(self, is_first):
        """A host's build machine: all files are new, output and cache come from a store that keeps no times."""
        clone, out, cache = (self.work / name for name in ("clone", "clone-out", "clone-cache"))
        for folder in (clone, out, cache):
            shutil.rmtree(folder, ignore_errors=True)
        done("git", "clone", "--quiet", self.site.folder, clone)
        for there, here in ((self.out, out), (self.cache, cache)):
            shutil.copytree(there, here, copy_function=shutil.copyfile)
        settle(self.settle_s)
        cost = self.run(clone, out, "--cache-dir", cache)
        if is_first:
            self.prove("fresh clone", out, clone)
        return cost

    def commit(self, number, is_first):
        """`--rev` of a commit in which one page differs; the folder of the disk stays as it is."""
        rev = commit_beside(self.site, number)
        cost = self.build_rev(rev)
        if is_first:
            self.prove("commit", self.rev_out, self.site.folder, "--rev", rev)
        self.build_rev("HEAD")
        return cost

    def prove(self, what, out, folder, *arguments):
        expected = self.work / "expected"
        shutil.rmtree(expected, ignore_errors=True)
        self.run(folder, expected, "--no-cache", *arguments)
        compare_folders(out, expected, what)
        shutil.rmtree(expected)


def edit_nothing(site, number):
    pass


def edit_text(site, number):
    edit(site.some_page(number), with_text, f"A paragraph more for turn {number}")


def edit_title(site, number):
    edit(site.some_page(number), with_title, f"Another title for turn {number}")


def edit_template(site, number):
    edit(site.template(), with_footer, f"turn {number}")


def add_page(site, number):
    page = site.some_page(number)
    shutil.copyfile(page, page.with_name(f"new-{number}.md"))


def remove_page(site, number):
    site.some_page(number).unlink()


EDITS = {
    "nothing": edit_nothing,
    "text": edit_text,
    "title": edit_title,
    "template": edit_template,
    "added": add_page,
    "removed": remove_page,
}
KINDS = {
    "nothing": "nothing changed",
    "text": "one page's text",
    "title": "one page's title",
    "fresh clone": "nothing, in a fresh clone with restored cache and output",
    "commit": "`--rev` of a commit one page away",
    "added": "one page added",
    "removed": "one page removed",
    "template": "the footer of all pages",
}
"""Every kind of second build, and what the table calls it."""


def commit_beside(site, number):
    """A commit on top of HEAD with another text of one page, made without touching the folder or its index."""
    page = site.some_page(number)
    text = with_text(page.read_text("utf-8"), f"A paragraph more for commit {number}")
    index = site.folder / ".git" / "bench-index"
    environment = os.environ | {"GIT_INDEX_FILE": str(index)}

    def git(*arguments, text=None):
        return done("git", "-C", site.folder, *arguments, env=environment, text=text)

    git("read-tree", "HEAD")
    blob = git("hash-object", "-w", "--stdin", text=text)
    git("update-index", "--cacheinfo", f"100644,{blob},{page.relative_to(site.folder).as_posix()}")
    commit = git("commit-tree", git("write-tree"), "-p", "HEAD", "-m", f"page {number}")
    index.unlink()
    return commit
