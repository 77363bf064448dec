//! A new profile as a commented text: what `bronkeur init` writes. What it says, the profile's own reader reads back.

mod application;

use std::fmt::Write as _;

use super::{Reference, Role};
use crate::base::text::{Lang, Text};
use crate::text;

pub use application::DraftApplication;

/// What is known of a source or an application when its profile is begun.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Name in the reports.
    pub name: Option<String>,
    /// URL of the source, up to and including the version; empty for an application.
    pub base_url: String,
    /// The application that takes the place of a source.
    pub application: Option<DraftApplication>,
    /// File with certificate authorities of the source or application.
    pub ca_bundle: Option<String>,
    /// How to get tokens; none where every citizen brings a TX token.
    pub acm: Option<DraftAcm>,
    /// The owner says that runs may go against production.
    pub production: bool,
    /// The test citizens.
    pub citizens: Vec<DraftCitizen>,
    /// Tokens that the source must refuse, by their key.
    pub tokens: Vec<(&'static str, Reference)>,
}

/// How to get tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftAcm {
    /// `tni`, `prod` or the issuer's URL.
    pub environment: String,
    /// The issuer is bronkeur's own ACM.
    pub stand_in: bool,
    /// File with certificate authorities of the issuer.
    pub ca_bundle: Option<String>,
    /// The client that exchanges.
    pub client: DraftClient,
    /// ACM client-id of the source.
    pub audience: String,
    /// Scopes, separated by spaces.
    pub scope: Option<String>,
    /// The source's own client.
    pub source_client: Option<DraftClient>,
    /// Client-id of another API.
    pub other_audience: Option<String>,
}

/// A client of ACM.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftClient {
    /// The client-id.
    pub id: String,
    /// What it proves itself with.
    pub proof: Proof,
}

/// What a client proves itself with.
#[derive(Clone, Debug, PartialEq)]
pub enum Proof {
    /// A secret.
    Secret(Reference),
    /// A file with a private key.
    PrivateKey(String),
}

/// A test citizen.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftCitizen {
    /// What the reports call it.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// The national number.
    pub insz: Reference,
    /// The access token, or the TX token where there is no ACM.
    pub token: Reference,
}

impl Draft {
    /// Changes every path of a file that it names.
    pub fn change_paths(&mut self, change: impl Fn(&mut String)) {
        self.ca_bundle.iter_mut().for_each(&change);
        if let Some(acm) = &mut self.acm {
            acm.ca_bundle.iter_mut().for_each(&change);
            for client in [Some(&mut acm.client), acm.source_client.as_mut()].into_iter().flatten() {
                match &mut client.proof {
                    Proof::PrivateKey(path) | Proof::Secret(Reference::File(path)) => change(path),
                    Proof::Secret(Reference::Env(_) | Reference::Command(_)) => {}
                }
            }
        }
        let of_citizens = self.citizens.iter_mut().flat_map(|citizen| [&mut citizen.insz, &mut citizen.token]);
        for reference in of_citizens.chain(self.tokens.iter_mut().map(|(_, token)| token)) {
            if let Reference::File(path) = reference {
                change(path);
            }
        }
    }

    /// The profile as a text, with comments in one language. `schema` is where editors find its JSON Schema.
    pub fn yaml(&self, schema: &str, lang: Lang) -> String {
        let mut page = Page { yaml: String::new(), lang };
        let (nl, en) = match self.application {
            Some(_) => ("een toepassing", "an application"),
            None => ("een bron", "a source"),
        };
        let head = text!(
            "Het profiel van {nl} voor bronkeur. Een geheim of rijksregisternummer staat hier nooit zelf in, maar als\n# verwijzing: {{ env: NAAM }}, {{ file: pad }} of {{ command: [programma, argument] }}.",
            "The profile of {en} for bronkeur. A secret or a national number is never written here itself, but as a\n# reference: {{ env: NAME }}, {{ file: path }} or {{ command: [program, argument] }}."
        );
        page.line(&format!("# yaml-language-server: $schema={schema}"));
        page.line(&format!("# {}", head.get(lang)));
        match &self.application {
            Some(own) => self.application(&mut page, own),
            None => self.source(&mut page),
        }
        match &self.acm {
            Some(acm) if self.application.is_some() => self.acm_of_application(&mut page, acm),
            Some(acm) => self.acm(&mut page, acm),
            None => page.comment(
                "",
                &text!(
                    "Zonder `acm` brengt elke burger een TX-token mee (`tx_token`); de eisen over ACM zijn dan niet te beoordelen.",
                    "Without `acm` every citizen brings a TX token (`tx_token`); the requirements about ACM are then blocked."
                ),
            ),
        }
        self.citizens(&mut page);
        if !self.tokens.is_empty() {
            page.comment("", &text!("Tokens die de bron moet weigeren.", "Tokens that the source must refuse."));
            page.line("tokens:");
            for (key, token) in &self.tokens {
                page.line(&format!("  {key}: {}", reference(token)));
            }
        }
        page.yaml
    }

    fn source(&self, page: &mut Page) {
        page.line("source:");
        let name = self.name.as_ref();
        page.set("  name", name.map(|name| quoted(name)), "…", &text!("in de rapporten", "in the reports"));
        page.key(
            "  base_url",
            &quoted(&self.base_url),
            &text!("tot en met de versie", "up to and including the version"),
        );
        let bundle = self.ca_bundle.as_ref().map(|file| quoted(file));
        let why = text!("als een eigen CA het certificaat tekende", "where a CA of your own signed the certificate");
        page.set("  ca_bundle", bundle, "my-ca.pem", &why);
        let why = text!("de eigen OpenAPI van de bron: bestand of URL", "the source's own OpenAPI: file or URL");
        page.set("  openapi", None, "openapi.yaml", &why);
    }

    fn acm(&self, page: &mut Page, acm: &DraftAcm) {
        page.line("acm:");
        let which = text!("tni | prod | de URL van een uitgever", "tni | prod | the URL of an issuer");
        page.key("  environment", &quoted(&acm.environment), &which);
        if acm.stand_in {
            page.key("  stand_in", "true", &text!("de ACM van `bronkeur acm`", "the ACM of `bronkeur acm`"));
        }
        if let Some(bundle) = &acm.ca_bundle {
            page.key("  ca_bundle", &quoted(bundle), &Text::default());
        }
        page.key(
            "  client",
            &client(&acm.client),
            &text!("de client die tokens uitwisselt", "the client that exchanges tokens"),
        );
        let why = text!("de client-id van de bron bij ACM", "the source's client-id at ACM");
        page.key("  audience", &quoted(&acm.audience), &why);
        let why = text!("de scopes van de bron, met spaties ertussen", "the source's scopes, separated by spaces");
        page.set("  scope", acm.scope.as_ref().map(|scope| quoted(scope)), "…", &why);
        let why = text!("of none: geen actor_token", "or none: no actor_token");
        page.key("  actor", "client_credentials", &why);
        let why = text!(
            "laat bronkeur introspecteren, voor het hoofdstuk token",
            "lets bronkeur introspect, for the chapter token"
        );
        let sample = "{ id: \"…\", secret: { env: SOURCE_SECRET } }";
        page.set("  source_client", acm.source_client.as_ref().map(client), sample, &why);
        let why = text!("voor een token dat de bron moet weigeren", "for a token that the source must refuse");
        page.set("  other_audience", acm.other_audience.as_ref().map(|id| quoted(id)), "\"…\"", &why);
        self.production(page, acm);
    }

    fn production(&self, page: &mut Page, acm: &DraftAcm) {
        if self.production {
            let why = text!("deze keuring mag op productie", "this run may go against production");
            page.key("production", "true", &why);
        } else if acm.environment == "prod" {
            let why = text!(
                "echte burgers: zet dit aan, of geef --i-may-test-production",
                "real people: switch this on, or pass --i-may-test-production"
            );
            page.set("production", None, "true", &why);
        }
    }

    fn citizens(&self, page: &mut Page) {
        page.line("citizens:");
        let key = if self.acm.is_some() { "token" } else { "tx_token" };
        for role in [Role::Subject, Role::Other, Role::Empty] {
            let why = match role {
                _ if self.application.is_some() => text!("een testburger", "a test citizen"),
                Role::Subject => text!("heeft attesten", "has certificates"),
                Role::Other => text!("heeft geen band met de eerste burger", "unrelated to the first"),
                Role::Empty => text!("heeft er geen", "has none"),
            };
            let word = role.as_str();
            let given: Vec<&DraftCitizen> = self.citizens.iter().filter(|citizen| citizen.role == role).collect();
            for citizen in &given {
                let (name, insz, token) = (quoted(&citizen.name), reference(&citizen.insz), reference(&citizen.token));
                page.item("  - ", &format!("{{ name: {name}, role: {word}, insz: {insz}, {key}: {token} }}"), &why);
            }
            if given.is_empty() {
                let (env, name) = (word.to_uppercase(), word);
                let sample = format!(
                    "{{ name: {name}, role: {word}, insz: {{ env: INSZ_{env} }}, {key}: {{ env: TOKEN_{env} }} }}"
                );
                page.item("  # - ", &sample, &why);
            }
        }
    }
}

/// A YAML text under way.
struct Page {
    yaml: String,
    lang: Lang,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.yaml.push_str(line);
        self.yaml.push('\n');
    }

    fn comment(&mut self, indent: &str, words: &Text) {
        let words = words.get(self.lang).to_owned();
        self.line(&format!("{indent}# {words}"));
    }

    /// Anything, with the reason behind it.
    fn item(&mut self, indent: &str, item: &str, why: &Text) {
        let why = why.get(self.lang);
        let why = if why.is_empty() { String::new() } else { format!("   # {why}") };
        self.line(&format!("{indent}{item}{why}"));
    }

    fn key(&mut self, key: &str, value: &str, why: &Text) {
        self.item("", &format!("{key}: {value}"), why);
    }

    /// A key that may be left out: it then stands as a comment, with a sample.
    fn set(&mut self, key: &str, value: Option<String>, sample: &str, why: &Text) {
        if let Some(value) = value {
            return self.key(key, &value, why);
        }
        let name = key.trim_start();
        let indent = " ".repeat(key.len() - name.len());
        self.key(&format!("{indent}# {name}"), sample, why);
    }
}

fn client(client: &DraftClient) -> String {
    let id = quoted(&client.id);
    match &client.proof {
        Proof::Secret(secret) => format!("{{ id: {id}, secret: {} }}", reference(secret)),
        Proof::PrivateKey(file) => format!("{{ id: {id}, private_key: {{ file: {} }} }}", quoted(file)),
    }
}

fn reference(reference: &Reference) -> String {
    match reference {
        Reference::Env(name) => format!("{{ env: {} }}", quoted(name)),
        Reference::File(path) => format!("{{ file: {} }}", quoted(path)),
        Reference::Command(command) => {
            let words: Vec<String> = command.0.iter().map(|word| quoted(word)).collect();
            format!("{{ command: [{}] }}", words.join(", "))
        }
    }
}

/// A YAML string, whatever it holds: in double quotes, and escaped where YAML or an editor would read it otherwise.
pub(crate) fn quoted(text: &str) -> String {
    let mut yaml = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                yaml.push('\\');
                yaml.push(c);
            }
            // Line breaks of older YAML, what it does not let through, and what turns or hides text.
            c if crate::base::text::unsafe_in_text(c) || !is_printable(c) => {
                // Writing to a String cannot fail.
                let _ = write!(yaml, "\\U{:08x}", u32::from(c));
            }
            c => yaml.push(c),
        }
    }
    yaml.push('"');
    yaml
}

/// Whether YAML 1.2 lets a character stand (section 5.1).
fn is_printable(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::profile::Profile;

    fn draft(name: &str, path: &str, client: &str, other: bool) -> Draft {
        let citizen = |role: Role| DraftCitizen {
            name: format!("{name}{}", role.as_str()),
            role,
            insz: Reference::Env("INSZ".to_owned()),
            token: Reference::File(format!("x{name}")),
        };
        Draft {
            name: Some(name.to_owned()),
            base_url: format!("https://api.example.be/{path}"),
            application: None,
            ca_bundle: other.then(|| name.to_owned()),
            acm: Some(DraftAcm {
                environment: "tni".to_owned(),
                stand_in: false,
                ca_bundle: None,
                client: DraftClient { id: client.to_owned(), proof: Proof::PrivateKey(name.to_owned()) },
                audience: name.to_owned(),
                scope: other.then(|| client.to_owned()),
                source_client: other.then(|| DraftClient {
                    id: name.to_owned(),
                    proof: Proof::Secret(Reference::Command(crate::profile::Command(vec![client.to_owned()]))),
                }),
                other_audience: other.then(|| format!("{name}.")),
            }),
            production: other,
            citizens: if other {
                vec![citizen(Role::Subject), citizen(Role::Empty)]
            } else {
                vec![citizen(Role::Subject)]
            },
            tokens: if other { vec![("expired", Reference::File(client.to_owned()))] } else { Vec::new() },
        }
    }

    fn read(draft: &Draft, lang: Lang) -> Value {
        let yaml = draft.yaml("bron.schema.json", lang);
        let profile = Profile::read("bron.yaml", &yaml).unwrap_or_else(|faults| panic!("{faults}\n{yaml}"));
        assert_eq!(profile.validate("bron.yaml"), [], "{yaml}");
        serde_json::to_value(&profile).unwrap()
    }

    #[test]
    fn a_string_that_yaml_would_take_for_something_else_stays_a_string() {
        for text in [
            "no", "1", "a: b", "# x", "'", "\"", "\\n", "\n- x", "\u{85}", "\u{2028}", "\u{feff}", "\u{0}", "é😀",
            "\u{202e}",
        ] {
            let tree = crate::base::input::read_tree("x", &format!("x: {}\n", quoted(text))).unwrap();
            assert_eq!(tree, json!({ "x": text }), "{text:?}");
        }
    }

    #[test]
    fn the_profile_of_an_application_is_read_back_as_it_was_meant() {
        let url = |path: &str| format!("https://app.example.be/{path}");
        let own = DraftApplication {
            start_url: Some(url("?lang=nl")),
            hand_over_urls: vec![url("mbp"), url("mbp?page=a")],
            logout_url: Some(url("out")),
            mbp: None,
        };
        let mut of_app = Draft { application: Some(own), ..draft("an", "v1", "c", true) };
        of_app.tokens.clear();
        of_app.acm.as_mut().unwrap().scope = None;
        for lang in [Lang::Nl, Lang::En] {
            let profile = read(&of_app, lang);
            assert_eq!(profile["application"]["hand_over_urls"], json!([url("mbp"), url("mbp?page=a")]));
            assert!(profile.get("source").is_none() && profile["acm"].get("audience").is_none(), "{profile}");
            assert_eq!(profile["citizens"][0]["token"]["file"], "xan");
        }
        of_app.application = Some(DraftApplication::default());
        assert_eq!(read(&of_app, Lang::En)["application"], json!({ "name": "an", "ca_bundle": "an" }));
    }

    #[test]
    fn without_acm_the_citizens_bring_tx_tokens() {
        let draft = Draft { acm: None, ..draft("an", "v1", "c", false) };
        let profile = read(&draft, Lang::Nl);
        assert!(profile["citizens"][0]["tx_token"]["file"] == "xan" && profile.get("acm").is_none());
    }

    proptest! {
        #[test]
        fn whatever_the_names_are_the_profile_is_read_back_as_it_was_meant(
            name in "\\PC{1,20}|[\"'\\\\#:{}\\[\\],&*!|>%@` \\t]{1,20}|[\\x00-\\x1f\u{85}\u{2028}\u{feff}]{1,5}",
            path in "[a-zA-Z0-9/._~%'!$&*,;=:@-]{0,20}",
            client in "\\PC{1,30}",
            other: bool,
            dutch: bool,
        ) {
            let draft = draft(&name, &path, &client, other);
            let profile = read(&draft, if dutch { Lang::Nl } else { Lang::En });
            prop_assert_eq!(&profile["source"]["name"], &json!(name));
            prop_assert_eq!(&profile["source"]["base_url"], &json!(draft.base_url));
            prop_assert_eq!(&profile["acm"]["client"]["id"], &json!(client));
            prop_assert_eq!(&profile["acm"]["client"]["private_key"]["file"], &json!(name));
            prop_assert_eq!(&profile["acm"]["audience"], &json!(name));
            prop_assert_eq!(profile["citizens"].as_array().unwrap().len(), if other { 2 } else { 1 });
            prop_assert_eq!(&profile["citizens"][0]["token"]["file"], &json!(format!("x{name}")));
            if other {
                prop_assert_eq!(&profile["acm"]["source_client"]["secret"]["command"][0], &json!(client));
                prop_assert_eq!(&profile["tokens"]["expired"]["file"], &json!(client));
            }
        }
    }
}
