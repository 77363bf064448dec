//! Keys in every form sign the same; what is no usable key says why. All keys are made on the spot.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::ECDSA_P384_SHA384_FIXED_SIGNING;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret as _;

use super::*;

fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}

/// A new key for ES256, as PKCS#8.
pub(crate) fn p256_pem() -> String {
    pem(
        "PRIVATE KEY",
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap().as_ref(),
    )
}

/// A new key for RS256, as PKCS#8.
pub(crate) fn rsa_pem() -> String {
    pem(
        "PRIVATE KEY",
        AsDer::<Pkcs8V1Der<'_>>::as_der(&RsaKeyPair::generate(KeySize::Rsa2048).unwrap()).unwrap().as_ref(),
    )
}

/// The contents of a DER element at the start of these bytes, and what follows it.
fn element(der: &[u8]) -> (&[u8], &[u8]) {
    let short = usize::from(der[1]);
    // A long length is the number of bytes that hold it.
    let many = short.saturating_sub(0x80);
    let start = 2 + many;
    let long = der[2..start].iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    let length = if many == 0 { short } else { long };
    (&der[start..start + length], &der[start + length..])
}

/// The key inside a PKCS#8 envelope: PKCS#1 or SEC 1.
fn inside(pkcs8_pem: &str) -> Vec<u8> {
    let der = PrivateKeyDer::from_pem_slice(pkcs8_pem.as_bytes()).unwrap();
    let (sequence, _) = element(der.secret_der());
    let (_version, rest) = element(sequence);
    let (_algorithm, rest) = element(rest);
    element(rest).0.to_vec()
}

fn jwk_of_rsa(pkcs1: &[u8]) -> String {
    let (mut rest, _) = element(pkcs1);
    let mut jwk = Map::from_iter([("kty".to_owned(), json!("RSA")), ("kid".to_owned(), json!("of-the-file"))]);
    for name in ["version", "n", "e", "d", "p", "q", "dp", "dq", "qi"] {
        let (number, more) = element(rest);
        let number = number.strip_prefix(&[0]).unwrap_or(number);
        jwk.insert(name.to_owned(), json!(URL_SAFE_NO_PAD.encode(number)));
        rest = more;
    }
    Value::Object(jwk).to_string()
}

fn jwk_of_p256(sec1: &[u8]) -> String {
    let (rest, _) = element(sec1);
    let (_version, rest) = element(rest);
    let (d, _) = element(rest);
    let key = EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, sec1).unwrap();
    let point = key.public_key().as_ref();
    let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    json!({"kty": "EC", "crv": "P-256", "d": number(d), "x": number(&point[1..33]), "y": number(&point[33..])})
        .to_string()
}

fn signed(key: &SigningKey) -> String {
    key.assertion("us:é", "https://acm/op", Some("k1"), 1000, "once").unwrap().expose_secret().to_owned()
}

#[test]
fn one_key_in_every_form_signs_what_its_public_half_accepts() {
    let (rsa, p256) = (rsa_pem(), p256_pem());
    let (pkcs1, sec1) = (inside(&rsa), inside(&p256));
    let parameters = pem("EC PARAMETERS", &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]);
    for (alg, forms) in [
        ("RS256", vec![rsa.clone(), pem("RSA PRIVATE KEY", &pkcs1), jwk_of_rsa(&pkcs1)]),
        (
            "ES256",
            vec![
                p256.clone(),
                pem("EC PRIVATE KEY", &sec1),
                // As `openssl ecparam -genkey` writes it.
                parameters + &pem("EC PRIVATE KEY", &sec1),
                jwk_of_p256(&sec1),
            ],
        ),
    ] {
        let public = SigningKey::read(&forms[0]).unwrap().verifying_key();
        for form in forms {
            let key = SigningKey::read(&form).unwrap();
            assert_eq!(key.alg(), alg);
            let claims = Value::Object(public.claims(&signed(&key)).unwrap());
            let expected = json!({
                "iss": "us:é", "sub": "us:é", "aud": "https://acm/op", "iat": 1000, "exp": 1300, "jti": "once"
            });
            assert_eq!(claims, expected);
        }
    }
}

#[test]
fn the_header_names_algorithm_and_key() {
    let header = |jwt: &str| Value::Object(object(jwt.split('.').next().unwrap()).unwrap());
    let key = SigningKey::read(&jwk_of_rsa(&inside(&rsa_pem()))).unwrap();
    assert_eq!(header(&signed(&key)), json!({"alg": "RS256", "typ": "JWT", "kid": "k1"}));
    let own = key.assertion("us", "them", None, 0, "x").unwrap();
    assert_eq!(header(own.expose_secret())["kid"], "of-the-file");
    let without = SigningKey::read(&p256_pem()).unwrap().assertion("us", "them", None, 0, "x").unwrap();
    assert_eq!(header(without.expose_secret()), json!({"alg": "ES256", "typ": "JWT"}));
}

#[test]
fn a_signature_of_another_key_or_of_other_claims_is_none() {
    let key = SigningKey::read(&p256_pem()).unwrap();
    let jwt = signed(&key);
    assert!(SigningKey::read(&p256_pem()).unwrap().verifying_key().claims(&jwt).is_none());
    assert!(SigningKey::read(&rsa_pem()).unwrap().verifying_key().claims(&jwt).is_none());
    let parts: Vec<&str> = jwt.split('.').collect();
    let other = URL_SAFE_NO_PAD.encode(json!({"iss": "me"}).to_string());
    assert!(key.verifying_key().claims(&format!("{}.{other}.{}", parts[0], parts[2])).is_none());
    assert!(key.verifying_key().claims(&jwt).is_some());
}

#[test]
fn what_is_no_usable_key_says_why_and_shows_nothing() {
    let p384 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    let mut public: Map<String, Value> = serde_json::from_str(&jwk_of_p256(&inside(&p256_pem()))).unwrap();
    let mut other_alg = public.clone();
    other_alg.insert("alg".to_owned(), json!("ES384"));
    public.remove("d");
    for (text, words) in [
        ("hunter22".to_owned(), "PEM or JWK"),
        ("{\"hunter22\": 1}".to_owned(), "PEM or JWK"),
        (pem("ENCRYPTED PRIVATE KEY", b"hunter22"), "pass phrase"),
        (pem("PUBLIC KEY", b"hunter22"), "PEM or JWK"),
        (pem("PRIVATE KEY", b"hunter22"), "RS256"),
        (pem("RSA PRIVATE KEY", b"hunter22"), "RS256"),
        (pem("PRIVATE KEY", p384.as_ref()), "P-256"),
        ("{\"kty\": \"oct\", \"d\": \"hunter22\"}".to_owned(), "RS256"),
        ("{\"kty\": \"RSA\", \"d\": \"hunter22\"}".to_owned(), "RS256"),
        ("{\"kty\": \"EC\", \"crv\": \"P-256\", \"d\": \"aa\", \"x\": \"aa\", \"y\": \"aa\"}".to_owned(), "RS256"),
        ("{\"keys\": []}".to_owned(), "JWK Set"),
        (Value::Object(public).to_string(), "public half"),
        (Value::Object(other_alg).to_string(), "ES256"),
    ] {
        let why = SigningKey::read(&text).unwrap_err();
        assert!(why.en.contains(words) && !why.en.contains("hunter22"), "{words}: {}", why.en);
    }
    assert_eq!(format!("{:?}", SigningKey::read(&p256_pem()).unwrap()), "SigningKey(ES256)");
}

proptest::proptest! {
    #[test]
    fn no_text_makes_reading_panic(text in ".{0,200}") {
        let _ = SigningKey::read(&text);
    }

    #[test]
    fn no_jwk_makes_reading_panic(d in "[A-Za-z0-9_=-]{0,50}", x in "[A-Za-z0-9_-]{0,50}", kty in "RSA|EC|OKP|oct") {
        let _ = SigningKey::read(&json!({"kty": kty, "crv": "P-256", "d": d, "x": x, "y": x, "n": x, "e": d}).to_string());
    }
}

#[test]
fn the_public_half_verifies_what_the_key_signs_and_holds_no_more() {
    for pem in [p256_pem(), rsa_pem()] {
        let key = SigningKey::read(&pem).unwrap();
        let jwk = key.public_jwk("k").unwrap();
        assert_eq!((jwk["kid"].as_str(), jwk["alg"].as_str(), jwk.get("d")), (Some("k"), Some(key.alg()), None));
        let jwt = key.jwt(&json!({ "nonce": "n" }), Some("k")).unwrap();
        let (signed, signature) = jwt.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let part = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
        if key.alg() == "RS256" {
            let public = PublicKeyComponents { n: part("n"), e: part("e") };
            assert_eq!((public.n.len(), public.e.as_slice()), (256, &[1, 0, 1][..]));
            public.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature).unwrap();
        } else {
            let point = [vec![4], part("x"), part("y")].concat();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed.as_bytes(), &signature).unwrap();
        }
        assert_eq!(key.verifying_key().claims(&jwt).unwrap()["nonce"], "n");
    }
    assert_eq!(SigningKey::generate().unwrap().alg(), "RS256");
}
