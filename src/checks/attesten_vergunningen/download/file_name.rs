//! The name under which the citizen saves a document.

use percent_encoding::percent_decode_str;

use super::documents;
use crate::base::text::{Text, shown};
use crate::catalogue::Level;
use crate::checks::shared::absent;
use crate::judging::context::{Answer, CheckContext, Judgement, Whose};
use crate::judging::verdict::Finding;
use crate::text;

const PLACE: &str = "header content-disposition";

pub(super) fn file_name_is_fit_to_save(cx: &CheckContext<'_>) -> Judgement {
    let findings = documents(cx)?.into_iter().flat_map(|answer| findings(cx, answer));
    cx.judged(findings)
}

fn findings(cx: &CheckContext<'_>, answer: Answer<'_>) -> Vec<Finding> {
    let Some(header) = answer.response.header("content-disposition") else {
        let expected = text!("een bestandsnaam", "a file name");
        return vec![answer.finding(PLACE, expected, absent()).at_most(Level::May)];
    };
    let names = file_names(header);
    let shown_header = || Text::same(shown(header));
    let mut findings = Vec::new();
    if !names.iter().any(|name| has_extension(name)) {
        let expected = text!("een bestandsnaam met een extensie", "a file name with an extension");
        findings.push(answer.finding(PLACE, expected, shown_header()));
    }
    let whose: Vec<Whose> = names.iter().map(|name| cx.whose(name)).collect();
    let known = whose.iter().any(|whose| !whose.citizens.is_empty());
    if whose.iter().any(|whose| !whose.is_nobody()) {
        let expected = text!("geen rijksregisternummer in de naam", "no national number in the name");
        let finding = answer.finding(PLACE, expected, shown_header());
        // Eleven digits of a file number can pass for a national number by accident.
        findings.push(if known { finding } else { finding.at_most(Level::May) });
    }
    findings
}

/// The names in a `Content-Disposition` (RFC 6266): of `filename*`, decoded, and of `filename`.
fn file_names(header: &str) -> Vec<String> {
    let parameters = parameters(header);
    // RFC 8187: charset'language'percent-encoded.
    let plain = |value: &str| {
        let encoded = value.splitn(3, '\'').last().unwrap_or_default();
        percent_decode_str(encoded).decode_utf8_lossy().into_owned()
    };
    let extended = parameters.iter().filter(|(name, _)| name == "filename*").map(|(_, value)| plain(value));
    let simple = parameters.iter().filter(|(name, _)| name == "filename").map(|(_, value)| value.clone());
    extended.chain(simple).filter(|name| !name.trim().is_empty()).collect()
}

/// The parameters of a header value: names in lower case, values without quotes.
fn parameters(header: &str) -> Vec<(String, String)> {
    let mut pieces = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for c in header.chars() {
        match c {
            ';' if !quoted => pieces.push(String::new()),
            '"' if !escaped => quoted = !quoted,
            '\\' if quoted && !escaped => {
                escaped = true;
                continue;
            }
            c => pieces.last_mut().into_iter().for_each(|piece| piece.push(c)),
        }
        escaped = false;
    }
    let pairs = pieces.iter().filter_map(|piece| piece.split_once('='));
    pairs.map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned())).collect()
}

/// Whether a name ends in a dot and an extension: a few letters, or letters and digits.
fn has_extension(name: &str) -> bool {
    let Some((stem, extension)) = name.trim().rsplit_once('.') else { return false };
    let alphanumeric = extension.chars().all(|c| c.is_ascii_alphanumeric());
    let lettered = extension.chars().any(|c| c.is_ascii_alphabetic());
    !stem.is_empty() && extension.len() <= 10 && alphanumeric && lettered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_browsers_read_them() {
        let both = "attachment; filename=\"a; \\\"b\\\".pdf\"; FileName*=UTF-8''attest%20%E2%82%AC.pdf";
        assert_eq!(file_names(both), ["attest €.pdf", "a; \"b\".pdf"]);
        assert_eq!(file_names("attachment; filename=fiscaal attest.pdf"), ["fiscaal attest.pdf"]);
        assert_eq!(file_names("inline"), [""; 0]);
        assert_eq!(file_names("attachment; filename=\"\""), [""; 0]);
    }

    #[test]
    fn an_extension_is_a_few_letters_after_a_dot() {
        for (name, has) in
            [("a.pdf", true), ("a.7z", true), (".pdf", false), ("attest.2025", false), ("attest", false), ("a.", false)]
        {
            assert_eq!(has_extension(name), has, "{name}");
        }
    }
}
