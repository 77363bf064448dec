//! The checks against a small source that answers what they ask for.

mod answers;
mod get;
mod negotiation;
mod openapi;
mod source;
mod values;

use source::CATALOGUE;

use crate::catalogue::SubjectKind;
use crate::checks::registry;

#[test]
fn every_row_of_the_chapters_is_bound() {
    let mut bound = 0;
    for requirement in CATALOGUE.requirements.iter().filter(|row| matches!(row.chapter.as_str(), "http" | "operations"))
    {
        let Some(check) = &requirement.check else { continue };
        let found = registry(SubjectKind::Source).check_of(requirement);
        assert!(found.is_some(), "{} {check}", requirement.id);
        bound += 1;
    }
    let all = registry(SubjectKind::Source).all();
    let listed = all.filter(|(_, chapter, _)| matches!(*chapter, "http" | "operations")).count();
    assert_eq!(bound, listed);
}

#[test]
fn an_exchange_with_its_document_may_cross_threads() {
    fn crosses<T: Send + Sync>() {}
    crosses::<crate::evidence::exchange::Exchange>();
    crosses::<crate::catalogue::Catalogue>();
}
