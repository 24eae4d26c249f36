// The buttons above the text (below it on a phone): one stop for the Tab key, arrows go from one to the next.

import { redo, undo } from '@codemirror/commands';
import { startCompletion } from '@codemirror/autocomplete';
import { openSearchPanel } from '@codemirror/search';
import * as commands from '../code/commands.js';
import { headings } from '../code/outline.js';
import { button, h } from '../base/dom.js';
import { icons } from '../base/icons.js';
import { say } from '../texts/texts.js';
import { loaded } from './load.js';
import { item, menu } from './menu.js';
import { settingsForm } from './settings.js';

const isMac = /Mac|iP(hone|ad)/.test(navigator.platform);
const key = name => isMac ? name.replace('Ctrl+', '⌘').replace('Shift+', '⇧') : name;

export function openToolbar(session, { uploads, onSettings }) {
  const { page } = session;
  const isMarkdown = page.kind === 'markdown';
  const dom = h('div.ed-tools', { role: 'toolbar', 'aria-label': say.toolbar, 'aria-orientation': 'horizontal' });
  // Focus goes back to the text, where the cursor still is; the keyboard of a phone stays.
  const run = command => () => { command(session.view); session.view.focus(); };
  const tool = (name, command, shortcut) => {
    const label = shortcut ? `${say[name]} (${key(shortcut)})` : say[name];
    const element = button(icons[name === 'tasks' ? 'check' : name], label, run(command));
    element.addEventListener('pointerdown', event => event.preventDefault());
    return element;
  };
  const group = (...tools) => dom.append(h('div.ed-group', {}, ...tools));

  if (isMarkdown) {
    const heading = button(icons.heading, say.heading);
    group(heading, tool('bold', commands.bold, 'Ctrl+B'), tool('italic', commands.italic, 'Ctrl+I'), tool('code', commands.code, 'Ctrl+E'), tool('strike', commands.strike));
    menu(heading, say.heading, (sheet, close) => {
      for (const level of [1, 2, 3, 4]) sheet.append(item(say.heading_n(level), () => { close(); run(commands.heading(level))(); }, { detail: key(`Ctrl+Alt+${level}`) }));
    });
    group(tool('link', commands.link, 'Ctrl+K'), tool('wiki', view => { commands.wikiLink(view); startCompletion(view); }), button(icons.image, say.image, () => uploads.choose()));
    group(tool('list', commands.bullets, 'Ctrl+Shift+8'), tool('numbers', commands.numbers, 'Ctrl+Shift+7'), tool('tasks', commands.tasks, 'Ctrl+Shift+9'));
    group(tool('quote', commands.quote), tool('note', commands.note), tool('table', commands.table), tool('fence', commands.fence), tool('rule', commands.rule), emojiTool());
  }
  const outline = isMarkdown && button(icons.outline, say.outline), matter = isMarkdown && button(icons.matter, say.matter), settings = button(icons.settings, say.settings);
  group(tool('undo', undo, 'Ctrl+Z'), tool('redo', redo, isMac ? 'Ctrl+Shift+Z' : 'Ctrl+Y'));
  dom.append(h('div.ed-group.ed-last', {}, tool('find', view => openSearchPanel(view), 'Ctrl+F'), outline, matter, settings));
  if (outline) menu(outline, say.outline, (sheet, close) => outlineList(sheet, close));
  if (matter) menu(matter, say.matter, async sheet => {
    const form = await loaded(import('./matter.js'), session.notices);
    form?.matterForm(sheet, session);
    return Boolean(form);
  });
  menu(settings, say.settings, sheet => settingsForm(sheet, onSettings));

  function emojiTool() {
    return tool('emoji', view => {
      const { from, to } = view.state.selection.main;
      const space = from && /\S/.test(view.state.sliceDoc(from - 1, from)) ? ' ' : '';
      view.dispatch({ changes: { from, to, insert: `${space}:smi` }, selection: { anchor: from + space.length + 4 }, userEvent: 'input.type' });
      startCompletion(view);
    });
  }

  function outlineList(sheet, close) {
    const all = headings(session.view.state);
    if (!all.length) sheet.append(h('p', {}, say.no_outline));
    const top = Math.min(...all.map(({ level }) => level));
    const here = all.findLast(({ from }) => from <= session.view.state.selection.main.head);
    for (const heading of all) sheet.append(item(heading.text || '—', () => { close(); session.show(heading.from); }, { level: heading.level - top, current: heading === here }));
  }

  rove(dom);
  return dom;
}

// One of the buttons can be reached by Tab, the others by arrows from there.
function rove(dom) {
  const all = () => [...dom.querySelectorAll('.ed-group > button')];
  all().forEach((button, n) => { button.tabIndex = n ? -1 : 0; });
  dom.addEventListener('focusin', ({ target }) => { if (all().includes(target)) all().forEach(button => { button.tabIndex = button === target ? 0 : -1; }); });
  dom.addEventListener('keydown', event => {
    const buttons = all(), at = buttons.indexOf(event.target);
    const by = { ArrowRight: 1, ArrowLeft: -1, Home: -at, End: -at - 1 }[event.key];
    if (at < 0 || by === undefined) return;
    event.preventDefault();
    buttons[(at + by + buttons.length) % buttons.length].focus();
  });
}
