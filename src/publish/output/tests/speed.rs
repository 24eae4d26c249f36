//! How long a build waits for the disk. A measurement, not a test.

use std::time::Instant;

use super::*;

/// `cargo test --release --lib speed -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
fn ten_thousand_files() {
    let temp = folder();
    let dir = temp.path().join("public");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("a pool");
    let round = |name: &str, change: usize| {
        let pages: Vec<(String, Vec<u8>)> = (0..10_000)
            .map(|n| {
                let seed = if n % 10 < change { n + 7 } else { n };
                (format!("s{}/p{n}/index.html", n / 100), format!("page {seed} ").repeat(1_100).into_bytes())
            })
            .collect();
        let begun = Instant::now();
        let staging = Output::open(&dir).and_then(|output| output.begin()).expect("begin");
        pool.install(|| pages.par_iter().try_for_each(|(path, bytes)| staging.put(path, bytes).map(drop)))
            .expect("put");
        let put = begun.elapsed();
        let summary = staging.commit().expect("commit");
        println!("{name}: {:?} of which put {put:?}, {} written", begun.elapsed(), summary.written);
    };
    round("first", 0);
    round("nothing changed", 0);
    round("a tenth changed", 1);
    round("all changed", 10);
}
