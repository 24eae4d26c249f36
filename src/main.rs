//! The `recto` program.

// A build allocates millions of small things on all threads, for which mimalloc takes a fifth less CPU than glibc. Its
// second version with huge pages off (see `Cargo.toml`) needs as much memory as glibc, the third half as much again.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    recto::cli::run()
}
