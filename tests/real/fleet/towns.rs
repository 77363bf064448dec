//! A fleet of mixed members, from the evidence of runs against the built-in source with its faults: sound, failing,
//! unreachable, and with a certificate that has expired.

use std::fs;
use std::process::Child;
use std::time::{Duration, Instant};

use crate::support::bronkeur;

/// The faults of the members that fail.
const FAULTS: [&str; 8] = [
    "list-of-another-citizen-is-shown",
    "list-ignores-the-audience",
    "list-accepts-an-expired-token",
    "error-without-title",
    "number-counts-from-zero",
    "start-leads-nowhere",
    "pdf-is-called-html",
    "unknown-certificate-is-null",
];

/// Members of a fleet, in the order in which they repeat.
const MEMBERS: [&str; 15] = [
    "sound", "sound", "sound", "sound", FAULTS[0], FAULTS[1], FAULTS[2], FAULTS[3], FAULTS[4], FAULTS[5], FAULTS[6],
    FAULTS[7], "down", "down", "expired",
];

const TAGS: [&str; 3] = ["towns", "provinces", "agencies"];

/// A folder with the evidence of each kind of member.
pub(super) struct Towns {
    folder: tempfile::TempDir,
}

impl Towns {
    /// One run of every kind.
    pub(super) fn mixed() -> Self {
        let towns = Self { folder: tempfile::tempdir().unwrap() };
        towns.demo("sound", None);
        for fault in FAULTS {
            towns.demo(fault, Some(fault));
        }
        towns.demo("expired", Some("server-certificate-has-expired"));
        let nobody =
            ["check", "-q", "--base-url", "https://127.0.0.1:1/v1", "--insz-env", "INSZ", "--token-env", "TOKEN"];
        let mut down = bronkeur(&towns.folder);
        down.args(nobody).args(["--out", "down"]).env("INSZ", "90010100123").env("TOKEN", "a-token-of-nobody-5f0c2b9d");
        assert_eq!(down.output().unwrap().status.code(), Some(3));
        towns
    }

    fn demo(&self, out: &str, fault: Option<&str>) {
        let mut demo = bronkeur(&self.folder);
        demo.args(["demo", "-q", "--out", out]);
        if let Some(fault) = fault {
            demo.args(["--fault", fault]);
        }
        demo.output().unwrap();
        assert!(self.folder.path().join(out).join("evidence.har").is_file(), "{out}");
    }

    fn sources(&self, members: impl Iterator<Item = (String, &'static str)>) {
        let line = |(n, (name, kind)): (usize, (String, &str))| {
            format!("- {{ name: {name}, tags: [{}], evidence: {kind}/evidence.har }}\n", TAGS[n % TAGS.len()])
        };
        let lines: String = members.enumerate().map(line).collect();
        fs::write(self.folder.path().join("sources.yaml"), format!("sources:\n{lines}")).unwrap();
    }

    fn page(&self) -> String {
        self.folder.path().join("reports/fleet.html").to_str().unwrap().to_owned()
    }

    /// The page of a fleet of so many, and what making it took.
    pub(super) fn fleet(&self, count: usize) -> (String, String) {
        self.sources((0..count).map(|n| (format!("member-{n:04}"), MEMBERS[n % MEMBERS.len()])));
        let start = Instant::now();
        let mut child = bronkeur(&self.folder).args(["fleet", "-q", "--jobs", "2"]).spawn().unwrap();
        let memory = most_memory(&mut child);
        let size = |name: &str| fs::metadata(self.folder.path().join("reports").join(name)).unwrap().len() / 1_000;
        let sizes =
            ["fleet.html", "fleet.md", "fleet.json", "fleet.junit.xml"].map(|name| format!("{name} {} kB", size(name)));
        (self.page(), format!("{:.1?}, {memory}, {}", start.elapsed(), sizes.join(", ")))
    }

    /// The page of a fleet with all that one can hold: members that changed, one that is new, one without a report.
    pub(super) fn changed(&self) -> String {
        let fleet = |arguments: &[&str]| {
            let output = bronkeur(&self.folder).arg("fleet").args(arguments).output().unwrap();
            String::from_utf8(output.stdout).unwrap()
        };
        let all = |sound: &'static str| {
            let faults = FAULTS.iter().map(|fault| ((*fault).to_owned(), *fault));
            faults.chain([("changed".to_owned(), sound), ("gone".to_owned(), "down"), ("old".to_owned(), "expired")])
        };
        self.sources(all("sound"));
        fleet(&["--out", "before", "--quiet"]);
        fs::create_dir(self.folder.path().join("reports")).unwrap();
        fs::write(self.folder.path().join("reports/stuck"), "a file where a folder would be").unwrap();
        let long = ("a-town-with-a-rather-long-name-for-a-narrow-screen".to_owned(), "sound");
        self.sources(all("list-ignores-the-audience").chain([("stuck".to_owned(), "sound"), long]));
        let said = fleet(&["--previous", "before/fleet.json", "--quiet"]);
        assert!(said.starts_with("bronkeur: 13 sources") && said.ends_with("-> exit 4\n"), "{said}");
        self.page()
    }
}

/// The most memory that a process held, looked at until it ends.
fn most_memory(child: &mut Child) -> String {
    let mut most = String::new();
    while child.try_wait().unwrap().is_none() {
        let said = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        most = said.lines().find(|line| line.starts_with("VmHWM")).map_or(most, str::to_owned);
        std::thread::sleep(Duration::from_millis(20));
    }
    most
}
