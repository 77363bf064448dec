//! How a requirement, a finding and an exchange read. The views share these words; they differ in form only.

mod alike;
mod basis;
mod cause;
mod entry;
mod state;
mod tally;

use crate::base::text::{Lang, Text};
use crate::catalogue::{Level, SubjectKind};
use crate::evidence::exchange::{NOT_ACM, STAND_IN_ACM};
use crate::judging::decisions::Answer;
use crate::judging::reason;
use crate::judging::verdict::{Circumstances, Conformant, Counts, Outcome, Shortfall, WaiverState};
use crate::text;

use super::alike::{Alike, joined};
use super::exchange::{Exchange, Unanswered};
use super::model::{Finding, Report, Requirement, Review, Waiver};

pub(super) use self::alike::{difference, exchange_of};
pub(super) use self::basis::{basis, declared};
pub(super) use self::cause::{cause_details, waits_for};
pub(super) use self::entry::{Entry, entries, every_entry, message, open_reviews, others};
pub use self::state::State;
pub(super) use self::tally::{Tally, tallies, tallies_of};

/// Findings that a view repeats before it says how many more there are.
pub(super) const MOST_FINDINGS: usize = 5;

impl Requirement {
    /// What is to be said about it in one sentence: its reason, else its first finding, and what covers it.
    pub(super) fn brief(&self, lang: Lang) -> Option<String> {
        let reason = self.why().map(|why| why.get(lang).to_owned());
        let accepted = self.accepted.as_ref().map(|why| format!("{}: {why}", ACCEPTED.get(lang)));
        let waiver = self.waiver.as_ref().filter(|waiver| waiver.state != WaiverState::Unused);
        let waiver = waiver.map(|waiver| format!("{}: {}", WAIVER.get(lang), waived(waiver).get(lang)));
        let review = self.accepting().map(|review| reviewed(review).get(lang).to_owned());
        let all: Vec<String> = [reason, accepted, review, waiver].into_iter().flatten().collect();
        (!all.is_empty()).then(|| all.join("; "))
    }

    /// Why it stands as it does: its reason, else its worst finding.
    pub fn why(&self) -> Option<Text> {
        let in_words = |finding| Text::new(sentence(finding, Lang::Nl), sentence(finding, Lang::En));
        self.reason.clone().or_else(|| self.worst_finding().map(in_words))
    }

    /// The first of the worst findings.
    pub(super) fn worst_finding(&self) -> Option<&Finding> {
        self.findings.iter().rev().max_by_key(|finding| finding.severity)
    }
}

/// A finding in one sentence.
pub(super) fn sentence(finding: &Finding, lang: Lang) -> String {
    let (expected, actual) = (finding.expected.get(lang), finding.actual.get(lang));
    if expected.is_empty() {
        return actual.to_owned();
    }
    format!("{}: {expected}; {}: {actual}", EXPECTED.get(lang), FOUND.get(lang))
}

/// Why a waiver covers a failure, for how long and who answers for it; or why it does not cover it any more.
pub(super) fn waived(waiver: &Waiver) -> Text {
    let (reason, owner, until) = (&waiver.reason, &waiver.owner, waiver.until);
    let Text { nl, en } = waiver.scope.in_words();
    let approved = waiver.approved_by.as_ref();
    let approved = approved.map(|by| text!(", goedgekeurd door {by}", ", approved by {by}")).unwrap_or_default();
    let Text { nl: by_nl, en: by_en } = approved;
    match waiver.state {
        WaiverState::Holds | WaiverState::Unused => text!(
            "{reason} ({nl}, tot en met {until}; {owner}{by_nl})",
            "{reason} ({en}, until {until}; {owner}{by_en})"
        ),
        WaiverState::Ended => {
            text!("liep af op {until} ({owner}{by_nl}): {reason}", "ended on {until} ({owner}{by_en}): {reason}")
        }
        WaiverState::Exceeded => text!(
            "geldt alleen {nl}, en er zijn meer inbreuken ({owner}{by_nl}): {reason}",
            "holds only {en}, and more fails ({owner}{by_en}): {reason}"
        ),
        WaiverState::Stale => text!(
            "deze vrijstelling is niet meer nodig ({nl}); {owner} mag ze schrappen",
            "this waiver is no longer needed ({en}); {owner} can remove it"
        ),
    }
}

/// What a reviewer answered.
pub(super) fn reviewed(review: &Review) -> Text {
    let (name, date, note) = (&review.name, review.date, &review.note);
    let text = match review.answer {
        Answer::Accepted => text!("aanvaard door {name} op {date}: {note}", "accepted by {name} on {date}: {note}"),
        Answer::Rejected => text!("afgekeurd door {name} op {date}: {note}", "rejected by {name} on {date}: {note}"),
    };
    let until = review.until.map(|until| text!(" (tot en met {until})", " (until {until})")).unwrap_or_default();
    let link = review.link.as_ref().map(|link| format!(" {link}")).unwrap_or_default();
    let whole = |lang| [text.get(lang), until.get(lang), &link].concat();
    Text::new(whole(Lang::Nl), whole(Lang::En))
}

/// How strongly a requirement binds.
pub(super) fn level(level: Level) -> Text {
    match level {
        Level::Must => Text::new("must: verplicht", "must: obligatory"),
        Level::Should => Text::new("should: aanbevolen", "should: recommended"),
        Level::May => Text::new("may: vrijblijvend", "may: optional"),
    }
}

/// Whether the source conforms, in two words.
pub(super) fn conformant(conformant: Conformant) -> Text {
    match conformant {
        Conformant::Yes => Text::new("Voldoet", "Conforms"),
        Conformant::No => Text::new("Voldoet niet", "Does not conform"),
        Conformant::Undecided => Text::new("Geen besluit", "Undecided"),
        Conformant::Partial => Text::new("Geen volledig oordeel", "No full judgement"),
        Conformant::ReviewsOpen => Text::new("Beoordelingen open", "Reviews open"),
    }
}

/// A mark of one column for it. Never alone: the words stand beside it.
pub(super) fn mark(conformant: Conformant) -> char {
    match conformant {
        Conformant::Yes => State::Pass.symbol(),
        Conformant::No => State::Failure.symbol(),
        Conformant::Undecided => State::Blocked.symbol(),
        Conformant::Partial => State::Waived.symbol(),
        Conformant::ReviewsOpen => State::Review.symbol(),
    }
}

/// Where the tokens came from.
pub(super) fn environment(environment: &str) -> Text {
    match environment {
        "none" => Text::new("kant-en-klare tokens, zonder ACM", "ready-made tokens, without ACM"),
        "tni" => Text::new("TNI (test)", "TNI (test)"),
        "prod" => Text::new("productie", "production"),
        STAND_IN_ACM => Text::new("een nagebootste ACM (bronkeur-acm)", "a stand-in for ACM (bronkeur-acm)"),
        NOT_ACM => Text::new("niet ACM, al heet het zo", "not ACM, though it bears its name"),
        issuer => Text::same(issuer),
    }
}

/// So many calls.
pub(super) fn calls(count: usize) -> Text {
    match count {
        1 => text!("1 oproep", "1 call"),
        _ => text!("{count} oproepen", "{count} calls"),
    }
}

/// What a kind of subject is called.
pub(super) fn subject(kind: SubjectKind) -> Text {
    match kind {
        SubjectKind::Source => Text::new("bron", "source"),
        SubjectKind::Application => Text::new("toepassing", "application"),
        SubjectKind::Website => Text::new("website", "website"),
    }
}

/// The form of a source's lists; nothing of a subject that has none.
pub(super) fn envelope(envelope: &str) -> Text {
    match envelope {
        "links" => Text::new("vorm met `links`", "form with `links`"),
        "hal" => Text::new("vorm HAL", "form HAL"),
        "none" => Text::default(),
        _ => Text::new("vorm niet herkend", "form not recognised"),
    }
}

/// A duration in seconds.
pub fn seconds(ms: u64, lang: Lang) -> String {
    let point = if lang == Lang::Nl { ',' } else { '.' };
    format!("{}{point}{} s", ms / 1000, ms % 1000 / 100)
}

/// What `--strict` does.
pub(super) fn strict() -> Text {
    Text::new("waarschuwingen tellen als inbreuk", "warnings count as failures")
}

/// Whether a browser may follow it: a link of the specs, which may be anybody's.
pub(super) fn is_web_link(link: &str) -> bool {
    link.starts_with("https://") || link.starts_with("http://")
}

/// The last line of a run, in English in every language, for scripts:
/// `bronkeur: 2 failures, 1 warning, 3 blocked -> exit 1`; with open reviews of obligations
/// `bronkeur: 0 failures, 4 reviews open -> exit 0`.
pub fn last_line(counts: &Counts, exit_status: u8) -> String {
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let all = [
        (counts.failures, plural(counts.failures, "failure")),
        (counts.errors, plural(counts.errors, "error")),
        (counts.warnings, plural(counts.warnings, "warning")),
        (counts.blocked, format!("{} blocked", counts.blocked)),
    ];
    let mut named: Vec<String> = all.into_iter().filter(|(count, _)| *count > 0).map(|(_, words)| words).collect();
    if named.is_empty() {
        named.push(plural(0, "failure"));
    }
    let open = counts.reviews_open;
    named.extend((open > 0).then(|| format!("{} open", plural(open, "review"))));
    format!("bronkeur: {} -> exit {exit_status}", named.join(", "))
}

/// What was sent and what came of it, in one line; bounded.
pub(super) fn call(exchange: &Exchange, lang: Lang) -> String {
    let (id, method, end) = (&exchange.id, &exchange.method, answer(exchange));
    let end = end.get(lang);
    if let Some(visit) = &exchange.visit {
        return format!("{id} {} -> {end}", bounded(visit.title.get(lang), 300));
    }
    if exchange.url.is_empty() {
        return format!("{id} {} ({end})", text!("niet verzonden", "not sent").get(lang));
    }
    format!("{id} {method} {} -> {end}", bounded(&exchange.url, 300))
}

/// The status of the answer, or why none came; and what came before, where the call was sent again.
pub(super) fn answer(exchange: &Exchange) -> Text {
    if let (Some(visit), None) = (&exchange.visit, &exchange.error) {
        return visit.ended.clone();
    }
    let last = outcome(exchange.status, exchange.error.as_ref());
    if exchange.earlier.is_empty() {
        return last;
    }
    let before = exchange.earlier.iter().map(|one| match &one.error {
        // A body that broke off: its status does not tell what went wrong.
        Some(error) => error.kind.in_brief(),
        None => outcome(one.status, None),
    });
    let before: Vec<Text> = before.collect();
    let times = before.len() + 1;
    if before.iter().all(|one| *one == last) {
        let Text { nl, en } = last;
        return text!("{nl} ({times} keer)", "{en} ({times} times)");
    }
    let (nl, en): (Vec<String>, Vec<String>) = before.into_iter().map(|Text { nl, en }| (nl, en)).unzip();
    let (nl, en) = (nl.join(", "), en.join(", "));
    Text::new(format!("{} (eerst: {nl})", last.nl), format!("{} (first: {en})", last.en))
}

fn outcome(status: Option<u16>, error: Option<&Unanswered>) -> Text {
    match (status, error) {
        (Some(status), _) => Text::same(status),
        (None, Some(error)) => error.kind.in_brief(),
        (None, None) => Text::same("-"),
    }
}

/// What people read about a requirement: labels and texts, in order.
struct Said {
    lang: Lang,
    lines: Vec<(&'static str, String)>,
}

impl Said {
    /// Adds a line, unless there is nothing to say.
    fn say(&mut self, label: &Label, text: &str) {
        if !text.is_empty() {
            self.lines.push((label.get(self.lang), text.to_owned()));
        }
    }

    fn finding(&mut self, report: &Report, requirement: &Requirement, finding: &Finding) {
        self.say(&EXPECTED, finding.expected.get(self.lang));
        let actual = finding.actual.get(self.lang);
        if finding.severity == requirement.severity {
            self.say(&FOUND, actual);
        } else {
            self.say(&FOUND, &format!("{actual} ({})", finding.severity.label().get(self.lang)));
        }
        self.say(&WHERE, &finding.place);
        if let Some(exchange) = finding.exchange.as_deref().and_then(|id| report.exchange(id)) {
            self.say(&EXCHANGE, &call(exchange, self.lang));
        }
    }
}

/// What to do about a requirement, in short: the advice of its worst finding, else what to supply.
pub(super) fn to_do(row: &Requirement, lang: Lang) -> Option<String> {
    let fix = row.worst_finding().map(|finding| &finding.fix).or(row.remedy.as_ref())?;
    Some(format!("{}: {}", TO_DO.get(lang), fix.get(lang))).filter(|_| !fix.get(lang).is_empty())
}

/// Everything about one requirement that people need to act: labels and texts, in order.
pub(super) fn details(
    report: &Report,
    requirement: &Requirement,
    lang: Lang,
    all_findings: bool,
) -> Vec<(&'static str, String)> {
    let mut said = Said { lang, lines: Vec::new() };
    if let Some(reason) = &requirement.reason {
        said.say(if requirement.outcome == Outcome::Observed { &FOUND } else { &REASON }, reason.get(lang));
    }
    let blocked = report.cause_of(requirement).filter(|_| requirement.outcome == Outcome::Blocked);
    if let Some(cause) = blocked.filter(|cause| requirement.reason.as_ref() != Some(&cause.what)) {
        said.say(&CAUSE, cause.what.get(lang));
    }
    let findings = &requirement.findings;
    let groups = if all_findings { findings.iter().map(Alike::alone).collect() } else { joined(findings) };
    let (count, most) = (groups.len(), if all_findings { groups.len() } else { MOST_FINDINGS });
    let mut fixes: Vec<&str> = Vec::new();
    for (position, alike) in groups.iter().take(most).enumerate() {
        if count > 1 {
            said.say(&FINDING, &format!("{}/{count}", position + 1));
        }
        let Some(finding) = alike.told() else { continue };
        said.finding(report, requirement, finding);
        said.say(&ALIKE, &alike::likes(report, alike, lang).unwrap_or_default());
        let fix = finding.fix.get(lang);
        if !fixes.contains(&fix) {
            fixes.push(fix);
        }
    }
    let left: usize = groups.iter().skip(most).map(|alike| alike.findings.len()).sum();
    if left > 0 {
        said.say(&MORE, text!("nog {left}, in report.json", "{left} more, in report.json").get(lang));
    }
    for fix in fixes {
        said.say(&TO_DO, fix);
    }
    if let Some(remedy) = &requirement.remedy {
        said.say(&TO_DO, remedy.get(lang));
    }
    said.say(&ACCEPTED, requirement.accepted.as_deref().unwrap_or_default());
    if let Some(review) = &requirement.review {
        said.say(&REVIEW, reviewed(review).get(lang));
    }
    if let Some(waiver) = &requirement.waiver {
        said.say(&WAIVER, waived(waiver).get(lang));
    }
    said.say(&REFERENCE, &requirement.reference);
    said.say(&LINK, &requirement.link);
    said.lines
}

struct Label {
    nl: &'static str,
    en: &'static str,
}

impl Label {
    fn get(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::Nl => self.nl,
            Lang::En => self.en,
        }
    }
}

const FINDING: Label = Label { nl: "bevinding", en: "finding" };
const EXPECTED: Label = Label { nl: "verwacht", en: "expected" };
const FOUND: Label = Label { nl: "gevonden", en: "found" };
const WHERE: Label = Label { nl: "waar", en: "where" };
const EXCHANGE: Label = Label { nl: "oproep", en: "exchange" };
const ALIKE: Label = Label { nl: "net zo", en: "alike" };
const MORE: Label = Label { nl: "meer", en: "more" };
const REASON: Label = Label { nl: "reden", en: "reason" };
const CAUSE: Label = Label { nl: "oorzaak", en: "cause" };
const TO_DO: Label = Label { nl: "wat te doen", en: "what to do" };
const ACCEPTED: Label = Label { nl: "aanvaard", en: "accepted" };
const REVIEW: Label = Label { nl: "beoordeling", en: "review" };
const WAIVER: Label = Label { nl: "vrijstelling", en: "waiver" };
const REFERENCE: Label = Label { nl: "verwijzing", en: "reference" };
const LINK: Label = Label { nl: "link", en: "link" };

/// Why a run without failures is no full judgement.
pub fn why_partial(report: &Report) -> Vec<Text> {
    let (run, counts) = (&report.run, report.result.counts);
    let in_words = |shortfall| match shortfall {
        Shortfall::PlainHttp => over_http(report),
        Shortfall::NotAcm => not_acm(&run.environment),
        Shortfall::LeftOut => text!("niet alles werd gekeurd", "not everything was judged"),
        Shortfall::Waived => {
            let waived = counts.waived;
            text!("vrijgestelde inbreuken: {waived}", "waived failures: {waived}")
        }
        Shortfall::Accepted => {
            let accepted = counts.accepted;
            text!("niet te beoordelen en toch aanvaard: {accepted}", "blocked and nevertheless accepted: {accepted}")
        }
    };
    let circumstances = Circumstances::of(&run.base_url, &run.environment);
    circumstances.shortfalls(&counts, counts.accepted > 0).into_iter().map(in_words).collect()
}

/// That there was no TLS, and which requirements could say nothing because of that: said here once.
fn over_http(report: &Report) -> Text {
    let none = reason::no_encryption();
    let left_out = report.requirements.iter().filter(|row| row.outcome == none.outcome && row.reason == none.reason);
    let ids = left_out.map(|row| row.id.as_str()).collect::<Vec<_>>().join(", ");
    if ids.is_empty() {
        return text!("de bron werd over http opgeroepen", "the source was called over http");
    }
    text!(
        "de bron werd over http opgeroepen, zonder TLS om te beoordelen ({ids})",
        "the source was called over http, without TLS to judge ({ids})"
    )
}

/// Where the tokens came from, where that was not ACM.
fn not_acm(environment: &str) -> Text {
    match environment {
        "none" => {
            text!("de tokens kwamen uit het profiel, niet van ACM", "the tokens came from the profile, not from ACM")
        }
        STAND_IN_ACM => text!(
            "de tokens komen van een nagebootste ACM, niet van de echte",
            "the tokens come from a stand-in for ACM, not from the real one"
        ),
        NOT_ACM => text!(
            "een andere uitgever dan ACM antwoordde onder de naam van ACM",
            "another issuer than ACM answered under ACM's name"
        ),
        issuer => text!(
            "een andere uitgever dan ACM gaf de tokens ({issuer})",
            "another issuer than ACM issued the tokens ({issuer})"
        ),
    }
}

/// What the run comes to, in one sentence.
pub(super) fn conclusion(report: &Report, lang: Lang) -> String {
    report.result.conclusion.get(lang).to_owned()
}

/// At most so many characters of a text.
pub(super) fn bounded(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
