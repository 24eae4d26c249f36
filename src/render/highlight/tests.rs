//! What [`Highlighter`] promises about any code in any language.

use proptest::prelude::*;

use super::*;

fn html(language: &str, code: &str) -> String {
    highlighter().highlight(language, code).html.to_string()
}

/// One for all tests: compiling the grammars' patterns is what takes time.
fn highlighter() -> &'static Highlighter {
    static HIGHLIGHTER: std::sync::LazyLock<Highlighter> = std::sync::LazyLock::new(Highlighter::new);
    &HIGHLIGHTER
}

/// Checks the HTML with `<span class="hl-k">x</span>` written as `[k:x]`.
fn check(language: &str, code: &str, expected: &str) {
    let short =
        html(language, code).replace("<span class=\"hl-", "[").replace("\">", ":").replace("</span>", "]");
    assert_eq!(short, expected, "{language}");
}

/// Checks that the HTML is `code` in spans that don't nest and end on their line.
fn check_shape(language: &str, code: &str) {
    let html = html(language, code);
    let mut text = String::new();
    for line in html.split_inclusive('\n') {
        let mut is_open = false;
        for (n, part) in line.split('<').enumerate() {
            if n == 0 {
                text.push_str(part);
                continue;
            }
            let (tag, rest) = part.split_once('>').expect("a whole tag");
            assert_eq!(tag == "/span", is_open, "{html:?}");
            assert!(is_open || tag.starts_with("span class=\"hl-"), "{html:?}");
            assert!(is_open || rest.starts_with(|c: char| !c.is_whitespace()), "{html:?}");
            is_open = !is_open;
            text.push_str(rest);
        }
        assert!(!is_open, "{html:?}");
    }
    let mut escaped = String::new();
    escape(code, &mut escaped);
    assert_eq!(text, escaped, "{language}");
}

#[test]
fn code_of_usual_languages() {
    check("rust", "pub fn a(x: u8) {} // é\n", "[k:pub fn] [f:a]([v:x]: [k:u8]) {} [c:// é]\n");
    check("rs", "let s = \"a\\n{}\";", "[k:let] s [o:=] [s:\"a][e:\\n][s:{}\"];");
    check(
        "python",
        "@d\ndef f(x=None): return 'a' + 1",
        "[a:@d]\n[k:def] [f:f]([v:x][o:=][x:None]): [k:return] [s:'a'] [o:+] [n:1]",
    );
    check("go", "x := len(\"a\")\n", "[v:x] [o::=] [b:len]([s:\"a\"])\n");
    check("js", "const s = `a ${b + 1}`;", "[k:const] s [o:=] [s:`a] [e:${]b [o:+] [n:1][e:}][s:`];");
    check("json", "{\"a\": \"b\", \"c\": true}", "{[y:\"a\"]: [s:\"b\"], [y:\"c\"]: [x:true]}");
    check("yml", "a: b\nc: {d: 1}\n", "[y:a]: [s:b]\n[y:c]: {[y:d]: [n:1]}\n");
    check("toml", "[a]\nb = \"c\"\n", "[[t:a]]\n[y:b] = [s:\"c\"]\n");
    check(
        "bash",
        "a=\"$1\" && ls -l # x\n",
        "[v:a][o:=][s:\"][v:$1][s:\"] [o:&amp;&amp;] [f:ls] [a:-l] [c:# x]\n",
    );
    check(
        "html",
        "<a href='b'>&lt;</a>",
        "[p:&lt;][g:a] [a:href]=[s:'b'][p:&gt;][e:&amp;lt;][p:&lt;/][g:a][p:&gt;]",
    );
    check("css", "a:hover { color: #fff }", "[g:a][a::hover] { [y:color]: [n:#fff] }");
    check("sql", "SELECT 1 FROM a -- b", "[k:SELECT] [n:1] [k:FROM] a [c:-- b]");
    check("docker", "FROM a:1\nRUN ls\n", "[k:FROM] a:[x:1]\n[k:RUN] [f:ls]\n");
}

#[test]
fn markup_and_diffs() {
    check("diff", "@@ -1 +1 @@\n-a\n+b\n", "[m:@@ -1 +1 @@]\n[d:-a]\n[i:+b]\n");
    check("md", "# A\n*b* **c** `d`\n", "[h:# A]\n[q:*b*] [w:**c**] [s:`d`]\n");
    check("ini", "[a]\nb = c\n", "[[h:a]]\n[y:b] = [s:c]\n");
}

#[test]
fn languages_without_a_grammar_are_plain() {
    for (language, outcome) in
        [("mermaid", Outcome::Plain), ("", Outcome::Plain), ("klingon", Outcome::Unknown)]
    {
        let block = highlighter().highlight(language, "if a < b\n");
        assert_eq!((&*block.html, block.outcome), ("if a &lt; b\n", outcome), "{language}");
    }
}

#[test]
fn sessions() {
    check("console", "$ ls -l\na\n", "[m:$] [f:ls] [a:-l]\n[u:a]\n");
    check("terminal", "me@host:~/a$ cd b\n", "[m:me@host:~/a$] [b:cd] b\n");
    check("console", "[root@host ~]# ls\n", "[m:[root@host ~]#] [f:ls]\n");
    check("console", "(venv) $ ls\n$\n", "[m:(venv) $] [f:ls]\n[m:$]\n");
    check("console", "PS C:\\a b> Get-Item $x\n", "[m:PS C:\\a b&gt;] [b:Get-Item] [v:$x]\n");
    check("console", "C:\\>dir\n", "[m:C:\\&gt;][k:dir]\n");
    check("console", "$HOME\n#!/bin/sh\na@b.com\n", "[u:$HOME]\n[u:#!/bin/sh]\n[u:a@b.com]\n");
}

#[test]
fn a_hash_is_roots_prompt_only_where_nobody_else_has_one() {
    check("console", "# ls\n", "[m:#] [f:ls]\n");
    check("console", "# list\n$ ls\n", "[c:# list]\n[m:$] [f:ls]\n");
}

#[test]
fn commands_of_several_lines() {
    check("console", "$ ls \\\n    -l\n-l\n", "[m:$] [f:ls] \\\n    [a:-l]\n[u:-l]\n");
    check("console", "$ ls \\\n> -l\n", "[m:$] [f:ls] \\\n[m:&gt;] [a:-l]\n");
    check("console", "$ echo 'a\n> b'\n> c\n", "[m:$] [b:echo] [s:'a]\n[m:&gt;] [s:b']\n[u:&gt; c]\n");
    check(
        "console",
        "$ cat <<EOF\nls\nEOF\nls\n",
        "[m:$] [f:cat] [o:&lt;&lt;][k:EOF]\n[s:ls]\n[k:EOF]\n[u:ls]\n",
    );
    check("console", "$ cat <<EOF\nls\n", "[m:$] [f:cat] [o:&lt;&lt;][k:EOF]\n[u:ls]\n");
    check(
        "console",
        "$ while a; do\n> ls\n> done\n",
        "[m:$] [k:while] [f:a][o:;] [k:do]\n[m:&gt;] [f:ls]\n[m:&gt;] [k:done]\n",
    );
}

#[test]
fn hostile_code_keeps_its_text() {
    let long_line = "x = \"'(".repeat(10 << 17);
    let many_lines = "a = 1\n".repeat(1 << 17);
    let quotes = "\"'`".repeat(300);
    let crlf = "fn a() {\r\n    \"b\r\n\rc\" // d\r\n}\r\n\r";
    let nested = format!("{}\n{}", "[".repeat(1_500), "{(".repeat(500));
    let odd = "\0fn\0 \u{202E}a\u{0} é\u{301} 🦀\n\u{FEFF}\u{2028}";
    let markers = "$ \\\n$ <<\n$ <<-'é'\né\n> \n>\nPS\nPS>\n()\n(a) \n@$\n❯é\n[@\n";
    for code in [&long_line, &many_lines, &quotes, crlf, &nested, odd, markers, "", "\n", "\r\n"] {
        for language in ["rust", "bash", "yaml", "python", "html", "markdown", "console", "text", "klingon"] {
            check_shape(language, code);
        }
    }
}

#[test]
fn long_lines_and_the_rest_of_huge_blocks_are_plain() {
    let long_line = format!("let a = {};\nlet b = 1;\n", "1".repeat(MAX_LINE));
    let html_of_long = html("rust", &long_line);
    assert!(html_of_long.starts_with("let a = 1"));
    assert!(html_of_long.ends_with(
        "<span class=\"hl-k\">let</span> b <span class=\"hl-o\">=</span> <span class=\"hl-n\">1</span>;\n"
    ));
    let huge = "let a;\n".repeat(MAX_CODE / 7 + 10);
    let html_of_huge = html("rust", &huge);
    assert!(html_of_huge.starts_with("<span"));
    assert!(html_of_huge.ends_with("\nlet a;\nlet a;\n"));
}

#[test]
fn a_block_over_its_budget_is_plain_as_a_whole() {
    let highlighter = Highlighter { max_time: Duration::ZERO, ..Highlighter::new() };
    let block = highlighter.highlight("rust", "let a;\nlet b;\n");
    assert_eq!((&*block.html, block.outcome), ("let a;\nlet b;\n", Outcome::OverBudget));
}

#[test]
fn threads_and_caches_change_nothing() {
    let code: String = (0..200).map(|n| format!("fn f{n}() {{ // {}\n}}\n\"\n", n % 7)).collect();
    let fresh = Highlighter::new().highlight("rust", &code);
    let shared = Highlighter::new();
    let from_threads: Vec<Highlighted> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| shared.highlight("rust", &code))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(from_threads.iter().all(|block| *block == fresh));
    assert_eq!(shared.highlight("rust", &code), fresh, "from the cache");
    let code_and_more = format!("{code}\n");
    let lines_known = shared.highlight("rust", &code_and_more);
    assert_eq!(lines_known, Highlighter::new().highlight("rust", &code_and_more), "from the line memo");
}

#[test]
fn every_grammar_works() {
    let code = "# a < b & \"c\n/* d */ $e = 'f\\n'; <g h=\"i\">\n- j: [1, 2]\n\n}\n";
    for (index, syntax) in LANGUAGES.set.syntaxes().iter().enumerate() {
        let block = highlighter().run(Kind::Grammar(index), code);
        assert_eq!(block.outcome, Outcome::Done, "{}", syntax.name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_code_keeps_its_text(
        language in prop::sample::select(vec![
            "rust", "bash", "yaml", "python", "go", "json", "html", "md", "js", "css", "toml", "diff", "console",
        ]),
        code in "([a-z]{1,4}|[ \\t]|\r?\n|\r|[$#>%@\"'`\\\\<{(\\[:;=,/*&|!?.-]|<<EOF|EOF|\u{0}|é|\\PC){0,60}",
    ) {
        check_shape(language, &code);
    }
}
