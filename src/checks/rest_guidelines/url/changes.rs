//! What an earlier report of the same version shows that is gone now.

use crate::base::text::{Text, shown};
use crate::catalogue::Level;
use crate::evidence::exchange::{Exchange, Kind};
use crate::evidence::snapshot::{ApiSnapshot, Baseline, Part, PartSnapshot};
use crate::judging::context::{CheckContext, Judgement};
use crate::judging::verdict::{Finding, Verdict};
use crate::source::snapshot::{Break, ENOUGH, is_ordinary};
use crate::text;

/// The members that the documents know of a certificate and of the page metadata.
const DOCUMENTED_FIELDS: [&str; 9] = [
    "/id",
    "/language",
    "/name",
    "/year",
    "/community",
    "/pageMetadata/number",
    "/pageMetadata/size",
    "/pageMetadata/totalElements",
    "/pageMetadata/totalPages",
];

/// The rels that they know.
const DOCUMENTED_RELS: [&str; 8] = ["self", "download", "next", "prev", "previous", "start", "first", "last"];

pub(super) fn no_breaking_change_within_a_version(cx: &CheckContext<'_>) -> Judgement {
    let setup = cx.setup();
    let Some(previous) = &setup.source().previous else {
        return Ok(Verdict::not_applicable(text!(
            "er is geen eerder rapport; geef er een op met --previous",
            "there is no earlier report; name one with --previous"
        )));
    };
    cx.request_everything()?;
    let exchanges: Vec<&Exchange> = cx.whole_run()?.collect();
    let now = ApiSnapshot::of(&setup.base_url, exchanges.iter().copied());
    if let Some(other) = incomparable(previous, &setup.name, &setup.base_url, &now) {
        return Ok(other);
    }
    let breaks = previous.shapes.breaks(&now);
    let findings = breaks.into_iter().map(|(part, broken)| finding(&exchanges, part, &broken));
    cx.judged_unless(findings, too_few(previous, &now))
}

/// Why two runs say nothing about each other.
fn incomparable(previous: &Baseline, source: &str, base_url: &str, now: &ApiSnapshot) -> Option<Verdict> {
    if previous.source != source && previous.base_url != base_url {
        let other = shown(&previous.source);
        return Some(Verdict::not_applicable(text!(
            "het eerdere rapport gaat over een andere bron: {other}",
            "the earlier report is about another source: {other}"
        )));
    }
    let version = |shapes: &ApiSnapshot| shapes.version.as_deref().map_or_else(|| "-".to_owned(), shown);
    let (was, is) = (version(&previous.shapes), version(now));
    (was != is).then(|| {
        Verdict::not_applicable(text!(
            "het eerdere rapport gaat over versie {was}, dit over {is}",
            "the earlier report is about version {was}, this one about {is}"
        ))
    })
}

fn too_few(previous: &Baseline, now: &ApiSnapshot) -> Option<Verdict> {
    let items = |shapes: &ApiSnapshot| shapes.parts.get(&Part::Item).map_or(0, PartSnapshot::readable);
    let (was, is) = (items(&previous.shapes), items(now));
    (was < ENOUGH || is < ENOUGH).then(|| {
        Verdict::blocked(
            text!(
                "het eerdere rapport zag {was} attesten en dit {is}; er zijn er telkens {ENOUGH} nodig",
                "the earlier report saw {was} certificates and this one {is}; {ENOUGH} are needed in each"
            ),
            text!(
                "kies een burger met meer attesten, in beide keuringen",
                "choose a citizen with more certificates, in both runs"
            ),
        )
    })
}

fn finding(exchanges: &[&Exchange], part: Part, broken: &Break) -> Finding {
    let gone = || (text!("aanwezig, zoals voorheen", "present, as before"), text!("op geen enkele", "on none"));
    let other = |was: &str, is: &str| (Text::same(shown(was)), Text::same(shown(is)));
    let (what, (expected, actual)) = match broken {
        Break::Field(path) => (path.clone(), gone()),
        Break::Type(path, was, is) => (path.clone(), other(was, is)),
        Break::Rel(rel) => (format!("rel {rel}"), gone()),
        Break::Status(was, is) => ("status".to_owned(), other(was, is)),
    };
    let kind = match part {
        Part::List | Part::Item => Kind::List,
        Part::Detail => Kind::Detail,
        Part::Download => Kind::Download,
    };
    let shows = |exchange: &&&Exchange| is_ordinary(exchange) && exchange.request.kind() == kind;
    let exchange = exchanges.iter().find(shows).map(|exchange| exchange.request.clone());
    let place = shown(&format!("{} {what}", part.name()));
    let finding = Finding { expected, actual, place, exchange, level: None, fix: None };
    // Consumers ignore what no document names.
    if is_documented(broken) { finding } else { finding.at_most(Level::May) }
}

fn is_documented(broken: &Break) -> bool {
    match broken {
        Break::Field(path) | Break::Type(path, ..) => DOCUMENTED_FIELDS.contains(&path.as_str()),
        Break::Rel(rel) => DOCUMENTED_RELS.contains(&rel.as_str()),
        Break::Status(..) => true,
    }
}
