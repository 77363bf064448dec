//! `bronkeur login`: logs a test citizen in, in the browser, and keeps the tokens; lists and removes what is kept.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use comfy_table::Table;
use comfy_table::presets::NOTHING;
use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::profile::DEFAULT_PROFILE;
use super::{CliError, Done, Global, environment, interrupt, output, runtime};
use crate::base::input::{Diagnostic, Diagnostics, LARGEST_TEXT, read_text};
use crate::base::text::{Lang, Text};
use crate::judging::verdict::ExitStatus;
use crate::profile::login::{Login, Store, TokenFileError, well_named};
use crate::profile::{Acm, AuthMethod, Client, Profile, Reference, ResolvedAcm, Source};
use crate::run::session::issuer_alone;
use crate::text;
use crate::transport::login::{Authorization, Callback, Came, Outcome, Visit};
use crate::transport::{Refused, Transport};

const AFTER_HELP: &str = "\
With a profile, the citizen logs in at its issuer with `acm.login_client`, or else with `acm.client`:
  bronkeur login -p bron.yaml --name an
and the profile then says
  citizens:
    - { name: an, role: subject, insz: { env: INSZ_AN }, login: an }

The client must have the redirect URI http://127.0.0.1/callback; where the issuer does not allow every port with it, \
register one with a port and name that port with --port.

The tokens are kept for this user of this machine alone, and each run renews them. What is kept:
  bronkeur login --list
  bronkeur login --remove an";

#[derive(Clone, Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct LoginArgs {
    /// The profile that names issuer and client [default: bron.yaml, if there is one]
    #[arg(short, long, value_name = "FILE", env = "BRONKEUR_PROFILE")]
    profile: Option<PathBuf>,
    /// Without a profile: the issuer (tni, prod or its URL)
    #[arg(long, value_name = "URL", conflicts_with = "profile", requires = "client_id")]
    issuer: Option<String>,
    /// Without a profile: the client that logs in
    #[arg(long, value_name = "ID", requires = "issuer")]
    client_id: Option<String>,
    /// Without a profile: the variable that holds the client's secret; a public client has none
    #[arg(long, value_name = "NAME", requires = "issuer")]
    client_secret_env: Option<String>,
    /// The name under which the tokens are kept: one login for each
    #[arg(long, default_value = "subject", value_parser = name)]
    name: String,
    /// The scopes to ask for
    #[arg(long, default_value = "openid offline_access")]
    scope: String,
    /// The port of the redirect URI on 127.0.0.1; 0 for any
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Print the URL of the login page, open no browser
    #[arg(long)]
    no_browser: bool,
    /// How long the citizen has to log in, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    /// This login may be one at production
    #[arg(long, env = "BRONKEUR_I_MAY_TEST_PRODUCTION")]
    i_may_test_production: bool,
    /// Show which logins are kept
    #[arg(long, exclusive = true)]
    list: bool,
    /// Remove the login of that name
    #[arg(long, value_name = "NAME", exclusive = true, value_parser = name)]
    remove: Option<String>,
}

fn name(text: &str) -> Result<String, String> {
    if well_named(text) { Ok(text.to_owned()) } else { Err("letters, digits, - and _, 60 at most".to_owned()) }
}

pub(super) fn login(args: &LoginArgs, global: &Global) -> Done {
    let store = Store::of_user().map_err(|message| {
        CliError::Other(ExitStatus::Internal, message, text!("geef XDG_STATE_HOME een waarde", "set XDG_STATE_HOME"))
    })?;
    if args.list {
        return list(&store, global.lang());
    }
    let runtime = runtime()?;
    if let Some(name) = &args.remove {
        return runtime.block_on(remove(&store, name, global.lang()));
    }
    let acm = args.acm()?;
    let interrupted = interrupt::interrupted(runtime.handle());
    runtime.block_on(async {
        tokio::select! {
            done = log_in(args, acm, &store, global) => done,
            () = interrupted => Err(trouble(
                text!("onderbroken: niemand is aangemeld", "interrupted: nobody is logged in"),
                text!("begin opnieuw", "start again"),
            )),
        }
    })
}

/// Faults of the profile that the options stand for, each at the option that said it.
fn by_option(faults: Diagnostics) -> Diagnostics {
    let options =
        [("acm.environment", "--issuer"), ("acm.client.secret", "--client-secret-env"), ("acm.client", "--client-id")];
    let named = |fault: Diagnostic| {
        let option = fault
            .place
            .as_deref()
            .and_then(|place| options.into_iter().find(|(key, _)| place.starts_with(key)).map(|(_, option)| option));
        let Some(option) = option else { return fault };
        let remedy = match option {
            "--issuer" => text!(
                "geef tni, prod met --i-may-test-production, of de volledige URL van een uitgever, zoals https://acm.example.be/op",
                "give tni, prod with --i-may-test-production, or the complete URL of an issuer, such as https://acm.example.be/op"
            ),
            _ => fault.remedy.clone(),
        };
        Diagnostic { remedy, ..fault.at(option) }
    };
    Diagnostics(faults.0.into_iter().map(named).collect())
}

/// Nobody could be logged in.
fn trouble(message: Text, remedy: Text) -> CliError {
    CliError::Other(ExitStatus::Undecided, message, remedy)
}

async fn log_in(args: &LoginArgs, acm: ResolvedAcm, store: &Store, global: &Global) -> Done {
    let issuer = acm.issuer_name.clone();
    let client_id = acm.login_client().id.clone();
    let transport = issuer_alone(acm)?;
    let page = transport.login_page().await.map_err(|refused| refusal(&refused))?;
    let mut callback = Callback::start(args.port).await.map_err(|error| args.no_port(&error))?;
    let authorization = Authorization::new(callback.url.clone());
    args.show(&authorization.url(&page, &client_id, &args.scope), global.lang());
    let came = args.answer(&mut callback, &authorization, &issuer).await;
    let (outcome, visit) = match came {
        Ok(came) => came,
        Err(trouble) => {
            callback.stop().await;
            return Err(trouble);
        }
    };
    let kept = keep(args, &transport, outcome, &authorization, (store, &issuer, &client_id)).await;
    visit.answer(kept.is_ok());
    callback.stop().await;
    kept?;
    let login = store.read(&args.name)?;
    output::print(args.told(login.as_ref(), store).get(global.lang()));
    Ok(ExitStatus::Success)
}

/// Swaps the code at once, it lives for seconds, and keeps what comes.
async fn keep(
    args: &LoginArgs,
    transport: &Transport,
    outcome: Outcome,
    authorization: &Authorization,
    (store, issuer, client_id): (&Store, &str, &str),
) -> Result<(), CliError> {
    let code = match outcome {
        Outcome::Code(code) => code,
        Outcome::Refused(error, why) => {
            let (error, why) = (transport.safe(&error), transport.safe(&why));
            let message = text!("de loginpagina weigerde: {error} {why}", "the login page refused: {error} {why}");
            return Err(trouble(message, advice(&error)));
        }
    };
    let wants_id_token = args.scope.split_whitespace().any(|scope| scope == "openid");
    let answer = transport.tokens_for(&code, authorization, wants_id_token).await;
    let answer = answer.map_err(|refused| refusal(&refused))?;
    store.put(&args.name, (issuer, client_id), &answer, Timestamp::now()).await.map_err(|unwritten| {
        let (nl, en) = (unwritten.in_words(Lang::Nl), unwritten.in_words(Lang::En));
        CliError::Other(
            ExitStatus::Internal,
            text!("{nl}", "{en}"),
            text!(
                "maak die map beschrijfbaar, of geef XDG_STATE_HOME een waarde",
                "make that folder writable, or set XDG_STATE_HOME"
            ),
        )
    })
}

fn refusal(refused: &Refused) -> CliError {
    trouble(refused.message.clone(), advice(&refused.code))
}

/// What an error of the login page or the token endpoint means here, and who has to act.
fn advice(error: &str) -> Text {
    match error {
        "access_denied" => text!(
            "de burger of de uitgever brak de aanmelding af: begin opnieuw, met een testburger die de toegang toestaat",
            "the citizen or the issuer ended the login: start again, with a test citizen who consents"
        ),
        "invalid_scope" => text!(
            "noem met --scope alleen wat deze client mag vragen, zoals `--scope openid`",
            "name with --scope only what this client may ask for, such as `--scope openid`"
        ),
        "invalid_client" | "unauthorized_client" => text!(
            "controleer client-id en geheim, en of deze client bij de uitgever burgers mag aanmelden",
            "check client-id and secret, and whether this client may log citizens in at the issuer"
        ),
        "invalid_grant" => text!(
            "de code was vervallen, of de redirect-URI is anders geregistreerd: meld opnieuw aan, en controleer --port",
            "the code had expired, or the redirect URI is registered differently: log in again, and check --port"
        ),
        _ => text!(
            "controleer de uitgever en de client, en probeer het opnieuw",
            "check the issuer and the client, and try again"
        ),
    }
}

impl LoginArgs {
    /// The issuer and the client: of the profile, or of the flags.
    fn acm(&self) -> Result<ResolvedAcm, CliError> {
        let (file, mut profile, folder) = self.source()?;
        profile.production |= self.i_may_test_production;
        let acm = profile.resolve_acm(&file, &environment, &folder);
        let acm = acm.map_err(|faults| if self.issuer.is_some() { by_option(faults) } else { faults })?;
        acm.ok_or_else(|| {
            let fault = Diagnostic::new(
                file,
                text!("het profiel heeft geen `acm`", "the profile has no `acm`"),
                text!("voeg `acm` toe, of geef --issuer en --client-id", "add `acm`, or give --issuer and --client-id"),
            );
            CliError::Input(fault.into())
        })
    }

    fn source(&self) -> Result<(String, Profile, PathBuf), CliError> {
        if let (Some(issuer), Some(client_id)) = (&self.issuer, &self.client_id) {
            let secret = self.client_secret_env.clone().map(Reference::Env);
            let auth = secret.is_none().then_some(AuthMethod::None);
            let client = Client { id: client_id.clone(), secret, auth, ..Client::default() };
            let acm = Acm { environment: issuer.clone(), client, audience: Some(client_id.clone()), ..Acm::default() };
            // No source is asked for anything.
            let source = Source { base_url: "https://localhost".to_owned(), ..Source::default() };
            let profile = Profile { source: Some(source), acm: Some(acm), ..Profile::default() };
            return Ok(("command line".to_owned(), profile, PathBuf::new()));
        }
        let default = Path::new(DEFAULT_PROFILE);
        let path = self.profile.as_deref().or_else(|| Some(default).filter(|path| path.exists()));
        let Some(path) = path else {
            return Err(Diagnostics::one(
                "command line",
                text!("er is geen profiel en geen uitgever", "there is no profile and no issuer"),
                text!(
                    "noem een profiel met -p, of geef --issuer en --client-id",
                    "name a profile with -p, or give --issuer and --client-id"
                ),
            )
            .into());
        };
        let file = path.display().to_string();
        let profile = Profile::read(&file, &read_text(path, LARGEST_TEXT)?)?;
        Ok((file, profile, path.parent().map(Path::to_path_buf).unwrap_or_default()))
    }

    fn no_port(&self, error: &std::io::Error) -> CliError {
        let (port, Text { nl, en }) = (self.port, Text::of_system(error));
        trouble(
            text!(
                "poort {port} op 127.0.0.1 is niet te openen: {nl}",
                "port {port} on 127.0.0.1 cannot be opened: {en}"
            ),
            text!("kies met --port een andere", "choose another one with --port"),
        )
    }

    /// Shows the login page: in the browser, or as a URL.
    fn show(&self, url: &Url, lang: Lang) {
        let opened = !self.no_browser && open::that_detached(url.as_str()).is_ok();
        let words = if opened {
            text!(
                "Meld de testburger aan in uw browser. Gaat die niet open, ga dan naar:\n    {url}\n",
                "Log the test citizen in, in your browser. If the browser does not open, go to:\n    {url}\n"
            )
        } else {
            text!(
                "Open deze pagina in een browser op deze machine en meld de testburger aan:\n    {url}\n",
                "Open this page in a browser on this machine and log the test citizen in:\n    {url}\n"
            )
        };
        output::print(words.get(lang));
    }

    /// The answer to our question, whoever else comes by.
    async fn answer(
        &self,
        callback: &mut Callback,
        authorization: &Authorization,
        issuer: &str,
    ) -> Result<(Outcome, Visit), CliError> {
        let until = Instant::now() + Duration::from_secs(self.timeout);
        let mut strangers = 0_u32;
        while let Ok(Some(visit)) = timeout_at(until, callback.visit()).await {
            match authorization.read(&visit.query, issuer) {
                Came::Answer(outcome) => return Ok((outcome, visit)),
                Came::Stranger => strangers += 1,
            }
        }
        let seconds = self.timeout;
        let remedy = text!(
            "begin opnieuw, met --timeout als het langer duurt; de client moet de redirect-URI http://127.0.0.1/callback hebben",
            "start again, with --timeout if it takes longer; the client must have the redirect URI http://127.0.0.1/callback"
        );
        Err(trouble(
            if strangers == 0 {
                text!("na {seconds} s was niemand aangemeld", "nobody had logged in after {seconds} s")
            } else {
                text!(
                    "na {seconds} s was niemand aangemeld; {strangers} antwoorden hoorden niet bij deze aanmelding",
                    "nobody had logged in after {seconds} s; {strangers} answers belonged to another login"
                )
            },
            remedy,
        ))
    }

    fn told(&self, login: Option<&Login>, store: &Store) -> Text {
        let (name, path) = (&self.name, store.path(&self.name).display().to_string());
        let renewed = if login.is_some_and(|login| login.refresh_token.is_some()) {
            text!("elke keuring vernieuwt ze", "each run renews them")
        } else {
            let moment = login.and_then(|login| login.expires_at).map_or("?".to_owned(), |moment| moment.to_string());
            text!(
                "zonder refresh token: ze gelden tot {moment}",
                "without a refresh token: they are valid until {moment}"
            )
        };
        let (nl, en) = (renewed.nl, renewed.en);
        text!(
            "Aangemeld. De tokens staan in {path}; {nl}.\nZet in het profiel bij de burger: `login: {name}`\n",
            "Logged in. The tokens are in {path}; {en}.\nIn the profile the citizen gets: `login: {name}`\n"
        )
    }
}

/// The logins, without a token.
fn list(store: &Store, lang: Lang) -> Done {
    let names = store.names().map_err(|error| {
        let Text { nl, en } = Text::of_system(&error);
        trouble(
            text!("de map met aanmeldingen is niet te lezen: {nl}", "the folder with logins cannot be read: {en}"),
            text!("controleer de leesrechten", "check the permissions"),
        )
    })?;
    if names.is_empty() {
        output::print(text!("Er zijn geen aanmeldingen.\n", "There are no logins.\n").get(lang));
        return Ok(ExitStatus::Success);
    }
    let mut table = Table::new();
    table.load_style(NOTHING).set_width(output::width());
    let header = [
        text!("naam", "name"),
        text!("uitgever", "issuer"),
        text!("client", "client"),
        text!("access token tot", "access token until"),
        text!("refresh token", "refresh token"),
    ];
    table.set_header(header.iter().map(|word| word.get(lang)));
    let mut faults = Vec::new();
    for name in names {
        match store.read(&name) {
            Ok(Some(login)) => {
                let until = login.expires_at.map_or("?".to_owned(), |moment| moment.strftime("%F %T UTC").to_string());
                let refresh = if login.refresh_token.is_some() { text!("ja", "yes") } else { text!("nee", "no") };
                table.add_row([&name, &login.issuer, &login.client_id, &until, refresh.get(lang)]);
            }
            Ok(None) => {}
            Err(more) => faults.extend(more.0),
        }
    }
    output::print(&format!("{}\n", table.trim_fmt()));
    Diagnostics(faults).or(ExitStatus::Success).map_err(CliError::from)
}

async fn remove(store: &Store, name: &str, lang: Lang) -> Done {
    let removed = store.remove(name).await;
    if removed.map_err(|TokenFileError { message, remedy }| CliError::Other(ExitStatus::Internal, message, remedy))? {
        output::print(text!("Verwijderd: {name}\n", "Removed: {name}\n").get(lang));
        return Ok(ExitStatus::Success);
    }
    Err(Diagnostics::one(
        "command line",
        text!("er is geen aanmelding `{name}`", "there is no login `{name}`"),
        text!("`bronkeur login --list` toont welke er zijn", "`bronkeur login --list` shows which there are"),
    )
    .into())
}
