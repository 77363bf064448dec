//! Words on the terminal.

use std::io::Write as _;

use super::Trouble;
use crate::vault::Vault;

/// Writes to standard output. A reader that went away (`bronkeur list | head`) is no fault.
pub(super) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes a text made of masked parts as people see it, after a last look for what must not leave.
pub(super) fn print_masked(text: &str, vault: &Vault) -> Result<(), Trouble> {
    let text = vault.for_people(text);
    if vault.leaks(&text) {
        return Err(Trouble::leak());
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
    let most = usize::from(width().clamp(40, 100)) - indent;
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let full =
            lines.last().is_some_and(|line| !line.is_empty() && line.chars().count() + 1 + word.chars().count() > most);
        if full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    let margin = " ".repeat(indent);
    lines.into_iter().map(|line| format!("{margin}{line}")).collect::<Vec<_>>().join("\n")
}
