//! `recto serve`: the site in memory, on a port of this machine.

use std::{net::SocketAddr, sync::Arc};

use anyhow::Context;

use crate::{
    base::{diagnostic, media},
    cli::{
        Global,
        exit::Ending,
        open::SiteArgs,
        report::{self, ReportOptions},
    },
    render::Renderer,
    server::{self, Answer, Pages, ServeOptions},
    site::route::Route,
};

/// How many problems of one kind are shown.
const MAX_PER_CODE: usize = 10;

/// Show the site in a browser, rendered as it is asked for
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  recto serve                           the site in this folder, on http://127.0.0.1:4000/
  recto serve docs --open               another folder, in the browser at once
  recto serve --rev HEAD~10             the site ten commits ago
  recto serve --bind 127.0.0.1:8080")]
pub(super) struct Args {
    #[command(flatten)]
    site: SiteArgs,
    /// Where to listen
    #[arg(short, long, default_value = "127.0.0.1:4000", value_name = "HOST:PORT")]
    bind: SocketAddr,
    /// Open the browser
    #[arg(long)]
    open: bool,
}

pub(super) fn run(args: &Args, global: &Global) -> anyhow::Result<Ending> {
    let open = args.site.open()?;
    let renderer = open.renderer;
    if global.quiet < 2 {
        let site = renderer.site();
        let mut diagnostics = site.diagnostics();
        diagnostics.extend(renderer.diagnostics());
        diagnostics.extend(site.link_diagnostics(&*open.source));
        diagnostics.retain(|problem| problem.severity > diagnostic::Severity::Note);
        diagnostic::sort(&mut diagnostics);
        let prefix = args.site.path_prefix();
        let options =
            ReportOptions { path_prefix: &prefix, max_per_code: Some(MAX_PER_CODE), color: global.color };
        report::print(&diagnostics, report::Format::Human, &options)?;
    }
    let base_path = renderer.site().base_path().to_owned();
    let options = ServeOptions { bind: args.bind, open: args.open, base_path: base_path.clone() };
    server::serve(&options, Arc::new(SitePages { renderer }), |addr| {
        if global.quiet == 0 {
            anstream::eprintln!("serving on {} (Ctrl-C ends it)", server::url(addr, &base_path));
        }
    })
    .context("serving the site")?;
    Ok(Ending::Fine)
}

/// The pages of one snapshot.
struct SitePages {
    renderer: Renderer,
}

impl Pages for SitePages {
    fn get(&self, path: &str) -> Answer {
        let route =
            Route::new(path.strip_suffix("/index.html").map_or(path, |folder| &path[..=folder.len()]));
        if let Some(rendered) = self.renderer.render(&route) {
            let media_type = rendered.media_type.to_owned();
            return Answer::Found { bytes: rendered.bytes, media_type, digest: rendered.digest };
        }
        let folder = Route::new(&format!("{path}/"));
        if self.renderer.site().routes().contains(&folder) {
            return Answer::Moved { to: folder.as_str().to_owned() };
        }
        let page = self.renderer.render(&Route::new("/404.html"));
        let bytes = page.map_or_else(|| Arc::from(*b"not found"), |page| page.bytes);
        Answer::NotFound { bytes, media_type: media::HTML.to_owned() }
    }
}
