use proptest::prelude::*;
use serde_json::json;

use super::*;

#[test]
fn the_forms_of_iso_8601_are_known() {
    for date in [
        "2025-04-03",
        "20250403",
        "2024-02-29",
        "2025-W14-4",
        "2025W144",
        "2025-093",
        "2024-366",
        "2025093",
        "2025-04",
        "2025",
        "2025-W14",
        "0001-01-01",
        "2025-01-01/2025-12-31",
        "2025-01-01/P1Y2M3DT4H",
        "P3W/2025-01-01",
    ] {
        assert_eq!(iso(date), Some(Iso::Date), "{date}");
    }
    for (moment, zone) in [
        ("2025-04-03T09:30:00Z", Zone::Utc),
        ("2025-04-03T09:30:00.125+00:00", Zone::Utc),
        ("2025-04-03T09:30:00,5+0000", Zone::Utc),
        ("2025-04-03T09:30+00", Zone::Utc),
        ("20250403T093000Z", Zone::Utc),
        ("2025-04-03t09:30:00z", Zone::Utc),
        ("2025-04-03T24:00:00Z", Zone::Utc),
        ("2016-12-31T23:59:60Z", Zone::Utc),
        ("2025-04-03T11:30:00+02:00", Zone::Offset),
        ("2025-04-03T11:30:00-05:00", Zone::Offset),
        ("2025-04-03T11:30:00\u{2212}05:00", Zone::Offset),
        ("2025-04-03T11:30:00-00:00", Zone::Unknown),
        ("2025-04-03T09:30:00Z/2025-05-03T09:30:00Z", Zone::Utc),
        ("2025-04-03T09:30:00Z/P1M", Zone::Utc),
        ("2025-04-03T09:30:00Z/2025-05-03T09:30:00", Zone::None),
        ("2025-04-03/2025-05-03T09:30:00+02:00", Zone::Offset),
        ("2025-04-03T09:30:00", Zone::None),
        ("2025-04-03T09", Zone::None),
        ("2025-W14-4T09:30", Zone::None),
    ] {
        assert_eq!(iso(moment), Some(Iso::Moment(zone)), "{moment}");
    }
}

#[test]
fn what_is_not_iso_8601_is_not_taken_for_it() {
    for other in [
        "",
        "03/04/2025",
        "2025/04/03",
        "2025-4-3",
        "2025-02-30",
        "2023-02-29",
        "2025-13-01",
        "2025-W54-1",
        "2025-W14-8",
        "2025-366",
        "2025-00",
        "2025-04-03 09:30:00",
        "2025-04-03T25:00:00Z",
        "2025-04-03T24:00:01Z",
        "2025-04-03T09:61:00Z",
        "2025-04-03T",
        "2025-04-03TZ",
        "2025-04-03T09:30:00.Z",
        "2025-04-03T09:30:00+25:00",
        "2025-04T09:30:00Z",
        "2025-04-03T11:30+02:00[Europe/Brussels]",
        " 2025-04-03",
        "3 april 2025",
        "T",
        "٢٠٢٥-٠٤-٠٣",
        "2025-04-03T09:30:00Z+00:00",
        "2025-04-03T09:30:00+1:00",
        "tomorrow",
        "P1Y",
        "P1Y/P2Y",
        "2025-01-01/",
        "2025-01-01/Jan",
        "01/03/2016",
        "/Date(1709287200000+0100)/",
    ] {
        assert_eq!(iso(other), None, "{other}");
    }
}

#[test]
fn dates_as_people_write_them_look_like_dates() {
    for date in [
        "2025-04-03",
        "20250403",
        "03/04/2025",
        "3/4/2025",
        "03-04-2025",
        "03.04.2025",
        "2025/04/03",
        "2025-4-3",
        "03/04/25",
        "2025-02-30",
        "2025-04-03T09:30:00Z",
        "2025-04-03 09:30:00",
        "03/04/2025 10:30",
        "03/04/2025, 10:30:00",
        "2025-04-03T11:30+02:00[Europe/Brussels]",
        "20250403T093000Z",
        "3 april 2025",
        "April 3, 2025",
        "03-apr-2025",
        "3 Apr 2025",
        "1 mars 2025",
        "1er août 2025",
        "3. März 2025",
        "Thu, 03 Apr 2025 09:30:00 GMT",
        "Thu Apr 03 09:30:00 CEST 2025",
        "donderdag 3 april 2025 om 10:30",
        "3 Sept 2025",
        "12 septembre 2025",
        "1 februari 2025",
        "31 December 1999",
        " 2025-04-03 ",
        "0001-01-01T00:00:00",
        "9999-12-31",
        "01/03/2016",
        "1-3-2016",
        "1.3.2016",
        "01-03-16",
        "2016/03/01",
        "3 maart 2016",
        "March 3, 2016",
        "Mon, 03 Mar 2016 10:00:00 GMT",
        "Thu Mar 03 2016 10:00:00 GMT+0100 (CET)",
    ] {
        assert!(looks_like_a_date(date), "{date}");
    }
}

#[test]
fn what_is_no_date_does_not_look_like_one() {
    for other in [
        "",
        "2025",
        "44021",
        "1234567890",
        "12345678",
        "20251399",
        "00000000",
        "90010199992",
        "90.01.01-999.92",
        "0b7c9d52-5f0e-4d53-9a55-1a4a3c1b8f60",
        "1.2.3",
        "2025.04.03",
        "2025.4",
        "v1.2.3",
        "10.0.2021",
        "2025-04-03-0017",
        "2025/04/03/17",
        "2025-04-01/2025-04-30",
        "A-2025-04-03",
        "02/123.45.67",
        "+32 2 123 45 67",
        "10:30",
        "PT5M",
        "P1Y",
        "Fiscaal attest 2025",
        "attest van 3 april 2025",
        "may 2025",
        "3 mei",
        "nl",
        "BE",
        "2025-99-99",
        "99/99/99",
        "BE 0123.456.789",
        "2025-04",
        "2025-093",
        "3 maand 2025",
        "31 februari 2025",
        "4/5",
        "1/2/3",
        "192.168.1.1",
        "https://host/2025/04/03",
        "2025-04-03Txyz",
        "2025-04-03 abc",
        "maandag",
        "1 2 3 2025",
    ] {
        assert!(!looks_like_a_date(other), "{other}");
    }
}

#[test]
fn epochs_are_numbers_of_10_or_13_digits_of_this_age() {
    for epoch in [json!(1_743_638_400), json!(1_743_638_400_123_u64), json!(1_743_638_400.123), json!(1_000_000_000)] {
        assert!(is_epoch(epoch.as_number().unwrap()), "{epoch}");
    }
    for other in [
        json!(2025),
        json!(44_021),
        json!(20_250_403),
        json!(90_010_199_992_u64),
        json!(9_999_999_999_u64),
        json!(-1),
        json!(174_363_840),
        json!(0.5),
        json!(123_456_789_012_u64),
        json!(1e300),
    ] {
        assert!(!is_epoch(other.as_number().unwrap()), "{other}");
    }
}

#[test]
fn epochs_may_be_texts() {
    for epoch in ["/Date(1709287200000+0100)/", "/Date(-62135596800000)/", "1709287200", "1709287200000"] {
        assert!(is_epoch_text(epoch), "{epoch}");
    }
    for other in
        ["0123456789", "20250403", "90010199992", "Date()", "/Date()/", "1709287200000000", "+32478123456", "1000", ""]
    {
        assert!(!is_epoch_text(other), "{other}");
    }
}

#[test]
fn dates_in_parts_are_known() {
    assert!(is_date_object(&json!({ "year": 2025, "month": 4, "day": 3 })));
    assert!(is_date_object(&json!({ "year": 2025, "monthValue": 4, "dayOfMonth": 3, "hour": 9 })));
    for other in [
        json!({ "year": 2025 }),
        json!({ "year": 2025, "month": "april", "day": 3 }),
        json!({ "year": 1, "month": 13, "day": 1 }),
    ] {
        assert!(!is_date_object(&other), "{other}");
    }
    assert!(is_date_array(&json!([2025, 4, 3])));
    assert!(is_date_array(&json!([2025, 4, 3, 9, 30, 0, 125_000_000])));
    for other in [
        json!([1, 2, 3]),
        json!([2025, 13, 1]),
        json!([2025, 4]),
        json!(["2025", 4, 3]),
        json!([44_021, 11_002, 1]),
        json!(3),
    ] {
        assert!(!is_date_array(&other), "{other}");
    }
}

prop_compose! {
    fn any_date()(year in 1800i16..2200, month in 1i8..=12, day in 1i8..=28) -> (i16, i8, i8) {
        (year, month, day)
    }
}

proptest! {
    #[test]
    fn every_date_is_iso_and_looks_like_a_date((y, m, d) in any_date()) {
        for text in [format!("{y:04}-{m:02}-{d:02}"), format!("{y:04}{m:02}{d:02}")] {
            prop_assert_eq!(iso(&text), Some(Iso::Date));
            prop_assert!(looks_like_a_date(&text));
        }
    }

    #[test]
    fn every_date_the_other_way_round_looks_like_a_date_and_is_not_iso((y, m, d) in any_date()) {
        for text in [format!("{d:02}/{m:02}/{y}"), format!("{d}-{m}-{y}"), format!("{y}/{m}/{d}"), format!("{d:02}.{m:02}.{y}")] {
            prop_assert_eq!(iso(&text), None, "{}", text);
            prop_assert!(looks_like_a_date(&text), "{}", text);
        }
    }

    #[test]
    fn every_moment_of_jiff_is_in_utc(seconds in -5_000_000_000i64..7_000_000_000, nanos in 0i32..1_000_000_000) {
        let moment = jiff::Timestamp::new(seconds, nanos).unwrap().to_string();
        prop_assert_eq!(iso(&moment), Some(Iso::Moment(Zone::Utc)), "{}", moment);
    }

    #[test]
    fn numbers_of_another_length_than_8_are_no_dates(text in "[0-9]{1,7}|[0-9]{9,20}") {
        prop_assert!(!looks_like_a_date(&text));
    }

    #[test]
    fn uuids_and_versions_are_no_dates(uuid: u128, a in 0u32..100, b in 0u32..100, c in 0u32..1000) {
        let uuid = uuid::Uuid::from_u128(uuid).to_string();
        prop_assert!(!looks_like_a_date(&uuid));
        for version in [format!("{a}.{b}"), format!("v{a}.{b}.{c}"), format!("{c}.{a}.{b}"), format!("{a}.{b}.{c}-rc.1")] {
            prop_assert!(!looks_like_a_date(&version), "{}", version);
        }
    }

    #[test]
    fn any_text_can_be_read(text in "\\PC{0,80}", digits in "[0-9TZ:+./-]{0,40}") {
        for text in [text, digits] {
            let _ = (iso(&text), looks_like_a_date(&text));
        }
    }
}
