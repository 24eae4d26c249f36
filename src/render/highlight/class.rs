//! [`Class`]: the few meanings that code is coloured by, and the table that maps a grammar's scopes to them.
//!
//! Grammars name every token by scopes such as `keyword.control.rust`, nested dozens deep; a theme wants about
//! twenty classes. [`ClassTable`] knows the rule of a scope's longest prefix; following the parser through nested
//! scopes is left to [`super::stack`].

use syntect::parsing::Scope;

/// How many atoms (`a.b.c` has three) a scope can have; the grammar format says so.
const MAX_ATOMS: usize = 8;

/// What a piece of code is; themes colour these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Attribute,
    Builtin,
    Comment,
    Constant,
    Deleted,
    Emphasis,
    Escape,
    Function,
    Heading,
    Inserted,
    Keyword,
    Link,
    Meta,
    Number,
    Operator,
    Output,
    Property,
    Punctuation,
    Regexp,
    String,
    Strong,
    Tag,
    Type,
    Variable,
}

impl Class {
    /// The name in the HTML.
    pub(super) fn css(self) -> &'static str {
        match self {
            Self::Attribute => "hl-a",
            Self::Builtin => "hl-b",
            Self::Comment => "hl-c",
            Self::Constant => "hl-x",
            Self::Deleted => "hl-d",
            Self::Emphasis => "hl-q",
            Self::Escape => "hl-e",
            Self::Function => "hl-f",
            Self::Heading => "hl-h",
            Self::Inserted => "hl-i",
            Self::Keyword => "hl-k",
            Self::Link => "hl-l",
            Self::Meta => "hl-m",
            Self::Number => "hl-n",
            Self::Operator => "hl-o",
            Self::Output => "hl-u",
            Self::Property => "hl-y",
            Self::Punctuation => "hl-p",
            Self::Regexp => "hl-r",
            Self::String => "hl-s",
            Self::Strong => "hl-w",
            Self::Tag => "hl-g",
            Self::Type => "hl-t",
            Self::Variable => "hl-v",
        }
    }
}

/// What a scope does to the class of the text inside it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rule {
    /// The text is of this class.
    Is(Class),
    /// The text keeps the class it has.
    Keep,
    /// The text is code of its own again, such as an interpolation in a string.
    Reset,
    /// As `Keep`, and strings in it are property names: the keys of JSON.
    Keys,
}

/// Scope prefixes and what they mean; the longest one decides, and a scope without any keeps the class it has.
#[rustfmt::skip]
const RULES: &[(&str, Rule)] = &[
    ("comment", Rule::Is(Class::Comment)),
    ("constant", Rule::Is(Class::Constant)),
    ("constant.character.entity", Rule::Is(Class::Escape)),
    ("constant.character.escape", Rule::Is(Class::Escape)),
    ("constant.numeric", Rule::Is(Class::Number)),
    ("constant.other.color", Rule::Is(Class::Number)),
    ("constant.other.placeholder", Rule::Is(Class::Escape)),
    ("entity.name", Rule::Is(Class::Type)),
    ("entity.name.constant", Rule::Is(Class::Constant)),
    ("entity.name.enum.tag-digest", Rule::Is(Class::Constant)), // an image's tag in a Dockerfile
    ("entity.name.function", Rule::Is(Class::Function)),
    ("entity.name.label", Rule::Is(Class::Meta)),
    ("entity.name.macro", Rule::Is(Class::Function)),
    ("entity.name.section", Rule::Is(Class::Heading)),
    ("entity.name.tag", Rule::Is(Class::Tag)),
    ("entity.name.tag.yaml", Rule::Is(Class::Property)),
    ("entity.name.tag.toml", Rule::Is(Class::Property)),
    ("entity.name.val", Rule::Keep),
    ("entity.name.variable", Rule::Keep),
    ("entity.other.attribute-name", Rule::Is(Class::Attribute)),
    ("entity.other.inherited-class", Rule::Is(Class::Type)),
    ("entity.other.pseudo-class", Rule::Is(Class::Attribute)),
    ("entity.other.pseudo-element", Rule::Is(Class::Attribute)),
    ("entity.section", Rule::Is(Class::Heading)),
    ("keyword", Rule::Is(Class::Keyword)),
    ("keyword.name.ini", Rule::Is(Class::Property)),
    ("keyword.operator", Rule::Is(Class::Operator)),
    ("keyword.operator.expression", Rule::Is(Class::Keyword)),
    ("keyword.operator.logical.python", Rule::Is(Class::Keyword)),
    ("keyword.operator.new", Rule::Is(Class::Keyword)),
    ("keyword.operator.word", Rule::Is(Class::Keyword)),
    ("keyword.other.substitution", Rule::Is(Class::Escape)), // `${` in JavaScript
    ("keyword.other.template", Rule::Is(Class::String)), // the backtick in JavaScript
    ("keyword.other.unit", Rule::Is(Class::Number)),
    ("markup.bold", Rule::Is(Class::Strong)),
    ("markup.changed", Rule::Is(Class::Meta)),
    ("markup.deleted", Rule::Is(Class::Deleted)),
    ("markup.heading", Rule::Is(Class::Heading)),
    ("markup.inserted", Rule::Is(Class::Inserted)),
    ("markup.italic", Rule::Is(Class::Emphasis)),
    ("markup.raw", Rule::Is(Class::String)),
    ("markup.raw.code-fence", Rule::Keep),
    ("markup.underline.link", Rule::Is(Class::Link)),
    ("meta.annotation", Rule::Is(Class::Attribute)),
    ("meta.diff.header", Rule::Is(Class::Heading)),
    ("meta.diff.range", Rule::Is(Class::Meta)),
    ("meta.embedded", Rule::Reset),
    ("meta.group.expansion.command", Rule::Reset),
    ("meta.group.expansion.parameter", Rule::Is(Class::Variable)),
    ("meta.interpolation", Rule::Reset),
    ("meta.mapping.key", Rule::Keys),
    ("meta.structure.dictionary.key", Rule::Keys),
    ("meta.template.expression", Rule::Reset),
    // Brackets, commas and other punctuation have no class: most themes show them as text, and in Rust they would
    // be half of all spans and 40% of the HTML.
    ("punctuation.definition.annotation", Rule::Is(Class::Attribute)),
    ("punctuation.definition.list_item", Rule::Is(Class::Punctuation)),
    ("punctuation.definition.tag", Rule::Is(Class::Punctuation)),
    ("punctuation.definition.variable", Rule::Is(Class::Variable)),
    ("punctuation.section.interpolation", Rule::Is(Class::Escape)),
    ("punctuation.separator.annotation.return", Rule::Is(Class::Operator)),
    ("source", Rule::Reset),
    ("source.regexp", Rule::Is(Class::Regexp)),
    ("storage", Rule::Is(Class::Keyword)),
    ("storage.type.string", Rule::Is(Class::String)), // the `r` of r"..." in Python, the `b` of b'c' in Rust
    ("string", Rule::Is(Class::String)),
    ("string.other.link", Rule::Is(Class::Link)),
    ("string.regexp", Rule::Is(Class::Regexp)),
    ("support.class", Rule::Is(Class::Type)),
    ("support.constant", Rule::Is(Class::Constant)),
    ("support.function", Rule::Is(Class::Builtin)),
    ("support.macro", Rule::Is(Class::Function)),
    ("support.type", Rule::Is(Class::Type)),
    ("support.type.property-name", Rule::Is(Class::Property)),
    ("support.variable", Rule::Is(Class::Variable)),
    ("text", Rule::Reset),
    ("variable", Rule::Is(Class::Variable)),
    ("variable.annotation", Rule::Is(Class::Attribute)),
    ("variable.function", Rule::Is(Class::Function)),
    ("variable.language", Rule::Is(Class::Constant)),
    ("variable.other.constant", Rule::Is(Class::Constant)),
    ("variable.other.member", Rule::Keep),
    // Where every identifier is a `variable`, the class would say nothing and double the HTML.
    ("variable.other.go", Rule::Keep),
    ("variable.other.readwrite.js", Rule::Keep),
    ("variable.other.readwrite.ts", Rule::Keep),
    ("variable.other.readwrite.tsx", Rule::Keep),
    ("variable.other.constant.js", Rule::Keep),
    ("variable.other.constant.ts", Rule::Keep),
    ("variable.other.constant.tsx", Rule::Keep),
    ("variable.parameter.option", Rule::Is(Class::Attribute)),
];

/// One of [`RULES`], ready to be compared with a scope's bits.
#[derive(Debug)]
struct Prefix {
    bits: u128,
    mask: u128,
    rule: Rule,
}

/// Finds the rule of a scope: a few integer comparisons, because it is asked some 200 times per block.
#[derive(Debug)]
pub(super) struct ClassTable {
    /// By the number of the scope's first atom; the longest prefix first.
    by_first_atom: Vec<Vec<Prefix>>,
}

impl ClassTable {
    /// Builds the table of [`RULES`].
    pub(super) fn new() -> Self {
        let mut by_first_atom: Vec<Vec<Prefix>> = Vec::new();
        for &(text, rule) in RULES {
            let scope = Scope::new(text).expect("the rules have short scopes");
            let first_atom = usize::from(scope.atom_at(0));
            if by_first_atom.len() <= first_atom {
                by_first_atom.resize_with(first_atom + 1, Vec::new);
            }
            let n_atoms = text.split('.').count();
            let mask = u128::MAX << (16 * (MAX_ATOMS - n_atoms));
            by_first_atom[first_atom].push(Prefix { bits: bits_of(scope), mask, rule });
        }
        for prefixes in &mut by_first_atom {
            prefixes.sort_by_key(|prefix| std::cmp::Reverse(prefix.mask));
        }
        Self { by_first_atom }
    }

    /// What this scope does; `Keep` when no rule knows it.
    pub(super) fn rule(&self, scope: Scope) -> Rule {
        let Some(prefixes) = self.by_first_atom.get(usize::from(scope.atom_at(0))) else { return Rule::Keep };
        let bits = bits_of(scope);
        prefixes
            .iter()
            .find(|prefix| bits & prefix.mask == prefix.bits)
            .map_or(Rule::Keep, |prefix| prefix.rule)
    }
}

fn bits_of(scope: Scope) -> u128 {
    (0..MAX_ATOMS).fold(0, |bits, at| bits << 16 | u128::from(scope.atom_at(at)))
}
