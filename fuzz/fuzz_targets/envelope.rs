//! The envelope: any JSON is read as a page, with its items and links.
#![no_main]

use bronkeur::envelope::Page;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(json) = serde_json::from_slice(data) {
        let page = Page::of(&json);
        for item in page.items() {
            item.links.links.iter().for_each(|link| drop(link.url("https://host/v1")));
        }
    }
});
