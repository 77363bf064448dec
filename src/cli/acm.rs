//! `bronkeur acm`: the built-in ACM alone, as a stand-in issuer for the owner's own source on a laptop.

use std::path::{Path, PathBuf};

use clap::Args;
use url::Url;

use super::profile::{absolute, bundle_fault};
use super::serve::write_profile;
use super::{CliError, Done, Global, environment, interrupt, output, runtime};
use crate::base::href::is_loopback;
use crate::base::input::{Diagnostic, Diagnostics, LARGEST_TEXT, read_text};
use crate::base::text::{Lang, Text};
use crate::base::{insz, text};
use crate::judging::verdict::ExitStatus;
use crate::profile::{Profile, ProfileText};
use crate::sandbox::{
    APPLICATION_PROFILE, AUTHORITY, AUTHORITY_KEY, CALLER_SECRET, Kept, LoginOptions, MBP, MbpOptions, OwnApplication,
    OwnSource, PROFILE, ProfileFile, Role, SOURCE_CERTIFICATE, SOURCE_KEY, SOURCE_SECRET, STAND_IN_COMMENT, StandIn,
    StandInOptions, Watch,
};
use crate::text;

/// The longest file that is kept from an earlier start.
const LARGEST: usize = 64 * 1024;
/// The shortest secret of a client.
const SHORTEST: usize = 8;

/// What a profile beside it counts on, where no argument says otherwise.
pub(super) const PORT: u16 = 8444;
pub(super) const MBP_PORT: u16 = 8445;
pub(super) const FOLDER: &str = "acm";
pub(super) const AUDIENCE: &str = "laptop-source";
pub(super) const SCOPE: &str = "attesten";

/// The scopes that an application asks of its login, and of the token for MBP.
const MBP_SCOPE: &str = "profile rrn";

const AFTER_HELP: &str = "\
Your own source on a laptop, in two windows:
  bronkeur acm --base-url https://localhost:8443/v1
  bronkeur check -p acm/bron.yaml

The first one prints what your source needs to know of its ACM, as it would of the real one: the issuer, the \
introspection URL, a client-id and the file with its secret. Ids, secrets and the certificate authority stay the \
same at the next start, as long as the folder of --out is there; the file may hold a secret of your own too.

For a source on https it also makes a certificate for localhost (acm/source.pem and acm/source-key.pem), which the \
profile trusts. With a certificate of your own, name who signed it: --ca-bundle my-ca.pem. Plain http on localhost \
works without any of this:
  bronkeur acm --plain-http --base-url http://localhost:8080/v1

The three citizens have invented numbers. To use those of your test data, set the variables in both windows:
  export INSZ_AN=… INSZ_BO=… INSZ_CY=…
  bronkeur acm --subject-insz-env INSZ_AN --other-insz-env INSZ_BO --empty-insz-env INSZ_CY

With -v every call to the ACM is shown: who introspects, and whether its client-id and secret are right.

The source sees the flow of the real ACM, and bronkeur sees what the source asks: SEC-16 (does it introspect?) and \
SEC-20 (what if it cannot?) are judged too. Since this is not the real ACM, the result is at best partial.

Your own application that hands its users over to Mijn Burgerprofiel (MBP), in two windows:
  bronkeur acm --mbp --start-url https://localhost:8443/ --hand-over-url https://localhost:8443/to-mbp
  bronkeur check -p acm/app.yaml

The first one prints what your application needs to know: the issuer, its client-id and secret, MBP's client-id and base \
URL. Log in is with one of three invented citizens; no eID is needed.";

#[derive(Clone, Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct AcmArgs {
    /// The port; 0 for any
    #[arg(long, default_value_t = PORT)]
    port: u16,
    /// Plain http instead of TLS, also to a source on another machine
    #[arg(long)]
    plain_http: bool,
    /// Where the profile and what it refers to go
    #[arg(short, long, value_name = "DIR", default_value = FOLDER)]
    out: PathBuf,
    /// Your source, up to and including the version
    #[arg(long, value_name = "URL", default_value = "https://localhost:8443/v1")]
    base_url: String,
    /// The name of your source in the reports
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    name: Option<String>,
    /// Certificate authorities of your source (PEM), where the certificate of this folder is not used
    #[arg(long, value_name = "FILE")]
    ca_bundle: Option<PathBuf>,
    /// The client-id of your source, which is the audience of its tokens
    #[arg(long, value_name = "ID", default_value = AUDIENCE, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    audience: String,
    /// The scope that your source asks of a token
    #[arg(long, default_value = SCOPE, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    scope: String,
    /// The variable with the national number of the citizen whose data are checked
    #[arg(long, value_name = "NAME")]
    subject_insz_env: Option<String>,
    /// The variable with the national number of an unrelated citizen
    #[arg(long, value_name = "NAME")]
    other_insz_env: Option<String>,
    /// The variable with the national number of a citizen without certificates
    #[arg(long, value_name = "NAME")]
    empty_insz_env: Option<String>,
    /// Print the secret of the source or application, not only the file that holds it
    #[arg(long)]
    show: bool,
    #[command(flatten)]
    application: ApplicationArgs,
}

/// For an application that hands its users over to MBP, instead of a source.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "An application that hands its users over to Mijn Burgerprofiel")]
struct ApplicationArgs {
    /// Start an MBP too, and a login at the ACM: for your own application, not for a source
    #[arg(long, conflicts_with_all = ["base_url", "audience", "scope"])]
    mbp: bool,
    /// The port of MBP; 0 for any
    #[arg(long, value_name = "PORT", default_value_t = MBP_PORT, requires = "mbp")]
    mbp_port: u16,
    /// The page of your application where people start
    #[arg(long, value_name = "URL", default_value = "https://localhost:8443/", requires = "mbp")]
    start_url: String,
    /// A page of it that hands over to MBP; several times for several pages
    #[arg(long, value_name = "URL", requires = "mbp")]
    hand_over_url: Vec<String>,
    /// The page of it that logs out
    #[arg(long, value_name = "URL", requires = "mbp")]
    logout_url: Option<String>,
    /// A redirect URI of it that is not on this machine; those on loopback are all allowed
    #[arg(long, value_name = "URL", requires = "mbp")]
    redirect_uri: Vec<String>,
}

pub(super) fn acm(args: &AcmArgs, global: &Global) -> Done {
    let variables = args.variables();
    let (numbers, mut faults) = numbers(&variables);
    let kept = kept(&args.out).unwrap_or_else(|more| {
        faults.extend(more.0);
        Kept::default()
    });
    faults.extend(foreign_profile(&args.out.join(args.profile())));
    faults.extend(args.ca_bundle.as_deref().and_then(bundle_fault));
    faults.extend((args.is_over_a_network() && !args.plain_http).then(readable_on_the_way));
    Diagnostics(faults).or(())?;
    let runtime = runtime()?;
    let options = args.options(numbers, kept, global);
    let acm = runtime.block_on(StandIn::start(options)).map_err(|error| args.not_started(&error))?;
    let bundle = args.ca_bundle.as_deref().map(absolute);
    let files = args.files(&acm, bundle.as_deref(), &variables);
    // What is wrong in the arguments shows before anything is written.
    for file in files.iter().filter(|file| file.name == args.profile()) {
        let mut profile = Profile::read("command line", &file.text).map_err(Diagnostics::unlocated)?;
        // Nobody can look up a line of a text that is not there.
        profile.text = ProfileText::default();
        Diagnostics(profile.validate("command line")).or(())?;
    }
    // None of this belongs in a repository. A folder that was there has its own rules.
    let ignore = ProfileFile { name: ".gitignore".to_owned(), text: "*\n".to_owned(), secret: false };
    let ignore = if args.out.exists() { Vec::new() } else { vec![ignore] };
    let profile = write_profile(&[ignore, files].concat(), &args.out, args.profile())?;
    let words = if args.application.mbp { args.for_application(&acm, &profile) } else { args.words(&acm, &profile) };
    let interrupted = interrupt::interrupted(runtime.handle());
    output::print(words.get(global.lang()));
    runtime.block_on(interrupted);
    Ok(ExitStatus::Success)
}

impl AcmArgs {
    /// Where the source, or the first page of the application, stands.
    fn address(&self) -> &str {
        if self.application.mbp { &self.application.start_url } else { &self.base_url }
    }

    /// The name of the profile.
    fn profile(&self) -> &'static str {
        if self.application.mbp { APPLICATION_PROFILE } else { PROFILE }
    }

    /// Whether the subject is called over plain http on another machine.
    fn is_over_a_network(&self) -> bool {
        Url::parse(self.address()).is_ok_and(|url| url.scheme() == "http" && !is_loopback(&url))
    }

    fn options(&self, numbers: Vec<(Role, String)>, kept: Kept, global: &Global) -> StandInOptions {
        let own = &self.application;
        let login = LoginOptions { redirect_uris: own.redirect_uri.clone(), ..LoginOptions::default() };
        StandInOptions {
            tls: !self.plain_http,
            port: self.port,
            audience: if own.mbp { MBP.to_owned() } else { self.audience.clone() },
            scope: if own.mbp { MBP_SCOPE.to_owned() } else { self.scope.clone() },
            resource: self.address().to_owned(),
            numbers,
            kept,
            watch: (global.verbose > 0).then(|| watch(global.lang())),
            login: own.mbp.then_some(login),
            mbp: own.mbp.then_some(MbpOptions { port: own.mbp_port }),
        }
    }

    fn files(&self, acm: &StandIn, ca_bundle: Option<&str>, variables: &[(Role, String)]) -> Vec<ProfileFile> {
        let (own, name) = (&self.application, self.name.as_deref());
        let plain_http = self.plain_http && self.is_over_a_network();
        if own.mbp {
            let (start_url, logout_url) = (own.start_url.as_str(), own.logout_url.as_deref());
            let hand_over_urls = &own.hand_over_url;
            let application = OwnApplication { name, start_url, hand_over_urls, logout_url, ca_bundle, plain_http };
            return acm.application_files(application, variables);
        }
        acm.profile_files(OwnSource { base_url: &self.base_url, name, ca_bundle, plain_http }, variables)
    }

    /// What the owner of an application does next. The names of the settings are the same in every language.
    fn for_application(&self, acm: &StandIn, profile: &Path) -> text::Text {
        let file = |name: &str| self.out.join(name).display().to_string();
        let (client, mbp) = (&acm.credentials().client, acm.mbp_base_url().unwrap_or_default());
        let mut settings = vec![
            ("issuer", acm.issuer().to_owned()),
            ("client-id", client.id.clone()),
            ("client-secret-file", file(CALLER_SECRET)),
        ];
        settings.extend(self.show.then(|| ("client-secret", client.secret.clone())));
        settings.push(("scope", format!("openid {MBP_SCOPE}")));
        let local = "http(s)://localhost:*/* http(s)://127.0.0.1:*/*".to_owned();
        let redirects: Vec<String> = [local].into_iter().chain(self.application.redirect_uri.clone()).collect();
        settings.extend([
            ("redirect-uris", redirects.join(" ")),
            ("mbp-client-id", acm.credentials().audience.clone()),
            ("mbp-base-url", mbp.to_owned()),
            ("mbp-token-api", format!("{mbp}/auth/v1/token")),
        ]);
        settings.extend(acm.authority().map(|_| ("ca", file(AUTHORITY))));
        if acm.source_certificate().is_some() {
            settings.extend([("certificate", file(SOURCE_CERTIFICATE)), ("certificate-key", file(SOURCE_KEY))]);
        }
        settings.push(("profile", profile.display().to_string()));
        let lines: Vec<String> = settings.iter().map(|(name, value)| format!("    {name:<20}{value}")).collect();
        let (settings, check, start) = (lines.join("\n"), profile.display(), &self.application.start_url);
        let (nl, en) = if self.application.hand_over_url.is_empty() {
            (
                "Geef met --hand-over-url de pagina die naar MBP doorgeeft: zonder zo'n pagina is de doorgave niet te keuren.\n",
                "Give the page that hands over to MBP with --hand-over-url: without one the hand-over cannot be checked.\n",
            )
        } else {
            ("", "")
        };
        text!(
            "De ingebouwde ACM en MBP draaien. Stel uw toepassing erop in zoals op de echte:\n\n{settings}\n\n\
             Keur de toepassing op {start} dan vanuit een ander venster:\n    bronkeur check -p {check}\n\n\
             {nl}Aanmelden gaat met een verzonnen burger, zonder eID. Stop met Ctrl-C.\n",
            "The built-in ACM and MBP are running. Configure your application for them, as for the real ones:\n\n{settings}\n\n\
             Then check the application at {start} from another window:\n    bronkeur check -p {check}\n\n\
             {en}Logging in is with an invented citizen, without an eID. Stop it with Ctrl-C.\n"
        )
    }

    /// Which citizen's number stands in which variable.
    fn variables(&self) -> Vec<(Role, String)> {
        let named = [
            (Role::Subject, &self.subject_insz_env),
            (Role::Other, &self.other_insz_env),
            (Role::Empty, &self.empty_insz_env),
        ];
        named.into_iter().filter_map(|(role, name)| Some((role, name.clone()?))).collect()
    }

    fn not_started(&self, error: &std::io::Error) -> CliError {
        let (port, out, Text { nl, en }) = (self.port, self.out.display(), Text::of_system(error));
        let free = port.checked_add(10).unwrap_or(PORT);
        CliError::Other(
            ExitStatus::Undecided,
            text!(
                "de ingebouwde ACM start niet op poort {port}: {nl}",
                "the built-in ACM does not start on port {port}: {en}"
            ),
            if error.kind() == std::io::ErrorKind::AddrInUse {
                text!(
                    "draait `bronkeur acm` al in een ander venster, gebruik die dan; kies anders een vrije poort, bv. --port {free}, en stel het nieuwe adres in uw bron in",
                    "if `bronkeur acm` is running in another window already, use that one; else choose a free port, such as --port {free}, and configure the new address in your source"
                )
            } else {
                text!(
                    "kies met --port een andere poort; ligt het aan {out}/{AUTHORITY_KEY}, verwijder het dan",
                    "choose another port with --port; if {out}/{AUTHORITY_KEY} is to blame, delete it"
                )
            },
        )
    }

    /// What the owner does next. The names of the settings are the same in every language: scripts may read them.
    fn words(&self, acm: &StandIn, profile: &Path) -> text::Text {
        let file = |name: &str| self.out.join(name).display().to_string();
        let source = &acm.credentials().source_client;
        let mut settings = vec![
            ("issuer", acm.issuer().to_owned()),
            ("introspection", acm.introspection()),
            ("client-id", source.id.clone()),
            ("client-secret-file", file(SOURCE_SECRET)),
        ];
        settings.extend(self.show.then(|| ("client-secret", source.secret.clone())));
        settings.push(("scope", acm.credentials().scope.clone()));
        settings.extend(acm.authority().map(|_| ("ca", file(AUTHORITY))));
        if acm.source_certificate().is_some() {
            settings.extend([("certificate", file(SOURCE_CERTIFICATE)), ("certificate-key", file(SOURCE_KEY))]);
        }
        settings.push(("profile", profile.display().to_string()));
        let lines: Vec<String> = settings.iter().map(|(name, value)| format!("    {name:<20}{value}")).collect();
        let settings = lines.join("\n");
        let (check, out, base_url) = (profile.display(), self.out.display(), &self.base_url);
        text!(
            "De ingebouwde ACM draait. Stel uw bron erop in zoals op de echte:\n\n{settings}\n\n\
             Keur de bron op {base_url} dan vanuit een ander venster:\n    bronkeur check -p {check}\n\n\
             De burgers en hun tokens staan in {out}; zie `bronkeur acm --help` om de nummers van uw testgegevens te gebruiken.\n\
             Stop met Ctrl-C.\n",
            "The built-in ACM is running. Configure your source for it, as for the real one:\n\n{settings}\n\n\
             Then check the source at {base_url} from another window:\n    bronkeur check -p {check}\n\n\
             The citizens and their tokens are in {out}; see `bronkeur acm --help` for using the numbers of your test data.\n\
             Stop it with Ctrl-C.\n"
        )
    }
}

/// Plain http to another machine is for the owner to decide.
fn readable_on_the_way() -> Diagnostic {
    Diagnostic::new(
        "command line",
        text!("is gewone http naar een andere machine", "is plain http to another machine"),
        text!(
            "gebruik https, of geef --plain-http mee als het netwerk dat toelaat (de gegevens zijn onderweg leesbaar)",
            "use https, or pass --plain-http if the network allows that (the data can be read on the way)"
        ),
    )
    .at("--base-url")
}

/// Tells every call on standard error: who called, and what came of it.
fn watch(lang: Lang) -> Watch {
    Watch::new(move |called| output::say(called.in_words().get(lang)))
}

/// The numbers in these variables, and what is wrong with them.
fn numbers(variables: &[(Role, String)]) -> (Vec<(Role, String)>, Vec<Diagnostic>) {
    let mut numbers: Vec<(Role, String)> = Vec::new();
    let mut faults = Vec::new();
    for (role, name) in variables {
        let mut fault = |message, remedy| faults.push(Diagnostic::new("command line", message, remedy).at(name));
        let Some(text) = environment(name) else {
            fault(
                text!(
                    "deze omgevingsvariabele bestaat niet of is leeg",
                    "this environment variable is not set, or empty"
                ),
                text!("geef `{name}` een waarde voor u start", "set `{name}` before you start"),
            );
            continue;
        };
        let Some(number) = insz::bare(text.trim()) else {
            fault(
                text!(
                    "bevat geen geldig rijksregisternummer: elf cijfers met een juist controlegetal",
                    "holds no valid national number: eleven digits with a correct check number"
                ),
                text!("controleer het nummer van deze testburger", "check the number of this test citizen"),
            );
            continue;
        };
        if numbers.iter().any(|(_, other)| *other == number) {
            fault(
                text!("bevat het nummer van een andere burger", "holds the number of another citizen"),
                text!("geef elke burger een eigen nummer", "give every citizen their own number"),
            );
        }
        numbers.push((*role, number));
    }
    (numbers, faults)
}

/// A profile in the folder that somebody else wrote is never replaced.
fn foreign_profile(path: &Path) -> Option<Diagnostic> {
    let ours = |text: String| text.lines().next() == STAND_IN_COMMENT.lines().next();
    if !path.exists() || read_text(path, LARGEST_TEXT).is_ok_and(ours) {
        return None;
    }
    Some(Diagnostic::new(
        path.display().to_string(),
        text!("dit profiel is niet door `bronkeur acm` geschreven", "this profile was not written by `bronkeur acm`"),
        text!("kies met --out een andere map", "choose another folder with --out"),
    ))
}

/// What an earlier start left in the folder.
fn kept(folder: &Path) -> Result<Kept, Diagnostics> {
    let text = |name: &str| {
        let path = folder.join(name);
        if path.exists() { read_text(&path, LARGEST).map(Some) } else { Ok(None) }
    };
    let secret = |name: &str| {
        let Some(text) = text(name)? else { return Ok(None) };
        let secret = text.trim();
        if secret.len() >= SHORTEST && secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Ok(Some(secret.to_owned()));
        }
        Err(Diagnostics::one(
            folder.join(name).display().to_string(),
            text!(
                "bevat geen bruikbaar geheim: minstens {SHORTEST} zichtbare ASCII-tekens, zonder spaties",
                "holds no usable secret: at least {SHORTEST} visible ASCII characters, without spaces"
            ),
            text!("verwijder het bestand: er komt een nieuw", "delete the file: a new one will be made"),
        ))
    };
    Ok(Kept {
        caller_secret: secret(CALLER_SECRET)?,
        source_secret: secret(SOURCE_SECRET)?,
        authority: text(AUTHORITY)?.zip(text(AUTHORITY_KEY)?),
    })
}
