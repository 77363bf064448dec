//! What a run knew of itself, within the bounds of what any run can know.

use url::Url;

use super::extension::LogExtension;
use crate::base::text::Text;
use crate::text;

/// As many as a profile may ask for.
const MOST_OF_ANYTHING: u64 = 100_000;
const MOST_REQUESTS: usize = 1_000_000;

/// Everything in which this is no run of ours.
pub(super) fn wrong(own: &LogExtension<'_>) -> Vec<Text> {
    let mut wrong = Vec::new();
    let setup = &own.setup;
    if own.seed.parse::<u64>().is_err() {
        wrong.push(text!("`seed` is geen getal", "`seed` is not a number"));
    }
    // Hence no sum of moments can leave the calendar.
    let year = own.started.to_zoned(jiff::tz::TimeZone::UTC).year();
    if !(2000..2200).contains(&year) {
        wrong.push(text!(
            "`started` kan niet kloppen: het jaar is {year}",
            "`started` cannot be right: the year is {year}"
        ));
    }
    let urls = [Some(&setup.base_url), setup.source().public_url.as_ref()].into_iter().flatten().chain(&setup.origins);
    if !urls.map(|url| Url::parse(url)).all(|url| url.is_ok_and(|url| matches!(url.scheme(), "http" | "https"))) {
        wrong.push(text!(
            "`setup`: een adres van de bron is geen http(s)-URL",
            "`setup`: an address of the source is not an http(s) URL"
        ));
    }
    let application = setup.application().into_iter();
    let pages = application.flat_map(|own| {
        own.start_url.iter().chain(&own.hand_over_urls).chain(&own.logout_url).chain([&own.mbp.base_url])
    });
    let mut pages = pages.filter(|url| !url.is_empty()).map(|url| Url::parse(url));
    if !pages.all(|url| url.is_ok_and(|url| matches!(url.scheme(), "http" | "https"))) {
        wrong.push(text!(
            "`setup`: een adres van de toepassing is geen http(s)-URL",
            "`setup`: an address of the application is not an http(s) URL"
        ));
    }
    let limits = &setup.limits;
    let sample = limits.sample.unwrap_or_default();
    let counts = [limits.details as u64, limits.downloads as u64, sample as u64, limits.pages];
    if counts.iter().any(|count| *count > MOST_OF_ANYTHING) || limits.requests > MOST_REQUESTS {
        wrong.push(text!(
            "`setup.limits`: ten hoogste {MOST_OF_ANYTHING}, en {MOST_REQUESTS} oproepen, wordt verwacht",
            "`setup.limits`: at most {MOST_OF_ANYTHING}, and {MOST_REQUESTS} calls, is expected"
        ));
    }
    let is_marked = |insz: &str| own.marks.iter().any(|mark| mark.surrogate == insz && mark.mark.starts_with("INSZ-"));
    if !setup.citizens.values().all(|person| is_marked(&person.insz)) {
        wrong.push(text!(
            "`setup.citizens`: een nummer is geen gemaskeerd nummer uit `marks`",
            "`setup.citizens`: a number is not one of the masked numbers in `marks`"
        ));
    }
    wrong
}
