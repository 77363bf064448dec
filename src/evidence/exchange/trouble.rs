//! What exactly kept an answer from coming, where that is known: what there is to do about it differs.

use serde::{Deserialize, Serialize};

/// What exactly went wrong, below the kind of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// Nobody listens on that port.
    Refused,
    /// The certificate has expired.
    CertificateExpired,
    /// The certificate is not valid yet.
    CertificateNotYetValid,
    /// Nobody that is trusted vouches for the certificate.
    UnknownAuthority,
    /// The server shows the certificate of the authority itself: a self-signed one that was named as its own authority.
    CertificateIsAuthority,
    /// The certificate is for another host name.
    WrongHostName,
    /// Something else is wrong with the certificate.
    CertificateInvalid,
    /// The server speaks something else than TLS on this port.
    NoTls,
    /// The server speaks none of TLS 1.2 and 1.3, or no cipher suite of ours.
    TlsVersion,
    /// The server wants to see a certificate of the client.
    ClientCertificate,
    /// What came over the connection is no HTTP.
    NoHttp,
    /// Not sent: the URL holds a user name or a password.
    UserInUrl,
    /// Not sent: the URL leads from https to plain http.
    PlainHttp,
}
