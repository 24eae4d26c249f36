//! Memory of servers.

/// What tells the allocator (see `main.rs`) for how many milliseconds to keep memory that nobody uses. It is looked at when the
/// program begins, and later nothing safe changes it.
const DELAY: &str = "MIMALLOC_PURGE_DELAY";

/// Begins the program anew, in the same process, with an allocator that gives memory back at once. A server that has shown
/// thousands of pages needs 15 MiB less so, and no more CPU; a build that soon ends would gain nothing. Where that can't be done, or
/// somebody has set the variable, all goes on as it is.
pub(super) fn give_back_at_once() {
    if std::env::var_os(DELAY).is_none() {
        begin_anew();
    }
}

#[cfg(unix)]
fn begin_anew() {
    use std::{env, os::unix::process::CommandExt as _, process::Command};

    let mut arguments = env::args_os();
    if let (Ok(program), Some(name)) = (env::current_exe(), arguments.next()) {
        // It only comes back if it can't begin.
        let _ = Command::new(program).arg0(name).args(arguments).env(DELAY, "0").exec();
    }
}

#[cfg(not(unix))]
fn begin_anew() {}
