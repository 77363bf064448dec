//! The overview as workflow commands of GitHub Actions. Only ten errors and ten warnings of a step are shown: first the
//! sources without a report and what several runs came to nothing by, then what is worst anywhere, a source at a time.

use super::model::{CauseSummary, Member, Overview, Row};
use crate::base::text::Lang;
use crate::report::github::{Annotation, commands, title};
use crate::report::harm::Harm;
use crate::report::words::State;

use super::words::{last_line, stopped};

/// What needs somebody, as annotations, and the last line.
pub fn fleet_as_github(overview: &Overview, lang: Lang) -> String {
    let mut annotations: Vec<Annotation> = overview.members.iter().filter_map(|member| trouble(member, lang)).collect();
    let causes = stopped(overview, Member::stopped).into_iter();
    // Everybody's worst comes before anybody's second: of a source that fails throughout ten annotations say no more.
    let mut rest: Vec<((usize, Harm), Annotation)> = causes
        .map(|(cause, members)| ((0, Harm::of_root_cause()), cause_of(cause, &members, lang)))
        .chain(overview.members.iter().flat_map(|member| failing(overview, member, lang)))
        .collect();
    rest.sort_by_key(|(rank, _)| *rank);
    annotations.extend(rest.into_iter().map(|(_, annotation)| annotation));
    commands(annotations, super::FILE, &last_line(overview), lang)
}

/// Why there is no report of a source, or not all of it.
fn trouble(member: &Member, lang: Lang) -> Option<Annotation> {
    let message = member.trouble.as_ref()?.get(lang).to_owned();
    Some(Annotation { state: State::Error, name: member.name.clone(), title: member.name.clone(), message })
}

/// What the runs of these sources came to nothing by.
fn cause_of(cause: &CauseSummary, members: &[&Member], lang: Lang) -> Annotation {
    let names = members.iter().map(|member| member.name.as_str()).collect::<Vec<_>>().join(", ");
    Annotation {
        state: State::BlockedMust,
        name: names.clone(),
        title: cause.what.get(lang).to_owned(),
        message: format!("{names}\n{}", cause.remedy.get(lang)),
    }
}

/// What needs somebody at a source, with how much of its kind comes before it there and how much harm it does.
fn failing(overview: &Overview, member: &Member, lang: Lang) -> Vec<((usize, Harm), Annotation)> {
    let actions = overview.actions(member);
    let rows = actions.iter().enumerate().map(|(position, row)| {
        let is_warning = |state| state == State::Warning;
        let alike = |other: &&Row<'_>| is_warning(other.state) == is_warning(row.state);
        let before = actions.iter().take(position).filter(alike).count();
        let requirement = row.requirement;
        let title = title(&requirement.id, requirement.level, requirement.title.get(lang));
        let why = row.cell.why.as_ref().map_or_else(|| row.state.word(), Clone::clone);
        let annotation = Annotation {
            state: row.state,
            name: format!("{} {}", member.name, requirement.id),
            title: format!("{}: {title}", member.name),
            message: why.get(lang).to_owned(),
        };
        ((before, row.harm()), annotation)
    });
    let told = |cause: &&CauseSummary| {
        cause.must > 0 && !cause.is_requirement() && member.stopped_by.as_ref() != Some(&cause.id)
    };
    let causes = member.causes.iter().filter(told).map(|cause| {
        let annotation = Annotation {
            state: State::BlockedMust,
            name: member.name.clone(),
            title: format!("{}: {}", member.name, cause.what.get(lang)),
            message: cause.remedy.get(lang).to_owned(),
        };
        ((1, Harm::of_cause(State::BlockedMust)), annotation)
    });
    rows.chain(causes).collect()
}
