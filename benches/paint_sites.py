#!/usr/bin/env python3
"""Writes pages of our guide for Recto, mdBook and Starlight: the same text, for `paint.mjs`.

    benches/paint_sites.py /tmp/paint

makes /tmp/paint/{recto,mdbook,starlight}. What only one of the tools knows is left out: components, includes, wiki links and
pictures; links lead to the page itself.
"""

import re
import sys
from pathlib import Path

GUIDE = Path(__file__).resolve().parent.parent / "content/guide"
PAGES = (
    "pages-and-folders front-matter markdown links reuse lists search languages assets code serving editing publishing checking"
).split()
LEFT_OUT = [(r"(?m)^:{2,}.*$", ""), (r"!\[\[.*?\]\]", ""), (r"\[\[([^\]|]*)(\|[^\]]*)?\]\]", r"\1"), (r"!\[[^\]]*\]\([^)]*\)", "")]

STARLIGHT = {
    "package.json": '{ "private": true, "type": "module" }\n',
    "astro.config.mjs": "import { defineConfig } from 'astro/config';\nimport starlight from '@astrojs/starlight';\n"
    "const sidebar = [{ label: 'Guide', items: [{ autogenerate: { directory: 'guide' } }] }];\n"
    "export default defineConfig({ integrations: [starlight({ title: 'Recto', sidebar })] });\n",
    "src/content.config.ts": "import { defineCollection } from 'astro:content';\nimport { docsLoader } from '@astrojs/starlight/loaders';\n"
    "import { docsSchema } from '@astrojs/starlight/schema';\n"
    "export const collections = { docs: defineCollection({ loader: docsLoader(), schema: docsSchema() }) };\n",
    "src/content/docs/index.md": "---\ntitle: Recto\n---\n\nThe guide.\n",
}


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def read(name):
    """Title, description and text of a page of the guide."""
    front, text = re.match(r"---\n(.*?)\n---\n(.*)", (GUIDE / f"{name}.md").read_text(encoding="utf-8"), re.S).groups()
    for pattern, instead in LEFT_OUT:
        text = re.sub(pattern, instead, text)
    text = re.sub(r"\]\((?!http)[^)]*\)", "](#)", text)
    return re.search(r"title: (.*)", front)[1], re.search(r"description: (.*)", front)[1].strip('"'), text


def main():
    work = Path(sys.argv[1])
    summary = "# Summary\n\n"
    for name in PAGES:
        title, description, text = read(name)
        front = f'---\ntitle: {title}\ndescription: "{description}"\n---\n'
        write(work / f"recto/guide/{name}.md", front + text)
        write(work / f"starlight/src/content/docs/guide/{name}.md", front + text)
        write(work / f"mdbook/src/guide/{name}.md", f"# {title}\n\n{description}\n{text}")
        summary += f"- [{title}](guide/{name}.md)\n"
    write(work / "recto/recto.yml", "title: Recto\n")
    write(work / "recto/index.md", "# Recto\n\nThe guide.\n")
    write(work / "mdbook/src/SUMMARY.md", summary)
    write(work / "mdbook/book.toml", '[book]\ntitle = "Recto"\nlanguage = "en"\n')
    for name, text in STARLIGHT.items():
        write(work / "starlight" / name, text)


main()
