//! The overview as workflow commands of GitHub Actions. Only ten errors and ten warnings of a step are shown: first the
//! sources without a report, then what is worst anywhere, a source at a time.

use crate::fleet::{Member, Overview};
use crate::report::github::{Annotation, commands, title};
use crate::report::words::State;
use crate::text::Lang;

use super::words::{actions, last_line};

/// What needs somebody, as annotations, and the last line.
pub fn fleet_as_github(overview: &Overview, lang: Lang) -> String {
    let mut annotations: Vec<Annotation> = overview.members.iter().filter_map(|member| trouble(member, lang)).collect();
    // Everybody's worst comes before anybody's second: of a source that fails throughout ten annotations say no more.
    let mut rest: Vec<((State, usize), Annotation)> =
        overview.members.iter().flat_map(|member| failing(overview, member, lang)).collect();
    rest.sort_by_key(|(rank, _)| *rank);
    annotations.extend(rest.into_iter().map(|(_, annotation)| annotation));
    commands(annotations, super::FILE, &last_line(overview), lang)
}

/// Why there is no report of a source, or not all of it.
fn trouble(member: &Member, lang: Lang) -> Option<Annotation> {
    let message = member.trouble.as_ref()?.get(lang).to_owned();
    Some(Annotation { state: State::Error, name: member.name.clone(), title: member.name.clone(), message })
}

/// What needs somebody at a source, with how bad it is and how much that is as bad came before it.
fn failing(overview: &Overview, member: &Member, lang: Lang) -> Vec<((State, usize), Annotation)> {
    let mut actions = actions(overview, member);
    actions.sort_by_key(|(_, _, state)| *state);
    let ranked = actions.iter().map(|(requirement, cell, state)| {
        let before = actions.iter().take_while(|(other, _, _)| other.id != requirement.id);
        let before = before.filter(|(_, _, other)| other == state).count();
        let title = title(&requirement.id, requirement.level, requirement.title.get(lang));
        let why = cell.why.as_ref().map_or_else(|| state.word(), Clone::clone);
        let annotation = Annotation {
            state: *state,
            name: format!("{} {}", member.name, requirement.id),
            title: format!("{}: {title}", member.name),
            message: why.get(lang).to_owned(),
        };
        ((*state, before), annotation)
    });
    ranked.collect()
}
