//! From catalogue, recording and verdicts to the raw report.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::base::percentile::nearest_rank;
use crate::base::text::Text;
use crate::catalogue::{self, Catalogue, Level, Mode};
use crate::evidence::exchange::{self, Auth, Content, IssuerCall, Kind, Phase, Request, Target, Variation};
use crate::evidence::recording::Recording;
use crate::evidence::setup::Declares;
use crate::judging::decisions;
use crate::judging::reason::cause::IssuerIs;
use crate::judging::verdict::{self, Circumstances, Gate, Outcome, Severity, Standing, Verdict, Waived};

use super::advice;
use super::alike;
use super::cause::Finder;
use super::credential::{presented, role};
use super::curl::Shell;
use super::excerpt;
use super::exchange::{Earlier, Exchange, Facts, Tls, Unanswered};
use super::model::{
    Cause, Chapter, Document, Finding, Format, GateSettings, Override, Report, Requirement, Review, Run, RunResult,
    Sample, Selection, Spec, Timing, Tool, Waiver,
};
use super::people::People;
use super::subject::Seen;
use super::variables;
use super::varied::varied;
use super::visit::VisitShown;
use super::words::MOST_FINDINGS;

/// What a run knows that neither its recording nor its verdicts say.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunMeta {
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// What was asked for; none: everything.
    pub selection: Option<Selection>,
    /// What the gate was asked for.
    pub gate: Gate,
    /// The blocked requirements that the gate accepts, by id, and why.
    pub accepted: BTreeMap<String, String>,
    /// The answers of reviewers, by id.
    pub reviews: BTreeMap<String, decisions::Review>,
    /// The waivers, by id.
    pub waivers: BTreeMap<String, decisions::Waiver>,
}

impl Report {
    /// The report of a run. The verdicts stand in the order of the catalogue; where one is missing, its requirement is
    /// blocked.
    pub fn new(catalogue: &Catalogue, recording: &Recording, verdicts: &[Verdict], meta: &RunMeta) -> Self {
        let ids = recording.exchanges().enumerate().map(|(index, one)| (&one.request, format!("x{}", index + 1)));
        let assembly = Assembly {
            recording,
            meta,
            people: People::new(recording),
            ids: ids.collect(),
            today: decisions::day_of(recording.started),
            seen: Seen::of(catalogue.kind, recording),
        };
        let absent = Verdict::of(Outcome::Blocked);
        let rows = catalogue.requirements.iter().enumerate();
        let verdicts: Vec<&Verdict> = rows.map(|(position, _)| verdicts.get(position).unwrap_or(&absent)).collect();
        let rows = catalogue.requirements.iter().zip(&verdicts);
        let mut requirements: Vec<Requirement> =
            rows.map(|(row, verdict)| assembly.requirement(row, verdict)).collect();
        let causes = assembly.causes(catalogue, &verdicts, &mut requirements);
        let shell = Shell::new(recording, &assembly.people);
        let exchanges: Vec<Exchange> = recording.exchanges().map(|one| assembly.exchange(one, &shell)).collect();
        let lines = exchanges.iter().filter_map(|exchange| exchange.curl.as_deref());
        let mut run = assembly.run(catalogue);
        run.variables = variables::used(recording, &assembly.people, lines);
        let report = Self {
            schema: Format::V2,
            tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            run,
            result: assembly.result(&requirements),
            causes,
            documents: catalogue
                .documents
                .iter()
                .map(|document| Document {
                    key: document.key.clone(),
                    title: document.title.clone(),
                    link: document.link.clone(),
                    publisher: document.publisher.clone(),
                    knowledge: Some(document.knowledge.clone()),
                })
                .collect(),
            overrides: catalogue
                .overrides
                .iter()
                .map(|one| Override { rule: one.rule.clone(), by: one.by.clone(), reason: one.reason.clone() })
                .collect(),
            chapters: catalogue
                .chapters
                .iter()
                .map(|chapter| Chapter { name: chapter.name.clone(), title: chapter.title.clone() })
                .collect(),
            requirements,
            exchanges,
        };
        report.concluded()
    }

    /// The same report, with advice and conclusion as they follow from the rest.
    #[must_use]
    pub(super) fn concluded(mut self) -> Self {
        self.result.advice = advice::advice(&self);
        self.result.conclusion = advice::conclusion(&self);
        self
    }

    /// The same report, tied to its evidence by the SHA-256 of that file.
    #[must_use]
    pub fn with_evidence(mut self, sha256: Option<String>) -> Self {
        self.run.evidence_sha256 = sha256;
        self
    }
}

struct Assembly<'a> {
    recording: &'a Recording,
    meta: &'a RunMeta,
    people: People,
    ids: HashMap<&'a Request, String>,
    /// The day of the run, in Brussels.
    today: Date,
    seen: Seen,
}

impl Assembly<'_> {
    fn run(&self, catalogue: &Catalogue) -> Run {
        let setup = &self.recording.setup;
        let selection = self.meta.selection.as_ref().map(|selection| Selection {
            only: selection.only.iter().map(|name| self.people.for_people(name)).collect(),
            skip: selection.skip.iter().map(|name| self.people.for_people(name)).collect(),
        });
        Run {
            started: self.recording.started,
            duration_ms: self.meta.duration_ms,
            kind: catalogue.kind,
            source: self.people.for_people(&setup.name),
            base_url: self.people.for_people(&setup.base_url),
            envelope: self.seen.envelope.to_owned(),
            environment: self.people.for_people(self.environment()),
            specs: catalogue
                .sets
                .iter()
                .map(|set| Spec { name: set.name.clone(), version: set.version.clone(), sha256: set.sha256.clone() })
                .collect(),
            requests: self.recording.sent(),
            seed: self.recording.seed,
            selection,
            gate: GateSettings {
                strict: self.meta.gate.strict,
                require_reviews: self.meta.gate.require_reviews,
                stale_waivers_fail: self.meta.gate.stale_waivers_fail,
                fail_on: self.meta.gate.fail_on,
            },
            declares: declared(&setup.source().declares),
            sample: Sample {
                asked: setup.limits.sample,
                details: self.examined(Kind::Detail),
                downloads: self.examined(Kind::Download),
            },
            citizens: setup
                .citizens
                .iter()
                .map(|(citizen, person)| (role(*citizen).to_owned(), self.people.for_people(&person.name)))
                .collect(),
            variables: Vec::new(),
            timings: timings(self.recording),
            shapes: self.seen.shapes.clone(),
            previous: setup.source().previous.as_ref().map(|previous| previous.started),
            evidence_sha256: None,
        }
    }

    /// Where the tokens came from, by what the issuer answered.
    fn environment(&self) -> &str {
        let discovery = self.recording.get(&Request::issuer(IssuerCall::Discovery));
        exchange::environment(&self.recording.setup, discovery.and_then(|one| one.result.as_ref().ok()))
    }

    /// The certificates of that kind of call that were asked for as their links say, once each.
    fn examined(&self, kind: Kind) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let mut ids = Vec::new();
        for one in self.recording.exchanges() {
            let Target::Link { kind: own, url, edit: None } = &one.request.target else { continue };
            let is_plain = one.request.phase == Phase::Ordinary
                && one.request.variation == Variation::None
                && matches!(one.request.auth, Auth::Token(_));
            if *own == kind && is_plain && one.result.is_ok() && seen.insert(url) {
                ids.extend(self.id(&one.request));
            }
        }
        ids
    }

    fn id(&self, request: &Request) -> Option<String> {
        self.ids.get(request).cloned()
    }

    fn result(&self, requirements: &[Requirement]) -> RunResult {
        let standings: Vec<Standing> = requirements
            .iter()
            .map(|row| Standing {
                level: row.level,
                about: row.about,
                outcome: row.outcome,
                severity: row.severity,
                accepted: row.accepted.is_some(),
            })
            .collect();
        let circumstances = Circumstances {
            interrupted: self.recording.was_interrupted(),
            ..Circumstances::of(&self.recording.setup.base_url, self.environment())
        };
        let conclusion = verdict::conclude(&standings, circumstances, self.meta.gate);
        RunResult {
            conformant: conclusion.conformant,
            exit_status: conclusion.exit_status.code(),
            counts: conclusion.counts,
            advice: Text::default(),
            conclusion: Text::default(),
        }
    }

    fn causes(&self, catalogue: &Catalogue, verdicts: &[&Verdict], requirements: &mut [Requirement]) -> Vec<Cause> {
        let issuer = IssuerIs::of(self.environment());
        let (recording, ids, people) = (self.recording, &self.ids, &self.people);
        Finder { catalogue, recording, verdicts, ids, issuer, people }.find(requirements)
    }

    fn requirement(&self, row: &catalogue::Requirement, verdict: &Verdict) -> Requirement {
        let review = named(&self.meta.reviews, &row.id).filter(|_| verdict.outcome == Outcome::Review);
        let answered = review.map(|review| verdict::answered(verdict, row.level, &row.title, review, self.today));
        let verdict = answered.as_ref().unwrap_or(verdict);
        let waived = named(&self.meta.waivers, &row.id);
        let waived = waived.map(|waiver| Waived { waiver, today: self.today, envelope: self.seen.envelope });
        let accepted = named(&self.meta.accepted, &row.id).filter(|_| verdict.outcome == Outcome::Blocked);
        let findings = self.findings(row, waived, verdict);
        Requirement {
            id: row.id.clone(),
            chapter: row.chapter.clone(),
            level: row.level,
            about: row.about,
            basis: row.basis_kinds(),
            mode: row.mode,
            title: row.title.clone(),
            explanation: Some(&row.explanation).filter(|text| !text.en.is_empty()).cloned(),
            judged: (row.mode == Mode::Review || weighs_less(row.level, &findings))
                .then(|| row.judged.clone())
                .filter(|judged| !judged.en.is_empty()),
            reference: row.reference.clone(),
            link: row.link.clone(),
            outcome: verdict.outcome,
            severity: verdict::severity(row.level, row.about, waived, verdict, self.meta.gate),
            reason: verdict.reason.as_ref().map(|reason| self.people.text(reason)),
            remedy: verdict.remedy.as_ref().map(|remedy| self.people.text(remedy)),
            cause: None,
            accepted: accepted.map(|reason| self.people.for_people(reason)),
            review: review.map(|review| self.review(review)),
            waiver: waived.map(|waived| self.waiver(row, waived, verdict)),
            findings,
            evidence: verdict.evidence.iter().filter_map(|request| self.id(request)).collect(),
        }
    }

    fn review(&self, review: &decisions::Review) -> Review {
        Review {
            answer: review.answer,
            name: self.people.for_people(&review.by),
            date: review.date,
            note: self.people.for_people(&review.note),
            link: review.link.as_ref().map(|link| self.people.for_people(link)),
            until: review.ends_on,
        }
    }

    fn waiver(&self, row: &catalogue::Requirement, waived: Waived<'_>, verdict: &Verdict) -> Waiver {
        let waiver = waived.waiver;
        Waiver {
            reason: self.people.for_people(&waiver.reason),
            owner: self.people.for_people(&waiver.owner),
            approved_by: waiver.approved_by.as_ref().map(|name| self.people.for_people(name)),
            scope: waiver.scope.clone(),
            until: waiver.ends_on,
            state: waived.state(row.level, verdict),
        }
    }

    fn findings(&self, row: &catalogue::Requirement, waived: Option<Waived<'_>>, verdict: &Verdict) -> Vec<Finding> {
        let finding = |finding| {
            let covered = waived.is_some_and(|waived| waived.covers(finding));
            let severity = verdict::finding_severity(row.level, row.about, covered, finding, self.meta.gate);
            self.finding(row, finding, severity)
        };
        let mut findings: Vec<Finding> = verdict.findings.iter().map(finding).collect();
        // The first few, and the first of those that are alike.
        let shown = alike::first_of_each(&findings, MOST_FINDINGS);
        for (position, found) in verdict.findings.iter().enumerate() {
            let is_shown = position < MOST_FINDINGS || shown.contains(&position);
            if let Some(finding) = findings.get_mut(position).filter(|_| is_shown) {
                finding.excerpt = self.excerpt(found);
            }
        }
        findings
    }

    fn finding(&self, row: &catalogue::Requirement, finding: &verdict::Finding, severity: Severity) -> Finding {
        Finding {
            expected: self.people.text(&finding.expected),
            actual: self.people.text(&finding.actual),
            place: self.people.for_people(&finding.place),
            exchange: finding.exchange.as_ref().and_then(|request| self.id(request)),
            excerpt: None,
            severity,
            fix: finding.fix.as_ref().map_or_else(|| row.fix.clone(), |fix| self.people.text(fix)),
        }
    }

    fn excerpt(&self, finding: &verdict::Finding) -> Option<String> {
        let answer = self.recording.get(finding.exchange.as_ref()?)?.result.as_ref().ok()?;
        // A handshake has no status and nothing to show.
        (answer.status > 0).then_some(())?;
        Some(excerpt::excerpt(answer, &finding.place, &self.people))
    }

    fn exchange(&self, one: &exchange::Exchange, shell: &Shell<'_>) -> Exchange {
        let answer = one.result.as_ref().ok();
        let unanswered =
            |failure: &exchange::Failure| Unanswered { kind: failure.kind, detail: self.people.text(&failure.detail) };
        let earlier =
            |one: &exchange::Earlier| Earlier { status: one.status, error: one.failure.as_ref().map(unanswered) };
        let visit = VisitShown::of(one, &self.recording.setup, |text| self.people.text(text));
        let varied = varied(&one.request).map(|varied| self.people.text(&varied));
        Exchange {
            id: self.id(&one.request).unwrap_or_default(),
            kind: one.request.kind(),
            method: self.people.for_people(&one.sent.method),
            url: self.people.for_people(&one.sent.url),
            citizen: one.request.citizen().map(|citizen| role(citizen).to_owned()),
            auth: presented(one.request.auth).to_owned(),
            made: one.credential.as_ref().map(|made| self.people.text(made)),
            // Visits are told apart by what is done in them.
            varied: varied.or_else(|| visit.as_ref().map(|visit| visit.title.clone())),
            // A visit has many, and none of its own.
            status: answer.map(|answer| answer.status).filter(|_| one.request.kind() != Kind::Visit),
            ms: one.ms,
            earlier: one.earlier.iter().map(earlier).collect(),
            facts: answer.map(|answer| self.facts(answer)).unwrap_or_default(),
            error: one.result.as_ref().err().map(unanswered),
            curl: shell.line(one),
            visit,
        }
    }

    fn facts(&self, answer: &exchange::Response) -> Facts {
        let facts = &answer.facts;
        Facts {
            body_bytes: Some(facts.body_bytes),
            announced_bytes: facts.announced_bytes,
            complete: Some(facts.complete),
            media_type: answer.media_type().map(|media_type| self.people.for_people(&media_type)),
            json_error: facts.json_error.as_ref().map(|error| self.people.for_people(error)),
            document: match &answer.content {
                Content::Document(document) => Some(document.look),
                Content::Empty | Content::Json(_) | Content::Text(_) => None,
            },
            duplicate_keys: facts.duplicate_keys.iter().map(|key| self.people.for_people(key)).collect(),
            tls: facts.tls.as_ref().map(|tls| Tls {
                version: tls.version.as_ref().map(|version| self.people.for_people(version)),
                refusal: tls.refusal.as_ref().map(|refusal| self.people.for_people(refusal)),
                not_after: tls.not_after,
            }),
            retries: 0,
            secrets: facts.secrets.iter().map(|mark| self.people.for_people(mark)).collect(),
        }
    }
}

/// Whether something was found that counts for less than its requirement does.
fn weighs_less(level: Level, findings: &[Finding]) -> bool {
    let less = match level {
        Level::Must => [Severity::Note, Severity::Warning].as_slice(),
        Level::Should => &[Severity::Note],
        Level::May => &[],
    };
    findings.iter().any(|finding| less.contains(&finding.severity))
}

/// What is said about a requirement by its id, which people may write in lower case.
fn named<'a, T>(by_id: &'a BTreeMap<String, T>, id: &str) -> Option<&'a T> {
    by_id.iter().find(|(name, _)| name.eq_ignore_ascii_case(id)).map(|(_, said)| said)
}

fn declared(declares: &Declares) -> Vec<String> {
    let all = [
        (declares.one_page, "one_page"),
        (declares.no_documents, "no_documents"),
        (declares.everyone_has_certificates, "everyone_has_certificates"),
    ];
    all.into_iter().filter(|(declared, _)| *declared).map(|(_, name)| name.to_owned()).collect()
}

/// Response times per kind of call, of the requests that were sent.
fn timings(recording: &Recording) -> Vec<Timing> {
    let mut times: BTreeMap<Kind, Vec<u64>> = BTreeMap::new();
    for one in recording.exchanges() {
        if one.was_sent() {
            times.entry(one.request.kind()).or_default().push(one.ms);
        }
    }
    let timing = |(kind, mut times): (Kind, Vec<u64>)| {
        times.sort_unstable();
        let rank = |percent: usize| nearest_rank(&times, percent).unwrap_or_default();
        Timing { kind, count: times.len(), median_ms: rank(50), p95_ms: rank(95), max_ms: rank(100) }
    };
    times.into_iter().map(timing).collect()
}
