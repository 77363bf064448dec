//! A link: any text against any base is a URL or none, and its parts can be asked for.
#![no_main]

use bronkeur::href;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|parts: (&str, &str)| {
    let (base, link) = parts;
    for base in [base, "https://host:8443/v1/certificates?page=0"] {
        let Some(url) = href::absolute(base, link) else { continue };
        let segments = href::segments(&url);
        href::version(&segments);
        href::is_loopback(&url);
        href::query_values(&url).for_each(drop);
        segments.iter().for_each(|segment| drop((href::words(segment), href::alike(segment, link))));
    }
    href::is_absolute_uri(link);
});
