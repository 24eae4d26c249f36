// What text means, for colours, folding and typing: Markdown with front matter, YAML.
//
// HTML, CSS and JavaScript inside Markdown stay plain: their parsers would be half of the bundle.

import { Language, LanguageSupport, syntaxHighlighting } from '@codemirror/language';
import { markdownKeymap, markdownLanguage } from '@codemirror/lang-markdown';
import { yaml, yamlFrontmatter, yamlLanguage } from '@codemirror/lang-yaml';
import { Prec } from '@codemirror/state';
import { keymap } from '@codemirror/view';
import { Tag, styleTags, tagHighlighter, tags } from '@lezer/highlight';
import { parseCode } from '@lezer/markdown';

const wikiLink = Tag.define(), marked = Tag.define();

// `[[Page#Heading|text]]` and `![[picture.png]]`.
const WikiLink = {
  defineNodes: [{ name: 'WikiLink', style: wikiLink }, { name: 'WikiLinkMark', style: tags.processingInstruction }],
  parseInline: [{
    name: 'WikiLink',
    before: 'Link',
    parse(cx, next, pos) {
      if (next !== 91 || cx.char(pos + 1) !== 91) return -1;
      const length = /^\[\[[^[\]\n]+\]\]/.exec(cx.slice(pos, cx.end))?.[0].length;
      if (!length) return -1;
      const end = pos + length;
      return cx.addElement(cx.elt('WikiLink', pos, end, [cx.elt('WikiLinkMark', pos, pos + 2), cx.elt('WikiLinkMark', end - 2, end)]));
    },
  }],
};

// `==marked==`.
const delimiter = { resolve: 'Marked', mark: 'MarkedMark' };
const Marked = {
  defineNodes: [{ name: 'Marked', style: { 'Marked/...': marked } }, { name: 'MarkedMark', style: tags.processingInstruction }],
  parseInline: [{
    name: 'Marked',
    after: 'Emphasis',
    parse(cx, next, pos) {
      if (next !== 61 || cx.char(pos + 1) !== 61 || cx.char(pos + 2) === 61) return -1;
      const isSpace = at => /\s|^$/.test(cx.slice(Math.max(cx.offset, at), Math.min(cx.end, at + 1)));
      return cx.addDelimiter(delimiter, pos, pos + 2, !isSpace(pos + 2), pos > cx.offset && !isSpace(pos - 1));
    },
  }],
};

const parser = markdownLanguage.parser.configure([
  WikiLink,
  Marked,
  parseCode({ codeParser: info => /^ya?ml\b/.test(info) ? yamlLanguage.parser : null }),
  // A heading of its own kind, so that its marks are not as loud as its text.
  { props: [styleTags({ HeaderMark: tags.processingInstruction, 'TableDelimiter': tags.processingInstruction, URL: tags.url })] },
]);
// With the data of the original, by which its commands know where they are.
const language = new Language(markdownLanguage.data, parser, [], 'markdown');

export function languageOf(kind) {
  if (kind === 'markdown') return [yamlFrontmatter({ content: new LanguageSupport(language) }), Prec.high(keymap.of(markdownKeymap))];
  // JSON is YAML, for what colours need.
  return kind === 'yaml' || kind === 'json' ? yaml() : [];
}

// The classes are in style/code.css.
const classes = tagHighlighter([
  { tag: tags.heading, class: 'tok-heading' },
  { tag: [tags.processingInstruction, tags.contentSeparator, tags.meta], class: 'tok-mark' },
  { tag: tags.strong, class: 'tok-strong' },
  { tag: tags.emphasis, class: 'tok-emphasis' },
  { tag: tags.strikethrough, class: 'tok-strike' },
  { tag: marked, class: 'tok-marked' },
  { tag: [tags.link, wikiLink], class: 'tok-link' },
  { tag: tags.url, class: 'tok-url' },
  { tag: tags.monospace, class: 'tok-code' },
  { tag: tags.quote, class: 'tok-quote' },
  { tag: [tags.comment, tags.lineComment], class: 'tok-comment' },
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], class: 'tok-key' },
  { tag: [tags.string, tags.attributeValue, tags.special(tags.string)], class: 'tok-string' },
  { tag: [tags.keyword, tags.typeName, tags.labelName], class: 'tok-keyword' },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace, tags.escape, tags.character], class: 'tok-mark' },
]);
export const colours = syntaxHighlighting(classes);
