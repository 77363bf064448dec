//! Chapter certificate: every certificate of the list, and the detail behind its `self`.

use crate::base::text::{Text, shown};
use crate::checks::checks;
use crate::checks::shared::absent;
use crate::source::envelope::Scalar;

mod detail;
mod fields;
mod keys;
mod links;
mod schema;
#[cfg(test)]
mod tests;

use detail::{detail_and_list_agree, detail_links_to_itself, self_answers_hal_json};
use fields::{
    community_is_a_nis_code, id_is_a_string, id_is_present, language_is_known, name_is_present, year_has_four_digits,
};
use keys::{id_and_language_are_unique, missing_language_is_not_found};
use links::{download_is_offered, every_item_has_self, self_holds_id_and_language};
use schema::answers_fit_the_schemas;

checks!(
    id_is_present,
    id_is_a_string,
    language_is_known,
    name_is_present,
    year_has_four_digits,
    community_is_a_nis_code,
    every_item_has_self,
    download_is_offered,
    id_and_language_are_unique,
    self_holds_id_and_language,
    self_answers_hal_json,
    detail_and_list_agree,
    detail_links_to_itself,
    missing_language_is_not_found,
    answers_fit_the_schemas,
);

/// A member as a finding shows it.
fn value_of(member: Option<&Scalar>) -> Text {
    member.map_or_else(absent, |datum| Text::same(shown(&Scalar::described(Some(datum)))))
}
