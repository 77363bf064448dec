//! The same request for a shell. What a source wrote into a URL is hostile: it must reach curl as one plain argument.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use url::{Host, Url};

use crate::base::text::{escaped, unsafe_in_text};
use crate::evidence::exchange::{Auth, Citizen, Exchange, Kind, Request, Sent, Target, Tls, Variation};
use crate::evidence::recording::Recording;

use super::credential::variable;
use super::people::{People, Piece};

/// Headers that curl writes itself, or that only hold for the original call.
const LEFT_OUT: [&str; 4] = ["host", "user-agent", "content-length", "connection"];

/// Longer lines help nobody.
const LONGEST: usize = 4_000;

/// A line longer than this is broken.
const LONGEST_LINE: usize = 80;

/// The variables for the files with the certificates of authorities: of the source, and of the issuer.
pub(super) const AUTHORITY: &str = "CA_BUNDLE";
pub(super) const ISSUER_AUTHORITY: &str = "ACM_CA_BUNDLE";

/// Which variable stands for which mark in the lines of one recording.
pub(super) struct Shell<'a> {
    recording: &'a Recording,
    people: &'a People,
    variables: BTreeMap<String, String>,
}

impl<'a> Shell<'a> {
    pub(super) fn new(recording: &'a Recording, people: &'a People) -> Self {
        let mut variables = BTreeMap::new();
        for (citizen, person) in &recording.setup.citizens {
            if let (Some(mark), Some(name)) = (people.mark(&person.insz), number_of(*citizen)) {
                variables.insert(mark.to_owned(), name.to_owned());
            }
        }
        for one in recording.exchanges() {
            for (mark, name) in named_by(one, people) {
                variables.entry(mark).or_insert(name);
            }
        }
        Self { recording, people, variables }
    }

    /// The variable for a mark: by role for a citizen, by what it is for a token, else by its number.
    fn variable(&self, mark: &str) -> String {
        self.variables.get(mark).cloned().unwrap_or_else(|| mark.replace('-', "_"))
    }

    /// The line that sends a request again, with `$TOKEN` (or `$EXPIRED_TOKEN` and the like) and `$INSZ_SUBJECT` where
    /// the values stood. None where nothing was sent.
    pub(super) fn line(&self, one: &Exchange) -> Option<String> {
        // A recording may come from elsewhere: nothing in it may turn into an option of a program.
        let url = &one.sent.url;
        let is_url = url.starts_with("https://") || url.starts_with("http://");
        is_url.then_some(())?;
        let words = match one.request.target {
            Target::Tls(offer) => self.handshake(url, offer)?,
            // No line does what people do in a browser.
            Target::Visit(_) => return None,
            _ => self.curl(&one.request, &one.sent)?,
        };
        let line = joined(&words);
        (line.len() <= LONGEST).then_some(line)
    }

    fn curl(&self, request: &Request, sent: &Sent) -> Option<Vec<String>> {
        let is_method = !sent.method.is_empty() && sent.method.bytes().all(|b| b.is_ascii_uppercase());
        is_method.then_some(())?;
        let mut words = vec!["curl".to_owned()];
        words.push(match (sent.method.as_str(), request.kind()) {
            ("HEAD", _) => "--head".to_owned(),
            // The headers on the screen, the document in a file: nobody wants its bytes on a terminal.
            ("GET", Kind::Download) => "-D - -o document".to_owned(),
            ("GET", _) => "-i".to_owned(),
            (method, _) => format!("-i -X {method}"),
        });
        words.extend(self.authority(request, &sent.url).map(|name| format!("--cacert \"${name}\"")));
        // Brackets and braces are ranges and sets to curl, unless told otherwise; it would also take dots out of a path.
        if sent.url.contains(['[', ']', '{', '}']) {
            words.push("--globoff".to_owned());
        }
        if sent.url.contains("/.") {
            words.push("--path-as-is".to_owned());
        }
        let host = match &request.variation {
            Variation::Host(host) => Some(("Host".to_owned(), host.clone())),
            _ => None,
        };
        for (name, value) in host.iter().chain(&sent.headers) {
            let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            let of_form = !sent.form.is_empty() && name.eq_ignore_ascii_case("content-type");
            let is_left_out = name != "Host" && LEFT_OUT.iter().any(|left_out| name.eq_ignore_ascii_case(left_out));
            if is_name && !of_form && !is_left_out {
                words.push(format!("-H {}", self.header(request.auth, name, value)));
            }
        }
        if !sent.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("accept")) {
            words.push("-H 'Accept:'".to_owned());
        }
        for (name, value) in &sent.form {
            let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            if is_name {
                words.push(format!("--data-urlencode {}", self.quoted(&format!("{name}={value}"), escaped)));
            }
        }
        words.push(self.quoted(&sent.url, encoded));
        Some(words)
    }

    /// The handshake again, by openssl: curl says too little of one.
    fn handshake(&self, url: &str, offer: Tls) -> Option<Vec<String>> {
        let url = Url::parse(url).ok()?;
        let port = url.port_or_known_default()?;
        let (host, name) = match url.host()? {
            // As the URL standard writes it: letters, digits, hyphens and dots.
            Host::Domain(host) => (host.to_owned(), format!("-servername {host} -verify_hostname {host}")),
            Host::Ipv4(ip) => (ip.to_string(), format!("-noservername -verify_ip {ip}")),
            Host::Ipv6(ip) => (format!("[{ip}]"), format!("-noservername -verify_ip {ip}")),
        };
        let is_plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._[]: ".contains(&b));
        (is_plain(&host) && is_plain(&name)).then_some(())?;
        let mut words = vec!["openssl s_client".to_owned(), format!("-connect '{host}:{port}'")];
        // What is shown of a handshake, without waiting for more.
        let old = "-cipher 'DEFAULT@SECLEVEL=0'";
        words.extend(match offer {
            Tls::Modern => vec![name, "-verify_return_error".to_owned()],
            Tls::Control => vec!["-tls1_2".to_owned()],
            Tls::Only11 => vec!["-tls1_1".to_owned(), old.to_owned()],
            Tls::Only10 => vec!["-tls1".to_owned(), old.to_owned()],
        });
        if offer == Tls::Modern && self.recording.setup.authorities.source.is_some() {
            words.push(format!("-CAfile \"${AUTHORITY}\""));
        }
        words.push("</dev/null".to_owned());
        Some(words)
    }

    /// The variable for the file with further authorities, where a call needs one.
    fn authority(&self, request: &Request, url: &str) -> Option<&'static str> {
        let authorities = &self.recording.setup.authorities;
        let (file, name) = match request.kind() {
            Kind::Issuer => (&authorities.issuer, ISSUER_AUTHORITY),
            _ => (&authorities.source, AUTHORITY),
        };
        (file.is_some() && url.starts_with("https://")).then_some(name)
    }

    fn header(&self, auth: Auth, name: &str, value: &str) -> String {
        if !name.eq_ignore_ascii_case("authorization") {
            return self.quoted(&format!("{name}: {value}"), escaped);
        }
        let token = variable(auth);
        let scheme = value.split_once(' ').map(|(scheme, _)| scheme);
        match scheme.filter(|scheme| scheme.bytes().all(|b| b.is_ascii_alphabetic())) {
            _ if auth == Auth::EmptyBearer => format!("'{name}: Bearer'"),
            Some(scheme) => format!("\"{name}: {scheme} ${token}\""),
            None => format!("\"{name}: ${token}\""),
        }
    }

    /// One argument of a shell: in double quotes where nothing in it means anything there, else in single quotes with
    /// the placeholders between them.
    fn quoted(&self, text: &str, plain: impl Fn(&str) -> String) -> String {
        let pieces = self.people.pieces(text);
        let is_harmless = |piece: &Piece<'_>| match piece {
            Piece::Mark(_) => true,
            Piece::Text(text) => text.bytes().all(|b| b.is_ascii_alphanumeric() || b" /:?&=.,%_~@+*;-#()".contains(&b)),
        };
        let has_mark = pieces.iter().any(|piece| matches!(piece, Piece::Mark(_)));
        if !has_mark || !pieces.iter().all(is_harmless) {
            let word = |piece: &Piece<'_>| match piece {
                Piece::Text(text) => format!("'{}'", plain(text).replace('\'', r"'\''")),
                Piece::Mark(mark) => format!("\"${}\"", self.variable(mark)),
            };
            return pieces.iter().map(word).collect();
        }
        let mut word = String::from("\"");
        for (position, piece) in pieces.iter().enumerate() {
            let goes_on = |next: &Piece<'_>| match next {
                Piece::Text(text) => text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'),
                Piece::Mark(_) => false,
            };
            let _ = match piece {
                Piece::Text(text) => write!(word, "{text}"),
                Piece::Mark(mark) if pieces.get(position + 1).is_some_and(goes_on) => {
                    write!(word, "${{{}}}", self.variable(mark))
                }
                Piece::Mark(mark) => write!(word, "${}", self.variable(mark)),
            };
        }
        word.push('"');
        word
    }
}

/// The variable for the number of a citizen.
pub(super) fn number_of(citizen: Citizen) -> Option<&'static str> {
    match citizen {
        Citizen::Subject => Some("INSZ_SUBJECT"),
        Citizen::Other => Some("INSZ_OTHER"),
        Citizen::Empty => Some("INSZ_EMPTY"),
        Citizen::Nobody => Some("INSZ_NOBODY"),
        Citizen::Malformed(_) => None,
    }
}

/// The marks that a call to the source gives a name: that of its token, and nobody's number in its path.
fn named_by(one: &Exchange, people: &People) -> Vec<(String, String)> {
    let marks = |text: &str| -> Vec<String> {
        let of = |piece: &Piece<'_>| match piece {
            Piece::Mark(mark) => Some((*mark).to_owned()),
            Piece::Text(_) => None,
        };
        people.pieces(text).iter().filter_map(of).collect()
    };
    let mut named = Vec::new();
    if one.request.kind() != Kind::Issuer && one.request.auth != Auth::None {
        let headers = one.sent.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        let in_query = Some(&one.sent.url).filter(|_| one.request.auth == Auth::InQuery);
        let texts = headers.map(|(_, value)| value).chain(in_query);
        let tokens = texts.flat_map(|text| marks(text)).filter(|mark| mark.starts_with("TOKEN-"));
        named.extend(tokens.map(|mark| (mark, variable(one.request.auth))));
    }
    let is_nobodys = matches!(one.request.target, Target::PlainHttp | Target::Entry { citizen: Citizen::Nobody, .. });
    if let (true, Some(name)) = (is_nobodys, number_of(Citizen::Nobody)) {
        let numbers = marks(&one.sent.url).into_iter().filter(|mark| mark.starts_with("INSZ-"));
        named.extend(numbers.map(|mark| (mark, name.to_owned())));
    }
    named
}

/// One command; over several lines where one would be too long.
fn joined(words: &[String]) -> String {
    let line = words.join(" ");
    if line.len() <= LONGEST_LINE {
        return line;
    }
    let mut lines = vec![String::new()];
    for word in words {
        match lines.last_mut() {
            Some(last) if last.is_empty() => last.push_str(word),
            // What is short shares a line, so that the whole stays one.
            Some(last) if last.len() + word.len() < LONGEST_LINE - 4 => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(word.clone()),
        }
    }
    lines.join(" \\\n  ")
}

/// For a URL: what may not stand in it, percent-encoded.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for c in text.chars() {
        if unsafe_in_text(c) || c.is_whitespace() {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                let _ = write!(encoded, "%{byte:02X}");
            }
        } else {
            encoded.push(c);
        }
    }
    encoded
}
