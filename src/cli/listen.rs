//! [`ListenArgs`]: where a server listens; the same for `serve` and `edit`.

use std::net::SocketAddr;

use crate::server::ServeOptions;

/// Where a server listens.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct ListenArgs {
    /// Where to listen
    #[arg(short, long, default_value = "127.0.0.1:4000", value_name = "HOST:PORT")]
    bind: SocketAddr,
    /// Listen on this port instead
    #[arg(short, long)]
    port: Option<u16>,
    /// Open the browser
    #[arg(long)]
    open: bool,
}

impl ListenArgs {
    /// The address and the port, and whether to show it.
    pub(super) fn options(&self) -> ServeOptions {
        let bind = SocketAddr::new(self.bind.ip(), self.port.unwrap_or(self.bind.port()));
        ServeOptions { bind, open: self.open }
    }
}
