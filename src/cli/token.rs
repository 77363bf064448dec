//! `bronkeur token`: a citizen's TX token, obtained and described; never shown unless asked for.

use std::io::IsTerminal as _;

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::check::seed;
use super::doctor::Format;
use super::profile::ProfileArgs;
use super::specs::SpecArgs;
use super::{CliError, Done, Global, output, runtime};
use crate::base::input::{Diagnostic, Diagnostics};
use crate::base::text::{Lang, Text, shown};
use crate::evidence::exchange::{Auth, Citizen, Grant, IssuerCall, Request, Response};
use crate::evidence::introspection::Introspection;
use crate::judging::reason::cause::{Server, unanswered};
use crate::judging::reason::issuer::{came, no_introspection, refusal, unfit};
use crate::judging::verdict::ExitStatus;
use crate::profile::{CitizenToken, Resolved, ResolvedCitizen};
use crate::report;
use crate::run::session::{Inquiry, Session, citizen_of};
use crate::text;

/// The schema of the JSON form.
const SCHEMA: &str = "bronkeur.token/1";

const AFTER_HELP: &str = "\
What it says is masked. --show prints the token itself and nothing else, for a pipe:
  curl -H \"Authorization: Bearer $(bronkeur token --show)\" …

Exit status: 0 a token, good as far as is known · 1 introspection says that the source would refuse it · 2 wrong call or \
profile · 3 no token · 4 internal";

#[derive(Clone, Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct TokenArgs {
    #[command(flatten)]
    profile: ProfileArgs,
    /// Whose token: a name or a role of the profile; with `--show insz` also `nobody`, whose number nobody has
    #[arg(long, value_name = "NAME|ROLE", default_value = "subject")]
    citizen: String,
    /// Print the token itself, alone; `insz`: the national number instead
    #[arg(long, value_enum, value_name = "WHAT", num_args = 0..=1, default_missing_value = "token",
          conflicts_with = "format")]
    show: Option<Shown>,
    /// A token that a source should refuse, as the lines in a report use it
    #[arg(long, value_name = "KIND", requires = "show", conflicts_with = "citizen", value_parser = negative_names())]
    kind: Option<String>,
    /// The form of the description
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    specs: SpecArgs,
}

/// What is printed alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Shown {
    /// The token
    Token,
    /// The national number
    Insz,
}

/// The citizen whose number nobody has: no profile names it.
const NOBODY: &str = "nobody";

/// The names of the tokens that a source should refuse.
fn negative_names() -> PossibleValuesParser {
    PossibleValuesParser::new(report::negative_names())
}

pub(super) fn token(args: &TokenArgs, global: &Global) -> Done {
    let written = args.profile.read()?;
    let catalogue = args.specs.load_for(written.kind())?;
    let profile = written.resolve(Vec::new())?;
    let mut inquiry = Session::new(&profile, &catalogue, seed())?.inquire();
    if let Some(auth) = args.kind.as_deref().and_then(report::negative) {
        let token = runtime()?.block_on(inquiry.credential(auth)).ok_or_else(not_to_be_had)?;
        return Ok(shown_alone(&token, global.lang()));
    }
    if args.show == Some(Shown::Insz) {
        let citizen = match args.citizen.as_str() {
            NOBODY => Citizen::Nobody,
            name => citizen_of(wanted(&profile, name)?.role),
        };
        let number = inquiry.number(citizen).ok_or_else(not_to_be_had)?;
        return Ok(shown_alone(&number, global.lang()));
    }
    let who = wanted(&profile, &args.citizen)?;
    let citizen = citizen_of(who.role);
    let token = runtime()?.block_on(obtained(&mut inquiry, who, citizen, args.show.is_none()))?;
    if args.show.is_some() {
        return Ok(shown_alone(&token, global.lang()));
    }
    let described = Described::of(&inquiry, who, citizen);
    let text = match args.format {
        Format::Table => described.in_words(global.lang()),
        Format::Json => format!("{:#}\n", described.json()),
    };
    output::print_masked(&text, inquiry.vault())?;
    Ok(described.status())
}

/// The citizen of that name or role.
fn wanted<'a>(profile: &'a Resolved, wanted: &str) -> Result<&'a ResolvedCitizen, Diagnostics> {
    let citizens = &profile.citizens;
    let found = citizens.iter().find(|citizen| citizen.name == wanted || citizen.role.as_str() == wanted);
    found.ok_or_else(|| {
        let wanted = shown(wanted);
        let names: Vec<String> =
            citizens.iter().map(|citizen| format!("{} ({})", citizen.name, citizen.role.as_str())).collect();
        let names = names.join(", ");
        Diagnostic::new(
            "command line",
            text!("het profiel heeft geen burger `{wanted}`", "the profile has no citizen `{wanted}`"),
            text!("kies met --citizen een van: {names}", "choose one with --citizen: {names}"),
        )
        .into()
    })
}

/// The token that is ready or that ACM gives; with what introspection says of it, where that can be asked.
async fn obtained(
    inquiry: &mut Inquiry,
    who: &ResolvedCitizen,
    citizen: Citizen,
    describe: bool,
) -> Result<SecretString, CliError> {
    let auth = Auth::Token(citizen);
    let ready = match &who.token {
        Some(CitizenToken::Tx(token)) => Some(token.clone()),
        _ => None,
    };
    if ready.is_none()
        && let Some(grant) = inquiry.recording().setup.grant(auth)
    {
        inquiry.ask(Request::issuer(IssuerCall::Token(grant))).await;
    }
    let token = ready.or_else(|| inquiry.token(auth)).ok_or_else(|| no_token(inquiry, citizen))?;
    if describe && inquiry.recording().setup.acm.as_ref().is_some_and(|acm| acm.source_client.is_some()) {
        inquiry.ask(Request::issuer(IssuerCall::Introspection(auth))).await;
    }
    Ok(token)
}

/// Neither the profile nor ACM has it.
fn not_to_be_had() -> CliError {
    CliError::Other(
        ExitStatus::Undecided,
        text!("dat is met dit profiel niet te krijgen", "this profile does not yield it"),
        text!(
            "zet een token van die soort onder `tokens` in het profiel, of vraag de burger eerst aan met `bronkeur token`",
            "put a token of that kind under `tokens` in the profile, or try the citizen's own with `bronkeur token` first"
        ),
    )
}

/// Why there is no token: the first call to the issuer that did not work says it.
fn no_token(inquiry: &Inquiry, citizen: Citizen) -> CliError {
    let request = Request::issuer(IssuerCall::Token(Grant::Exchange(citizen)));
    let (seen, remedy) = match inquiry.recording().cause(&request).map(|exchange| &exchange.result) {
        Some(Ok(answer)) => {
            let Text { nl, en } = came(answer);
            let seen = text!("geen token: ACM antwoordde {nl}", "no token: ACM answered {en}");
            (seen, refusal(answer).in_words())
        }
        Some(Err(failure)) => {
            let told = unanswered(&inquiry.recording().setup, Server::Issuer, failure);
            (told.what, told.remedy)
        }
        None => (
            text!("de burger heeft geen token", "the citizen has no token"),
            text!("geef de burger een `token` in het profiel", "give the citizen a `token` in the profile"),
        ),
    };
    let masked = |text: Text| text.map(|text| inquiry.vault().for_people(text));
    CliError::Other(ExitStatus::Undecided, masked(seen), masked(remedy))
}

/// The token, for a pipe. On a terminal it stays in the window: that is said where no pipe reads it.
fn shown_alone(token: &SecretString, lang: Lang) -> ExitStatus {
    output::print(&format!("{}\n", token.expose_secret()));
    if std::io::stdout().is_terminal() {
        let note = text!(
            "bronkeur: dit hoort bij een burger en blijft in dit venster staan; wis het venster, of leid de uitvoer om",
            "bronkeur: this belongs to a citizen and stays in this window; clear the window, or redirect the output"
        );
        output::say(note.get(lang));
    }
    ExitStatus::Success
}

/// What is known of a token, masked.
struct Described<'a> {
    inquiry: &'a Inquiry,
    who: &'a ResolvedCitizen,
    insz: &'a str,
    answer: Option<&'a Value>,
    introspected: Option<&'a Response>,
}

impl<'a> Described<'a> {
    fn of(inquiry: &'a Inquiry, who: &'a ResolvedCitizen, citizen: Citizen) -> Self {
        let answer = |call| inquiry.recording().get(&Request::issuer(call))?.result.as_ref().ok();
        Self {
            inquiry,
            who,
            insz: inquiry.recording().setup.citizens.get(&citizen).map_or("", |person| person.insz.as_str()),
            answer: answer(IssuerCall::Token(Grant::Exchange(citizen))).and_then(Response::json),
            introspected: answer(IssuerCall::Introspection(Auth::Token(citizen))),
        }
    }

    fn said(&self) -> Option<Introspection<'a>> {
        self.introspected.and_then(Response::introspection)
    }

    /// Why the source would refuse it, by introspection.
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^52")]
    fn wrong(&self) -> Vec<Text> {
        let recording = self.inquiry.recording();
        let (Some(said), Some(acm)) = (self.said(), &recording.setup.acm) else { return Vec::new() };
        let now = self.introspected.and_then(Response::date).unwrap_or(recording.started).as_second() as f64;
        said.unfit(acm, self.insz, now).iter().map(|why| unfit(why).in_words()).collect()
    }

    fn status(&self) -> ExitStatus {
        if self.wrong().is_empty() { ExitStatus::Success } else { ExitStatus::Failures }
    }

    fn json(&self) -> Value {
        let setup = &self.inquiry.recording().setup;
        let of = |name: &str| self.answer.and_then(|answer| answer.get(name)).cloned();
        let introspection = self.said().map(|said| {
            json!({
                "active": said.active(), "audience": said.stated_audiences(), "scope": said.scopes(), "expires": said.expires().map(moment),
                "number": said.number(),
                "claims": self.introspected.map(|response| &response.facts.claims),
            })
        });
        json!({
            "schema": SCHEMA,
            "citizen": { "name": self.who.name, "role": self.who.role, "insz": self.insz },
            "exchanged": self.answer.is_some(),
            "issuer": setup.acm.as_ref().map(|acm| &acm.issuer),
            "asked": setup.acm.as_ref().map(|acm| json!({ "audience": acm.audience, "scope": acm.scope })),
            "token": of("access_token"), "token_type": of("token_type"), "expires_in": of("expires_in"),
            "scope": of("scope"),
            "introspection": introspection,
            "wrong": self.wrong(),
            "exit_status": self.status().code(),
        })
    }

    fn in_words(&self, lang: Lang) -> String {
        let of = |name: &str| {
            let value = self.answer.and_then(|answer| answer.get(name));
            value.map_or("-".to_owned(), |value| shown(&value.as_str().map_or(value.to_string(), str::to_owned)))
        };
        let acm = self.inquiry.recording().setup.acm.as_ref();
        let mut rows: Vec<(Text, String)> = vec![(
            text!("burger", "citizen"),
            format!("{} ({}), {}", shown(&self.who.name), self.who.role.as_str(), self.insz),
        )];
        if let Some(acm) = acm {
            rows.push((text!("uitgever", "issuer"), shown(&acm.issuer)));
            rows.push((text!("gevraagde audience", "audience asked for"), shown(&acm.audience)));
        }
        if self.answer.is_some() {
            rows.push((text!("token", "token"), of("access_token")));
            rows.push((text!("scope", "scope"), of("scope")));
            rows.push((text!("geldig (s)", "valid (s)"), of("expires_in")));
        } else {
            rows.push((text!("token", "token"), text!("uit het profiel", "from the profile").get(lang).to_owned()));
        }
        rows.extend(self.introspection_rows(lang));
        let mut text = String::new();
        for (name, value) in rows {
            text.push_str(&format!("{:<22}{value}\n", name.get(lang)));
        }
        for wrong in self.wrong() {
            let (nl, en) = (wrong.nl, wrong.en);
            let words = text!("✗ de bron zou dit token weigeren: {nl}", "✗ the source would refuse this token: {en}");
            text.push_str(&format!("{}\n", words.get(lang)));
        }
        text
    }

    /// What introspection says, or why it says nothing.
    fn introspection_rows(&self, lang: Lang) -> Vec<(Text, String)> {
        let name = text!("introspectie", "introspection");
        let Some(said) = self.said() else {
            let why = match self.introspected {
                Some(answer) => no_introspection(answer).in_words(),
                None => text!(
                    "niet gevraagd of niet beantwoord: daarvoor is `acm.source_client` nodig",
                    "not asked or not answered: that needs `acm.source_client`"
                ),
            };
            return vec![(name, why.get(lang).to_owned())];
        };
        let active =
            if said.active() == Some(true) { text!("actief", "active") } else { text!("niet actief", "not active") };
        let expires = said.expires().map_or("-".to_owned(), moment);
        let claims = self.introspected.map(|response| response.facts.claims.join(" ")).unwrap_or_default();
        vec![
            (name, active.get(lang).to_owned()),
            (text!("  audience", "  audience"), shown(&said.stated_audiences().join(" "))),
            (text!("  scope", "  scope"), shown(&said.scopes().join(" "))),
            (text!("  vervalt", "  expires"), expires),
            (text!("  subject (rrn)", "  subject (rrn)"), shown(&said.number().unwrap_or("-".to_owned()))),
            (text!("  claims", "  claims"), shown(&claims)),
        ]
    }
}

/// A moment in seconds since 1970, as people read it.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast to an integer saturates; what is no moment is shown as it came"
)]
fn moment(seconds: f64) -> String {
    jiff::Timestamp::from_second(seconds as i64).map_or_else(|_| seconds.to_string(), |moment| moment.to_string())
}
