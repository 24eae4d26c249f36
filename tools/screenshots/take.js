// Serves our own site, photographs the pages of pages.js in Debian's Chromium, and lays the pictures out on one sheet.
//
// Usage: take.js [--missing] [NAME…]   all pages, those without all their pictures yet, or those of these names. Pictures go to
// target/screenshots, those of the documentation to their place

import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pages, views } from './pages.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const { chromium } = createRequire(join(root, 'tests/browser/package.json'))('playwright-core');
const folder = join(root, 'target/screenshots');
const names = process.argv.slice(2).filter(name => name !== '--missing'), onlyMissing = process.argv.includes('--missing');
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--no-first-run', '--hide-scrollbars'];

async function freePort() {
  const server = createServer();
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise(done => server.close(done));
  return port;
}

// Serves our site; gives its address and what ends it.
async function serve() {
  const port = await freePort();
  const server = spawn(process.env.RECTO, ['serve', root, '--no-watch', '--bind', `127.0.0.1:${port}`]);
  let said = '';
  await new Promise((ready, failed) => {
    server.stderr.on('data', data => { said += data; if (said.includes('serving on')) ready(); });
    server.on('exit', () => failed(new Error(said)));
  });
  server.removeAllListeners('exit');
  return { origin: `http://127.0.0.1:${port}`, end: () => server.kill('SIGINT') };
}

// The pictures of one page in one size: by day, and by night. It is loaded once for both.
async function take(browser, origin, { path, act }, size, shots) {
  const context = await browser.newContext({ viewport: size, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(origin + path);
  if (act) await act(page);
  for (const { colorScheme, file } of shots) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: file });
  }
  await context.close();
}

const slug = name => name.toLowerCase().replaceAll(/[^a-z]+/g, '-');
const schemes = ['light', 'dark'];
const shotOf = ({ name }, view, colorScheme) => ({ view, colorScheme, file: join(folder, `${slug(name)}-${view}-${colorScheme}.png`) });
const shotsOf = page => Object.keys(views).flatMap(view => schemes.map(scheme => shotOf(page, view, scheme)));
const isThere = ({ file }) => existsSync(file);
const isWanted = page => names.length ? names.includes(slug(page.name)) : !onlyMissing || !shotsOf(page).every(isThere);

function sheet() {
  const picture = file => `data:image/png;base64,${readFileSync(file).toString('base64')}`;
  const cell = ({ file, view, colorScheme }) => `<img class="${view} ${colorScheme}" src="${picture(file)}" alt="">`;
  const row = page => `<section><h2>${page.name} <small>${page.path}</small></h2><div>
    ${shotsOf(page).filter(isThere).map(cell).join('\n')}</div></section>`;
  return `<!doctype html><meta charset="utf-8"><title>Contact sheet</title><style>
    body { margin: 24px; font: 15px/1.4 Georgia, serif; background: #8a857d; color: #fff; }
    section { break-inside: avoid; margin-bottom: 24px; } h2 { margin: 0 0 6px; font-size: 17px; } small { opacity: .7; }
    div { display: flex; gap: 12px; } img { height: 430px; border-radius: 4px; box-shadow: 0 2px 10px #0004; }
  </style>${pages.map(row).join('\n')}`;
}

mkdirSync(folder, { recursive: true });
const { origin, end } = await serve();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
try {
  for (const page of pages.filter(isWanted)) {
    for (const [view, size] of Object.entries(views)) {
      const shots = schemes.map(scheme => shotOf(page, view, scheme));
      await take(browser, origin, page, size, shots);
      if (page.view === view) copyFileSync(shots[0].file, join(root, page.file));
    }
    console.log(page.file ?? slug(page.name));
  }
  const context = await browser.newContext({ viewport: { width: 1760, height: 900 } });
  const page = await context.newPage();
  await page.setContent(sheet());
  await page.screenshot({ path: join(folder, 'contact-sheet.png'), fullPage: true });
  console.log(join(folder, 'contact-sheet.png'));
} finally {
  await browser.close();
  end();
}
