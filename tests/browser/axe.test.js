// What axe-core has to say about each kind of page, by day and by night.

import { test } from 'node:test';
import { isAccessible } from './accessible.js';
import { Site } from './site.js';

const everything = `---
title: Everything
description: One of each.
tags: [bread]
date: 2026-05-31
---

Salt.[^salt] A [link](b.md), \`code\`, ==marked==, ~~struck~~, :kbd[Ctrl+C], :badge[new]{type=tip}, :badge[old]{type=danger}.

## Boxes

> [!NOTE]
> Text with a [link](b.md) and \`code\`.

> [!TIP]- Folded
> Text.

> [!WARNING]
> Text.

> [!CAUTION]
> Text.

> [!IMPORTANT]
> Text.

:::details{title="More"}
Text.
:::

::::tabs
:::tab{title="One"}
Text.
:::
:::tab{title="Two"}
Text.
:::
::::

::::steps
1. Mix.
2. Bake.
::::

:::card{title="Card" href="b.md"}
Text.
:::

> A quotation.

- [x] mixed
- [ ] baked

## Code

\`\`\`rust title="main.rs" linenos {2}
// A remark
fn main() {
    println!("{}", 1 + 2); // [!code ++]
}
\`\`\`

\`\`\`console
$ recto build --strict "$PWD"
3 pages
\`\`\`

\`\`\`diff
-old
+new
\`\`\`

| Loaf  | Grams |
|-------|------:|
| white |   500 |

[^salt]: It is slow.
`;

const files = {
  'recto.yml': 'title: Bread\nmenu: [{title: Guide, url: /guide/}]\nrepo: https://example.org/bread\n',
  'index.md': '---\ntitle: Bread\nlayout: landing\nhero:\n  text: We bake it.\n  actions: [{title: Guide, link: guide/index.md}, {title: All, link: b.md}]\n---\n\n## Why\n\nText.\n',
  'guide/index.md': '---\ntitle: Guide\ndescription: How it is done.\n---\n\nText.\n',
  'guide/all.md': everything,
  'guide/b.md': '# B\n\nText.\n\n## One\n\nText.\n\n## Two\n\nText.\n',
  'b.md': '---\ntags: [bread]\n---\n# Other\n\nText.\n',
};

for (const viewport of [{ width: 1400, height: 900 }, { width: 390, height: 844 }]) {
  test(`pages are accessible, ${viewport.width} pixels wide`, async () => {
    const site = await Site.open(files, { context: { viewport } });
    for (const path of ['/', '/guide/', '/guide/all/', '/guide/b/', '/tags/', '/tags/bread/', '/missing/']) {
      await isAccessible(site, path);
    }
    await site.close([/404/]);
  });
}
