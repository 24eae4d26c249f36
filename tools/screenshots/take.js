// Serves our own site, photographs the pages of pages.js in Debian's Chromium, and lays the pictures out on one sheet.
//
// Usage: take.js [FOLDER]   pictures go to FOLDER (target/screenshots by default), those of the documentation to their place

import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pages, views } from './pages.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const { chromium } = createRequire(join(root, 'tests/browser/package.json'))('playwright-core');
const folder = process.argv[2] ?? join(root, 'target/screenshots');
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

// One picture of one page.
async function take(browser, origin, { path, act }, { size, colorScheme, file }) {
  const context = await browser.newContext({ viewport: size, colorScheme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(origin + path);
  await page.evaluate(() => document.fonts.ready);
  if (act) await act(page);
  await page.screenshot({ path: file });
  await context.close();
}

const slug = name => name.toLowerCase().replaceAll(/[^a-z]+/g, '-');

function sheet(shots) {
  const picture = file => `data:image/png;base64,${readFileSync(file).toString('base64')}`;
  const cell = ({ file, view, colorScheme }) => `<img class="${view} ${colorScheme}" src="${picture(file)}" alt="">`;
  const row = ({ name, path }) => `<section><h2>${name} <small>${path}</small></h2><div>
    ${shots.filter(shot => shot.name === name).map(cell).join('\n')}</div></section>`;
  return `<!doctype html><meta charset="utf-8"><title>Contact sheet</title><style>
    body { margin: 24px; font: 15px/1.4 Georgia, serif; background: #8a857d; color: #fff; }
    section { break-inside: avoid; margin-bottom: 24px; } h2 { margin: 0 0 6px; font-size: 17px; } small { opacity: .7; }
    div { display: flex; gap: 12px; } img { height: 430px; border-radius: 4px; box-shadow: 0 2px 10px #0004; }
  </style>${pages.map(row).join('\n')}`;
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const { origin, end } = await serve();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
try {
  const shots = [];
  for (const page of pages) {
    for (const [view, size] of Object.entries(views)) {
      for (const colorScheme of ['light', 'dark']) {
        const file = join(folder, `${slug(page.name)}-${view}-${colorScheme}.png`);
        await take(browser, origin, page, { size, colorScheme, file });
        shots.push({ name: page.name, view, colorScheme, file });
        if (page.file && page.view === view && colorScheme === 'light') {
          copyFileSync(file, join(root, page.file));
          console.log(page.file);
        }
      }
    }
  }
  const context = await browser.newContext({ viewport: { width: 1760, height: 900 } });
  const page = await context.newPage();
  await page.setContent(sheet(shots));
  await page.screenshot({ path: join(folder, 'contact-sheet.png'), fullPage: true });
  console.log(join(folder, 'contact-sheet.png'));
} finally {
  await browser.close();
  end();
}
