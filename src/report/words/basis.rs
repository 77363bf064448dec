//! The words for fixed names that stand in a report.

use crate::base::text::Text;

/// On what a requirement rests.
pub(in crate::report) fn basis(basis: &str) -> Text {
    match basis {
        "quoted" => Text::new("letterlijk gevraagd", "quoted"),
        "derived" => Text::new("afgeleid", "derived"),
        "sample" => Text::new("uit een voorbeeld", "from a sample"),
        "rfc" => Text::same("RFC"),
        other => Text::same(other),
    }
}

/// What an owner declares.
pub(in crate::report) fn declared(name: &str) -> Text {
    match name {
        "one_page" => Text::new("niemand heeft meer dan één pagina", "nobody has more than one page"),
        "no_documents" => Text::new("attesten hebben geen document", "certificates have no document"),
        "everyone_has_certificates" => Text::new("elke burger heeft attesten", "every citizen has certificates"),
        other => Text::same(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Catalogue, DEFAULT_SPEC};

    #[test]
    fn every_basis_of_the_catalogue_has_words() {
        let catalogue = Catalogue::load(DEFAULT_SPEC, None, |_, _, _, _| true).unwrap();
        for one in catalogue.requirements.iter().flat_map(|row| &row.basis) {
            assert!(one.kind == "rfc" || basis(&one.kind).nl != one.kind, "{}", one.kind);
        }
    }
}
