// A real WebKit, the engine of Safari, for tests that run in several browsers: see `engines.test.js`.
//
// Needs the programs `WebKitWebDriver` and, since this browser can't do without a screen, `Xvfb`. The driver speaks the protocol of the
// W3C: JSON over HTTP.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PATIENCE, freePort } from './site.js';

const KEYS = { Control: '\uE009', Shift: '\uE008', Enter: '\uE007', Escape: '\uE00C', Home: '\uE011', End: '\uE010', ArrowLeft: '\uE012', ArrowRight: '\uE014' };
const pause = () => new Promise(done => setTimeout(done, 20));

export class WebKit {
  // Its pages can't be heard.
  problems = [];

  static async open() {
    const webkit = new WebKit();
    webkit.screen = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1280x720x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [display] = await once(webkit.screen.stdout, 'data');
    // Its sandbox needs rights that containers don't give. What is shown is ours.
    const env = { ...process.env, DISPLAY: `:${String(display).trim()}`, GDK_BACKEND: 'x11', WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' };
    const port = await freePort();
    webkit.driver = spawn('WebKitWebDriver', [`--port=${port}`], { env, stdio: 'ignore' });
    webkit.driver.unref();
    webkit.screen.unref();
    webkit.url = `http://127.0.0.1:${port}/session`;
    const { sessionId } = await webkit.begin();
    webkit.url += `/${sessionId}`;
    await webkit.ask('POST', '/window/rect', { x: 0, y: 0, width: 1280, height: 720 });
    webkit.window = await webkit.ask('GET', '/window');
    return webkit;
  }
  // The driver listens a moment after it was begun.
  async begin() {
    for (const from = Date.now(); ; await pause()) {
      try {
        return await this.ask('POST', '', { capabilities: {} });
      } catch (error) {
        if (Date.now() - from > PATIENCE || error.message !== 'fetch failed') throw error;
      }
    }
  }
  async ask(method, path, body) {
    const answer = await fetch(this.url + path, { method, body: body && JSON.stringify(body) });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`${path}: ${value.error}: ${value.message}`);
    return value;
  }
  goto(url) { return this.ask('POST', '/url', { url }); }
  run(code, argument = null) { return this.ask('POST', '/execute/sync', { script: `return (${code})(arguments[0])`, args: [argument] }); }
  // Waits until a function in the page is true. While a page is being loaded it may have less than that.
  async until(check, argument) {
    const found = () => this.run(`argument => Boolean((${check})(argument))`, argument).catch(error => { failed = error; return false; });
    let failed;
    for (const from = Date.now(); !await found(); await pause()) if (Date.now() - from > PATIENCE) throw failed ?? new Error(`never: ${check}`);
  }
  async click(selector) {
    const [id] = Object.values(await this.ask('POST', '/element', { using: 'css selector', value: selector }));
    await this.ask('POST', `/element/${id}/click`, {});
  }
  type(text) { return this.keys([...text].map(sign => [sign === '\n' ? KEYS.Enter : sign])); }
  press(...names) { return this.keys(names.map(name => name.split('+').map(key => KEYS[key] ?? key))); }
  keys(chords) {
    const down = value => ({ type: 'keyDown', value }), up = value => ({ type: 'keyUp', value });
    const actions = chords.flatMap(chord => [...chord.map(down), ...[...chord].reverse().map(up)]);
    return this.ask('POST', '/actions', { actions: [{ type: 'key', id: 'keys', actions }] });
  }
  // The window that a key opens.
  async opened(key) {
    await this.press(key);
    for (const from = Date.now(); Date.now() - from < PATIENCE; await pause()) {
      const window = (await this.ask('GET', '/window/handles')).find(window => window !== this.window);
      if (window) return Object.assign(Object.create(this), { window });
    }
    throw new Error('no window');
  }
  // What is asked goes to one window.
  front() { return this.ask('POST', '/window', { handle: this.window }); }
  async close() {
    await this.ask('DELETE', '').catch(() => {});
    this.driver.kill();
    this.screen.kill();
  }
}
