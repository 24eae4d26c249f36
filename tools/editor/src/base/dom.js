// Elements, made short.

// `h('button.primary', { type: 'button', onclick }, 'Save')`: properties that elements have are set, others become attributes.
export function h(name, properties = {}, ...children) {
  const [tag, ...classes] = name.split('.');
  const element = document.createElement(tag || 'div');
  if (classes.length) element.className = classes.join(' ');
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key in element && typeof value !== 'string') element[key] = value;
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

// A message whose words in backticks are code.
export const coded = text => text.split('`').map((part, at, all) => at % 2 === 0 ? part : at + 1 < all.length ? h('code', {}, part) : '`' + part);

// A button of icon and name; the name is shown where there is room, and always said.
export function button(icon, label, onclick, properties = {}) {
  return h('button', { type: 'button', title: label, 'aria-label': label, onclick, ...properties }, svg(icon));
}

// A drawing of 20 by 20 units, in lines.
export function svg(path) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  element.setAttribute('viewBox', '0 0 20 20');
  element.setAttribute('aria-hidden', 'true');
  for (const d of path.split('|')) {
    const line = document.createElementNS(element.namespaceURI, 'path');
    line.setAttribute('d', d);
    element.append(line);
  }
  return element;
}

// Calls `action` when nothing has asked for it for some time.
export function calm(action, ms) {
  let timer;
  const ask = (...args) => { clearTimeout(timer); timer = setTimeout(() => { timer = undefined; action(...args); }, ms); };
  ask.cancel = () => { clearTimeout(timer); timer = undefined; };
  return ask;
}

// Those who listen to something.
export function signal() {
  const listeners = new Set();
  return { on: listener => { listeners.add(listener); return () => listeners.delete(listener); }, tell: value => listeners.forEach(listener => listener(value)) };
}
