//! What people wrote on the command line and in the variables that stand for flags. An argument shows in process lists,
//! so a national number or token among them ends the program before anything is parsed: a parser repeats what it does
//! not understand.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::process::ExitCode;

use super::{environment, output};
use crate::base::confidential::{found, is_opaque, refusal};
use crate::base::input::{Diagnostic, Diagnostics};
use crate::base::text::Lang;

/// Everything among the arguments, the first of which is the program, and in the variables of the flags that must not
/// stand there.
pub(super) fn refused(arguments: &[String], command: &clap::Command) -> Diagnostics {
    let mut faults = Vec::new();
    let mut before: Option<&str> = None;
    for (position, argument) in arguments.iter().enumerate().skip(1) {
        let flag = argument.split_once('=').map(|(flag, _)| flag).filter(|flag| flag.starts_with('-'));
        if let Some(what) = found(argument) {
            let named = flag.or(before).filter(|flag| flag.starts_with('-') && found(flag).is_none());
            let place = named.map_or_else(|| format!("argument {position}"), str::to_owned);
            let (message, remedy) = refusal(what);
            faults.push(Diagnostic::new("command line", message, remedy).at(place));
        }
        before = Some(argument);
    }
    for name in variables(command) {
        if let Some(what) = environment(&name).as_deref().and_then(found) {
            let (message, remedy) = refusal(what);
            faults.push(Diagnostic::new("environment", message, remedy).at(name));
        }
    }
    Diagnostics(faults)
}

/// The variables that stand for flags.
fn variables(command: &clap::Command) -> BTreeSet<String> {
    let own = command.get_arguments().filter_map(|argument| Some(argument.get_env()?.to_string_lossy().into_owned()));
    let below = command.get_subcommands().flat_map(variables);
    own.chain(below).collect()
}

/// Shows what the parser says of a call that it does not understand, or the help that was asked for. What looks like a
/// token is not repeated.
pub(super) fn unparsed(error: &clap::Error, arguments: &[String], lang: Lang) -> ExitCode {
    let words = arguments.iter().skip(1).flat_map(|argument| argument.split(['=', ',']));
    let opaque: Vec<&str> = words.filter(|word| is_opaque(word)).collect();
    if opaque.is_empty() {
        // Nobody may be there to read it.
        let _ = error.print();
    } else {
        let mark = crate::base::confidential::name(opaque.first().copied().unwrap_or_default());
        let text = opaque.iter().fold(error.render().to_string(), |text, word| text.replace(word, mark.get(lang)));
        output::say(text.trim_end());
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// The arguments; what is no text is shown with marks in its place.
pub(super) fn arguments() -> (Vec<OsString>, Vec<String>) {
    let raw: Vec<OsString> = std::env::args_os().collect();
    let texts = raw.iter().map(|argument| argument.to_string_lossy().into_owned()).collect();
    (raw, texts)
}

/// The language of what is said before the arguments are parsed.
pub(super) fn lang(arguments: &[String]) -> Lang {
    let given = arguments.iter().zip(arguments.iter().skip(1).map(Some).chain([None])).find_map(|(flag, next)| {
        flag.strip_prefix("--lang=").map(str::to_owned).or_else(|| next.filter(|_| flag == "--lang").cloned())
    });
    let named = given.or_else(|| environment("BRONKEUR_LANG"));
    match named.as_deref() {
        Some("nl") => Lang::Nl,
        Some("en") => Lang::En,
        _ => super::of_locale(),
    }
}
