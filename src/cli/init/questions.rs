//! The questions of `bronkeur init`, on a terminal: what the flags did not say.

use dialoguer::{Input, Select};

use super::{InitArgs, Kind, environment, variable};
use crate::base::text::{Lang, Text};
use crate::cli::CliError;
use crate::judging::verdict::ExitStatus;
use crate::profile::is_base_url;
use crate::text;

/// The call, with answers where it said nothing.
pub(super) fn answered(args: &InitArgs, lang: Lang) -> Result<InitArgs, CliError> {
    let mut args = args.clone();
    let ask = Asking(lang);
    if args.kind == Kind::Application {
        ask.application(&mut args)?;
    } else if args.base_url.is_none() {
        let what = text!("URL van de bron, tot en met de versie", "URL of the source, up to and including the version");
        let fits = |text: &str| {
            is_base_url(text).map_err(|(wrong, remedy)| format!("{}: {}", wrong.get(lang), remedy.get(lang)))
        };
        args.base_url = Some(ask.text(&what, None, fits)?);
    }
    if args.name.is_none() {
        let what = text!("naam in de rapporten", "name in the reports");
        args.name = Some(ask.text(&what, None, |_| Ok(()))?);
    }
    ask.acm(&mut args)?;
    if !args.acm.acm_stand_in {
        ask.citizens(&mut args)?;
    }
    Ok(args)
}

/// Asks in a language.
struct Asking(Lang);

impl Asking {
    /// An answer that is not empty, or the proposal.
    fn text(
        &self,
        what: &Text,
        proposal: Option<&str>,
        fits: impl Fn(&str) -> Result<(), String>,
    ) -> Result<String, CliError> {
        let mut input =
            Input::<String>::new().with_prompt(what.get(self.0)).validate_with(|text: &String| fits(text.trim()));
        if let Some(proposal) = proposal {
            input = input.default(proposal.to_owned());
        }
        Ok(input.interact_text().map_err(|error| unanswered(&error))?.trim().to_owned())
    }

    /// An answer, or none.
    fn optional(&self, what: &Text, fits: impl Fn(&str) -> Result<(), String>) -> Result<Option<String>, CliError> {
        let none = text!("leeg: geen", "empty: none");
        let input = Input::<String>::new()
            .with_prompt(format!("{} ({})", what.get(self.0), none.get(self.0)))
            .allow_empty(true)
            .validate_with(|text: &String| if text.trim().is_empty() { Ok(()) } else { fits(text.trim()) });
        let text = input.interact_text().map_err(|error| unanswered(&error))?;
        Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
    }

    /// The pages of an application.
    fn application(&self, args: &mut InitArgs) -> Result<(), CliError> {
        let url = |text: &str| {
            let parsed = url::Url::parse(text).ok().filter(url::Url::has_host);
            parsed
                .map(|_| ())
                .ok_or_else(|| text!("schrijf een volledige URL", "write a complete URL").get(self.0).to_owned())
        };
        let own = &mut args.application;
        if own.start_url.is_none() {
            let what = text!(
                "URL van de pagina waar iemand begint en zich aanmeldt",
                "URL of the page where people start and log in"
            );
            own.start_url = self.optional(&what, url)?;
        }
        if own.start_url.is_some() && own.hand_over_url.is_empty() {
            let what = text!("URL van de pagina die naar MBP doorgeeft", "URL of the page that hands over to MBP");
            own.hand_over_url.extend(self.optional(&what, url)?);
        }
        Ok(())
    }

    /// Where the tokens come from.
    fn acm(&self, args: &mut InitArgs) -> Result<(), CliError> {
        let acm = &mut args.acm;
        if acm.environment.is_none() && !acm.without_acm && !acm.acm_stand_in {
            let choices = [
                text!("tni: de testomgeving van ACM", "tni: the test environment of ACM"),
                text!("prod: productie, met echte burgers", "prod: production, with real people"),
                text!(
                    "bronkeur acm: de ingebouwde ACM, op deze computer",
                    "bronkeur acm: the built-in ACM, on this computer"
                ),
                text!("geen: ik heb zelf TX-tokens", "none: I have TX tokens myself"),
                text!("een andere uitgever", "another issuer"),
            ];
            // An application has its own client at an issuer: tokens that are there already are no use.
            let is_application = args.kind == Kind::Application;
            let choices: Vec<_> =
                choices.into_iter().enumerate().filter(|(n, _)| !(is_application && *n == 3)).collect();
            let chosen = Select::new()
                .with_prompt(text!("Waar komen de tokens vandaan?", "Where do the tokens come from?").get(self.0))
                .items(choices.iter().map(|(_, choice)| choice.get(self.0)))
                .default(0)
                .interact()
                .map_err(|error| unanswered(&error))?;
            match choices.get(chosen).map_or(chosen, |(n, _)| *n) {
                0 => acm.environment = Some("tni".to_owned()),
                1 => acm.environment = Some("prod".to_owned()),
                2 => acm.acm_stand_in = true,
                3 => acm.without_acm = true,
                _ => {
                    let what = text!("URL van de uitgever (issuer)", "URL of the issuer");
                    acm.environment = Some(self.text(&what, None, |text| environment(text).map(|_| ()))?);
                }
            }
        }
        if acm.without_acm || acm.acm_stand_in {
            return Ok(());
        }
        let any = |_: &str| Ok(());
        let name = |text: &str| variable(text).map(|_| ());
        if acm.client_id.is_none() {
            let what =
                text!("client-id waarmee tokens uitgewisseld worden", "client-id with which tokens are exchanged");
            acm.client_id = Some(self.text(&what, None, any)?);
            if acm.private_key.is_none() {
                let what = text!("omgevingsvariabele met het geheim", "environment variable with the secret");
                acm.secret_env = self.text(&what, Some(&acm.secret_env), name)?;
            }
        }
        if args.kind == Kind::Application {
            return Ok(());
        }
        if acm.audience.is_none() {
            let what = text!("client-id van de bron bij ACM (audience)", "client-id of the source at ACM (audience)");
            acm.audience = Some(self.text(&what, None, any)?);
        }
        if acm.scope.is_none() {
            let what = text!("scopes van de bron, met spaties ertussen", "scopes of the source, separated by spaces");
            acm.scope = self.optional(&what, any)?;
        }
        if acm.source_secret_env.is_none() {
            let what = text!(
                "omgevingsvariabele met het geheim van de bron, om te introspecteren",
                "environment variable with the source's secret, to introspect"
            );
            acm.source_secret_env = self.optional(&what, name)?;
        }
        Ok(())
    }

    /// Which variables hold numbers and tokens.
    fn citizens(&self, args: &mut InitArgs) -> Result<(), CliError> {
        let name = |text: &str| variable(text).map(|_| ());
        let insz =
            text!("omgevingsvariabele met het rijksregisternummer", "environment variable with the national number");
        let token = text!("omgevingsvariabele met het token", "environment variable with the token");
        let of =
            |what: &Text, who: &Text| Text::new(format!("{} {}", what.nl, who.nl), format!("{} {}", what.en, who.en));
        let citizens = &mut args.citizens;
        let subject = text!("van een testburger met attesten", "of a test citizen with certificates");
        citizens.subject_insz_env = self.text(&of(&insz, &subject), Some(&citizens.subject_insz_env), name)?;
        citizens.subject_token_env = self.text(&token, Some(&citizens.subject_token_env), name)?;
        let other = text!("van een andere burger, zonder band met de eerste", "of an unrelated citizen");
        let empty = text!("van een burger zonder attesten", "of a citizen without certificates");
        for (who, number, own) in [
            (other, &mut citizens.other_insz_env, &mut citizens.other_token_env),
            (empty, &mut citizens.empty_insz_env, &mut citizens.empty_token_env),
        ] {
            if number.is_none() {
                *number = self.optional(&of(&insz, &who), name)?;
                if number.is_some() {
                    *own = Some(self.text(&token, None, name)?);
                }
            }
        }
        Ok(())
    }
}

/// The terminal went away, or somebody pressed Ctrl-C.
fn unanswered(error: &dialoguer::Error) -> CliError {
    CliError::Other(
        ExitStatus::Undecided,
        text!("de vragen zijn afgebroken: {error}", "the questions were broken off: {error}"),
        text!(
            "er is niets geschreven; start opnieuw, of geef de antwoorden als vlaggen",
            "nothing was written; start again, or give the answers as flags"
        ),
    )
}
