//! [`open`]: the site in the browser, by the system's own means.

use std::process::{Command, Stdio};

/// Asks the system to open an address. That there is no browser is no failure: the address is shown as well.
pub(super) fn open(url: &str) {
    let mut command = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        let mut explorer = Command::new("rundll32");
        explorer.arg("url.dll,FileProtocolHandler");
        explorer
    } else {
        Command::new("xdg-open")
    };
    let _ = command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
}
