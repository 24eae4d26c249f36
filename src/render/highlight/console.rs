//! The `console` language: a shell session, with prompts, commands and their output.
//!
//! A line that starts with a prompt is a command, and so are its continuations: after a backslash, inside a
//! here-document, and at a `> ` while a quote or loop is open. The prompt gets a class of its own (themes keep
//! it from being selected), the command is highlighted in its shell's language, everything else is output.

use syntect::parsing::ParsingError;

use super::{
    class::Class,
    language::{Kind, Languages},
    memo::{LineMemo, Walk},
    spans::SpanWriter,
};

/// The longest prompt that is looked for, in characters.
const MAX_PROMPT: usize = 120;
/// How far after its command a here-document can end, in lines.
const MAX_HEREDOC_LINES: usize = 200;
/// Commands that go on for several lines.
const BLOCK_WORDS: [&str; 6] = ["for", "while", "until", "if", "case", "select"];

/// Whose prompt it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shell {
    Posix,
    Power,
    Batch,
}

/// Writes the lines of one session. It is given all lines, because a `#` is a prompt in one and a comment in another.
pub(super) struct Console<'a> {
    languages: &'a Languages,
    memo: &'a mut LineMemo,
    lines: &'a [&'a str],
    /// Whether `# ` is root's prompt: when nobody else has one.
    root_prompt: bool,
    /// The command that is being written.
    command: Option<Command<'a>>,
}

struct Command<'a> {
    walk: Walk<'a>,
    /// Whether the last line ended in a backslash.
    continues: bool,
    /// Whether it began a loop or the like, whose lines the shell asks for with `> `.
    is_block: bool,
    /// Here-document lines up to (not including) this index belong to it.
    heredoc_end: usize,
}

impl<'a> Console<'a> {
    /// Prepares the session made of `lines`, which have no line ends.
    pub(super) fn new(languages: &'a Languages, memo: &'a mut LineMemo, lines: &'a [&'a str]) -> Self {
        let root_prompt = !lines.iter().any(|line| prompt(line, false).is_some());
        Self { languages, memo, lines, root_prompt, command: None }
    }

    /// Appends the HTML of the line with this index; lines come in order.
    pub(super) fn line(&mut self, index: usize, out: &mut String) -> Result<(), ParsingError> {
        let line = self.lines[index];
        if let Some(command) = &mut self.command {
            if index < command.heredoc_end {
                let text = write_continuation_prompt(line, out);
                return command.walk.line(self.memo, text, out);
            }
            let is_open = command.is_block || command.walk.is_nested(self.memo);
            if command.continues || (is_open && line.starts_with("> ")) {
                let text = write_continuation_prompt(line, out);
                return self.command_line(index, text, out);
            }
        }
        self.command = None;
        if let Some((len, shell)) = prompt(line, self.root_prompt) {
            write_line(&line[..len], Class::Meta, out);
            self.command = self.start(shell);
            return self.command_line(index, &line[len..], out);
        }
        let is_comment = line == "#" || line.starts_with("# ");
        write_line(line, if is_comment { Class::Comment } else { Class::Output }, out);
        Ok(())
    }

    fn start(&mut self, shell: Shell) -> Option<Command<'a>> {
        let name = match shell {
            Shell::Posix => "bash",
            Shell::Power => "powershell",
            Shell::Batch => "batch",
        };
        let Kind::Grammar(grammar) = self.languages.find(name)?.kind else { return None };
        let walk = Walk::new(self.languages, self.memo, grammar);
        Some(Command { walk, continues: false, is_block: false, heredoc_end: 0 })
    }

    fn command_line(&mut self, index: usize, text: &str, out: &mut String) -> Result<(), ParsingError> {
        let Some(command) = &mut self.command else {
            super::spans::escape(text, out);
            return Ok(());
        };
        command.continues = ends_in_backslash(text);
        command.is_block |=
            BLOCK_WORDS.contains(&text.split(' ').next().unwrap_or("")) || text.ends_with('{');
        if let Some(word) = heredoc_word(text) {
            let rest = self.lines.iter().enumerate().skip(index + 1).take(MAX_HEREDOC_LINES);
            let end = rest
                .take_while(|(_, line)| prompt(line, false).is_none())
                .find(|(_, line)| line.strip_prefix("> ").unwrap_or(line).trim_start_matches('\t') == word);
            command.heredoc_end = end.map_or(0, |(end, _)| end + 1);
        }
        command.walk.line(self.memo, text, out)
    }
}

/// Writes the `> ` of a continued command and returns what follows it.
fn write_continuation_prompt<'a>(line: &'a str, out: &mut String) -> &'a str {
    let text = match line {
        ">" => "",
        _ => line.strip_prefix("> ").unwrap_or(line),
    };
    write_line(&line[..line.len() - text.len()], Class::Meta, out);
    text
}

fn write_line(text: &str, class: Class, out: &mut String) {
    let mut writer = SpanWriter::new(text, out);
    writer.until(text.len(), Some(class));
    writer.finish();
}

fn ends_in_backslash(text: &str) -> bool {
    (text.len() - text.trim_end_matches('\\').len()) % 2 == 1
}

/// The word that ends the here-document which this command opens.
fn heredoc_word(command: &str) -> Option<&str> {
    let (_, rest) = command.split_once("<<")?;
    let rest =
        rest.strip_prefix('-').unwrap_or(rest).trim_start_matches(' ').trim_start_matches(['"', '\'', '\\']);
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    Some(&rest[..end]).filter(|word| !word.is_empty())
}

/// How many bytes of the line are its prompt (with the space after it), and whose it is.
fn prompt(line: &str, root_prompt: bool) -> Option<(usize, Shell)> {
    let head = line.char_indices().nth(MAX_PROMPT).map_or(line, |(end, _)| &line[..end]);
    if let Some(rest) = head.strip_prefix("PS").filter(|rest| rest.starts_with([' ', '>'])) {
        let end = head.len() - rest.len() + rest.find('>')? + 1;
        return with_space(line, end).map(|end| (end, Shell::Power));
    }
    if let Some(end) = batch_prompt(head) {
        return Some((end, Shell::Batch));
    }
    let end = posix_prompt(head, root_prompt)?;
    with_space(line, end).map(|end| (end, Shell::Posix))
}

/// `C:\Users\me>dir`.
fn batch_prompt(head: &str) -> Option<usize> {
    let drive = head.strip_prefix(|c: char| c.is_ascii_alphabetic())?.strip_prefix(":\\")?;
    let end = head.len() - drive.len() + drive.find('>')? + 1;
    Some(end + usize::from(head[end..].starts_with(' ')))
}

/// The end of `$`, `%`, `❯`, `#`, `user@host:~/dir$`, `[user@host dir]#` and of those after `(venv) `.
fn posix_prompt(head: &str, root_prompt: bool) -> Option<usize> {
    let after_venv = match head.strip_prefix('(').and_then(|rest| rest.split_once(") ")) {
        Some((name, rest)) if !name.contains([' ', '(']) => rest,
        _ => head,
    };
    let skipped = head.len() - after_venv.len();
    for sign in ['$', '%', '❯'] {
        if after_venv.starts_with(sign) {
            return Some(skipped + sign.len_utf8());
        }
    }
    if after_venv.starts_with('#') {
        return root_prompt.then_some(skipped + 1);
    }
    let at = after_venv.find('@')?;
    let user = after_venv[..at].trim_start_matches('[');
    let is_user = !user.is_empty() && user.chars().all(|c| c.is_alphanumeric() || "._-".contains(c));
    let sign = at + after_venv[at..].find(['$', '#', '%', '❯'])?;
    let host = &after_venv[at + 1..sign];
    let is_host = host.starts_with(char::is_alphanumeric) && host.matches(' ').count() <= 2;
    let len = after_venv[sign..].chars().next().map_or(1, char::len_utf8);
    (is_user && is_host).then_some(skipped + sign + len)
}

/// A prompt's sign is followed by a space or the line's end: `$HOME` and `#!/bin/sh` are none.
fn with_space(line: &str, end: usize) -> Option<usize> {
    match line[end..].chars().next() {
        None => Some(end),
        Some(' ') => Some(end + 1),
        Some(_) => None,
    }
}
