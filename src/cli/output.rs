//! Words on the terminal.

use std::io::{ErrorKind, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use super::CliError;
use crate::evidence::vault::Vault;

/// Whether something could not be written to standard output (a full disk): the result is not whole there.
static LOST: AtomicBool = AtomicBool::new(false);

/// Writes to standard output. A reader that went away (`bronkeur list | head`) is no fault.
pub(super) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    if written.is_err_and(|error| error.kind() != ErrorKind::BrokenPipe) {
        LOST.store(true, Ordering::Relaxed);
    }
}

/// Whether a part of what was printed is lost.
pub(super) fn lost() -> bool {
    LOST.load(Ordering::Relaxed)
}

/// Writes a line to standard error. Nobody may be there to read it (`2>&1 | head`): `eprintln!` would end the program.
pub(super) fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Writes a text made of masked parts as people see it, after a last look for what must not leave.
pub(super) fn print_masked(text: &str, vault: &Vault) -> Result<(), CliError> {
    let text = vault.for_people(text);
    if vault.leaks(&text) {
        return Err(CliError::leak());
    }
    print(&text);
    Ok(())
}

/// The columns of the terminal; 100 where there is none.
pub(super) fn width() -> u16 {
    comfy_table::Table::new().width().or_else(columns).unwrap_or(100)
}

/// What the shell says about the width, where standard output is no terminal.
fn columns() -> Option<u16> {
    super::environment("COLUMNS").and_then(|columns| columns.parse().ok())
}

/// A paragraph, broken into lines and indented.
pub(super) fn wrapped(text: &str, indent: usize) -> String {
    let margin = " ".repeat(indent);
    let options = textwrap::Options::new(usize::from(width().clamp(40, 100)))
        .initial_indent(&margin)
        .subsequent_indent(&margin)
        // Addresses and ids stay whole, so that they can be copied.
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .break_words(false);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    textwrap::fill(&text, options)
}
