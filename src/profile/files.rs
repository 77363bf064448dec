//! Which files of a profile hold secrets.

use super::{Client, Profile, Reference};

impl Profile {
    /// Every file that holds a secret, a token or a national number, with its place in the profile.
    pub fn secret_files(&self) -> Vec<(String, &str)> {
        let clients = self.clients();
        let mut named: Vec<(String, Option<&Reference>)> = Vec::new();
        let certificates = [
            ("source", self.source.as_ref().and_then(|source| source.client_certificate.as_ref())),
            ("application", self.application.as_ref().and_then(|own| own.client_certificate.as_ref())),
            ("acm", self.acm.as_ref().and_then(|acm| acm.client_certificate.as_ref())),
        ];
        for (place, files) in certificates {
            named.push((format!("{place}.client_certificate.key"), files.map(|files| &files.key)));
        }
        for (place, client) in &clients {
            named.push((format!("{place}.secret"), client.secret.as_ref()));
        }
        for (n, citizen) in self.citizens.iter().enumerate() {
            named.push((format!("citizens[{n}].insz"), Some(&citizen.insz)));
            named.push((format!("citizens[{n}].token"), citizen.token.as_ref()));
            named.push((format!("citizens[{n}].refresh_token"), citizen.refresh_token.as_ref()));
            named.push((format!("citizens[{n}].tx_token"), citizen.tx_token.as_ref()));
        }
        let tokens = &self.tokens;
        named.push(("tokens.expired".to_owned(), tokens.expired.as_ref()));
        named.push(("tokens.other_audience".to_owned(), tokens.other_audience.as_ref()));
        named.push(("tokens.without_scope".to_owned(), tokens.without_scope.as_ref()));
        named.push(("tokens.without_citizen".to_owned(), tokens.without_citizen.as_ref()));
        let files = named.into_iter().filter_map(|(place, reference)| match reference? {
            Reference::File(path) => Some((place, path.as_str())),
            Reference::Env(_) | Reference::Command(_) => None,
        });
        let keys = clients.into_iter().filter_map(|(place, client)| {
            Some((format!("{place}.private_key"), client.private_key.as_ref()?.file.as_deref()?))
        });
        files.chain(keys).collect()
    }

    /// The clients of ACM, by their place.
    fn clients(&self) -> Vec<(String, &Client)> {
        let Some(acm) = &self.acm else { return Vec::new() };
        let own = [("acm.client".to_owned(), &acm.client)];
        let source = acm.source_client.as_ref().map(|client| ("acm.source_client".to_owned(), client));
        let hops = acm.hops.iter().enumerate().map(|(n, hop)| (format!("acm.hops[{n}].client"), &hop.client));
        own.into_iter().chain(source).chain(hops).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::profile::Profile;

    #[test]
    fn every_reference_to_a_file_counts_and_nothing_else() {
        let text = "\
source: { base_url: \"https://s.example/v1\", ca_bundle: open.pem, client_certificate: { certificate: open, key: { file: k1 } } }
acm:
  environment: tni
  client: { id: a, private_key: { file: k2 } }
  source_client: { id: b, secret: { file: k3 } }
  hops: [{ client: { id: c, secret: { file: k4 } } }]
  audience: b
citizens: [{ name: an, role: subject, insz: { env: N }, token: { file: k5 } }]
tokens: { expired: { command: [x] }, without_scope: { file: k6 } }
";
        let profile = Profile::read("bron.yaml", text).unwrap();
        let mut found: Vec<(String, &str)> = profile.secret_files();
        found.sort_by_key(|(_, file)| *file);
        let files: Vec<&str> = found.iter().map(|(_, file)| *file).collect();
        assert_eq!(files, ["k1", "k2", "k3", "k4", "k5", "k6"]);
        assert_eq!(found[3].0, "acm.hops[0].client.secret");
    }
}
