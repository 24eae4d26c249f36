// Cells that were copied from a spreadsheet, as a table of Markdown.

// The rows of what is on the clipboard, or null when it is no table. HTML comes first: it knows cells with line breaks.
export function rowsOf(html, text) {
  return fromHtml(html) ?? fromTabs(text);
}

function fromHtml(html) {
  if (!/<table/i.test(html ?? '')) return null;
  const document = new DOMParser().parseFromString(html, 'text/html');
  const tables = document.querySelectorAll('table');
  // A page that has tables besides text is no spreadsheet.
  const others = [...document.body.children].filter(element => !/^(TABLE|META|STYLE|COLGROUP)$/.test(element.nodeName) && !element.querySelector('table') && element.textContent.trim());
  if (tables.length !== 1 || others.length) return null;
  const rows = [...tables[0].rows].map(row => [...row.cells].flatMap(cell => [cell.textContent, ...Array(Math.max(0, cell.colSpan - 1)).fill('')]));
  return isTable(rows) ? rows : null;
}

// Tabs between cells; cells with line breaks are in quotes.
export function fromTabs(text) {
  if (!text?.includes('\t')) return null;
  const rows = [[]];
  const cell = /(?:"((?:[^"]|"")*)"(?=\t|\r?\n|$)|([^\t\r\n]*))(\t|\r?\n|$)/gy;
  for (let found; (found = cell.exec(text)) && found.index < text.length;) {
    rows.at(-1).push(found[1]?.replaceAll('""', '"') ?? found[2]);
    if (!found[3]) break;
    if (found[3] !== '\t') { if (cell.lastIndex >= text.length) break; rows.push([]); }
    else if (cell.lastIndex >= text.length) rows.at(-1).push('');
  }
  return isTable(rows) ? rows : null;
}

const isTable = rows => rows.length > 0 && rows.some(row => row.length > 1) && (rows.length > 1 || rows[0].length > 2) && rows.every(row => row.length === rows[0].length);

// As Markdown, with columns of one width; numbers stand right.
export function toMarkdown(rows) {
  const cells = rows.map(row => row.map(cell => cell.trim().replace(/\s*\r?\n\s*/g, '<br>').replaceAll('|', '\\|')));
  const columns = cells[0].map((_, column) => {
    const values = cells.map(row => row[column] ?? '');
    const isNumber = values.length > 1 && values.slice(1).some(Boolean) && values.slice(1).every(value => /^$|^[-+−]?[\d.,\s'’]*\d\s*[%€$£]?$/.test(value));
    return { width: Math.max(3, ...values.map(value => [...value].length)), isNumber };
  });
  const pad = (value, { width, isNumber }) => {
    const space = ' '.repeat(width - [...value].length);
    return isNumber ? space + value : value + space;
  };
  const line = row => `| ${columns.map((column, n) => pad(row[n] ?? '', column)).join(' | ')} |`;
  const rule = `|${columns.map(({ width, isNumber }) => '-'.repeat(width + (isNumber ? 1 : 2)) + (isNumber ? ':' : '')).join('|')}|`;
  return [line(cells[0]), rule, ...cells.slice(1).map(line)].join('\n');
}
