// A built site behind a plain static server, in a real browser: no program of ours runs while it is read.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { PATIENCE, openPage, program } from './site.js';

const TYPES = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json',
  '.svg': 'image/svg+xml', '.xml': 'application/xml',
};

// A temporary folder with the files in `site` and what was built of them in `public`.
export function build(files, ...args) {
  const dir = mkdtempSync(join(tmpdir(), 'recto-built-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, 'site', name)), { recursive: true });
    writeFileSync(join(dir, 'site', name), text);
  }
  publish(join(dir, 'site'), dir, ...args);
  return dir;
}

function publish(source, dir, ...args) {
  const built = spawnSync(program, ['build', source, '--output', join(dir, 'public'), '--no-cache', '-q', ...args], { encoding: 'utf8' });
  assert.equal(built.status, 0, built.stderr);
}

const at = ({ base = '' } = {}) => ['--base-url', `${base}/`];

export class BuiltSite {
  // `base` is the path that the site is published below, such as `/docs`.
  static open(files, options) { return BuiltSite.of(build(files, ...at(options)), options); }
  // A site that is there already.
  static ofFolder(source, options) {
    const dir = mkdtempSync(join(tmpdir(), 'recto-built-'));
    publish(source, dir, ...at(options));
    return BuiltSite.of(dir, options);
  }
  static async of(dir, { base = '', context = {} } = {}) {
    const site = new BuiltSite();
    site.dir = dir;
    site.asked = [];
    site.server = createServer((request, answer) => site.answer(request, answer, base));
    await new Promise(done => site.server.listen(0, '127.0.0.1', done));
    // A test that fails leaves it open, and must end all the same.
    site.server.unref();
    site.origin = `http://127.0.0.1:${site.server.address().port}`;
    await openPage(site, context);
    await site.page.goto(`${site.origin}${base}/`);
    return site;
  }
  // Another reader of the same site, with a browser of their own.
  async reader(context) {
    const reader = Object.create(this);
    await openPage(reader, context);
    return reader;
  }
  answer(request, answer, base) {
    const path = decodeURIComponent(new URL(request.url, 'http://site').pathname);
    try {
      // Browsers ask for it by themselves.
      if (path === '/favicon.ico') return answer.writeHead(204).end();
      if (!path.startsWith(base)) throw new Error('outside');
      const name = path.slice(base.length).replace(/\/$/, '/index.html');
      const bytes = readFileSync(join(this.dir, 'public', name));
      this.asked.push({ path, n_bytes: bytes.length });
      answer.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream' }).end(bytes);
    } catch {
      this.asked.push({ path, n_bytes: 0 });
      answer.writeHead(404).end();
    }
  }
  until(check, argument) { return this.page.waitForFunction(check, argument, { timeout: PATIENCE, polling: 20 }); }
  async close() {
    assert.deepEqual(this.problems, []);
    await this.context.close();
    await new Promise(done => { this.server.close(done); this.server.closeAllConnections(); });
    rmSync(this.dir, { recursive: true });
  }
}
