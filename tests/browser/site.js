// A real browser in front of `recto serve`.
//
// Needs the program (RECTO, else target/debug/recto) and Chromium (CHROMIUM, else /usr/bin/chromium). `tests/run` has both.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const program = process.env.RECTO ?? join(root, 'target/debug/recto');
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--no-first-run'];
// How long anything may take that must happen.
export const PATIENCE = 15_000;

// What still runs when a test has failed.
const servers = new Set();
// One Chromium for all pages of a file of tests, begun with the first of them.
let launched;
function chromiumBrowser() {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  return launched ??= chromium.launch({ executablePath, args: flags });
}
after(async () => {
  servers.forEach(server => server.kill('SIGKILL'));
  await (await launched)?.close();
});

// Gives a site a page in a browser of its own, and notes what goes wrong there and what is asked of others.
export async function openPage(site, context) {
  site.context = await (await chromiumBrowser()).newContext(context);
  site.page = await site.context.newPage();
  site.page.setDefaultTimeout(PATIENCE);
  site.problems = [];
  site.page.on('console', message => { if (['error', 'warning'].includes(message.type())) site.problems.push(message.text()); });
  site.page.on('pageerror', error => site.problems.push(String(error)));
  site.page.on('request', request => { if (!request.url().startsWith(site.origin)) site.problems.push(request.url()); });
}

export async function freePort() {
  const server = createServer();
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise(done => server.close(done));
  return port;
}

// A site in a temporary folder, its server and a page in the browser. With `wiki` it is a repository that can be edited.
export class Site {
  static async open(files, { path = '/', context = {}, ...options } = {}) {
    const site = await Site.serve(files, options);
    await openPage(site, context);
    site.page.on('framenavigated', () => { site.n_navigations = (site.n_navigations ?? 0) + 1; });
    await site.page.goto(site.origin + path);
    return site;
  }
  // Without a page.
  static async serve(files, { args = [], wiki = false } = {}) {
    const site = new Site();
    site.dir = mkdtempSync(join(tmpdir(), 'recto-browser-'));
    // Browsers ask for it by themselves.
    site.write('favicon.ico', '');
    for (const [name, text] of Object.entries(files)) site.write(name, text);
    site.port = await freePort();
    site.args = args;
    site.command = wiki ? 'edit' : 'serve';
    if (wiki) site.makeRepository();
    await site.start();
    return site;
  }
  get origin() { return `http://127.0.0.1:${this.port}`; }
  start() {
    this.terminal = '';
    this.server = spawn(program, [this.command, this.dir, '--bind', `127.0.0.1:${this.port}`, ...this.args]);
    servers.add(this.server);
    this.ended = new Promise(done => this.server.on('exit', done));
    return new Promise((ready, failed) => {
      this.server.stderr.on('data', data => { this.terminal += data; if (/(serving|editing .*) on http/.test(this.terminal)) ready(); });
      this.server.on('exit', () => failed(new Error(this.terminal)));
    });
  }
  makeRepository() {
    this.git('init', '-q', '-b', 'main');
    this.git('config', 'user.name', 'Ada');
    this.git('config', 'user.email', 'ada@example.org');
    this.git('add', '.');
    this.git('commit', '-q', '-m', 'Begin');
  }
  git(...args) {
    const { status, stdout, stderr } = spawnSync('git', ['-C', this.dir, ...args], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return stdout.trim();
  }
  stop() { this.server.kill('SIGINT'); return this.ended; }
  write(name, text) {
    const path = join(this.dir, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  // Waits until a function in the page is true.
  until(check, argument) { return this.page.waitForFunction(check, argument, { timeout: PATIENCE, polling: 20 }); }
  text(text) { return this.until(text => document.body.innerText.includes(text), text); }
  async close(expected = []) {
    assert.deepEqual(this.problems.filter(problem => !expected.some(pattern => pattern.test(problem))), []);
    await this.context.close();
    await this.end();
  }
  async end() {
    await this.stop();
    rmSync(this.dir, { recursive: true });
  }
}
