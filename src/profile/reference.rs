//! Where a secret or a national number is to be found, and reading it, once.

use std::collections::HashMap;
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::base::confidential;
use crate::base::input::{Diagnostic, read_text};
use crate::base::text::Text;
use crate::text;

/// The longest secret, in bytes.
const LARGEST_SECRET: usize = 64 * 1024;
/// How long a command may take.
const COMMAND_TIME: Duration = Duration::from_secs(30);

/// Where a secret or a national number is to be found. It is never written in the profile itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reference {
    /// An environment variable, by name.
    Env(String),
    /// A file that holds nothing else, relative to the profile.
    File(String),
    /// A program that prints it.
    Command(Command),
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, what) = match self {
            Self::Env(name) => ("env", name.as_str()),
            Self::File(path) => ("file", path.as_str()),
            Self::Command(command) => ("command", command.program()),
        };
        // Somebody may have written the value in the place of its name.
        write!(f, "{kind} {}", confidential::name(what).en)
    }
}

/// A program and its arguments; no shell. Its arguments may be secret: not shown in debug output.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Command(pub Vec<String>);

impl Command {
    /// The program's name.
    pub fn program(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Command({:?}, {} arguments)", self.program(), self.0.len().saturating_sub(1))
    }
}

/// Why a reference leads nowhere: message and remedy, without a word of what was found.
type Unread = (Text, Text);

/// Follows references; each one is read once, and every fault is kept.
pub(super) struct Reader<'a> {
    pub(super) file: &'a str,
    pub(super) env: &'a dyn Fn(&str) -> Option<String>,
    pub(super) base_dir: &'a Path,
    pub(super) faults: Vec<Diagnostic>,
    known: HashMap<Reference, Result<SecretString, Unread>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &'a str, env: &'a dyn Fn(&str) -> Option<String>, base_dir: &'a Path) -> Self {
        Self { file, env, base_dir, faults: Vec::new(), known: HashMap::new() }
    }

    /// Notes a fault at a path of the profile.
    pub(super) fn fault(&mut self, place: impl fmt::Display, message: Text, remedy: Text) {
        self.faults.push(Diagnostic::new(self.file, message, remedy).at(place));
    }

    /// A path of the profile, seen from the profile's own folder.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.base_dir.join(path)
    }

    /// What a reference leads to, without the newline at its end; none, and a fault, when it leads nowhere.
    pub(super) fn secret(&mut self, place: &str, reference: &Reference) -> Option<SecretString> {
        if !self.known.contains_key(reference) {
            let found = self.follow(reference).and_then(|text| not_empty(&text, reference));
            self.known.insert(reference.clone(), found);
        }
        match self.known.get(reference)? {
            Ok(secret) => Some(secret.clone()),
            Err((message, remedy)) => {
                let (message, remedy) = (message.clone(), remedy.clone());
                self.fault(place, message, remedy);
                None
            }
        }
    }

    fn follow(&self, reference: &Reference) -> Result<String, Unread> {
        match reference {
            Reference::Env(name) => (self.env)(name).ok_or_else(|| not_set(name)),
            Reference::File(path) => read_text(&self.path(path), LARGEST_SECRET).map_err(|faults| {
                let path = confidential::name(path);
                let fault = faults.0.into_iter().next();
                fault
                    .map(|fault| {
                        let (nl, en) = (fault.message.nl, fault.message.en);
                        (Text::new(format!("`{}`: {nl}", path.nl), format!("`{}`: {en}", path.en)), fault.remedy)
                    })
                    .unwrap_or_default()
            }),
            Reference::Command(command) => run(command, self.base_dir, COMMAND_TIME),
        }
    }
}

/// A variable that is not set. Its name is repeated where it is one: a value looks otherwise.
fn not_set(name: &str) -> Unread {
    let is_name = !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !confidential::is_opaque(name);
    if is_name && confidential::found(name).is_none() {
        return (
            text!("omgevingsvariabele `{name}` bestaat niet", "environment variable `{name}` is not set"),
            text!("geef `{name}` een waarde voor u start", "set `{name}` before you start"),
        );
    }
    (
        text!(
            "is geen naam van een omgevingsvariabele; het lijkt de waarde zelf, en wordt daarom niet getoond",
            "is not the name of an environment variable; it looks like the value itself, and is therefore not shown"
        ),
        text!(
            "schrijf de naam van de variabele waarin de waarde staat",
            "write the name of the variable that holds the value"
        ),
    )
}

fn not_empty(text: &str, reference: &Reference) -> Result<SecretString, Unread> {
    let trimmed = text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
    if trimmed.trim().is_empty() {
        return Err((
            text!("`{reference}` is leeg", "`{reference}` is empty"),
            text!("geef een waarde; een leeg geheim bewijst niets", "give it a value; an empty secret proves nothing"),
        ));
    }
    Ok(SecretString::from(trimmed))
}

/// What a program prints within a time. Its error output is not shown: it may repeat what it was given.
fn run(command: &Command, dir: &Path, time: Duration) -> Result<String, Unread> {
    let program = command.program();
    let name = confidential::name(program).en;
    let by_hand = || text!("voer `{name}` eens met de hand uit", "run `{name}` by hand once");
    let failed = |nl: &str, en: &str| (text!("commando `{name}` {nl}", "command `{name}` {en}"), by_hand());
    // With a folder in its name a program is one of ours, beside the profile; else it is looked up in PATH.
    let path = if program.contains(['/', '\\']) { dir.join(program) } else { PathBuf::from(program) };
    let mut child = std::process::Command::new(path)
        .args(command.0.iter().skip(1))
        .current_dir(if dir.as_os_str().is_empty() { Path::new(".") } else { dir })
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| {
            let Text { nl, en } = Text::of_system(&error);
            failed(&format!("start niet: {nl}"), &format!("does not start: {en}"))
        })?;
    let until = Instant::now() + time;
    let (send, receive) = mpsc::channel();
    if let Some(out) = child.stdout.take() {
        // On its own thread: a program that we stopped may have left a child that keeps the pipe open.
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let read = out.take(LARGEST_SECRET as u64 + 1).read_to_end(&mut bytes);
            let _ = send.send(read.map(|_| bytes));
        });
    }
    let output = receive.recv_timeout(time);
    if !matches!(&output, Ok(Ok(bytes)) if bytes.len() <= LARGEST_SECRET) {
        let _ = child.kill();
    }
    let status = loop {
        match child.try_wait() {
            Ok(None) if Instant::now() >= until => {
                let _ = child.kill();
                let _ = child.wait();
                break None;
            }
            Ok(None) => std::thread::sleep(Duration::from_millis(5)),
            Ok(Some(status)) => break Some(status),
            Err(_) => break None,
        }
    };
    let seconds = time.as_secs();
    match (output, status) {
        (Err(_), _) | (_, None) => {
            Err(failed(&format!("was na {seconds} s niet klaar"), &format!("had not finished after {seconds} s")))
        }
        (Ok(Ok(bytes)), _) if bytes.len() > LARGEST_SECRET => {
            Err(failed("drukte meer dan 64 KiB af", "printed more than 64 KiB"))
        }
        (_, Some(status)) if !status.success() => {
            Err(failed(&format!("mislukte ({status})"), &format!("failed ({status})")))
        }
        (Ok(Ok(bytes)), _) => String::from_utf8(bytes).map_err(|_| failed("drukte geen UTF-8 af", "printed no UTF-8")),
        (Ok(Err(error)), _) => {
            let Text { nl, en } = Text::of_system(&error);
            Err(failed(&format!("is niet te lezen: {nl}"), &format!("cannot be read: {en}")))
        }
    }
}

/// Whether a secret can travel in a header: visible ASCII without spaces.
pub(super) fn fits_a_header(secret: &SecretString) -> bool {
    secret.expose_secret().bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(words: &[&str]) -> Command {
        Command(words.iter().map(|word| (*word).to_owned()).collect())
    }

    fn unread(words: &[&str], time: Duration) -> String {
        run(&command(words), Path::new(""), time).unwrap_err().0.en
    }

    #[test]
    fn a_command_gives_its_output() {
        let output = run(&command(&["printf", "%s", "abc"]), Path::new(""), COMMAND_TIME);
        assert_eq!(output.unwrap(), "abc");
    }

    #[test]
    fn a_command_that_misbehaves_is_a_fault_without_its_output() {
        let soon = Duration::from_millis(200);
        assert!(unread(&["sleep", "20"], soon).contains("not finished"));
        assert!(unread(&["sh", "-c", "sleep 20 & echo x; exit 0"], soon).contains("not finished"));
        assert!(unread(&["sh", "-c", "exec >&-; sleep 20"], soon).contains("not finished"));
        assert!(unread(&["yes", "hunter2"], COMMAND_TIME).contains("more than 64 KiB"));
        let failed = unread(&["sh", "-c", "echo hunter2; exit 3"], COMMAND_TIME);
        assert!(failed.contains("exit status: 3") && !failed.contains("hunter2"), "{failed}");
        assert!(unread(&["no-such-program-here"], COMMAND_TIME).contains("does not start"));
        assert!(unread(&["printf", "\\377"], COMMAND_TIME).contains("UTF-8"));
    }

    #[test]
    fn a_reference_is_read_once() {
        let read = std::cell::Cell::new(0);
        let env = |_: &str| {
            read.set(read.get() + 1);
            Some("x\r\n".to_owned())
        };
        let mut reader = Reader::new("a.yaml", &env, Path::new(""));
        let reference = Reference::Env("A".to_owned());
        for _ in 0..3 {
            assert_eq!(reader.secret("a", &reference).unwrap().expose_secret(), "x");
        }
        assert_eq!(read.get(), 1);
    }

    #[test]
    fn debug_output_holds_no_arguments() {
        let shown = format!("{:?}", Reference::Command(command(&["op", "read", "hunter2"])));
        assert_eq!(shown, "Command(Command(\"op\", 2 arguments))");
    }
}
