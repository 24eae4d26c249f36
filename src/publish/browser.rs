//! [`Browser`]: an installed Chromium, for what only a browser knows: how a page looks on paper, and what doesn't fit.
//!
//! Its own command line is enough for both: it prints a page, or writes out what a script in it has found. So no protocol
//! and no dependency is needed. It gets a folder of its own for what it keeps, and is ended when it takes too long.

use std::{
    env,
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// The variable that names the program.
pub const PROGRAM_VARIABLE: &str = "CHROMIUM";
/// How long it may take: a deck of 2,500 slides is printed in minutes, on a busy machine in many.
const TIMEOUT: Duration = Duration::from_secs(1800);
/// How often is looked whether it has ended.
const INTERVAL: Duration = Duration::from_millis(20);
/// The most that a page may write out, in bytes.
const MAX_OUTPUT_BYTES: u64 = 64 << 20;
/// How many characters of its complaints are shown.
const SAID_CHARS: usize = 400;

/// The names under which it is installed.
const NAMES: [&str; 8] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
    "brave-browser",
];
/// Where it is when it is not in a folder of `PATH`.
const PLACES: [&str; 5] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
];

/// An installed browser of the Chromium family.
#[derive(Clone, Debug)]
pub struct Browser {
    program: PathBuf,
}

/// Why a browser could not help.
#[derive(Debug, thiserror::Error)]
pub enum BrowserError {
    /// None is installed.
    #[error("this needs Chromium, and none is installed")]
    Missing,
    /// The one that was named isn't there.
    #[error("there is no program `{}`, which `{PROGRAM_VARIABLE}` names", program.display())]
    NotThere {
        /// What was named.
        program: PathBuf,
    },
    /// It can't be run.
    #[error("`{}` can't be run", program.display())]
    NotStarted {
        /// The program.
        program: PathBuf,
        /// What the system says.
        #[source]
        cause: io::Error,
    },
    /// It ended without a result.
    #[error("`{}` failed: {said}", program.display())]
    Failed {
        /// The program.
        program: PathBuf,
        /// The end of what it said.
        said: String,
    },
    /// It took too long.
    #[error("`{}` was not done after {seconds} s", program.display())]
    TimedOut {
        /// The program.
        program: PathBuf,
        /// How long was waited.
        seconds: u64,
    },
}

impl BrowserError {
    /// The next step.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Missing => Some(
                "install it (`apt install chromium`, `brew install --cask chromium`), or say in the variable `CHROMIUM` where Chrome, Edge or Brave is",
            ),
            Self::NotThere { .. } | Self::NotStarted { .. } => {
                Some("say in the variable `CHROMIUM` where Chromium, Chrome, Edge or Brave is")
            }
            Self::Failed { .. } => None,
            Self::TimedOut { .. } => Some("try again while the machine has less to do"),
        }
    }
}

impl Browser {
    /// The one that the variable names, or else an installed one.
    pub fn find() -> Result<Self, BrowserError> {
        let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
        let in_path = |name: &str| {
            let found =
                folders.iter().map(|folder| folder.join(format!("{name}{}", env::consts::EXE_SUFFIX)));
            found.into_iter().find(|path| path.is_file())
        };
        if let Some(named) = env::var_os(PROGRAM_VARIABLE).filter(|named| !named.is_empty()) {
            let named = PathBuf::from(named);
            let program =
                if named.is_file() { Some(named.clone()) } else { named.to_str().and_then(in_path) };
            return match program {
                Some(program) => Ok(Self { program }),
                None => Err(BrowserError::NotThere { program: named }),
            };
        }
        let installed = NAMES.into_iter().find_map(in_path);
        let elsewhere = || PLACES.into_iter().map(PathBuf::from).find(|path| path.is_file());
        installed.or_else(elsewhere).map(|program| Self { program }).ok_or(BrowserError::Missing)
    }

    /// Prints the page at a URL into a PDF file with an outline, in the page's own size and margins. `waiting` hears now and then
    /// for how long it has been running.
    pub fn print(&self, url: &str, pdf: &Path, waiting: &dyn Fn(Duration)) -> Result<(), BrowserError> {
        let mut target = std::ffi::OsString::from("--print-to-pdf=");
        target.push(pdf);
        let outline = "--generate-pdf-document-outline".into();
        let (_, said) = self.run(&[target, "--no-pdf-header-footer".into(), outline, url.into()], waiting)?;
        if pdf.metadata().is_ok_and(|metadata| metadata.len() > 0) { Ok(()) } else { Err(self.failed(&said)) }
    }

    /// The HTML of the page at a URL as it is right after its `load` event.
    pub fn dump(&self, url: &str) -> Result<String, BrowserError> {
        let (html, said) = self.run(&["--dump-dom".into(), url.into()], &|_| ())?;
        if html.trim().is_empty() { Err(self.failed(&said)) } else { Ok(html) }
    }

    fn run(
        &self,
        arguments: &[std::ffi::OsString],
        waiting: &dyn Fn(Duration),
    ) -> Result<(String, String), BrowserError> {
        let not_started = |cause| BrowserError::NotStarted { program: self.program.clone(), cause };
        // What it writes goes into files: a pipe that nobody reads while it is waited for would be full.
        let folder = tempfile::tempdir().map_err(not_started)?;
        let (out, err) = (folder.path().join("out"), folder.path().join("err"));
        let mut command = Command::new(&self.program);
        command
            .arg("--headless=new")
            .args(["--disable-gpu", "--hide-scrollbars", "--mute-audio", "--no-first-run", "--disable-sync"])
            .args(["--disable-extensions", "--disable-background-networking", "--disable-component-update"])
            .args(["--disable-dev-shm-usage"])
            .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
            .args(is_root().then_some("--no-sandbox"))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(File::create(&out).map_err(not_started)?)
            .stderr(File::create(&err).map_err(not_started)?);
        let mut child = command.spawn().map_err(not_started)?;
        let is_done = wait(&mut child, TIMEOUT, waiting).map_err(not_started)?;
        if !is_done {
            let (program, seconds) = (self.program.clone(), TIMEOUT.as_secs());
            return Err(BrowserError::TimedOut { program, seconds });
        }
        Ok((read(&out).map_err(not_started)?, read(&err).unwrap_or_default()))
    }

    fn failed(&self, said: &str) -> BrowserError {
        let said = said.trim();
        let start = said.char_indices().rev().nth(SAID_CHARS).map_or(0, |(at, _)| at);
        let said = if said.is_empty() { "it said nothing" } else { &said[start..] };
        BrowserError::Failed { program: self.program.clone(), said: said.to_owned() }
    }
}

/// Waits for a program; one that takes too long is ended, and `false`.
fn wait(child: &mut Child, timeout: Duration, waiting: &dyn Fn(Duration)) -> io::Result<bool> {
    let begun = Instant::now();
    while child.try_wait()?.is_none() {
        waiting(begun.elapsed());
        if begun.elapsed() >= timeout {
            child.kill()?;
            child.wait()?;
            return Ok(false);
        }
        thread::sleep(INTERVAL);
    }
    Ok(true)
}

fn read(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_OUTPUT_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Whether we are root, as in most containers: there its sandbox doesn't work.
fn is_root() -> bool {
    #[cfg(unix)]
    return std::os::unix::fs::MetadataExt::uid(&match Path::new("/proc/self").metadata() {
        Ok(metadata) => metadata,
        Err(_) => return false,
    }) == 0;
    #[cfg(not(unix))]
    return false;
}
