//! The program: reads the command line, does what it says, and ends with the documented exit status.

use std::process::ExitCode;

fn main() -> ExitCode {
    bronkeur::cli::main()
}
