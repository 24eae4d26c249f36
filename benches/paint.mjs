// When a reader of a built page sees its text first, beside the pages of other tools: one static server, a slow phone.
//
//     node benches/paint.mjs [--runs 15] [--cpu 4] Recto=public:guide/markdown/ mdBook=book:guide/markdown.html …
//
// Each argument is a name, the folder of a site and the page in it. The sites take turns, each load
// with an empty cache in a browser of its own. Needs `npm ci` in tests/browser, and Chromium (CHROMIUM, else /usr/bin/chromium).

import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { createGzip } from 'node:zlib';

const { chromium } = createRequire(new URL('../tests/browser/', import.meta.url))('playwright-core');
// What DevTools calls slow 4G; with `--cpu 4`, for a phone of the middle class, as Lighthouse has it.
const NETWORK = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 };
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.svg': 'image/svg+xml', '.woff2': 'font/woff2', '.woff': 'font/woff', '.png': 'image/png', '.webp': 'image/webp' };
const PACKED = new Set(['.html', '.js', '.mjs', '.css', '.json', '.svg']);

const args = process.argv.slice(2);
const option = (name, value) => args.includes(name) ? Number(args.splice(args.indexOf(name), 2)[1]) : value;
const runs = option('--runs', 15), slower = option('--cpu', 4);
const sites = await Promise.all(args.map(async arg => {
  const [, name, folder, page] = /^([^=]+)=([^:]+):(.*)$/.exec(arg) ?? (() => { throw new Error(`\`${arg}\` is not NAME=FOLDER:PAGE`); })();
  const server = createServer((request, answer) => {
    let path = join(folder, decodeURIComponent(new URL(request.url, 'http://site').pathname));
    if (existsSync(path) && statSync(path).isDirectory()) path = join(path, 'index.html');
    if (!existsSync(path)) return answer.writeHead(404).end();
    const kind = extname(path), file = createReadStream(path), isPacked = PACKED.has(kind);
    answer.writeHead(200, { 'content-type': TYPES[kind] ?? 'application/octet-stream', ...isPacked && { 'content-encoding': 'gzip' } });
    (isPacked ? file.pipe(createGzip()) : file).pipe(answer);
  });
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  return { name, server, url: `http://127.0.0.1:${server.address().port}/${page}`, loads: [] };
}));

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });

async function load(url) {
  const context = await browser.newContext({ viewport: { width: 412, height: 823 }, deviceScaleFactor: 1.75, isMobile: true });
  const page = await context.newPage(), client = await context.newCDPSession(page);
  let n_bytes = 0, n_requests = 0;
  client.on('Network.loadingFinished', ({ encodedDataLength }) => { n_bytes += encodedDataLength; n_requests++; });
  await client.send('Network.enable');
  await client.send('Network.emulateNetworkConditions', NETWORK);
  await client.send('Emulation.setCPUThrottlingRate', { rate: slower });
  await page.addInitScript(() => {
    window.painted = { largest: 0, shift: 0 };
    new PerformanceObserver(list => { window.painted.largest = list.getEntries().at(-1).startTime; }).observe({ type: 'largest-contentful-paint', buffered: true });
    new PerformanceObserver(list => { for (const { value } of list.getEntries()) window.painted.shift += value; }).observe({ type: 'layout-shift', buffered: true });
  });
  await page.goto(url, { waitUntil: 'networkidle' });
  await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length);
  const seen = await page.evaluate(() => ({ ...window.painted, first: performance.getEntriesByName('first-contentful-paint')[0].startTime }));
  await context.close();
  return { ...seen, n_bytes, n_requests };
}

// The first load of all warms the browser up, and is not counted.
await load(sites[0].url);
for (let run = 0; run < runs; run++) {
  for (const site of sites) site.loads.push(await load(site.url));
}
const median = values => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const spread = values => { const sorted = values.toSorted((a, b) => a - b); return `${sorted[0].toFixed(0)}–${sorted.at(-1).toFixed(0)}`; };
const rows = sites.map(({ name, loads }) => {
  const of = key => loads.map(load => load[key]);
  return [name, `${median(of('first')).toFixed(0)} ms`, spread(of('first')), `${median(of('largest')).toFixed(0)} ms`, median(of('shift')).toFixed(3), `${(median(of('n_bytes')) / 1000).toFixed(0)} KB`, median(of('n_requests'))];
});
const head = ['', 'First paint', 'from–to', 'Largest paint', 'Shift', 'Loaded', 'Requests'];
for (const row of [head, head.map((_, i) => i ? '---:' : '---'), ...rows]) console.log(`| ${row.join(' | ')} |`);
await browser.close();
sites.forEach(({ server }) => server.close());
