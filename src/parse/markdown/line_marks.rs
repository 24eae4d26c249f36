//! Marks of single lines inside code: a comment `[!code ++]`, `[!code --]` or `[!code highlight]` at a line's end, as
//! VitePress and Shiki have it. The comment is taken out of the code.

use crate::parse::markdown::fence::Fence;

/// What a marking comment begins with, in the languages there are.
const OPENINGS: [&str; 9] = ["{/*", "<!--", "//", "/*", "--", "#", ";", "%", "'"];
/// What may stand behind the mark.
const CLOSINGS: [&str; 4] = ["", "*/}", "-->", "*/"];

/// The fence with the lines that its code marks, and the code without the marks; `None` when it has none.
pub fn take_line_marks(fence: &Fence, code: &str) -> Option<(Fence, String)> {
    // Markdown that shows how marks are written keeps them.
    let is_markdown = matches!(fence.language.as_deref(), Some("md" | "markdown"));
    if is_markdown || !code.contains("[!code ") {
        return None;
    }
    let mut fence = fence.clone();
    let mut rest = String::with_capacity(code.len());
    let mut is_marked = false;
    for (line, number) in code.split_inclusive('\n').zip(1..) {
        let text = line.trim_end_matches(['\n', '\r']);
        match mark(text) {
            Some((kept, mark)) => {
                is_marked = true;
                match mark {
                    "++" => fence.added.push(number),
                    "--" => fence.removed.push(number),
                    _ => fence.marked.push(number..=number),
                }
                rest.push_str(kept);
            }
            None => rest.push_str(text),
        }
        rest.push_str(&line[text.len()..]);
    }
    is_marked.then_some((fence, rest))
}

/// A line without its mark, and the mark.
fn mark(line: &str) -> Option<(&str, &str)> {
    let (before, after) = line.split_once("[!code ")?;
    let (mark, after) = after.split_once(']')?;
    let before = before.trim_end();
    let kept = OPENINGS.iter().find_map(|opening| before.strip_suffix(opening))?;
    let is_known = matches!(mark, "++" | "--" | "highlight" | "hl");
    (is_known && CLOSINGS.contains(&after.trim())).then(|| (kept.trim_end(), mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_taken_out_of_the_code() {
        let code =
            "a(); // [!code --]\nb();  # [!code ++]\n<c> <!-- [!code highlight] -->\nd // [!code odd]\n";
        let (fence, code) = take_line_marks(&Fence::default(), code).expect("there are marks");
        assert_eq!((fence.removed, fence.added, fence.marked), (vec![1], vec![2], vec![3..=3]));
        assert_eq!(code, "a();\nb();\n<c>\nd // [!code odd]\n");
        for unmarked in ["plain\n", "d // [!code odd]\n", "[!code ++]\n", "[!code "] {
            assert_eq!(take_line_marks(&Fence::default(), unmarked), None);
        }
    }
}
