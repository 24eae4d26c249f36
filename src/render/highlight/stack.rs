//! [`ClassStack`]: follows the parser into and out of scopes and tells the class of the text at hand.

use syntect::parsing::{ClearAmount, ScopeStackOp};

use super::class::{Class, ClassTable, Rule};

/// The class of text, and whether strings are keys here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Level {
    class: Option<Class>,
    in_key: bool,
}

/// The scopes around the text at hand, each reduced to the class that it leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ClassStack {
    levels: Vec<Level>,
    cleared: Vec<Vec<Level>>,
}

impl ClassStack {
    /// The class of the text at hand.
    pub(super) fn class(&self) -> Option<Class> {
        self.top().class
    }

    /// How many scopes are open.
    pub(super) fn depth(&self) -> usize {
        self.levels.len()
    }

    /// Follows the parser by one step.
    pub(super) fn apply(&mut self, op: &ScopeStackOp, table: &ClassTable) {
        match op {
            ScopeStackOp::Push(scope) => {
                let level = inside(self.top(), table.rule(*scope));
                self.levels.push(level);
            }
            ScopeStackOp::Pop(count) => self.levels.truncate(self.levels.len().saturating_sub(*count)),
            ScopeStackOp::Clear(amount) => {
                let keep = match amount {
                    ClearAmount::TopN(count) => self.levels.len().saturating_sub(*count),
                    ClearAmount::All => 0,
                };
                self.cleared.push(self.levels.split_off(keep));
            }
            ScopeStackOp::Restore => self.levels.extend(self.cleared.pop().into_iter().flatten()),
            ScopeStackOp::Noop => {}
        }
    }

    fn top(&self) -> Level {
        self.levels.last().copied().unwrap_or_default()
    }
}

/// The level inside a scope with `rule`, whose surroundings are `outer`.
fn inside(outer: Level, rule: Rule) -> Level {
    match rule {
        Rule::Keep => outer,
        Rule::Reset => Level::default(),
        Rule::Keys => Level { in_key: true, ..outer },
        Rule::Is(Class::String) if outer.in_key => Level { class: Some(Class::Property), ..outer },
        // The marks of a string or comment belong to it.
        Rule::Is(Class::Punctuation) if outer.class.is_some() => outer,
        Rule::Is(class) => Level { class: Some(class), ..outer },
    }
}

#[cfg(test)]
mod tests {
    use syntect::parsing::Scope;

    use super::*;

    fn check(scopes: &[&str], expected: Option<Class>) {
        let table = ClassTable::new();
        let mut stack = ClassStack::default();
        for scope in scopes {
            stack.apply(&ScopeStackOp::Push(Scope::new(scope).expect("a scope")), &table);
        }
        assert_eq!(stack.class(), expected, "{scopes:?}");
        stack.apply(&ScopeStackOp::Clear(ClearAmount::TopN(1)), &table);
        stack.apply(&ScopeStackOp::Restore, &table);
        assert_eq!(stack.class(), expected, "{scopes:?} after clear and restore");
        stack.apply(&ScopeStackOp::Pop(scopes.len() + 1), &table);
        assert_eq!((stack.class(), stack.depth()), (None, 0));
    }

    #[test]
    fn the_longest_prefix_decides() {
        check(&["source.x", "keyword.control.x"], Some(Class::Keyword));
        check(&["source.x", "keyword.operator.x"], Some(Class::Operator));
        check(&["source.x", "keywordless.x"], None);
        check(&["source.yaml", "string.unquoted", "entity.name.tag.yaml"], Some(Class::Property));
    }

    #[test]
    fn quotes_keep_the_string_and_interpolations_leave_it() {
        check(&["source.x", "string.quoted", "punctuation.definition.string.begin"], Some(Class::String));
        check(&["source.x", "string.quoted", "punctuation.section.braces"], Some(Class::String));
        check(&["source.x", "string.quoted", "meta.interpolation.x"], None);
        check(&["source.x", "meta.mapping.key.json", "string.quoted"], Some(Class::Property));
        check(&["source.x", "punctuation.section.braces"], None);
        check(&["text.html", "meta.tag", "punctuation.definition.tag.begin"], Some(Class::Punctuation));
    }
}
