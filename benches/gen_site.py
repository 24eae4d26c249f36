#!/usr/bin/env python3
"""Writes the same site of N pages for Recto, Hugo, Zola or mdBook.

    gen_site.py TOOL DIR [--pages N] [--no-highlight]

The same N gives the same pages for every tool: titles, days, tags, words, headings, lists, tables, code and link
targets. Only what a tool wants spelled its own way differs: front matter, links, names of index files, templates.
The templates of Hugo and Zola show less than Recto's theme does: no navigation tree, no backlinks, no related pages.
`recto-lean` is a site for Recto with their templates, and without a search, which they don't make either.

A page has about 600 words under five headings, three links to other pages, two lists, a table, two blocks of code in
different languages and three of 40 tags. 100 pages make a section, ten sections a group.
With `--no-highlight` blocks of code name no language, and Hugo and Zola are told not to highlight. (Recto has no such
setting and needs none: code without a language is plain.)
"""
import argparse
import os
import random

PAGES_PER_SECTION = 100
SECTIONS_PER_GROUP = 10

WORDS = """archive bridge buffer cache candle canvas carry change chapter clock cloud column copper corner count
current deploy detail draft driver early engine entry error event field filter finish follow forest frame garden gather
handle harbour header index island journal kernel keep known label ladder late layer ledger level light limit line
listen local lookup margin market master measure memory merge method mirror module morning narrow network nothing
number object often open order outline output packet page paper parent patch path pencil people place plain planet
pocket point prefer press print process proof queue quiet reader record region release remote repair reply report
request review river route sample scale search season second section sender server settle shadow signal simple sketch
slow small source spring stage start station stone store stream string summer switch table target thread timber token
trace travel update upper usual valley value version vessel visit volume walk water weather window winter wonder work
write yellow the a of to in and for with from by as at into over under again never always when because after before
café größer résumé naïve Zürich señal ångström 部署 日本語 Привет λ ≈40 → §3""".split()
TOPICS, KINDS = "git web ops data rust edge team docs".split(), "basics deep faq howto tips".split()
TAGS = [f"{topic}-{kind}" for topic in TOPICS for kind in KINDS]

CODE = {
    "bash": """#!/usr/bin/env bash
set -euo pipefail
# waits until {a} answers
{A}="${{1:-{m}}}"
for i in $(seq 1 {n}); do
  if curl -fsS "http://127.0.0.1:{m}/{b}" | grep -q 'ok'; then
    echo "ready after $i tries" >&2
    break
  fi
  sleep 0.{n}
done
tar -czf "/tmp/{c}.tgz" --exclude='*.log' "${A}" && exit 0
""",
    "yaml": """# where {a} runs
kind: Deployment
metadata:
  name: {a}
  labels: {{app: {b}, tier: "backend"}}
spec:
  replicas: {n}
  template:
    containers:
      - name: {c}
        image: "example.invalid/{b}:v{n}.{m}"
        ports: [{{containerPort: {m}}}]
""",
    "python": """from dataclasses import dataclass, field

@dataclass
class {A}:
    name: str = "{b}"
    limit: int = {m}
    items: list[str] = field(default_factory=list)

    def {c}(self, value: float, *, strict: bool = True) -> dict:
        # nothing above the limit
        if strict and value > self.limit:
            raise ValueError(f"too large: {{value!r}}")
        return {{k: len(k) * {n} for k in self.items if k}}
""",
    "rust": """use std::collections::HashMap;

/// Counts every {b}.
pub fn {a}(input: &str, limit: usize) -> Result<HashMap<String, u64>, String> {{
    let mut out: HashMap<String, u64> = HashMap::with_capacity({m});
    for (i, line) in input.lines().enumerate().take(limit) {{
        match line.split_once(':') {{
            Some((k, v)) if !k.is_empty() => *out.entry(k.to_owned()).or_insert(0) += v.len() as u64,
            _ => return Err(format!("{c}: line {{}}", i + {n})),
        }}
    }}
    Ok(out)
}}
""",
    "go": """package main

import (
	"context"
	"fmt"
)

// {A} waits for {b}.
func {A}(ctx context.Context, in <-chan string) (n int, err error) {{
	for s := range in {{
		if len(s) > {m} {{
			return n, fmt.Errorf("{c}: %q is too long", s)
		}}
		n += {n}
	}}
	return n, ctx.Err()
}}
""",
    "json": """{{
  "name": "{a}",
  "version": "{n}.{m}.0",
  "private": true,
  "scripts": {{ "build": "make {b}", "test": "make -j{n} check" }},
  "limits": [{n}, {m}, 0.{m}, null],
  "nested": {{ "{c}": {{ "enabled": false, "path": "/srv/{b}/{c}" }} }}
}}
""",
}


class Text:
    """Words from a seed, the same with every version of Python: only `random()` promises that."""

    def __init__(self, seed):
        self.random = random.Random(seed).random

    def below(self, end):
        return int(self.random() * end)

    def word(self):
        return WORDS[self.below(len(WORDS))]

    def name(self):
        return "_".join(WORDS[self.below(100)] for _ in range(2))

    def sentence(self):
        words = [self.word() for _ in range(9 + self.below(11))]
        place = 1 + self.below(len(words) - 2)
        mark = ("**", "*", "`", "", "", "")[self.below(6)]
        words[place] = f"{mark}{words[place]}{mark}"
        return " ".join(words).capitalize() + "."

    def paragraph(self, n_sentences):
        return " ".join(self.sentence() for _ in range(n_sentences))

    def code(self, language):
        names = {"a": self.name(), "b": self.name(), "c": self.name()}
        return CODE[language].format(A=names["a"].upper(), n=2 + self.below(97), m=100 + self.below(9000), **names)


class Page:
    """What a page says, in no tool's spelling yet."""

    def __init__(self, number, n_pages):
        self.text = Text(number)
        self.number, self.path = number, page_path(number)
        self.title = f"{self.text.word()} {self.text.word()} {number}".capitalize()
        self.date = f"{2015 + number // 365 % 10}-{1 + number // 28 % 12:02}-{1 + number % 28:02}"
        self.tags = sorted({TAGS[(self.text.below(40) + step) % 40] for step in (0, 7, 19)})
        first = number - number % PAGES_PER_SECTION
        near = min(PAGES_PER_SECTION, n_pages - first)
        self.links = [first + self.text.below(near), first + self.text.below(near), self.text.below(n_pages)]

    def body(self, link, has_languages):
        text, targets = self.text, [link(self.path, page_path(number)) for number in self.links]
        languages = list(CODE)
        first = languages.pop(text.below(len(languages)))
        second = languages[text.below(len(languages))]
        rows = "".join(f"| {text.name()} | {text.below(9999)} | {text.word()} | {text.word()} {text.word()} |\n"
                       for _ in range(6))
        fence = lambda language: f"```{language if has_languages else ''}\n{text.code(language)}```\n"
        return (f"{text.paragraph(4)}\n\n"
                f"## Overview\n\n{text.paragraph(5)} See [{text.word()}]({targets[0]}) first.\n\n"
                f"{text.paragraph(4)}\n\n" + "".join(f"- {text.sentence()}\n" for _ in range(4)) +
                f"\n## Configure the {text.word()}\n\n{text.paragraph(5)}\n\n{fence(first)}\n### Details\n\n"
                f"{text.paragraph(4)} The values are in [the table]({targets[1]}#reference-table).\n\n"
                f"## Reference table\n\n| name | value | note | text |\n|------|------:|------|------|\n{rows}\n"
                f"> {text.sentence()}\n\n## Steps\n\n" + "".join(f"{i}. {text.sentence()}\n" for i in range(1, 5)) +
                f"\n{fence(second)}\n{text.paragraph(4)} Go on with [{text.word()}]({targets[2]}).\n\n"
                f"{text.paragraph(3)}\n")


def page_path(number):
    section = number // PAGES_PER_SECTION
    return f"g{section // SECTIONS_PER_GROUP:02}/s{section:03}/p{number:06}.md"


def relative(page, target):
    return os.path.relpath(target, os.path.dirname(page)).replace(os.sep, "/")


# ---- what each tool wants ----

HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>%s</title><link rel="stylesheet" href="/style.css"></head><body>
<header><a href="/">Bench</a> <a href="/tags/">Tags</a></header>
<main>
"""
FOOT = "\n</main><footer>Bench</footer></body></html>\n"


def frame(title, main):
    return HEAD % title + f"<h1>{title}</h1>\n{main}" + FOOT


HUGO_ITEM = '<li>{{ .Date.Format "2006-01-02" }} <a href="{{ .RelPermalink }}">{{ .Title }}</a></li>'
HUGO_FOLDERS = '<ul>{{ range .Sections }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>{{ end }}</ul>'
HUGO_FILES = {
    "hugo.toml": """baseURL = 'http://127.0.0.1/'
title = 'Bench'
disableKinds = ['404', 'robotstxt']
[taxonomies]
tag = 'tags'
[outputs]
home = ['html', 'rss']
section = ['html']
taxonomy = ['html']
term = ['html']
[services.rss]
limit = 20
[markup.goldmark.renderHooks.link]
useEmbedded = 'always'
[markup.highlight]
noClasses = false
codeFences = %(highlight)s
""",
    "layouts/page.html": frame("{{ .Title }}", """<p>{{ .Date.Format "2006-01-02" }}
{{ range .GetTerms "tags" }}<a href="{{ .RelPermalink }}">{{ .LinkTitle }}</a> {{ end }}</p>
<nav>{{ .TableOfContents }}</nav>
<article>{{ .Content }}</article>
{{ with .PrevInSection }}<a rel="prev" href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}
{{ with .NextInSection }}<a rel="next" href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}"""),
    "layouts/section.html": frame("{{ .Title }}", HUGO_FOLDERS +
                                  "<ul>{{ range .RegularPages.ByDate.Reverse }}" + HUGO_ITEM + "{{ end }}</ul>"),
    "layouts/term.html": frame("{{ .Title }}", "<ul>{{ range .Pages.ByDate.Reverse }}" + HUGO_ITEM + "{{ end }}</ul>"),
    "layouts/taxonomy.html": frame("{{ .Title }}", "<ul>{{ range .Data.Terms.Alphabetical }}<li>"
                                   '<a href="{{ .Page.RelPermalink }}">{{ .Page.Title }}</a> {{ .Count }}</li>'
                                   "{{ end }}</ul>"),
    "layouts/home.html": frame("Bench", HUGO_FOLDERS),
    "static/style.css": "body { max-width: 50em; margin: auto }\n",
}

ZOLA_ITEM = '<li>{{ p.date }} <a href="{{ p.permalink | safe }}">{{ p.title }}</a></li>'
ZOLA_FOLDERS = ('<ul>{% for s in section.subsections %}{% set f = get_section(path=s, metadata_only=true) %}'
                '<li><a href="{{ f.permalink | safe }}">{{ f.title }}</a></li>{% endfor %}</ul>')
ZOLA_FILES = {
    "config.toml": """base_url = "http://127.0.0.1"
title = "Bench"
compile_sass = false
build_search_index = false
generate_feeds = true
feed_filenames = ["rss.xml"]
feed_limit = 20
generate_robots_txt = false
taxonomies = [{name = "tags"}]
%(highlighting)s""",
    "templates/page.html": frame("{{ page.title }}", """<p>{{ page.date }}
{% for t in page.taxonomies.tags %}<a href="{{ get_taxonomy_url(kind="tags", name=t) | safe }}">{{ t }}</a>
{% endfor %}</p>
<nav><ul>{% for h in page.toc %}<li><a href="{{ h.permalink | safe }}">{{ h.title }}</a></li>{% endfor %}</ul></nav>
<article>{{ page.content | safe }}</article>
{% if page.lower %}<a rel="prev" href="{{ page.lower.permalink | safe }}">{{ page.lower.title }}</a>{% endif %}
{% if page.higher %}<a rel="next" href="{{ page.higher.permalink | safe }}">{{ page.higher.title }}</a>{% endif %}"""),
    "templates/section.html": frame("{{ section.title }}", ZOLA_FOLDERS +
                                    "<ul>{% for p in section.pages %}" + ZOLA_ITEM + "{% endfor %}</ul>"),
    "templates/index.html": frame("Bench", ZOLA_FOLDERS),
    "templates/taxonomy_single.html": frame("{{ term.name }}",
                                            "<ul>{% for p in term.pages %}" + ZOLA_ITEM + "{% endfor %}</ul>"),
    "templates/taxonomy_list.html": frame("Tags", '<ul>{% for t in terms %}<li><a href="{{ t.permalink | safe }}">'
                                          "{{ t.name }}</a> {{ t.page_count }}</li>{% endfor %}</ul>"),
    "static/style.css": HUGO_FILES["static/style.css"],
}

RECTO_ITEM = '<li>{{ p.date }} <a href="{{ p.url }}">{{ p.title }}</a></li>'
RECTO_ITEMS = "<ul>{% for p in children %}" + RECTO_ITEM + "{% endfor %}</ul>"
LEAN = "themes/lean/templates/"
LEAN_FILES = {
    "recto.yml": "title: Bench\ntheme: lean\nsearch: false\n",
    "themes/lean/theme.yml": "name: Lean\n",
    LEAN + "page.html": frame("{{ page.title }}", """<p>{{ page.date }}
{% for t in page.tags %}<a href="{{ t.url }}">{{ t.name }}</a> {% endfor %}</p>
<nav><ul>{% for h in page.toc %}<li><a href="#{{ h.id }}">{{ h.title }}</a>{% if h.children %}<ul>
{% for b in h.children %}<li><a href="#{{ b.id }}">{{ b.title }}</a></li>{% endfor %}</ul>{% endif %}</li>
{% endfor %}</ul></nav>
<article>{{ content | safe }}</article>
{% if page.previous %}<a rel="prev" href="{{ page.previous.url }}">{{ page.previous.title }}</a>{% endif %}
{% if page.next %}<a rel="next" href="{{ page.next.url }}">{{ page.next.title }}</a>{% endif %}"""),
    LEAN + "section.html": frame("{{ page.title }}", RECTO_ITEMS),
    LEAN + "term.html": frame("{{ term.name }}", RECTO_ITEMS),
    LEAN + "taxonomy.html": frame("{{ taxonomy.name }}", "<ul>{% for t in taxonomy.terms %}<li>"
                                  '<a href="{{ t.url }}">{{ t.name }}</a> {{ t.count }}</li>{% endfor %}</ul>'),
    "content/style.css": HUGO_FILES["static/style.css"],
}

BOOK_FILES = {
    "book.toml": """[book]
title = "Bench"

[build]
create-missing = false

[output.html.print]
enable = false

[output.html.search]
enable = false
""",
}


class Recto:
    """Plain Markdown, no template and no config: as anybody's folder is."""

    content, index, files = "content", "index.md", {}

    def __init__(self, has_highlighting):
        highlighting = '[markdown.highlighting]\ntheme = "monokai"\nstyle = "class"\n' if has_highlighting else ""
        self.values = {"highlight": str(has_highlighting).lower(), "highlighting": highlighting}

    def link(self, page, target):
        return relative(page, target)

    def front(self, page):
        return f'---\ntitle: "{page.title}"\ndate: {page.date}\ntags: [{", ".join(page.tags)}]\n---\n\n'

    def folder(self, path, title):
        return f'---\ntitle: "{title}"\n---\n'


class LeanRecto(Recto):
    """The same with the templates of the others."""

    files = LEAN_FILES


class Hugo(Recto):
    index, files = "_index.md", HUGO_FILES


class Zola(Recto):
    index, files = "_index.md", ZOLA_FILES

    def link(self, page, target):
        return f"@/{target}"

    def front(self, page):
        tags = ", ".join(f'"{tag}"' for tag in page.tags)
        return f'+++\ntitle = "{page.title}"\ndate = {page.date}\n[taxonomies]\ntags = [{tags}]\n+++\n\n'

    def folder(self, path, title):
        return f'+++\ntitle = "{title}"\nsort_by = "{"date" if "/" in path else "none"}"\n+++\n'


class MdBook(Recto):
    content, index, files = "src", "README.md", BOOK_FILES

    def front(self, page):
        return f"# {page.title}\n\n"

    def folder(self, path, title):
        return f"# {title}\n"


TOOLS = {"recto": Recto, "recto-lean": LeanRecto, "hugo": Hugo, "zola": Zola, "mdbook": MdBook}


def write_site(tool, folder, n_pages, has_highlighting):
    def write(path, text):
        path = os.path.join(folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)

    def write_folder(path, title):
        write(os.path.join(tool.content, path, tool.index), tool.folder(path, title))
        summary.append("  " * (path.count("/") + 1) * bool(path) + f"- [{title}]({os.path.join(path, tool.index)})\n")

    summary = ["# Summary\n\n"]
    write_folder("", "Bench")
    for number in range(n_pages):
        page = Page(number, n_pages)
        section = number // PAGES_PER_SECTION
        if number % (PAGES_PER_SECTION * SECTIONS_PER_GROUP) == 0:
            write_folder(page.path.split("/")[0], f"Group {section // SECTIONS_PER_GROUP}")
        if number % PAGES_PER_SECTION == 0:
            write_folder(os.path.dirname(page.path), f"Section {section}")
        write(os.path.join(tool.content, page.path), tool.front(page) + page.body(tool.link, has_highlighting))
        summary.append(f"      - [{page.title}]({page.path})\n")
    for path, text in tool.files.items():
        write(path, text % tool.values if "%(" in text else text)
    if isinstance(tool, MdBook):
        write("src/SUMMARY.md", "".join(summary))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tool", choices=TOOLS)
    parser.add_argument("folder", metavar="DIR", help="a new or empty folder")
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--no-highlight", action="store_true")
    options = parser.parse_args()
    if os.path.isdir(options.folder) and os.listdir(options.folder):
        parser.error(f"`{options.folder}` is not empty")
    write_site(TOOLS[options.tool](not options.no_highlight), options.folder, options.pages, not options.no_highlight)


if __name__ == "__main__":
    main()
