//! The plain source, in both forms and all lengths: nothing is wrong with it.

use super::super::source::Form;
use super::super::{Case, Kind};

pub(super) fn cases() -> Vec<Case> {
    let names = [
        (1, Form::Links, "one certificate, links"),
        (1, Form::Hal, "one certificate, HAL"),
        (2, Form::Links, "two certificates, links"),
        (3, Form::Hal, "three certificates, HAL"),
        (5, Form::Links, "five certificates, links"),
        (10, Form::Hal, "ten certificates, HAL"),
        (11, Form::Links, "eleven certificates, links"),
        (23, Form::Hal, "twenty-three certificates, HAL"),
        (101, Form::Links, "a hundred and one certificates, links"),
    ];
    names.into_iter().map(|(count, form, name)| Case::new(Kind::Oddity, name, form, count)).collect()
}
