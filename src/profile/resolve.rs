//! Follows every reference of a profile, once, and collects every fault on the way.

mod application;

use std::path::Path;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::reference::{Reader, fits_a_header};
use super::resolved::Pem;
use super::token;
use super::validate::{self, Purpose, is_url, issuer, url};
use super::{
    Acm, AuthMethod, CertificateFiles, Citizen, CitizenToken, Client, ClientCertificate, OpenApiLocation, PrivateKey,
    Profile, Reference, Resolved, ResolvedAcm, ResolvedCitizen, ResolvedClient, ResolvedClientAuth, ResolvedHop,
    ResolvedSource, ResolvedSubject, Source, Target, Tokens,
};
use crate::base::assertion::SigningKey;
use crate::base::input::{Diagnostics, LARGEST_TEXT, read_text};
use crate::base::insz;
use crate::evidence::vault::SHORTEST_SECRET;
use crate::text;

impl Profile {
    /// The profile with all references read and all values typed, or everything that is wrong with it, the faults of
    /// [`Profile::validate`] among it. `env` looks up an environment variable; files are relative to `base_dir`, the
    /// folder of the profile. Commands run one after the other, 30 seconds each at most.
    pub fn resolve(
        self,
        file: &str,
        env: &dyn Fn(&str) -> Option<String>,
        base_dir: &Path,
    ) -> Result<Resolved, Diagnostics> {
        let mut faults = self.validate(file);
        let mut reader = Reader::new(file, env, base_dir);
        let in_full = self.acm_in_full();
        let subject = match (&self.source, &self.application) {
            (Some(own), None) => source(&mut reader, own).map(Box::new).map(ResolvedSubject::Source),
            (None, Some(own)) => {
                let own = application::application(&mut reader, own, in_full.as_ref());
                own.map(Box::new).map(ResolvedSubject::Application)
            }
            // Validation has reported it.
            _ => None,
        };
        let acm = in_full.as_ref().map(|profile| acm(&mut reader, profile, "acm.client"));
        let citizens = citizens(&mut reader, &self.citizens, self.acm.as_ref());
        let tokens = Tokens {
            expired: negative(&mut reader, "expired", self.tokens.expired.as_ref()),
            other_audience: negative(&mut reader, "other_audience", self.tokens.other_audience.as_ref()),
            without_scope: negative(&mut reader, "without_scope", self.tokens.without_scope.as_ref()),
            without_citizen: negative(&mut reader, "without_citizen", self.tokens.without_citizen.as_ref()),
        };
        faults.extend(reader.faults.into_iter().map(|fault| fault.located(&self.text.0)));
        Diagnostics(faults).or(())?;
        // Without a fault everything is there.
        let (Some(subject), Some(acm)) = (subject, acm.map_or(Some(None), |acm| acm.map(Some))) else {
            return Err(incomplete(file));
        };
        Ok(Resolved {
            subject,
            acm,
            production: self.production,
            citizens,
            tokens,
            limits: self.limits,
            accept_blocked: self.accept_blocked,
        })
    }

    /// Only what a login needs: the issuer, and the one client that citizens log in to. No other secret is asked for.
    /// None when the profile has no `acm`.
    pub fn resolve_acm(
        &self,
        file: &str,
        env: &dyn Fn(&str) -> Option<String>,
        base_dir: &Path,
    ) -> Result<Option<ResolvedAcm>, Diagnostics> {
        let Some(profile) = &self.acm_in_full() else { return Ok(None) };
        let mut faults: Vec<_> =
            validate::connection(self, file).into_iter().map(|fault| fault.located(&self.text.0)).collect();
        let mut reader = Reader::new(file, env, base_dir);
        let (place, login_client) = profile.login_client();
        let (client, hops) = (login_client.clone(), Vec::new());
        let alone = Acm { client, hops, login_client: None, source_client: None, ..profile.clone() };
        let acm = acm(&mut reader, &alone, &place);
        faults.extend(reader.faults.into_iter().map(|fault| fault.located(&self.text.0)));
        Diagnostics(faults).or(())?;
        acm.map(Some).ok_or_else(|| incomplete(file))
    }
}

impl Acm {
    /// The client that citizens log in to, and where it stands: where none is named, the one that exchanges first.
    pub(super) fn login_client(&self) -> (String, &Client) {
        match (&self.login_client, self.hops.first()) {
            (Some(client), _) => ("acm.login_client".to_owned(), client),
            (None, Some(hop)) => ("acm.hops[0].client".to_owned(), &hop.client),
            (None, None) => ("acm.client".to_owned(), &self.client),
        }
    }
}

fn incomplete(file: &str) -> Diagnostics {
    Diagnostics::one(
        file,
        text!("het profiel is onvolledig", "the profile is incomplete"),
        text!("vergelijk het met specs/profile.schema.json", "compare it with specs/profile.schema.json"),
    )
}

/// Validation has reported a URL that is none: it is only left out here.
fn given(text: Option<&String>, purpose: Purpose) -> Option<Url> {
    url(text?, purpose).ok()
}

fn source(reader: &mut Reader<'_>, profile: &Source) -> Option<ResolvedSource> {
    let openapi = profile.openapi.as_ref().and_then(|place| openapi(reader, place));
    let ca_bundle = pem(reader, "source.ca_bundle", profile.ca_bundle.as_ref());
    let client_certificate = certificate(reader, "source.client_certificate", profile.client_certificate.as_ref());
    let defaults = ResolvedSource::new(&url(&profile.base_url, Purpose::Base).ok()?);
    Some(ResolvedSource {
        name: profile.name.clone().unwrap_or(defaults.name),
        public_url: given(profile.public_url.as_ref(), Purpose::Base).unwrap_or(defaults.public_url),
        origins: profile.origins.iter().filter_map(|origin| given(Some(origin), Purpose::Origin)).collect(),
        openapi,
        http_port: profile.http_port.unwrap_or(defaults.http_port),
        plain_http: profile.plain_http,
        declares: profile.declares,
        ca_bundle,
        ca_file: profile.ca_bundle.clone(),
        client_certificate,
        proxy: given(profile.proxy.as_ref(), Purpose::Proxy),
        // The schema allows no more than an hour; code may have set anything.
        timeout: profile.timeout.and_then(|s| Duration::try_from_secs_f64(s).ok()).unwrap_or(defaults.timeout),
        rate: profile.rate,
        concurrency: profile.concurrency.unwrap_or(defaults.concurrency).max(1),
        base_url: defaults.base_url,
    })
}

fn openapi(reader: &mut Reader<'_>, place: &str) -> Option<OpenApiLocation> {
    if is_url(place) {
        return url(place, Purpose::Document).ok().map(OpenApiLocation::Url);
    }
    let path = reader.path(place);
    if !path.is_file() {
        reader.fault(
            "source.openapi",
            text!("het bestand `{place}` bestaat niet", "the file `{place}` does not exist"),
            text!(
                "geef een pad vanaf de map van het profiel, of een URL",
                "give a path from the profile's folder, or a URL"
            ),
        );
        return None;
    }
    Some(OpenApiLocation::File(path))
}

fn file(reader: &mut Reader<'_>, place: &str, path: &str, limit: usize) -> Option<String> {
    match read_text(&reader.path(path), limit) {
        Ok(text) => Some(text),
        Err(faults) => {
            for fault in faults.0 {
                let (nl, en) = (fault.message.nl, fault.message.en);
                reader.fault(place, text!("`{path}`: {nl}", "`{path}`: {en}"), fault.remedy);
            }
            None
        }
    }
}

fn pem(reader: &mut Reader<'_>, place: &str, path: Option<&String>) -> Option<Pem> {
    let path = path?;
    let text = file(reader, place, path, LARGEST_TEXT)?;
    if !text.contains("-----BEGIN CERTIFICATE-----") {
        reader.fault(
            place,
            text!("`{path}` bevat geen certificaat in PEM-vorm", "`{path}` holds no certificate in PEM form"),
            text!(
                "geef een bestand met `-----BEGIN CERTIFICATE-----`",
                "give a file with `-----BEGIN CERTIFICATE-----`"
            ),
        );
        return None;
    }
    Some(Pem(text))
}

fn certificate(reader: &mut Reader<'_>, place: &str, files: Option<&CertificateFiles>) -> Option<ClientCertificate> {
    let files = files?;
    let certificate = pem(reader, &format!("{place}.certificate"), Some(&files.certificate));
    let place = format!("{place}.key");
    let key = reader.secret(&place, &files.key).and_then(|key| private_key(reader, &place, key));
    Some(ClientCertificate { certificate: certificate?, key: key? })
}

fn private_key(reader: &mut Reader<'_>, place: &str, key: SecretString) -> Option<SecretString> {
    if key.expose_secret().contains("PRIVATE KEY-----") {
        return Some(key);
    }
    reader.fault(
        place,
        text!("is geen private sleutel in PEM-vorm", "is not a private key in PEM form"),
        text!("geef een sleutel met `-----BEGIN PRIVATE KEY-----`", "give a key with `-----BEGIN PRIVATE KEY-----`"),
    );
    None
}

/// `place`: where its client stands.
fn acm(reader: &mut Reader<'_>, profile: &Acm, place: &str) -> Option<ResolvedAcm> {
    let issuer_name = issuer(&profile.environment).to_owned();
    let resolved = client(reader, place, &profile.client);
    let login_client =
        profile.login_client.as_ref().and_then(|login_client| client(reader, "acm.login_client", login_client));
    let source_client =
        profile.source_client.as_ref().and_then(|source_client| client(reader, "acm.source_client", source_client));
    let ca_bundle = pem(reader, "acm.ca_bundle", profile.ca_bundle.as_ref());
    let client_certificate = certificate(reader, "acm.client_certificate", profile.client_certificate.as_ref());
    let hops = hops(reader, profile);
    let target = match (&profile.audience, &profile.resource) {
        (Some(audience), None) => Target::Audience(audience.clone()),
        (None, Some(resource)) => Target::Resource(resource.clone()),
        _ => return None,
    };
    Some(ResolvedAcm {
        environment: profile.environment.clone(),
        issuer: url(&issuer_name, Purpose::Base).ok()?,
        issuer_name,
        stand_in: profile.stand_in,
        client: resolved?,
        login_client,
        target,
        scope: profile.scope.clone(),
        actor: profile.actor.unwrap_or_default(),
        source_client,
        other_audience: profile.other_audience.clone(),
        hops,
        names_token_type: profile.requested_token_type.is_some(),
        client_certificate,
        ca_bundle,
        ca_file: profile.ca_bundle.clone(),
    })
}

fn client(reader: &mut Reader<'_>, place: &str, profile: &Client) -> Option<ResolvedClient> {
    let secret = profile.secret.as_ref().map(|secret| {
        let place = format!("{place}.secret");
        reader.secret(&place, secret).and_then(|secret| long_enough(reader, &place, secret))
    });
    let auth = match (secret, &profile.private_key) {
        (_, Some(key)) => ResolvedClientAuth::Jwt {
            kid: key.kid.clone(),
            audience: key.audience.clone(),
            key: signing_key(reader, &format!("{place}.private_key"), key)?,
        },
        (Some(secret), None) if profile.auth == Some(AuthMethod::Basic) => ResolvedClientAuth::Basic(secret?),
        (Some(secret), None) => ResolvedClientAuth::Post(secret?),
        (None, None) if profile.auth == Some(AuthMethod::None) => ResolvedClientAuth::Public,
        (None, None) if profile.auth == Some(AuthMethod::Tls) => ResolvedClientAuth::Certificate,
        (None, None) => return None,
    };
    Some(ResolvedClient { id: profile.id.clone(), auth })
}

/// The exchanges before the last one; each is for the client that exchanges next.
fn hops(reader: &mut Reader<'_>, profile: &Acm) -> Vec<ResolvedHop> {
    let next = profile.hops.iter().skip(1).map(|hop| &hop.client.id).chain([&profile.client.id]);
    let resolved = profile.hops.iter().zip(next).enumerate().filter_map(|(n, (hop, next))| {
        Some(ResolvedHop {
            client: client(reader, &format!("acm.hops[{n}].client"), &hop.client)?,
            audience: hop.audience.as_ref().unwrap_or(next).clone(),
            scope: hop.scope.clone(),
            actor: hop.actor,
        })
    });
    resolved.collect()
}

fn signing_key(reader: &mut Reader<'_>, place: &str, key: &PrivateKey) -> Option<SigningKey> {
    let text = reader.secret(place, &key.reference()?)?;
    match SigningKey::read(text.expose_secret()) {
        Ok(key) => Some(key),
        Err(why) => {
            reader.fault(
                place,
                why,
                text!(
                    "geef de private sleutel van de client in PEM (PKCS#8, PKCS#1, SEC 1) of als JWK, zonder wachtwoord; `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256` maakt er een",
                    "give the client's private key in PEM (PKCS#8, PKCS#1, SEC 1) or as a JWK, without a pass phrase; `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256` makes one"
                ),
            );
            None
        }
    }
}

fn negative(reader: &mut Reader<'_>, key: &str, reference: Option<&Reference>) -> Option<SecretString> {
    let place = format!("tokens.{key}");
    let token = reader.secret(&place, reference?)?;
    header_value(reader, &place, token)
}

/// A token that cannot travel in a header is a mistake of whoever copied it, not of the source.
fn header_value(reader: &mut Reader<'_>, place: &str, token: SecretString) -> Option<SecretString> {
    if fits_a_header(&token) {
        return long_enough(reader, place, token);
    }
    reader.fault(
        place,
        text!(
            "is geen token: er staan spaties, regeleinden of vreemde tekens in",
            "is not a token: it holds spaces, line breaks or odd characters"
        ),
        text!("geef enkel het token zelf, zonder `Bearer`", "give the token itself only, without `Bearer`"),
    );
    None
}

/// What is too short to be told from ordinary words cannot be masked.
fn long_enough(reader: &mut Reader<'_>, place: &str, secret: SecretString) -> Option<SecretString> {
    if secret.expose_secret().len() >= SHORTEST_SECRET {
        return Some(secret);
    }
    reader.fault(
        place,
        text!(
            "is korter dan {SHORTEST_SECRET} tekens: zo'n geheim is niet te maskeren",
            "is shorter than {SHORTEST_SECRET} characters: such a secret cannot be masked"
        ),
        text!("controleer of dit het hele geheim is", "check that this is the whole secret"),
    );
    None
}

fn citizens(reader: &mut Reader<'_>, profile: &[Citizen], acm: Option<&Acm>) -> Vec<ResolvedCitizen> {
    let mut citizens: Vec<ResolvedCitizen> = Vec::new();
    for (n, citizen) in profile.iter().enumerate() {
        let token = citizen_token(reader, n, citizen, acm);
        let place = format!("citizens[{n}].insz");
        let Some(number) = reader.secret(&place, &citizen.insz) else { continue };
        let Some(insz) = insz::bare(number.expose_secret()).map(SecretString::from) else {
            reader.fault(
                place,
                text!(
                    "is geen geldig rijksregisternummer: elf cijfers met een juist controlegetal",
                    "is not a valid national number: eleven digits with a correct check number"
                ),
                text!("controleer het nummer van deze testburger", "check the number of this test citizen"),
            );
            continue;
        };
        if let Some(same) = citizens.iter().find(|other| other.insz.expose_secret() == insz.expose_secret()) {
            let name = &same.name;
            reader.fault(
                &place,
                text!("is ook het nummer van `{name}`", "is the number of `{name}` too"),
                text!("geef elke burger een eigen nummer", "give every citizen their own number"),
            );
        }
        if let Some(same) = citizens.iter().find(|other| shares_token(other.token.as_ref(), token.as_ref())) {
            let name = &same.name;
            reader.fault(
                format!("citizens[{n}]"),
                text!("heeft hetzelfde token als `{name}`", "has the same token as `{name}`"),
                text!("geef elke burger een eigen token", "give every citizen their own token"),
            );
        }
        citizens.push(ResolvedCitizen { name: citizen.name.clone(), role: citizen.role, insz, token });
    }
    citizens
}

fn value(token: &CitizenToken) -> &str {
    match token {
        CitizenToken::Access(token) | CitizenToken::Refresh { token, .. } | CitizenToken::Tx(token) => {
            token.expose_secret()
        }
    }
}

fn shares_token(one: Option<&CitizenToken>, other: Option<&CitizenToken>) -> bool {
    one.zip(other).is_some_and(|(one, other)| value(one) == value(other))
}

fn citizen_token(reader: &mut Reader<'_>, n: usize, citizen: &Citizen, acm: Option<&Acm>) -> Option<CitizenToken> {
    if let Some(name) = &citizen.login {
        // Validation has reported a profile without ACM.
        return token::login(name, acm?)
            .map_err(|(message, remedy)| reader.fault(format!("citizens[{n}].login"), message, remedy))
            .ok();
    }
    let command = citizen.command.clone().map(Reference::Command);
    let given = [
        ("token", citizen.token.as_ref()),
        ("refresh_token", citizen.refresh_token.as_ref()),
        ("command", command.as_ref()),
        ("tx_token", citizen.tx_token.as_ref()),
    ];
    let (key, reference) = given.into_iter().find_map(|(key, reference)| Some((key, reference?)))?;
    let place = format!("citizens[{n}].{key}");
    let text = reader.secret(&place, reference)?;
    match token::token(key, text.expose_secret(), reference, |path| reader.path(path)) {
        Ok(token) => header_value(reader, &place, value(&token).into()).map(|_| token),
        Err((message, remedy)) => {
            reader.fault(place, message, remedy);
            None
        }
    }
}
