// How many words a text has, as readers count: no front matter, no marks, no addresses; each character of a writing without
// spaces counts.

const WITHOUT_SPACES = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/gu;
const PER_MINUTE = 220;

export function count(text) {
  const body = text.replace(/^---\n[\s\S]*?\n---\n/, '').replace(/\]\([^)]*\)/g, ']').replace(/https?:\/\/\S+/g, ' ');
  const alone = body.match(WITHOUT_SPACES)?.length ?? 0;
  const words = body.replace(WITHOUT_SPACES, ' ').match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}’'_-]*/gu)?.length ?? 0;
  return { words: words + alone, minutes: Math.max(1, Math.round((words + alone) / PER_MINUTE)) };
}
