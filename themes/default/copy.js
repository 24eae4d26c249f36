// The tools of code blocks: the name of the language, and a button that copies. Pages, workbooks and slides share them.
//
// A plain script and no module, so that it runs in pages that are opened from a disk.

(() => {
const { copy = 'Copy', copied = 'Copied' } = document.body.dataset;

function addCodeTools(pre) {
  const code = pre.querySelector('code');
  if (!code || pre.parentElement.matches('.diagram') || pre.parentElement.querySelector(':scope > .code-tools')) return;
  let frame = pre.parentElement;
  if (!frame.matches('figure.code')) {
    frame = Object.assign(document.createElement('div'), { className: 'code' });
    pre.replaceWith(frame);
    frame.append(pre);
  }
  const tools = Object.assign(document.createElement('div'), { className: 'code-tools' });
  const language = code.className.match(/language-(\S+)/)?.[1];
  if (language && language !== 'text') tools.append(Object.assign(document.createElement('span'), { className: 'code-language', textContent: language }));
  // Browsers have a clipboard for pages of this machine and of HTTPS only.
  if (navigator.clipboard) {
    const button = Object.assign(document.createElement('button'), { className: 'copy', type: 'button', title: copy, ariaLabel: copy });
    button.onclick = async () => {
      await navigator.clipboard.writeText(textToCopy(code));
      button.textContent = button.ariaLabel = copied;
      setTimeout(() => { button.textContent = ''; button.ariaLabel = copy; }, 1500);
    };
    button.setAttribute('aria-live', 'polite');
    tools.append(button);
  }
  frame.append(tools);
  // A label gives way to a first line that is as long as its block.
  const line = code.textContent.split('\n', 1)[0].length * parseFloat(getComputedStyle(code).fontSize) * .6;
  tools.classList.toggle('full', !frame.querySelector('figcaption') && line > pre.clientWidth - tools.offsetWidth - 40);
}

// The code; of a shell session only the commands, without prompts and output.
function textToCopy(code) {
  const text = code.textContent.replace(/\n$/, '');
  if (code.matches('.language-console, .language-shell-session, .language-shellsession')) return commandsOf(code) || text;
  if (!code.matches('.language-sh, .language-bash, .language-shell, .language-zsh')) return text;
  const lines = text.split('\n'), commands = lines.filter(line => line.startsWith('$ '));
  return commands.length ? commands.map(line => line.slice(2)).join('\n') : text;
}

// Each line of a highlighted session begins with what it is: a prompt (`hl-m`), output or a remark (`hl-u`, `hl-c`), or a command that goes on.
function commandsOf(code) {
  const lines = code.innerHTML.replace(/\n$/, '').split('\n').map(html => {
    const line = document.createElement('template');
    line.innerHTML = html;
    return line.content;
  });
  const inner = line => line.querySelector('.line') ?? line;
  const first = line => [...inner(line).childNodes].find(node => node.textContent.trim());
  const has = (line, name) => first(line)?.nodeType === Node.ELEMENT_NODE && first(line).classList.contains(name);
  const text = line => {
    if (!has(line, 'hl-m')) return line.textContent;
    first(line).remove();
    return line.textContent.replace(/^ /, '');
  };
  let isCommand = false;
  return lines.filter(line => {
    if (has(line, 'hl-m')) isCommand = true;
    else if (has(line, 'hl-u') || has(line, 'hl-c')) isCommand = false;
    return isCommand;
  }).map(text).join('\n').trimEnd();
}

globalThis.recto = { ...globalThis.recto, addCodeTools, textToCopy };
})();
