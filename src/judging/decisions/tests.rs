use super::*;
use crate::base::input::Diagnostics;
use crate::catalogue::DEFAULT_SPEC;
use crate::evidence::exchange::Kind;

fn catalogue() -> Catalogue {
    Catalogue::load(DEFAULT_SPEC, None, |_, _, _, _| true).unwrap()
}

fn today() -> Date {
    "2026-06-15".parse().unwrap()
}

fn reviews(text: &str) -> Result<std::collections::BTreeMap<String, Review>, Diagnostics> {
    read_reviews("reviews.yaml", text, &catalogue(), today(), &[])
}

fn waivers(text: &str) -> Result<std::collections::BTreeMap<String, Waiver>, Diagnostics> {
    read_waivers("waivers.yaml", text, &catalogue(), &[])
}

#[test]
fn a_day_counts_in_brussels() {
    let day = |moment: &str| day_of(moment.parse().unwrap()).to_string();
    assert_eq!(day("2026-06-30T21:59:59Z"), "2026-06-30");
    assert_eq!(day("2026-06-30T22:00:00Z"), "2026-07-01", "two hours ahead in summer");
    assert_eq!(day("2026-12-31T22:59:59Z"), "2026-12-31");
    assert_eq!(day("2026-12-31T23:00:00Z"), "2027-01-01", "one in winter");
}

#[test]
fn answers_are_read_by_id() {
    let read = reviews(
        "- { id: url-18, answer: accepted, by: Rita, date: 2026-06-15, note: ok, link: 'https://h.be/1', ends_on: 2027-06-15 }\n\
         - { id: SEC-16, answer: rejected, by: Rita, date: 2026-01-31, note: no }\n",
    )
    .unwrap();
    assert_eq!(read.keys().collect::<Vec<_>>(), ["SEC-16", "URL-18"]);
    assert_eq!(read["URL-18"].ends_on, Some("2027-06-15".parse().unwrap()));
    assert!(!read["URL-18"].has_ended("2027-06-15".parse().unwrap()));
    assert!(read["URL-18"].has_ended("2027-06-16".parse().unwrap()));
    assert!(reviews("[]").unwrap().is_empty());
}

#[test]
fn everything_wrong_in_reviews_comes_at_once_with_its_line() {
    let words = reviews(
        "- { id: LST-11, answer: accepted, by: Rita, date: 2026-06-15, note: ok }\n\
         - { id: URL-81, answer: accepted, by: Rita, date: 2026-02-30, note: ok }\n\
         - { id: URL-18, answer: accepted, by: Rita, date: 2026-06-16, note: 'of 70.01.01-999.60' }\n\
         - { id: url-18, answer: rejected, by: Rita, date: 2026-06-01, note: ok, ends_on: 2026-05-31 }\n",
    )
    .unwrap_err()
    .render(crate::base::text::Lang::En);
    for expected in [
        "reviews.yaml:1:5: [0].id: `LST-11` is judged automatically",
        "reviews.yaml:2:5: [1].id: there is no requirement `URL-81`",
        "[1].date: there is no such day",
        "reviews.yaml:3:45: [2].date: is in the future; today is 2026-06-15",
        "[2].note: holds a national number",
        "reviews.yaml:4:5: [3].id: `url-18` is there already",
        "[3].ends_on: is before `date` (2026-06-01)",
    ] {
        assert!(words.contains(expected), "{expected} is not in\n{words}");
    }
    assert!(!words.contains("999.60"), "{words}");
    let form = reviews("- { id: URL-18, answer: yes, date: today, ends: x }").unwrap_err().0;
    assert!(form.len() >= 4, "{form:?}");
    // As the template leaves them they are open, whatever is filled in already; an answer needs a name and a reason.
    assert!(reviews("- { id: URL-18, answer: , by: , date: 2026-06-01, note: }").unwrap().is_empty());
    let words = reviews("- { id: URL-18, answer: accepted, by: , date: 2026-06-01, note: }").unwrap_err();
    let words = words.render(crate::base::text::Lang::En);
    assert!(!words.contains("quotes") && words.matches("fill").count() == 2, "{words}");
    // What is open must be a review all the same.
    let words = reviews("- { id: LST-11, answer: }").unwrap_err().render(crate::base::text::Lang::En);
    assert!(words.contains("judged automatically"), "{words}");
}

#[test]
fn waivers_are_read_with_their_scope() {
    let read = waivers(
        "- { id: LST-11, scope: all, reason: r, owner: team, ends_on: 2026-06-30 }\n\
         - { id: CRT-01, scope: { operations: [list, detail] }, reason: r, owner: team, ends_on: 2026-06-30 }\n\
         - { id: SEC-08, scope: { envelope: hal }, reason: r, owner: team, approved_by: Rita, ends_on: 2026-06-30 }\n",
    )
    .unwrap();
    assert_eq!(read["LST-11"].scope, Scope::All);
    assert_eq!(read["CRT-01"].scope, Scope::Operations(vec![Kind::List, Kind::Detail]));
    assert_eq!(read["SEC-08"].scope, Scope::Envelope("hal".to_owned()));
}

#[test]
fn everything_wrong_in_waivers_comes_at_once_with_its_line() {
    let words = waivers(
        "- { id: SEC-08, scope: all, reason: r, owner: team, ends_on: 2026-06-30 }\n\
         - { id: TOK-01, scope: all, reason: r, owner: team, ends_on: 2026-06-31 }\n\
         - { id: OPS-02, scope: all, reason: r, owner: team, ends_on: 2026-06-30 }\n\
         - { id: SEC-08, scope: all, reason: r, owner: team, approved_by: Rita, ends_on: 2026-06-30 }\n\
         - { id: LST-111, scope: all, reason: 'for 70010199960', owner: team, ends_on: 2026-06-30 }\n\
         - { id: SEC-09, scope: all, reason: r, owner: team, approved_by: ' Team', ends_on: 2026-06-30 }\n",
    )
    .unwrap_err()
    .render(crate::base::text::Lang::En);
    for expected in [
        "waivers.yaml:1:5: [0].id: `SEC-08` protects data of citizens",
        "waivers.yaml:2:5: [1].id: `TOK-01` is about the issuer",
        "[1].ends_on: there is no such day",
        "waivers.yaml:3:5: [2].id: `OPS-02` is an observation",
        "waivers.yaml:4:5: [3].id: `SEC-08` is there already",
        "waivers.yaml:5:5: [4].id: there is no requirement `LST-111`",
        "[4].reason: holds a national number",
        "[5].id: `SEC-09` protects data of citizens: its owner cannot waive that alone",
    ] {
        assert!(words.contains(expected), "{expected} is not in\n{words}");
    }
    assert!(!words.contains("70010199960"), "{words}");
    for blank in ["reason: ' ', owner: o", "reason: r, owner: '  '", "reason: r, owner: o, approved_by: ' '"] {
        let row = format!("- {{ id: LST-11, scope: all, ends_on: 2026-06-30, {blank} }}");
        assert!(waivers(&row).unwrap_err().render(crate::base::text::Lang::En).contains("fill it in"), "{blank}");
    }
    let form = waivers("- { id: LST-11, scope: { operation: list }, reason: r, owner: o }").unwrap_err();
    let words = form.render(crate::base::text::Lang::En);
    assert!(words.contains("ends_on") && words.contains("operations: [list"), "{words}");
}

#[test]
fn a_file_for_one_source_is_refused_for_another() {
    let review = "source: Fiscale attesten\nreviews:\n- { id: URL-18, answer: accepted, by: Rita, date: 2026-06-15, note: ok }\n";
    let waiver =
        "source: https://h.be/v1\nwaivers: [{ id: LST-11, scope: all, reason: r, owner: team, ends_on: 2026-06-30 }]\n";
    let names = |names: &[&str]| -> Vec<String> { names.iter().map(|name| (*name).to_owned()).collect() };
    let reviews = |asked: &[&str]| read_reviews("r.yaml", review, &catalogue(), today(), &names(asked));
    assert_eq!(reviews(&[]).unwrap().len(), 1);
    assert_eq!(reviews(&["fiscale Attesten ", "https://h.be/v1"]).unwrap().len(), 1);
    let words = reviews(&["Andere"]).unwrap_err().render(crate::base::text::Lang::En);
    assert!(
        words.contains("r.yaml:1:") && words.contains("for the source `Fiscale attesten`, not for `Andere`"),
        "{words}"
    );
    let waivers = |asked: &[&str]| read_waivers("w.yaml", waiver, &catalogue(), &names(asked));
    assert_eq!(waivers(&["Fiscale attesten", "https://h.be/v1/"]).unwrap().len(), 1);
    assert!(waivers(&["Fiscale attesten", "https://h.be/v2"]).is_err());
}

#[test]
fn a_fault_in_a_file_for_one_source_has_its_place() {
    let text = "source: x\nreviews:\n- { id: LST-11, answer: accepted, by: Rita, date: 2026-06-15, note: ok }\n";
    let words = reviews(text).unwrap_err().render(crate::base::text::Lang::En);
    assert!(words.contains("reviews.yaml:3:5: reviews[0].id: `LST-11` is judged"), "{words}");
    let form = reviews("source: x\nreviews: [{ id: URL-18, answer: maybe }]\n")
        .unwrap_err()
        .render(crate::base::text::Lang::En);
    assert!(form.contains("reviews[0].answer"), "{form}");
    assert!(reviews("reviews: []\n").is_err() && reviews("source: x\nother: []\n").is_err());
}
