//! What `recto.yml` may say, and what is said about its mistakes.

use super::*;

fn parse(text: &str) -> (Config, String) {
    let path = RepoPath::new(FILE_NAME).expect("a normal path");
    let (config, diagnostics) = Config::parse(&path, text);
    let lines: Vec<String> = diagnostics
        .iter()
        .map(|problem| {
            let span = problem.place.as_ref().and_then(|place| place.span.as_ref()).expect("a span");
            let hint = problem.hint.as_deref().unwrap_or("-");
            format!("{}:{} {}: {} ({hint})", span.line, span.column, problem.code, problem.message)
        })
        .collect();
    (config, lines.join("\n"))
}

fn check_problem(text: &str, expected: &str) {
    assert_eq!(parse(text).1, expected, "{text}");
}

#[test]
fn nothing_is_the_default() {
    for text in ["", "# only a comment\n", "{}", "title:\ntaxonomies:\nmenu:\nfeed:\nmarkdown:\n"] {
        assert_eq!(parse(text), (Config::default(), String::new()), "{text}");
    }
}

#[test]
fn every_key_is_taken() {
    let text = "format: 1\ntitle: 2024\ndescription: d\nbase_url: https://example.org/docs\nlanguage: de\nlanguages: [en, de]\ndefault_language_folder: true\nuntranslated: original\nauthor: a\n\
        theme: {name: book, columns: 2}\nurl: plain\ncontent: ./pages/\noutput: out/site\nrepo: {url: https://forge.example/o/r.git, branch: feature/x}\n\
        taxonomies: [tags, {name: authors, paginate: 5, feed: true}]\nfeed: {enabled: false, limit: 3}\nsearch: false\npaginate: 10\nlast_changed: false\n\
        markdown: {smart_punctuation: true, math: false, emoji: false}\nhighlight: {line_numbers: true}\nassets: {minify: false, hash: false, inline: false}\nimages: {resize: true, widths: [900, 300, 300], format: original, quality: 70, sizes: 100vw}\ncompress: [gz, br, gz]\n\
        menu:\n  - {title: Home, url: /}\n  - {title: More, children: [{title: A, url: /a}]}\nextra: {b: 1, a: [x]}\n\
        colors: {accent: '#1d5b4f', paper: {light: '#fff', dark: '#111'}, ink: {dark: '#eee'}}\n\
        fonts: {text: {regular: /a.woff2, italic: /b.woff2, bold: /c.woff2, bold_italic: /d.woff2, families: 'X, serif'}, ui: sans, code: /m.woff}\n\
        logo: {light: /l.svg, dark: /d.svg, title: false}\nfavicon: /f.png\nfooter: {text: '*x*', links: [{title: A, url: /a}]}\n\
        social: [https://github.com/o, {url: 'https://example.org', title: We, icon: web}]\nhead: <meta>\n";
    let (config, problems) = parse(text);
    assert_eq!(problems, "");
    let json = serde_json::to_string(&config).expect("a config is JSON");
    assert_eq!(
        json,
        r##"{"title":"2024","description":"d","base_url":"https://example.org/docs/","language":"de","languages":[{"tag":"de","name":null,"title":null,"description":null,"dir":null,"menu":null,"footer":null},{"tag":"en","name":null,"title":null,"description":null,"dir":null,"menu":null,"footer":null}],"default_language_folder":true,"untranslated":"original","author":"a","theme":"book","theme_settings":[{"name":"columns","value":2}],"look":{"colors":{"accent":{"light":{"color":"#1d5b4f"},"dark":null},"paper":{"light":{"color":"#ffffff"},"dark":{"color":"#111111"}},"ink":{"light":null,"dark":{"color":"#eeeeee"}}},"fonts":{"text":{"families":"X, serif","regular":"/a.woff2","italic":"/b.woff2","bold":"/c.woff2","bold_italic":"/d.woff2"},"ui":{"families":"system-ui, -apple-system, \"Segoe UI\", \"Noto Sans\", sans-serif","regular":null,"italic":null,"bold":null,"bold_italic":null},"code":{"families":null,"regular":"/m.woff","italic":null,"bold":null,"bold_italic":null}},"logo":{"light":"/l.svg","dark":"/d.svg","title":false},"favicon":"/f.png","footer":{"text":"*x*","links":[{"title":"A","url":"/a","children":[]}]},"social":[{"title":"GitHub","url":"https://github.com/o","icon":"github"},{"title":"We","url":"https://example.org","icon":"web"}],"head":"<meta>"},"url":"plain","content":"pages","output":"out/site","repo":{"url":"https://forge.example/o/r","branch":"feature/x"},"taxonomies":[{"name":"tags","paginate":null,"feed":false},{"name":"authors","paginate":5,"feed":true}],"feed":{"enabled":false,"limit":3},"last_changed":false,"search":false,"paginate":10,"markdown":{"smart_punctuation":true,"math":false,"emoji":false},"highlight":{"line_numbers":true},"assets":{"minify":false,"hash":false,"inline":false},"images":{"resize":true,"widths":[300,900],"format":"original","quality":70,"sizes":"100vw"},"compress":["br","gz"],"menu":[{"title":"Home","url":"/","children":[]},{"title":"More","url":null,"children":[{"title":"A","url":"/a","children":[]}]}],"extra":{"b":1,"a":["x"]}}"##
    );
    for key in Config::keys().filter(|key| !key.key.contains('[')) {
        let name = key.key.rsplit('.').next().unwrap_or_default();
        assert!(text.contains(&format!("{name}:")), "`{}` is documented and not tested", key.key);
    }
}

#[test]
fn short_forms_are_taken() {
    let (config, problems) = parse("repo: https://github.com/o/r/\nfeed: false\ntaxonomies: []\nmenu: []\n");
    assert_eq!(problems, "");
    assert_eq!(config.repo.map(|repo| repo.url).as_deref(), Some("https://github.com/o/r"));
    assert!(!config.feed.enabled && config.taxonomies.is_empty() && config.menu == Some(Vec::new()));
}

#[test]
fn languages_are_taken_in_every_form() {
    let tags = |text: &str| {
        let (config, problems) = parse(text);
        let tags: Vec<&str> = config.languages.iter().map(|language| &*language.tag).collect();
        format!("{} {}; {}", config.language, tags.join(" "), problems)
    };
    assert_eq!(tags("languages: [en, fr]"), "en en fr; ");
    assert_eq!(tags("languages: [fr, en]"), "fr fr en; ");
    assert_eq!(tags("languages: [fr, en]\nlanguage: en"), "en en fr; ");
    assert_eq!(tags("language: EN\nlanguages: [fr, pt-BR]"), "EN EN fr pt-BR; ");
    assert_eq!(tags("languages: {en: , fr: {title: Le guide}, ar: العربية}"), "en en fr ar; ");
    let text = "languages:\n  - {tag: en}\n  - {tag: he, name: N, title: T, description: D, dir: ltr, menu: [{title: A, url: /a}]}";
    let (config, problems) = parse(text);
    assert_eq!((&*problems, config.languages[1].dir), ("", Some("ltr")));
    assert_eq!(config.languages[1].menu.as_ref().map(Vec::len), Some(1));
    for (text, expected) in [
        (
            "languages: fr",
            "1:12 bad-value: `languages` wants a list or a mapping of languages, found the text `fr` (write `[en, fr]`)",
        ),
        ("languages: [en, EN]", "1:17 duplicate-key: `EN` is listed twice (keep one of the two)"),
        ("languages: [{title: x}]", "1:13 missing-key: `languages[].tag` is missing (-)"),
        (
            "languages: [no tag]",
            "1:13 bad-value: `languages` wants a language tag, found the text `no tag` (write `en` or `de-AT`)",
        ),
        (
            "languages: {fr: {titel: x}}",
            "1:18 unknown-key: unknown key `languages[].titel` (did you mean `title`?)",
        ),
    ] {
        check_problem(text, expected);
    }
}

#[test]
fn unknown_keys_are_errors_with_the_nearest_one() {
    check_problem("titel: x\n", "1:1 unknown-key: unknown key `titel` (did you mean `title`?)");
    check_problem(
        "feed:\n  enabeld: true\n",
        "2:3 unknown-key: unknown key `feed.enabeld` (did you mean `enabled`?)",
    );
    check_problem(
        "feed:\n  color: red\n",
        "2:3 unknown-key: unknown key `feed.color` (known keys are `enabled`, `limit`)",
    );
    check_problem(
        "flavour: red\n",
        "1:1 unknown-key: unknown key `flavour` (put keys of your own under `extra`)",
    );
}

#[test]
fn what_is_said_of_the_look_is_checked() {
    for (text, expected) in [
        ("colours: {accent: red}", "1:1 unknown-key: unknown key `colours` (did you mean `colors`?)"),
        (
            "colors: {accent: red}",
            "1:18 bad-value: `colors.accent` wants a colour, found the text `red` (write it in hexadecimal and in quotes: `\"#a3281c\"`)",
        ),
        (
            "colors:\n  paper: #fff\n",
            "2:8 bad-value: `colors.paper` wants a colour, found nothing (write it in hexadecimal and in quotes: `\"#a3281c\"`)",
        ),
        (
            "fonts: {text: humanst}",
            "1:15 bad-value: `fonts.text` wants a typeface, found the text `humanst` (did you mean `humanist`?)",
        ),
        (
            "fonts: {code: {regular: a.png}}",
            "1:25 bad-value: `fonts.*.regular` wants a file of a font, found the text `a.png` (best a `.woff2`)",
        ),
        ("logo: {dark: /d.svg}", "1:7 missing-key: `logo.light` is missing (-)"),
        ("social: [{title: x}]", "1:10 missing-key: `social[].url` is missing (-)"),
        ("menu: [{title: x}]", "1:8 missing-key: `menu[].url` is missing (-)"),
    ] {
        check_problem(text, expected);
    }
    for families in ["Inter, serif", "\"Fira Code\", monospace"] {
        check_problem(&format!("fonts: {{text: '{families}'}}"), "");
    }
    // What could end the declaration is no family.
    for families in ["a, b; color: red", "a, \"b", "a, url(x)", "</style>, b"] {
        let (config, problems) = parse(&format!("fonts: {{text: '{families}'}}"));
        assert!(
            config.look.fonts.text.is_none() && problems.contains("wants a typeface"),
            "{families}: {problems}"
        );
    }
}

#[test]
fn wrong_values_are_errors_and_the_rest_counts() {
    let (config, problems) = parse("title: T\npaginate: many\nmarkdown:\n  math: no\n  emoji: false\n");
    assert_eq!(
        problems,
        "2:11 bad-value: `paginate` wants a whole number from 0, found the text `many` (-)\n\
         4:9 bad-value: `markdown.math` wants `true` or `false`, found the text `no` (write `false`)"
    );
    assert!(config.title.as_deref() == Some("T") && config.markdown.math && !config.markdown.emoji);
    check_problem("title: [a]\n", "1:8 bad-value: `title` wants text, found a list (-)");
    check_problem(
        "url: ugly\n",
        "1:6 bad-value: `url` wants one of `pretty`, `plain`, found the text `ugly` (-)",
    );
    check_problem(
        "base_url: example.org\n",
        "1:11 bad-value: `base_url` wants a URL or a path, found the text `example.org` (write `https://example.org/docs/` or `/docs/`)",
    );
    check_problem(
        "output: ../x\n",
        "1:9 bad-value: `output` wants a folder inside of the site, found the text `../x` (name a folder from the root of the site)",
    );
    check_problem(
        "output: .\n",
        "1:9 bad-value: `output` wants a folder of its own, found the text `.` (name a folder for the output alone, such as `public`)",
    );
    for mixed in ["output: content", "content: a/b\noutput: a", "output: .git/x", "content: a\noutput: ./a/"]
    {
        let (config, problems) = parse(mixed);
        assert!(problems.contains("`output` wants a folder of its own"), "{mixed}: {problems}");
        assert_eq!(config.output.as_str(), "public");
    }
    assert_eq!(parse("content: public\noutput: public").0.content, None);
    check_problem("theme: ../x\n", "1:8 bad-value: `theme` wants a name, found the text `../x` (-)");
    check_problem("menu:\n  - {title: A}\n", "2:5 missing-key: `menu[].url` is missing (-)");
    check_problem("taxonomies: [a, a]\n", "1:17 duplicate-key: `a` is listed twice (keep one of the two)");
    check_problem("repo: {branch: main}\n", "1:7 missing-key: `repo.url` is missing (-)");
    check_problem(
        "repo: javascript:x\n",
        "1:7 bad-value: `repo` wants a URL, found the text `javascript:x` (write `https://github.com/owner/name`)",
    );
    check_problem(
        "- a\n",
        "1:1 bad-value: the config wants keys and values, found a list (write `title: My site`)",
    );
}

#[test]
fn a_newer_format_is_one_error() {
    check_problem(
        "format: 2\nwhatever: 1\n",
        "1:9 newer-format: `format: 2` is made for a newer Recto; this one knows format 1 (install a newer Recto)",
    );
}

#[test]
fn broken_yaml_gives_the_defaults() {
    let (config, problems) = parse("title: \"x\nurl: plain\n");
    assert_eq!(config, Config::default());
    assert!(problems.starts_with("1:8 invalid-yaml"), "{problems}");
}

#[test]
fn many_problems_are_cut_short() {
    let text: String = (0..5_000).map(|key| format!("zzz{key}: 1\n")).collect();
    assert_eq!(parse(&text).1.lines().count(), crate::base::shape::MAX_PROBLEMS);
}
