//! What an answer of the issuer (ACM) means here, the likely cause, and who has to act. Verdicts, `bronkeur doctor` and
//! `bronkeur token` all take their words from this table.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::text::{Text, shown};
use crate::evidence::exchange::{Content, Response};
use crate::evidence::introspection::{ENCRYPTED_JWT, UNREADABLE_JWT, Unfit, oauth_error as error_in};
use crate::text;

/// Who has to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionOwner {
    /// Whoever owns the profile: the source's owner.
    Owner,
    /// Whoever owns the source, its server and what stands before it.
    Source,
    /// Whoever owns the application, its server and what stands before it.
    Application,
    /// Whoever started this run.
    Runner,
    /// Digitaal Vlaanderen, which runs ACM and registers its clients.
    DigitaalVlaanderen,
    /// The makers of this program.
    Bronkeur,
}

impl ActionOwner {
    /// Who that is.
    pub fn name(self) -> Text {
        match self {
            Self::Owner => text!("de eigenaar van het profiel", "the owner of the profile"),
            Self::Source => text!("de eigenaar van de bron", "the owner of the source"),
            Self::Application => text!("de eigenaar van de toepassing", "the owner of the application"),
            Self::Runner => text!("wie bronkeur uitvoert", "whoever runs bronkeur"),
            Self::DigitaalVlaanderen => Text::same("Digitaal Vlaanderen"),
            Self::Bronkeur => text!("de makers van bronkeur", "the makers of bronkeur"),
        }
    }
}

/// What something means, what to do about it, and who does that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// What it means here.
    pub meaning: Text,
    /// What to do: the likely cause first.
    pub remedy: Text,
    /// Who has to act.
    pub who: ActionOwner,
}

impl Advice {
    fn new(who: ActionOwner, meaning: Text, remedy: Text) -> Self {
        Self { meaning, remedy, who }
    }

    /// In one text.
    pub fn in_words(&self) -> Text {
        let (meaning, remedy, who) = (&self.meaning, &self.remedy, self.who.name());
        Text::new(
            format!("{}: {}. Aan zet: {}.", meaning.nl, remedy.nl, who.nl),
            format!("{}: {}. Who acts: {}.", meaning.en, remedy.en, who.en),
        )
    }
}

/// What an error code of OAuth means here (RFC 6749, sections 4.1.2.1 and 5.2; RFC 8693, section 2.2.2).
pub fn oauth_error(code: &str) -> Option<Advice> {
    Some(match code {
        "invalid_client" => Advice::new(
            ActionOwner::Owner,
            text!("ACM herkent de client niet", "ACM does not recognise the client"),
            text!(
                "controleer id, geheim of sleutel van de client in het profiel (`acm.client`, of `acm.source_client` bij introspectie), of ze bij deze omgeving horen, en de manier van authenticatie (`auth`)",
                "check the client's id, secret or key in the profile (`acm.client`, or `acm.source_client` for introspection), whether they belong to this environment, and the way of authentication (`auth`)"
            ),
        ),
        "invalid_grant" => Advice::new(
            ActionOwner::Owner,
            text!("ACM aanvaardt het token van de burger niet", "ACM does not accept the citizen's token"),
            text!(
                "het is vervallen, ingetrokken, al gebruikt of van een andere client of omgeving: meld de testburger opnieuw aan",
                "it expired, was revoked, was used already, or belongs to another client or environment: log the test citizen in again"
            ),
        ),
        "invalid_target" => Advice::new(
            // A typing mistake in the profile is likelier than a registration that is missing.
            ActionOwner::Owner,
            text!(
                "ACM geeft deze client geen token voor deze `audience`",
                "ACM gives this client no token for this `audience`"
            ),
            text!(
                "controleer eerst `acm.audience` (of `acm.resource`; bij een toepassing `application.mbp.client_id`): dat is de client-id van de bron, of van MBP, in deze omgeving; klopt die, vraag dan Digitaal Vlaanderen om het vertrouwen in `acm.client.id` te registreren",
                "check `acm.audience` (or `acm.resource`; of an application `application.mbp.client_id`) first: it is the client-id of the source, or of MBP, in this environment; if it is right, ask Digitaal Vlaanderen to register the trust in `acm.client.id`"
            ),
        ),
        "invalid_scope" => Advice::new(
            ActionOwner::Owner,
            text!(
                "ACM kent deze scope niet voor deze audience en deze client",
                "ACM does not know this scope for this audience and this client"
            ),
            text!(
                "controleer `acm.scope`: namen gescheiden door spaties, zoals Digitaal Vlaanderen ze registreerde",
                "check `acm.scope`: names separated by spaces, as Digitaal Vlaanderen registered them"
            ),
        ),
        "unauthorized_client" => Advice::new(
            ActionOwner::DigitaalVlaanderen,
            text!(
                "ACM kent de client, maar die mag op deze manier geen token vragen",
                "ACM knows the client, but it may not ask for a token in this way"
            ),
            text!(
                "vraag Digitaal Vlaanderen om token exchange voor `acm.client.id` toe te staan, en client credentials als `acm.actor` ze gebruikt",
                "ask Digitaal Vlaanderen to allow token exchange for `acm.client.id`, and client credentials where `acm.actor` uses them"
            ),
        ),
        "unsupported_grant_type" => Advice::new(
            ActionOwner::Owner,
            text!(
                "deze uitgever kent deze manier om een token te vragen niet",
                "this issuer does not know this way of asking for a token"
            ),
            text!(
                "controleer `acm.environment`; is het ACM zelf, vraag dan Digitaal Vlaanderen of token exchange er aanstaat",
                "check `acm.environment`; if it is ACM itself, ask Digitaal Vlaanderen whether token exchange is switched on there"
            ),
        ),
        "access_denied" => Advice::new(
            ActionOwner::Owner,
            text!("ACM of de burger weigerde toestemming", "ACM or the citizen denied consent"),
            text!(
                "meld de testburger opnieuw aan en stem toe; blijft het zo, vraag Digitaal Vlaanderen welk toegangsbeleid voor de bron geldt",
                "log the test citizen in again and consent; if it stays so, ask Digitaal Vlaanderen which access policy holds for the source"
            ),
        ),
        "invalid_request" => Advice::new(
            ActionOwner::Bronkeur,
            text!("ACM vindt de oproep onvolledig of dubbelzinnig", "ACM finds the call incomplete or ambiguous"),
            text!(
                "controleer of het profiel één van `acm.audience` en `acm.resource` noemt, en of het token van de burger een access token is; klopt dat, meld het dan met de gemaskeerde oproep uit het rapport",
                "check that the profile names one of `acm.audience` and `acm.resource`, and that the citizen's token is an access token; if so, report it with the masked call from the report"
            ),
        ),
        "server_error" | "temporarily_unavailable" => not_now(),
        _ => return None,
    })
}

/// What it means where ACM refuses an application the exchange for MBP: which registration is missing, and who makes it. None
/// where it means the same as for everybody.
pub fn refused_for_mbp(response: &Response) -> Option<Advice> {
    let code = response.json().and_then(error_in)?;
    let code: &str = &code;
    let advice = |meaning, remedy| Some(Advice::new(ActionOwner::DigitaalVlaanderen, meaning, remedy));
    match code {
        "invalid_target" | "access_denied" => advice(
            text!(
                "het vertrouwen van MBP in deze client is in deze omgeving niet geregistreerd",
                "MBP's trust in this client is not registered in this environment"
            ),
            text!(
                "vraag Digitaal Vlaanderen om dat vertrouwen te registreren, voor `acm.client.id` en de client-id van MBP in deze omgeving; `application.mbp.client_id` hoort bij `acm.environment`",
                "ask Digitaal Vlaanderen to register that trust, for `acm.client.id` and MBP's client-id in this environment; `application.mbp.client_id` belongs to `acm.environment`"
            ),
        ),
        "unauthorized_client" | "unsupported_grant_type" => advice(
            text!(
                "deze client mag geen tokens uitwisselen, of MBP vertrouwt hem nog niet",
                "this client may not exchange tokens, or MBP does not trust it yet"
            ),
            text!(
                "vraag Digitaal Vlaanderen om token exchange toe te staan voor `acm.client.id`, met het vertrouwen van MBP",
                "ask Digitaal Vlaanderen to allow token exchange for `acm.client.id`, with MBP's trust"
            ),
        ),
        _ => None,
    }
}

/// What an answer means that is no token and no document: by its OAuth error, else by its form.
pub fn refusal(response: &Response) -> Advice {
    if let Some(advice) = response.json().and_then(error_in).as_deref().and_then(oauth_error) {
        return advice;
    }
    match (response.status, &response.content) {
        (429 | 500.., _) => not_now(),
        (300..400, _) => Advice::new(
            ActionOwner::Owner,
            text!(
                "de uitgever verwijst door, en een geheim volgt geen doorverwijzing",
                "the issuer redirects, and a secret follows no redirect"
            ),
            text!(
                "controleer `acm.environment`: schrijf de URL waar de uitgever zelf staat",
                "check `acm.environment`: write the URL at which the issuer itself is"
            ),
        ),
        (404, _) => Advice::new(
            ActionOwner::Owner,
            text!("op deze URL staat geen uitgever", "there is no issuer at this URL"),
            text!(
                "controleer `acm.environment`: `tni`, `prod`, of de URL waaronder `/.well-known/openid-configuration` staat",
                "check `acm.environment`: `tni`, `prod`, or the URL below which `/.well-known/openid-configuration` is"
            ),
        ),
        (200..300, content) => success_without_token(response, content),
        (_, Content::Json(_)) => unexplained(),
        _ => not_from_the_issuer(),
    }
}

/// A success that gives nothing.
fn success_without_token(response: &Response, content: &Content) -> Advice {
    let report = || {
        text!(
            "meld het aan het ACM-team, met het tijdstip en de client-id; het rapport toont de gemaskeerde oproep",
            "report it to the ACM team, with the time and the client-id; the report shows the masked call"
        )
    };
    let meaning = match content {
        Content::Json(_) if response.json().and_then(error_in).is_some() => return unexplained(),
        Content::Json(_) => text!(
            "de uitgever meldt succes, maar het antwoord bevat geen `access_token` (RFC 6749, 5.1)",
            "the issuer reports success, but its answer holds no `access_token` (RFC 6749, 5.1)"
        ),
        Content::Empty => text!(
            "de uitgever meldt succes met een lege inhoud, zonder token",
            "the issuer reports success with an empty body, without a token"
        ),
        Content::Text(_) | Content::Document(_) => return not_from_the_issuer(),
    };
    Advice::new(ActionOwner::DigitaalVlaanderen, meaning, report())
}

fn unexplained() -> Advice {
    Advice::new(
        ActionOwner::DigitaalVlaanderen,
        text!("de uitgever weigert zonder bekende reden", "the issuer refuses without a known reason"),
        text!(
            "vraag de reden na, met het tijdstip en de client-id; het rapport toont de gemaskeerde oproep",
            "ask for the reason, with the time and the client-id; the report shows the masked call"
        ),
    )
}

fn not_from_the_issuer() -> Advice {
    Advice::new(
        ActionOwner::Owner,
        text!(
            "dit is geen JSON maar een pagina of iets anders: het antwoord komt wellicht niet van de uitgever zelf",
            "this is not JSON but a page or something else: the answer may not come from the issuer itself"
        ),
        text!(
            "controleer `acm.environment`, en of een proxy, firewall of aanmeldpagina ertussen zit",
            "check `acm.environment`, and whether a proxy, a firewall or a login page is in between"
        ),
    )
}

/// What came from the issuer in the place of what was asked for: status, and error or kind of body.
pub fn came(response: &Response) -> Text {
    let status = response.status;
    if let Some(error) = response.json().and_then(error_in) {
        let description = response.json().and_then(|json| json.get("error_description")?.as_str()).map(shown);
        let description = description.map(|text| format!(": {text}")).unwrap_or_default();
        return Text::same(format!("{status} {}{description}", shown(&error)));
    }
    let what = match &response.content {
        Content::Empty => text!("zonder inhoud", "without a body"),
        Content::Json(_) => match response.json() {
            Some(Value::Object(_)) => text!("met een JSON-object", "with a JSON object"),
            Some(Value::Array(_)) => text!("met een JSON-lijst", "with a JSON list"),
            _ => text!("met JSON die geen object is", "with JSON that is not an object"),
        },
        Content::Text(text) if text == ENCRYPTED_JWT => text!("met een versleuteld JWT", "with an encrypted JWT"),
        Content::Text(text) if text == UNREADABLE_JWT => {
            text!("met een JWT zonder leesbare claims", "with a JWT without readable claims")
        }
        Content::Text(text) if text.starts_with('<') => text!("met een HTML-pagina", "with an HTML page"),
        Content::Text(_) | Content::Document(_) => text!("met iets anders dan JSON", "with something other than JSON"),
    };
    let kind = response.media_type().map(|kind| format!(" ({})", shown(&kind))).unwrap_or_default();
    Text::new(format!("{status} {}{kind}", what.nl), format!("{status} {}{kind}", what.en))
}

/// What an answer to an introspection means that does not say whether the token is active.
pub fn no_introspection(response: &Response) -> Advice {
    match &response.content {
        Content::Text(text) if text == ENCRYPTED_JWT => Advice::new(
            ActionOwner::DigitaalVlaanderen,
            text!(
                "de introspectie antwoordt met een versleuteld JWT (RFC 9701), dat alleen de sleutel van de bron opent",
                "introspection answers with an encrypted JWT (RFC 9701), which only the source's key opens"
            ),
            text!(
                "vraag voor de client van de bron een onversleuteld antwoord in te stellen (`introspection_encrypted_response_alg`)",
                "ask to have an answer that is not encrypted set up for the source's client (`introspection_encrypted_response_alg`)"
            ),
        ),
        Content::Text(text) if text == UNREADABLE_JWT => Advice::new(
            ActionOwner::DigitaalVlaanderen,
            text!(
                "de introspectie antwoordt met een JWT waarin `token_introspection` met `active` ontbreekt (RFC 9701, 5)",
                "introspection answers with a JWT that lacks `token_introspection` with `active` (RFC 9701, 5)"
            ),
            text!("meld het aan het ACM-team", "report it to the ACM team"),
        ),
        Content::Json(_) if response.is_success() && response.json().and_then(error_in).is_none() => Advice::new(
            ActionOwner::DigitaalVlaanderen,
            text!(
                "de introspectie antwoordt zonder `active` (RFC 7662, 2.2)",
                "introspection answers without `active` (RFC 7662, 2.2)"
            ),
            text!("meld het aan het ACM-team", "report it to the ACM team"),
        ),
        Content::Empty if response.is_success() => Advice::new(
            ActionOwner::DigitaalVlaanderen,
            text!("de introspectie antwoordt met een lege inhoud", "introspection answers with an empty body"),
            text!("meld het aan het ACM-team", "report it to the ACM team"),
        ),
        _ => refusal(response),
    }
}

/// A member of the issuer's answer is written otherwise than its RFC says.
pub fn odd_form(field: &str, rfc: &str) -> Advice {
    Advice::new(
        ActionOwner::DigitaalVlaanderen,
        text!(
            "`{field}` in het antwoord van de uitgever heeft niet de vorm van {rfc}",
            "`{field}` in the issuer's answer does not have the form of {rfc}"
        ),
        text!(
            "meld het aan het ACM-team, met het tijdstip en de client-id; aan de bron is niets te doen",
            "report it to the ACM team, with the time and the client-id; nothing has to be fixed at the source"
        ),
    )
}

/// Said where an answer came as a JWT.
pub fn unsigned_reading() -> Text {
    text!("gelezen uit een JWT; de handtekening is niet nagekeken", "read from a JWT; its signature was not checked")
}

fn not_now() -> Advice {
    Advice::new(
        ActionOwner::DigitaalVlaanderen,
        text!("de uitgever kan nu niet antwoorden", "the issuer cannot answer now"),
        text!(
            "probeer later opnieuw; blijft het zo, meld het aan wie de uitgever beheert",
            "try again later; if it stays so, tell those who run the issuer"
        ),
    )
}

/// The discovery document names another issuer than the profile.
pub fn wrong_issuer() -> Advice {
    Advice::new(
        ActionOwner::Owner,
        text!(
            "een andere uitgever dan die van het profiel antwoordt",
            "another issuer answers than the one of the profile"
        ),
        text!(
            "schrijf in `acm.environment` precies wat de uitgever als `issuer` noemt, ook de schuine streep aan het eind; een geheim gaat alleen naar de bedoelde uitgever",
            "write in `acm.environment` exactly what the issuer names as `issuer`, a slash at its end included; a secret is only for the issuer that is meant"
        ),
    )
}

/// Why a source would refuse a token that ACM gave.
pub fn unfit(why: &Unfit) -> Advice {
    match why {
        Unfit::NotActive => Advice::new(
            ActionOwner::Owner,
            text!(
                "ACM noemt het token dat het zelf gaf niet actief",
                "ACM says that the token it issued is not active"
            ),
            text!(
                "controleer of `acm.source_client` de client van de bron is, in dezelfde omgeving",
                "check that `acm.source_client` is the client of the source, in the same environment"
            ),
        ),
        Unfit::Activity(written) => {
            let written = shown(written);
            let Advice { remedy, who, .. } = odd_form("active", "RFC 7662");
            let meaning = text!(
                "ACM schrijft `active` als {written} in plaats van true of false",
                "ACM writes `active` as {written} instead of true or false"
            );
            Advice::new(who, meaning, remedy)
        }
        Unfit::Audience(audiences) => {
            let audiences = shown(audiences);
            Advice::new(
                ActionOwner::Owner,
                text!(
                    "het token is voor {audiences}, niet voor de bron",
                    "the token is for {audiences}, not for the source"
                ),
                text!(
                    "verbeter `acm.audience`: de client-id van de bron in deze omgeving",
                    "correct `acm.audience`: the client-id of the source in this environment"
                ),
            )
        }
        Unfit::Scope(scopes) => {
            let scopes = shown(scopes);
            Advice::new(
                ActionOwner::DigitaalVlaanderen,
                text!("het token mist de scope {scopes}", "the token lacks the scope {scopes}"),
                text!(
                    "controleer eerst `acm.scope`; klopt het, vraag dan om de scope voor de bron en deze client te registreren",
                    "check `acm.scope` first; if it is right, ask to register the scope for the source and this client"
                ),
            )
        }
        Unfit::Number => Advice::new(
            ActionOwner::Owner,
            text!(
                "het token noemt niet het rijksregisternummer van deze burger",
                "the token does not name this citizen's national number"
            ),
            text!(
                "controleer of `insz` en het token van dezelfde testburger zijn, en of de bron de scope `rrn` krijgt",
                "check that `insz` and the token are of the same test citizen, and that the source gets the scope `rrn`"
            ),
        ),
        Unfit::Expired => Advice::new(
            ActionOwner::Owner,
            text!("het token is al vervallen", "the token has expired already"),
            text!(
                "geef een nieuw token, of meld de testburger opnieuw aan",
                "give a new token, or log the test citizen in again"
            ),
        ),
    }
}

/// This machine's clock and a server's differ.
pub fn clock_skew() -> Advice {
    Advice::new(
        ActionOwner::Owner,
        text!(
            "de klok van deze computer en die van de server verschillen, zodat tokens te vroeg of te laat lijken",
            "the clocks of this computer and of the server differ, so that tokens seem too early or too late"
        ),
        text!(
            "zet de klok van deze computer gelijk (NTP); loopt de server verkeerd, dan is het aan wie hem beheert",
            "set this computer's clock right (NTP); if the server's is wrong, it is up to those who run it"
        ),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::evidence::exchange::Facts;

    fn answer(status: u16, content: Content) -> Response {
        Response::new(status, Vec::new(), content, Facts::default())
    }

    #[test]
    fn every_error_of_oauth_has_a_meaning_of_its_own_and_somebody_who_acts() {
        let codes = [
            "invalid_client",
            "invalid_grant",
            "invalid_target",
            "invalid_scope",
            "unauthorized_client",
            "unsupported_grant_type",
            "access_denied",
            "invalid_request",
            "server_error",
        ];
        let mut meanings: Vec<String> = codes.iter().map(|code| oauth_error(code).unwrap().meaning.en).collect();
        meanings.sort();
        meanings.dedup();
        assert_eq!(meanings.len(), codes.len());
        assert_eq!(oauth_error("invalid_grant").unwrap().who, ActionOwner::Owner);
        assert_eq!(oauth_error("invalid_target").unwrap().who, ActionOwner::Owner);
        assert_eq!(oauth_error("invalid_request").unwrap().who, ActionOwner::Bronkeur);
        assert_eq!(oauth_error("no_such_error"), None);
    }

    #[test]
    fn an_error_code_wins_over_the_form_of_the_answer() {
        let coded = answer(404, Content::json(json!({ "error": "invalid_client" })));
        assert_eq!(refusal(&coded), oauth_error("invalid_client").unwrap());
        let words = |status, content| refusal(&answer(status, content)).meaning.en;
        assert!(words(200, Content::Text("<html>".to_owned())).contains("not JSON"));
        assert!(words(200, Content::Empty).contains("empty body"));
        assert!(words(200, Content::json(json!({}))).contains("`access_token`"));
        assert!(words(200, Content::json(json!({ "error": "odd_one" }))).contains("without a known reason"));
        let coded = answer(200, Content::json(json!({ "error": "invalid_target" })));
        assert_eq!(refusal(&coded), oauth_error("invalid_target").unwrap());
        assert!(words(404, Content::Empty).contains("no issuer"));
        assert!(words(302, Content::Empty).contains("redirects"));
        assert!(words(503, Content::Text("<html>".to_owned())).contains("cannot answer now"));
        assert!(words(400, Content::json(json!({}))).contains("without a known reason"));
    }

    #[test]
    fn what_came_is_said_in_words() {
        let words = |content| came(&answer(200, content)).en;
        assert_eq!(words(Content::Empty), "200 without a body");
        assert_eq!(words(Content::Text("<html>".to_owned())), "200 with an HTML page");
        assert_eq!(words(Content::json(json!([]))), "200 with a JSON list");
        let error = json!({ "error": "invalid_grant", "error_description": "expired" });
        assert_eq!(words(Content::json(error)), "200 invalid_grant: expired");
        let none = |content| no_introspection(&answer(200, content));
        assert!(none(Content::Text(ENCRYPTED_JWT.to_owned())).meaning.en.contains("only the source's key"));
        assert!(none(Content::Text(UNREADABLE_JWT.to_owned())).meaning.en.contains("token_introspection"));
        assert!(none(Content::json(json!({}))).meaning.en.contains("without `active`"));
        assert!(none(Content::Empty).meaning.en.contains("empty body"));
        let refused = json!({ "error": "invalid_client" });
        assert_eq!(none(Content::json(refused)), oauth_error("invalid_client").unwrap());
    }

    #[test]
    fn the_words_say_who_acts() {
        let words = wrong_issuer().in_words();
        assert!(words.en.ends_with("Who acts: the owner of the profile."), "{}", words.en);
        assert!(words.nl.ends_with("Aan zet: de eigenaar van het profiel."), "{}", words.nl);
    }
}
