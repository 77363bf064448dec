//! The names of members.

use std::collections::BTreeSet;

use super::{Offence, in_one};
use crate::base::text::{Text, shown};
use crate::base::value::name::{is_camel_case, is_data};
use crate::base::value::walk::{Member, members};
use crate::evidence::exchange::Citizen;
use crate::judging::context::{Answer, CheckContext, Judgement};
use crate::text;

pub(super) fn names_are_camel_case(cx: &CheckContext<'_>) -> Judgement {
    cx.listed(&cx.entry_request(Citizen::Subject))?;
    cx.request_everything()?;
    let exempt = cx.parameter("exempt");
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut offences = Vec::new();
    for answer in cx.api_answers()? {
        let judged = answer.is_content() || (answer.response.status >= 400 && !answer.response.is_unavailable());
        let Some(json) = answer.response.tree().filter(|_| judged) else { continue };
        members(&json, &|_| true, &mut |member| {
            let known = exempt.contains(&member.name) || seen.contains(member.name);
            let wrong = !known && is_name(answer, member) && !is_camel_case(member.name);
            // Each name once, however many items have it.
            if wrong {
                seen.insert(member.name.to_owned());
                let actual = Text::same(shown(member.name));
                offences.push(Offence { answer, place: member.pointer.to_owned(), actual, level: None });
            }
        });
    }
    cx.judged(in_one(text!("een naam in camelCase", "a name in camelCase"), offences))
}

/// Whether a member has a name that the source chose: not a rel, not a key that is itself data.
fn is_name(answer: Answer<'_>, member: Member<'_, '_>) -> bool {
    let rel = matches!(member.within, "_links" | "_embedded");
    // In an error these are the names of what was sent.
    let parameter = member.within == "errors" && answer.response.status >= 400;
    !(member.element || rel || parameter || is_data(member.name))
}
