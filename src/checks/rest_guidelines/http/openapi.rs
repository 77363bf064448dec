//! The owner's own OpenAPI document: what it is, and what it says about itself. Whether the answers fit it, `covered`
//! judges.

use std::collections::BTreeSet;

use serde_json::Value;
use url::Url;

use super::{Offence, in_one};
use crate::base::input::{Diagnostic, Diagnostics};
use crate::base::openapi::{OpenApi, Operation, ParameterDecl};
use crate::base::text::{Text, shown};
use crate::base::value::walk::pointer_step;
use crate::catalogue::Level;
use crate::evidence::exchange::{Exchange, FailureKind, Kind, Request, Target};
use crate::judging::context::{Answer, CheckContext, Judgement, Stop};
use crate::judging::reason;
use crate::judging::verdict::{Finding, Verdict};
use crate::text;

/// The owner's document as it was recorded, read. Not applicable without one, blocked where it did not come.
pub(super) fn own<'a>(cx: &CheckContext<'a>) -> Result<(Answer<'a>, &'a Result<OpenApi, Diagnostics>), Stop> {
    let Some(file) = cx.setup().source().openapi.as_deref() else {
        return Err(Verdict::not_applicable(text!(
            "het profiel noemt geen `source.openapi`",
            "the profile names no `source.openapi`"
        ))
        .into());
    };
    let exchange = cx.attempt(&Request::probe(Target::OpenApi))?;
    let lacking = |why: Text| Stop::from(reason::lacks("source.openapi", why));
    let response = match &exchange.result {
        Ok(response) => response,
        // Where it is a file there is no connection to speak of.
        Err(failure) if failure.kind == FailureKind::Broken => {
            let Text { nl, en } = failure.detail.map(shown);
            return Err(lacking(text!(
                "het OpenAPI-document is niet te lezen ({nl})",
                "the OpenAPI document cannot be read ({en})"
            )));
        }
        Err(failure) => return Err(reason::no_answer(&exchange.request, failure).into()),
    };
    let answer = Answer { exchange, response };
    let status = response.status;
    if !answer.response.is_success() {
        return Err(lacking(text!(
            "het OpenAPI-document is niet ontvangen: de server antwoordde {status}",
            "the OpenAPI document was not received: the server answered {status}"
        )));
    }
    match answer.response.openapi(file).filter(|_| !answer.response.facts.truncated) {
        Some(document) => Ok((answer, document)),
        None => Err(lacking(text!(
            "het OpenAPI-document is leeg, te groot of geen tekst",
            "the OpenAPI document is empty, too large or not text"
        ))),
    }
}

/// The owner's document, where something can be done with it.
pub(super) fn readable<'a>(cx: &CheckContext<'a>) -> Result<(Answer<'a>, &'a OpenApi), Stop> {
    match own(cx)? {
        (answer, Ok(document)) => Ok((answer, document)),
        (_, Err(_)) => Err(flawed().into()),
    }
}

/// The verdict where flaws of the document keep us from judging.
pub(super) fn flawed() -> Verdict {
    reason::unmet(text!(
        "het OpenAPI-document is niet volledig te lezen",
        "the OpenAPI document cannot be read completely"
    ))
}

pub(super) fn own_openapi_document_is_valid(cx: &CheckContext<'_>) -> Judgement {
    let (answer, document) = own(cx)?;
    let finding = |fault: &Diagnostic| {
        let place = shown(fault.place.as_deref().unwrap_or_default());
        let expected = text!("een geldig OpenAPI-document van versie 3", "a valid OpenAPI document of version 3");
        answer.finding(place, expected, fault.message.map(shown)).fix(fault.remedy.clone())
    };
    let findings: Vec<Finding> = match document {
        Err(faults) => faults.0.iter().map(finding).collect(),
        Ok(document) => {
            let beyond = document.unjudged().iter().map(|fault| finding(fault).at_most(Level::May));
            document.errors().iter().map(finding).chain(beyond).collect()
        }
    };
    cx.judged(findings)
}

pub(super) fn own_openapi_document_describes_everything(cx: &CheckContext<'_>) -> Judgement {
    let (answer, document) = readable(cx)?;
    let mut offences = Vec::new();
    for operation in document.operations() {
        let place = pointer(operation);
        if operation.summary().or(operation.description()).is_none() {
            let actual = text!("geen `summary` en geen `description`", "neither `summary` nor `description`");
            offences.push(Offence { answer, place: place.clone(), actual, level: None });
        }
        for parameter in operation.parameters().iter().filter(|parameter| parameter.description.is_none()) {
            let ParameterDecl { name, location, .. } = parameter;
            let name = shown(name);
            let actual =
                text!("geen omschrijving van `{name}` ({location})", "no description of `{name}` ({location})");
            offences.push(Offence { answer, place: format!("{place} {location} {name}"), actual, level: None });
        }
    }
    // What could not be read may lack its description too.
    if offences.is_empty() && document.is_incomplete() {
        return Err(flawed().into());
    }
    if document.operations().next().is_none() {
        return Err(empty().into());
    }
    let expected = text!("een omschrijving", "a description");
    cx.judged(in_one(expected, offences))
}

/// The verdict where the document describes nothing.
fn empty() -> Verdict {
    let why =
        text!("het OpenAPI-document beschrijft geen enkele operatie", "the OpenAPI document describes no operation");
    reason::lacks("source.openapi", why)
}

/// Where an operation stands in its document.
fn pointer(operation: Operation<'_>) -> String {
    let path = pointer_step(operation.path());
    format!("/paths/{path}/{}", operation.method().to_ascii_lowercase())
}

/// What the house style has an agreed name for.
const AGREED: [&str; 4] = ["embed", "sort", "q", "field"];

pub(super) fn query_parameters_have_the_agreed_names(cx: &CheckContext<'_>) -> Judgement {
    let (answer, document) = readable(cx)?;
    let mut offered = false;
    let mut findings: Vec<Finding> = Vec::new();
    for agreed in AGREED {
        let mut offences = Vec::new();
        for operation in document.operations() {
            let query = || operation.parameters().iter().filter(|parameter| parameter.location == "query");
            if query().any(|parameter| parameter.name == agreed) {
                offered = true;
                continue;
            }
            for parameter in query().filter(|parameter| is_for(cx, parameter, agreed)) {
                offered = true;
                let actual = Text::same(shown(&parameter.name));
                offences.push(Offence { answer, place: pointer(operation), actual, level: None });
            }
        }
        findings.extend(in_one(Text::same(agreed), offences));
    }
    if !offered {
        return Err(Verdict::not_applicable(text!(
            "het document biedt geen insluiten, sorteren, zoeken in volledige tekst of keuze van velden aan",
            "the document offers no embedding, sorting, full-text search or choice of fields"
        ))
        .into());
    }
    cx.judged(findings)
}

/// Whether a parameter is for what has an agreed name: by a name that can mean nothing else, or by one that can and a
/// description that says so.
fn is_for(cx: &CheckContext<'_>, parameter: &ParameterDecl, agreed: &str) -> bool {
    let name: String =
        parameter.name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let listed = |list: &str| cx.parameter(&format!("{agreed}{list}"));
    if listed("_names").contains(&name.as_str()) {
        return true;
    }
    let description = parameter.description.as_deref().unwrap_or_default().to_lowercase();
    listed("_perhaps").contains(&name.as_str()) && listed("_words").iter().any(|word| description.contains(word))
}

/// The operation of the owner's document that an exchange is of, wherever the paths of the document begin: at one of
/// its servers, or anywhere in the base URL.
pub(super) fn operation_of<'d>(
    cx: &CheckContext<'_>,
    document: &'d OpenApi,
    exchange: &Exchange,
) -> Option<Operation<'d>> {
    let setup = cx.setup();
    let bases = [Some(&setup.base_url), setup.source().public_url.as_ref()].into_iter().flatten();
    let bases: Vec<Url> = bases.filter_map(|base| Url::parse(base).ok()).collect();
    document.operation_of(exchange.request.method(), &Url::parse(&exchange.sent.url).ok()?, &bases)
}

/// The documents that state any of these formats: the owner's, and that of the source specification.
pub(super) struct Stating<'a> {
    formats: &'a [&'a str],
    own: Option<&'a OpenApi>,
    specified: Option<&'a OpenApi>,
}

impl<'a> Stating<'a> {
    pub(super) fn new(cx: &CheckContext<'a>, formats: &'a [&'a str]) -> Result<Self, Stop> {
        let own = match readable(cx) {
            Ok((_, document)) => Some(document),
            Err(Stop::Verdict(_)) => None,
            Err(stop) => return Err(stop),
        };
        let [own, specified] =
            [own, cx.catalogue.schemas()].map(|document| document.filter(|document| document.states_format(formats)));
        Ok(Self { formats, own, specified })
    }

    /// Where in an answer the values stand for which a schema states one of the formats.
    pub(super) fn places(&self, cx: &CheckContext<'_>, answer: Answer<'_>, json: &Value) -> BTreeSet<String> {
        let own = self.own.and_then(|document| operation_of(cx, document, answer.exchange));
        let specified = self.specified.and_then(|schemas| specified(cx, schemas, answer));
        let Some(media_type) = answer.response.media_type() else { return BTreeSet::new() };
        let stated = |operation: Operation<'_>| operation.formats(answer.response.status, &media_type, json);
        let stated = [own, specified].into_iter().flatten().flat_map(stated);
        stated.filter(|(_, format)| self.formats.contains(&format.as_str())).map(|(place, _)| place).collect()
    }
}

/// The operation of the source specification: the entry resource, or the first one below it that answers in JSON.
fn specified<'d>(cx: &CheckContext<'_>, schemas: &'d OpenApi, answer: Answer<'_>) -> Option<Operation<'d>> {
    let entry = format!("/{}", cx.entry().path);
    let mut gets = schemas.operations().filter(|operation| operation.method() == "GET");
    if answer.request().kind() == Kind::List {
        return gets.find(|operation| operation.path() == entry);
    }
    let below =
        |operation: &Operation<'_>| operation.path().strip_prefix(&entry).is_some_and(|rest| rest.starts_with('/'));
    gets.find(|operation| below(operation) && operation.can_judge(200, "application/hal+json"))
}
