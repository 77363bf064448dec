//! Signed client assertions (`private_key_jwt`: RFC 7523, OpenID Connect Core 9): the private key of a client, in every
//! form in which keys come, and the JWT that it signs.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPairComponents, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey, VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::RSAPublicKey;

use crate::base::text::Text;
use crate::text;

/// What stands in `client_assertion_type`.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How long an assertion is good, in seconds: it is used at once.
const LIFETIME: i64 = 300;
/// The bytes of a number of the curve P-256.
const P256: usize = 32;

/// The private key of a client, ready to sign. No formatter shows it.
#[derive(Clone)]
pub struct SigningKey {
    pair: Arc<Pair>,
    /// The id that a JWK gives itself.
    kid: Option<String>,
}

enum Pair {
    /// RSA of 2048 to 8192 bits.
    Rs256(RsaKeyPair),
    /// The curve P-256.
    Es256(EcdsaKeyPair),
}

/// The public half, with which an authorization server checks a signature.
#[derive(Clone)]
pub struct VerifyingKey {
    alg: &'static str,
    algorithm: &'static dyn VerificationAlgorithm,
    key: Vec<u8>,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.alg())
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({})", self.alg)
    }
}

impl SigningKey {
    /// Reads a key: PEM (PKCS#8, PKCS#1, SEC 1) or JWK.
    ///
    /// # Errors
    /// Why it is of no use here, without a word of what it holds.
    pub fn read(text: &str) -> Result<Self, Text> {
        let text = text.trim();
        if text.starts_with('{') { of_jwk(text) } else { of_pem(text).map(|pair| Self::new(pair, None)) }
    }

    /// A new key for RS256; none where no random numbers are to be had.
    pub fn generate() -> Option<Self> {
        RsaKeyPair::generate(KeySize::Rsa2048).ok().map(|pair| Self::new(Pair::Rs256(pair), None))
    }

    fn new(pair: Pair, kid: Option<String>) -> Self {
        Self { pair: Arc::new(pair), kid }
    }

    /// The signature algorithm, as a JWT names it.
    pub fn alg(&self) -> &'static str {
        match *self.pair {
            Pair::Rs256(_) => "RS256",
            Pair::Es256(_) => "ES256",
        }
    }

    /// The id that the key's own file gives it.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The public half.
    pub fn verifying_key(&self) -> VerifyingKey {
        let (algorithm, key): (&'static dyn VerificationAlgorithm, _) = match &*self.pair {
            Pair::Rs256(pair) => (&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref()),
            Pair::Es256(pair) => (&ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref()),
        };
        VerifyingKey { alg: self.alg(), algorithm, key: key.to_vec() }
    }

    /// The assertion of a client for an audience, issued at that moment (seconds since 1970); `jti` is used once. None
    /// where the key cannot sign.
    pub fn assertion(
        &self,
        client_id: &str,
        audience: &str,
        kid: Option<&str>,
        issued: i64,
        jti: &str,
    ) -> Option<SecretString> {
        let claims = json!({
            "iss": client_id, "sub": client_id, "aud": audience, "iat": issued, "exp": issued + LIFETIME, "jti": jti,
        });
        self.jwt(&claims, kid).map(Into::into)
    }

    /// A JWT with these claims. None where the key cannot sign.
    pub fn jwt(&self, claims: &Value, kid: Option<&str>) -> Option<String> {
        let mut header = json!({ "alg": self.alg(), "typ": "JWT" });
        if let (Some(kid), Value::Object(header)) = (kid.or(self.kid()), &mut header) {
            header.insert("kid".to_owned(), json!(kid));
        }
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(claims));
        let signature = self.sign(signed.as_bytes())?;
        Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The public half as a JWK (RFC 7517), with that id.
    pub fn public_jwk(&self, kid: &str) -> Option<Value> {
        let part = |number: &[u8]| URL_SAFE_NO_PAD.encode(number);
        let (alg, purpose) = (self.alg(), "sig");
        match &*self.pair {
            Pair::Rs256(pair) => {
                let (_, key) = RSAPublicKey::from_der(pair.public_key().as_ref()).ok()?;
                // A zero before a number says in DER that it is positive; a JWK has none.
                let number = |number: &[u8]| part(number.strip_prefix(&[0]).unwrap_or(number));
                let (n, e) = (number(key.modulus), number(key.exponent));
                Some(json!({ "kty": "RSA", "use": purpose, "alg": alg, "kid": kid, "n": n, "e": e }))
            }
            Pair::Es256(pair) => {
                let (x, y) = pair.public_key().as_ref().strip_prefix(&[4])?.split_at_checked(P256)?;
                let (x, y) = (part(x), part(y));
                Some(json!({ "kty": "EC", "crv": "P-256", "use": purpose, "alg": alg, "kid": kid, "x": x, "y": y }))
            }
        }
    }

    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let random = SystemRandom::new();
        match &*self.pair {
            Pair::Es256(pair) => pair.sign(&random, message).ok().map(|signature| signature.as_ref().to_vec()),
            Pair::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).ok()?;
                Some(signature)
            }
        }
    }
}

impl VerifyingKey {
    /// The claims of a JWT that the private half signed; none where it did not.
    pub fn claims(&self, jwt: &str) -> Option<Map<String, Value>> {
        let (signed, signature) = jwt.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        if object(header)?.get("alg")? != self.alg {
            return None;
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        UnparsedPublicKey::new(self.algorithm, &self.key).verify(signed.as_bytes(), &signature).ok()?;
        object(claims)
    }
}

/// A part of a JWT.
fn object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

fn of_pem(text: &str) -> Result<Pair, Text> {
    if text.contains("ENCRYPTED") {
        return Err(text!(
            "is met een wachtwoord versleuteld: die vorm wordt niet gelezen",
            "is encrypted with a pass phrase: that form is not read"
        ));
    }
    let key = PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|_| no_key())?;
    let es256 = |der: &[u8]| EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, der).ok();
    let pair = match &key {
        PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der()).ok().map(Pair::Rs256),
        PrivateKeyDer::Sec1(key) => es256(key.secret_sec1_der()).map(Pair::Es256),
        PrivateKeyDer::Pkcs8(key) => {
            let der = key.secret_pkcs8_der();
            RsaKeyPair::from_pkcs8(der).ok().map(Pair::Rs256).or_else(|| es256(der).map(Pair::Es256))
        }
        _ => None,
    };
    pair.ok_or_else(unfit)
}

fn of_jwk(text: &str) -> Result<SigningKey, Text> {
    let jwk: Map<String, Value> = serde_json::from_str(text).map_err(|_| no_key())?;
    let member = |name: &str| jwk.get(name).and_then(Value::as_str);
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(member(name)?.trim_end_matches('=')).ok();
    if jwk.contains_key("keys") {
        return Err(text!("is een reeks sleutels (JWK Set), niet één sleutel", "is a set of keys (JWK Set), not one"));
    }
    if jwk.contains_key("kty") && !jwk.contains_key("d") {
        return Err(text!("is enkel de publieke helft van een sleutel", "is only the public half of a key"));
    }
    let pair = match (member("kty"), member("crv")) {
        (Some("RSA"), _) => rsa_of(&bytes).map(Pair::Rs256),
        (Some("EC"), Some("P-256")) => p256_of(&bytes).map(Pair::Es256),
        (Some(_), _) => None,
        (None, _) => return Err(no_key()),
    };
    let key = SigningKey::new(pair.ok_or_else(unfit)?, member("kid").map(str::to_owned));
    if member("alg").is_some_and(|alg| alg != key.alg()) {
        return Err(unfit());
    }
    Ok(key)
}

fn rsa_of(bytes: &dyn Fn(&str) -> Option<Vec<u8>>) -> Option<RsaKeyPair> {
    let components = KeyPairComponents {
        public_key: PublicKeyComponents { n: bytes("n")?, e: bytes("e")? },
        d: bytes("d")?,
        p: bytes("p")?,
        q: bytes("q")?,
        dP: bytes("dp")?,
        dQ: bytes("dq")?,
        qInv: bytes("qi")?,
    };
    RsaKeyPair::from_components(&components).ok()
}

fn p256_of(bytes: &dyn Fn(&str) -> Option<Vec<u8>>) -> Option<EcdsaKeyPair> {
    let (x, y, d) = (bytes("x")?, bytes("y")?, bytes("d")?);
    let whole = [&x, &y, &d].iter().all(|number| number.len() == P256);
    // A point that is not compressed.
    let point = [&[4], x.as_slice(), y.as_slice()].concat();
    let pair = || EcdsaKeyPair::from_private_key_and_public_key(&ECDSA_P256_SHA256_FIXED_SIGNING, &d, &point).ok();
    whole.then(pair).flatten()
}

fn no_key() -> Text {
    text!("is geen private sleutel in PEM- of JWK-vorm", "is not a private key in PEM or JWK form")
}

fn unfit() -> Text {
    text!(
        "is geen sleutel voor RS256 (RSA van 2048 tot 8192 bits) of ES256 (kromme P-256)",
        "is not a key for RS256 (RSA of 2048 to 8192 bits) or ES256 (curve P-256)"
    )
}

#[cfg(test)]
pub(crate) mod tests;
