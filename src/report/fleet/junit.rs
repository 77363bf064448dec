//! `fleet.junit.xml`: one suite per source, one test case per requirement; a source without a report is one error.

use junit_report::{Duration, OffsetDateTime, TestCase, TestCaseBuilder, TestSuite, TestSuiteBuilder};

use super::model::{Member, Overview, Row};
use crate::base::files::WriteError;
use crate::base::text::Lang;
use crate::report::Languages;
use crate::report::junit::{self, body, line};

/// The name of the file.
pub(super) const FILE: &str = "fleet.junit.xml";

/// Characters of the text of one test case.
const LONGEST_TEXT: usize = 2_000;

/// The overview as JUnit XML.
pub(super) fn junit(overview: &Overview, languages: Languages) -> Result<String, WriteError> {
    let lang = languages.first;
    let suites = overview.members.iter().map(|member| suite(overview, member, lang));
    let mut properties = vec![
        ("tool".to_owned(), overview.tool.name.clone()),
        ("tool.version".to_owned(), overview.tool.version.clone()),
    ];
    properties.extend(overview.specs.iter().map(|spec| (format!("spec.{}", spec.name), spec.version.clone())));
    junit::written(FILE, suites, properties)
}

fn suite(overview: &Overview, member: &Member, lang: Lang) -> TestSuite {
    let started = member.started.unwrap_or(overview.started).as_second().max(0);
    let mut cases: Vec<TestCase> = overview
        .rows(member)
        .map(|Row { requirement, cell, state }| {
            let title = requirement.title.get(lang);
            let name = line(&format!("{} {title}", requirement.id));
            let cause = cell.cause.as_ref().and_then(|id| member.cause(id)).map(|cause| &cause.what);
            let word = state.word();
            let why = cell.why.as_ref().or(cause).unwrap_or(&word).get(lang);
            let verdict = junit::Verdict { state, level: requirement.level, fails: cell.fails };
            let mut case = verdict.case(&name, Duration::ZERO, &line(why));
            case.set_classname(&class(member, &requirement.chapter));
            case.set_trace(&body(&format!("{} {title}\n{why}\n", requirement.id), LONGEST_TEXT));
            case.build()
        })
        .collect();
    if let Some(trouble) = &member.trouble {
        let trouble = trouble.get(lang);
        let mut case = TestCaseBuilder::error("report", Duration::ZERO, "trouble", &line(trouble));
        case.set_classname(&class(member, "report"));
        case.set_trace(&body(trouble, LONGEST_TEXT));
        cases.push(case.build());
    }
    let mut suite = TestSuiteBuilder::new(&line(&member.name))
        .set_timestamp(OffsetDateTime::from_unix_timestamp(started).unwrap_or(OffsetDateTime::UNIX_EPOCH))
        .add_testcases(cases)
        .set_system_out("")
        .set_system_err("")
        .build();
    suite.package = line(&format!("bronkeur.{}", member.name));
    suite
}

/// Dots make a hierarchy of classes: a name has none.
fn class(member: &Member, chapter: &str) -> String {
    line(&format!("bronkeur.{}.{chapter}", member.name.replace('.', "_")))
}
