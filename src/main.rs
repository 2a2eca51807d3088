//! Runs the command line, shows what went wrong, and exits with the code that scripts rely on.

use std::process::ExitCode;

fn main() -> ExitCode {
    salesctl::cli::main()
}
