//! [`ServerError`]: why the server could not listen, and what to do about it.

use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
};

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The address can't be listened on.
    #[error("`{addr}` {}", bind_cause(source))]
    Bind {
        /// The address that was asked for.
        addr: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
    /// The system gave no threads or signals, or took the socket away.
    #[error("the server could not run: {0}")]
    System(#[from] io::Error),
}

impl ServerError {
    /// The next step for whoever reads the message.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Bind { source, .. } => Some(match source.kind() {
                ErrorKind::AddrInUse => {
                    "choose another port with `--bind`, or let the system choose: `--bind 127.0.0.1:0`"
                }
                ErrorKind::PermissionDenied => "choose a port from 1024 up with `--bind`",
                _ => "choose an address of this machine with `--bind`",
            }),
            Self::System(_) => None,
        }
    }
}

fn bind_cause(source: &io::Error) -> String {
    match source.kind() {
        ErrorKind::AddrInUse => "is in use by another program".to_owned(),
        _ => format!("can't be listened on: {source}"),
    }
}
