//! The examples of a requirement that can be tried: an answer that conforms and one that does not, each written as an
//! HTTP message that stands in for an answer of a conformant source.
//!
//! A message is laid over the answer whose place it takes: its status counts, each of its headers replaces the one of
//! that name, and `Name:` without a value removes it. Its body replaces the whole body, unless it starts with `…`: then
//! the rest is as it was, and what follows is a JSON Merge Patch (RFC 7396) on it. Nothing after the headers is an empty
//! body. `https://host` stands for the source, `{insz}` for the number of the subject, `{issuer}` for the issuer,
//! `{client}` for the client-id of the source and `{token}` for the token that was presented.

use serde::Deserialize;
use serde_json::Value;

use crate::base::text::Text;
use crate::text;

/// Before a body: the rest is as in a conformant answer.
pub const UNCHANGED: char = '…';

/// The answers of a run whose place an example takes.
#[expect(missing_docs, reason = "the words for people say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExampleTarget {
    Entry,
    SecondPage,
    Page,
    NoParameters,
    PageOfOne,
    PageOfTwo,
    LargeLimit,
    PastTheEnd,
    Empty,
    Other,
    Detail,
    Download,
    PdfDownload,
    NoAccept,
    UnknownAccept,
    Gzip,
    AcceptLanguage,
    NoIds,
    OtherHost,
    UnknownCertificate,
    MissingLanguage,
    UnknownPath,
    BadPage,
    MalformedNumber,
    NoToken,
    NoScheme,
    InventedToken,
    ExpiredToken,
    OtherAudience,
    WithoutScope,
    WithoutCitizen,
    TokenInQuery,
    LowerCaseScheme,
    DownloadWithoutToken,
    OtherCitizen,
    UnknownCitizen,
    OtherCertificate,
    #[serde(rename = "openapi")]
    OpenApi,
    PlainHttp,
    Discovery,
    Exchange,
    Introspection,
}

impl ExampleTarget {
    /// What was asked for, in words.
    #[expect(clippy::too_many_lines, reason = "a table")]
    pub fn label(self) -> Text {
        let (nl, en) = match self {
            Self::Entry => ("de eerste pagina van de lijst", "the first page of the list"),
            Self::SecondPage => ("de tweede pagina van de lijst", "the second page of the list"),
            Self::Page => ("elke pagina van de lijst", "every page of the list"),
            Self::NoParameters => ("de lijst zonder `page` en `limit`", "the list without `page` and `limit`"),
            Self::PageOfOne => ("een pagina van één attest", "a page of one certificate"),
            Self::PageOfTwo => ("een pagina van twee attesten", "a page of two certificates"),
            Self::LargeLimit => {
                ("een pagina met een `limit` boven het maximum", "a page with a `limit` above the maximum")
            }
            Self::PastTheEnd => ("de pagina na de laatste", "the page after the last one"),
            Self::Empty => ("de lijst van een burger zonder attesten", "the list of a citizen without certificates"),
            Self::Other => (
                "de lijst van de andere burger, met diens eigen token",
                "the list of the other citizen, with that citizen's own token",
            ),
            Self::Detail => ("het detail van een attest", "the detail of a certificate"),
            Self::Download => ("het document van een attest", "the document of a certificate"),
            Self::PdfDownload => (
                "het document van een attest, gevraagd als `application/pdf`",
                "the document of a certificate, asked for as `application/pdf`",
            ),
            Self::Gzip => {
                ("de lijst, gevraagd met `Accept-Encoding: gzip`", "the list, asked for with `Accept-Encoding: gzip`")
            }
            Self::NoAccept => ("de lijst, gevraagd zonder `Accept`", "the list, asked for without `Accept`"),
            Self::UnknownAccept => (
                "de lijst, gevraagd in een type dat niemand levert",
                "the list, asked for in a type that nobody supplies",
            ),
            Self::AcceptLanguage => {
                ("de lijst, gevraagd met `Accept-Language`", "the list, asked for with `Accept-Language`")
            }
            Self::NoIds => ("de lijst, gevraagd zonder correlatie-id's", "the list, asked for without correlation ids"),
            Self::OtherHost => {
                ("de lijst, gevraagd met een vreemde `Host`", "the list, asked for with a foreign `Host`")
            }
            Self::UnknownCertificate => ("een attest dat niet bestaat", "a certificate that does not exist"),
            Self::MissingLanguage => {
                ("een attest in een taal waarin het niet bestaat", "a certificate in a language that it lacks")
            }
            Self::UnknownPath => ("een pad dat niet bestaat", "a path that does not exist"),
            Self::BadPage => ("de lijst met `page=abc`", "the list with `page=abc`"),
            Self::MalformedNumber => {
                ("de lijst van een verkeerd gevormd rijksregisternummer", "the list of a malformed national number")
            }
            Self::NoToken => ("de lijst, zonder token", "the list, without a token"),
            Self::NoScheme => ("de lijst, met een token zonder schema", "the list, with a token without a scheme"),
            Self::InventedToken => ("de lijst, met een verzonnen token", "the list, with an invented token"),
            Self::ExpiredToken => ("de lijst, met een vervallen token", "the list, with an expired token"),
            Self::OtherAudience => {
                ("de lijst, met een token voor een andere audience", "the list, with a token for another audience")
            }
            Self::WithoutScope => {
                ("de lijst, met een token zonder de scope", "the list, with a token without the scope")
            }
            Self::WithoutCitizen => {
                ("de lijst, met een token zonder burger", "the list, with a token without a citizen")
            }
            Self::TokenInQuery => ("de lijst, met het token in de query", "the list, with the token in the query"),
            Self::LowerCaseScheme => {
                ("de lijst, met `bearer` in kleine letters", "the list, with `bearer` in lower case")
            }
            Self::DownloadWithoutToken => {
                ("het document van een attest, zonder token", "the document of a certificate, without a token")
            }
            Self::OtherCitizen => (
                "de lijst van de andere burger, met het token van het subject",
                "the list of the other citizen, with the subject's token",
            ),
            Self::UnknownCitizen => {
                ("de lijst van een nummer dat nooit is uitgereikt", "the list of a number that was never issued")
            }
            Self::OtherCertificate => (
                "andermans attest onder het nummer van het subject",
                "somebody else's certificate under the subject's number",
            ),
            Self::OpenApi => ("het eigen OpenAPI-document van de bron", "the source's own OpenAPI document"),
            Self::PlainHttp => ("de basis-URL over gewone http", "the base URL over plain http"),
            Self::Discovery => ("de discovery van de uitgever", "the discovery of the issuer"),
            Self::Exchange => ("de tokenuitwisseling", "the token exchange"),
            Self::Introspection => ("de introspectie van het token", "the introspection of the token"),
        };
        Text::new(nl, en)
    }
}

/// A right and a wrong answer to the same request.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeExample {
    /// Which answers they stand in for.
    pub of: ExampleTarget,
    /// The message with which the requirement holds.
    pub right: String,
    /// The message with which it does not.
    pub wrong: String,
}

/// The body of a message.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Nothing.
    Empty,
    /// As it was.
    Rest,
    /// As it was, but for this JSON Merge Patch.
    Patch(Value),
    /// This.
    Whole(String),
}

/// A message, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// The status code.
    pub status: u16,
    /// The headers, names in lower case; none: the header is removed.
    pub headers: Vec<(String, Option<String>)>,
    /// The body.
    pub body: Body,
}

/// What is wrong with a message, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// What is wrong.
    pub message: Text,
    /// What to do about it.
    pub remedy: Text,
}

impl Message {
    /// Reads a message.
    ///
    /// # Errors
    /// The first thing that is wrong in it.
    pub fn read(text: &str) -> Result<Self, Malformed> {
        let mut lines = text.lines();
        let status = status(lines.next().unwrap_or_default())?;
        let mut headers = Vec::new();
        for (line, number) in lines.by_ref().take_while(|line| !line.trim().is_empty()).zip(2_usize..) {
            headers.push(header(line, number)?);
        }
        let rest: Vec<&str> = lines.collect();
        Ok(Self { status, headers, body: body(rest.join("\n").trim())? })
    }
}

fn status(line: &str) -> Result<u16, Malformed> {
    let rest = line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.split_once(' '));
    rest.filter(|(code, reason)| code.len() == 3 && !reason.trim().is_empty())
        .and_then(|(code, _)| code.parse().ok())
        .filter(|code| (200..600).contains(code))
        .ok_or_else(|| Malformed {
            message: text!(
                "de eerste regel van het bericht is geen statusregel",
                "the first line of the message is not a status line"
            ),
            remedy: text!(
                "begin met bijvoorbeeld `HTTP/1.1 200 OK`; de status is er een van 200 tot 599",
                "begin with, for example, `HTTP/1.1 200 OK`; the status is from 200 to 599"
            ),
        })
}

fn header(line: &str, number: usize) -> Result<(String, Option<String>), Malformed> {
    let token = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    let (name, value) = line.split_once(':').filter(|(name, _)| token(name)).ok_or_else(|| Malformed {
        message: text!("regel {number} van het bericht is geen header", "line {number} of the message is not a header"),
        remedy: text!(
            "schrijf `Naam: waarde`, of `Naam:` om de header weg te laten; een lege regel scheidt de headers van de inhoud",
            "write `Name: value`, or `Name:` to leave the header out; an empty line separates the headers from the body"
        ),
    })?;
    let value = value.trim();
    Ok((name.to_ascii_lowercase(), (!value.is_empty()).then(|| value.to_owned())))
}

fn body(text: &str) -> Result<Body, Malformed> {
    let json = |text: &str| serde_json::from_str::<Value>(text);
    let Some(patch) = text.strip_prefix(UNCHANGED).map(str::trim) else {
        if text.starts_with(['{', '['])
            && let Err(error) = json(text)
        {
            return Err(Malformed {
                message: text!(
                    "de inhoud van het bericht is geen JSON: {error}",
                    "the body of the message is not JSON: {error}"
                ),
                remedy: text!("verbeter de JSON", "correct the JSON"),
            });
        }
        return Ok(if text.is_empty() { Body::Empty } else { Body::Whole(text.to_owned()) });
    };
    match json(patch) {
        _ if patch.is_empty() => Ok(Body::Rest),
        Ok(patch) if patch.is_object() => Ok(Body::Patch(patch)),
        _ => Err(Malformed {
            message: text!(
                "wat na `{UNCHANGED}` staat, is geen JSON-object",
                "what comes after `{UNCHANGED}` is not a JSON object"
            ),
            remedy: text!(
                "schrijf na `{UNCHANGED}` een JSON Merge Patch (RFC 7396), of niets als de inhoud blijft zoals ze is",
                "write a JSON Merge Patch (RFC 7396) after `{UNCHANGED}`, or nothing where the body stays as it is"
            ),
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(text: &str) -> Message {
        Message::read(text).unwrap()
    }

    #[test]
    fn a_message_has_a_status_headers_and_a_body() {
        let read = message("HTTP/1.1 404 Not Found\nContent-Type: text/plain\nDate:\n\nNot\n\nhere\n");
        let headers = vec![("content-type".to_owned(), Some("text/plain".to_owned())), ("date".to_owned(), None)];
        assert_eq!(read, Message { status: 404, headers, body: Body::Whole("Not\n\nhere".to_owned()) });
    }

    #[test]
    fn a_body_is_nothing_the_rest_a_patch_or_whole() {
        for (written, body) in [
            ("", Body::Empty),
            ("\n\n…\n", Body::Rest),
            ("\n\n… { \"a\":\n null }", Body::Patch(json!({"a": null}))),
            ("\n\n[1]", Body::Whole("[1]".to_owned())),
        ] {
            assert_eq!(message(&format!("HTTP/1.1 200 OK{written}")).body, body, "{written}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (written, expected) in [
            ("", "first line"),
            ("HTTP/1.1 OK", "first line"),
            ("HTTP/1.1 99 Low", "first line"),
            ("HTTP/1.1 200", "first line"),
            ("HTTP/1.1 200 OK\nA: b\n{ \"a\": 1 }", "line 3"),
            ("HTTP/1.1 200 OK\n\n{ \"a\": }", "not JSON"),
            ("HTTP/1.1 200 OK\n\n… [1]", "not a JSON object"),
            ("HTTP/1.1 200 OK\n\n… { a }", "not a JSON object"),
        ] {
            let fault = Message::read(written).unwrap_err();
            assert!(fault.message.en.contains(expected), "{written}: {}", fault.message.en);
            assert!(!fault.remedy.nl.is_empty());
        }
    }
}
