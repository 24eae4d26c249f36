//! Names this build of the program, so that results which an earlier one kept on disk are not taken for its own.
//!
//! The name is a hash of the sources, the folders that are built in, the lock file, the compiler and the target.

use std::{
    collections::hash_map::DefaultHasher,
    env, fs,
    hash::{Hash, Hasher},
    path::{Path, PathBuf},
    process::Command,
};

const SOURCES: [&str; 5] = ["src", "themes", "starters", "Cargo.toml", "Cargo.lock"];

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("Cargo sets it"));
    let mut hasher = DefaultHasher::new();
    for name in SOURCES {
        println!("cargo::rerun-if-changed={name}");
        hash(&root.join(name), name, &mut hasher);
    }
    let rustc = env::var_os("RUSTC").expect("Cargo sets it");
    let version = Command::new(rustc).arg("-vV").output().map(|output| output.stdout);
    version.unwrap_or_default().hash(&mut hasher);
    env::var("TARGET").unwrap_or_default().hash(&mut hasher);
    println!("cargo::rustc-env=RECTO_BUILD={:016x}", hasher.finish());
}

/// Hashes a file or folder with the names in it; what is missing counts as nothing.
fn hash(path: &Path, name: &str, hasher: &mut DefaultHasher) {
    name.hash(hasher);
    let Ok(entries) = fs::read_dir(path) else {
        return fs::read(path).unwrap_or_default().hash(hasher);
    };
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    for name in names {
        hash(&path.join(&name), &name, hasher);
    }
}
