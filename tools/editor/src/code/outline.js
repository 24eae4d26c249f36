// The headings of a page as it is being written, with the ids that they will have.

import { ensureSyntaxTree, syntaxTree } from '@codemirror/language';

// How long may be spent on reading a large page for it.
const PARSE_MS = 1000;

// Headings in order: `{ level, text, id, from, line }`. Of a very large page the last ones may be missing.
export function headings(state) {
  const found = [], ids = new Map();
  const tree = ensureSyntaxTree(state, state.doc.length, PARSE_MS) ?? syntaxTree(state);
  tree.iterate({
    enter(node) {
      const level = /^(?:ATX|Setext)Heading(\d)$/.exec(node.name)?.[1];
      if (!level) return !/^(Paragraph|FencedCode|CodeBlock|Table|HTMLBlock)$/.test(node.name);
      const [first] = state.sliceDoc(node.from, node.to).split('\n');
      const written = first.replace(/^\s*#{1,6}\s*/, '').replace(/\s+#+\s*$/, '');
      const own = /\s*\{#([\w.:-]+)[^}]*\}\s*$/.exec(written);
      const text = plain(own ? written.slice(0, own.index) : written);
      found.push({ level: Number(level), text, id: own?.[1] ?? unique(slug(text), ids), from: node.from, line: state.doc.lineAt(node.from).number });
      return false;
    },
  });
  return found;
}

// The part of the page that a heading begins: `{ from, to }`, up to the next heading that is as high.
export function sectionOf(state, id) {
  const all = headings(state);
  const at = all.findIndex(heading => heading.id === id);
  if (at < 0) return null;
  const next = all.slice(at + 1).find(heading => heading.level <= all[at].level);
  return { from: all[at].from, to: next ? next.from : state.doc.length };
}

// What is read of inline Markdown.
export const plain = text => text
  .replace(/!?\[\[([^\]|]*)(?:\|([^\]]*))?\]\]/g, (_, page, label) => label ?? page)
  .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
  .replace(/(\*\*|__|~~|==|`)(.+?)\1/g, '$2')
  .replace(/(^|\W)[*_](\S.*?)[*_](?=\W|$)/g, '$1$2')
  .replace(/\\([!-/:-@[-`{-~])/g, '$1')
  .trim();

// As GitHub does it, and `parse::markdown::ids`.
export const slug = text => text.trim().toLowerCase().replace(/\s/g, '-').replace(/[^\p{L}\p{N}\p{M}_-]/gu, '') || 'section';

function unique(id, ids) {
  const n = ids.get(id) ?? 0;
  ids.set(id, n + 1);
  return n ? `${id}-${n}` : id;
}
