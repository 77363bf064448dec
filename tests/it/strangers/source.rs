//! A small source of attesten, written from the documents alone, and the places where a case makes it another one.

use std::collections::BTreeSet;
use std::sync::Mutex;

use bronkeur::profile::Resolved;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::server::{Answers, Inbound, Reply};

/// Which of the two forms the answers have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `certificates`, `links` as an array.
    Links,
    /// `_embedded.certificates`, `_links` as an object.
    Hal,
}

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cert {
    pub(super) id: String,
    pub(super) language: &'static str,
    pub(super) year: i32,
    /// Unique over all citizens.
    pub(super) serial: usize,
}

/// A citizen.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) insz: String,
    pub(super) certs: Vec<Cert>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    List,
    Detail,
    Download,
    /// Below a list, but nothing that exists.
    Nothing,
    /// Not below `certificates`.
    Elsewhere,
}

/// A request as the source understands it.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) http: Inbound,
    pub(super) what: What,
    /// The number in the path, percent-decoded.
    pub(super) insz: String,
    /// Whose number that is.
    pub(super) owner: Option<usize>,
    /// Whose token came along; none until it is found good.
    pub(super) caller: Option<usize>,
    /// Which certificate of the owner.
    pub(super) cert: Option<Cert>,
    pub(super) page: usize,
    pub(super) limit: usize,
    /// The status of the answer, once there is one.
    pub(super) status: u16,
    /// The token as it came.
    pub(super) token: String,
}

impl Ask {
    pub(super) fn is_list(&self) -> bool {
        self.what == What::List && self.status == 200
    }

    pub(super) fn is_detail(&self) -> bool {
        self.what == What::Detail && self.status == 200
    }

    pub(super) fn is_download(&self) -> bool {
        self.what == What::Download && self.status == 200
    }

    pub(super) fn is_error(&self) -> bool {
        self.status >= 400
    }
}

/// What introspection says of a token.
#[derive(Clone, Debug)]
pub(super) enum Claims {
    /// The issuer did not answer.
    Unknown,
    Known(Value),
}

type Early = Box<dyn Fn(&Ask, &Site) -> Option<Reply> + Send + Sync>;
type Door = Box<dyn Fn(&Ask, &Site, &Claims, Result<usize, u16>) -> Result<usize, u16> + Send + Sync>;
type Edit = Box<dyn Fn(&Ask, &Site, &mut Value) + Send + Sync>;
type Last = Box<dyn Fn(&Ask, &Site, &mut Reply) + Send + Sync>;
type Slice = Box<dyn Fn(&Ask, &[Cert]) -> Vec<Cert> + Send + Sync>;
type Profile = Box<dyn Fn(&mut Resolved, &Site) + Send + Sync>;

/// How one source differs from the plain one.
pub(super) struct Twists {
    pub(super) form: Form,
    /// How many certificates subject, other and empty have.
    pub(super) counts: [usize; 3],
    pub(super) tls: bool,
    /// What stands between the origin and `/certificates`.
    pub(super) prefix: &'static str,
    /// The certificates of a citizen: the look of their ids, the first serial number, how many.
    pub(super) certs: fn(fn(usize) -> String, usize, usize) -> Vec<Cert>,
    /// What stands for a number in the hrefs of certificates.
    pub(super) alias: Option<fn(&str) -> String>,
    /// A limit that is no number counts as none.
    pub(super) ignores_odd_limit: bool,
    /// Where else a token is looked for, if the plain source finds none.
    pub(super) token: Option<fn(&Ask) -> Option<String>>,
    pub(super) default_limit: usize,
    pub(super) max_limit: usize,
    /// The id of a certificate, by its serial number.
    pub(super) id: fn(usize) -> String,
    /// The path and query of a detail below the base, for a number and a certificate.
    pub(super) item: fn(&str, &Cert) -> String,
    /// The same of a document.
    pub(super) document: fn(&str, &Cert) -> String,
    /// Answers before anything else is looked at.
    pub(super) early: Vec<Early>,
    /// Decides who gets in, after the plain source has.
    pub(super) door: Vec<Door>,
    /// Answers once the caller is in.
    pub(super) inside: Vec<Early>,
    /// Which certificates stand on a page.
    pub(super) slice: Option<Slice>,
    /// Edits every JSON body, in the form of the documents.
    pub(super) json: Vec<Edit>,
    /// The same, in the form that is sent.
    pub(super) formed: Vec<Edit>,
    /// Edits the answer before it is sent.
    pub(super) last: Vec<Last>,
    /// Edits the profile of the run.
    pub(super) profile: Vec<Profile>,
}

pub(super) fn plain_id(serial: usize) -> String {
    format!("q{}-{:04}", (serial * 7) % 9, serial * 3 + 11)
}

pub(super) fn plain_item(insz: &str, cert: &Cert) -> String {
    format!("/certificates/{insz}/{}/{}", cert.id, cert.language)
}

pub(super) fn plain_document(insz: &str, cert: &Cert) -> String {
    format!("/certificates/{insz}/{}/{}/download", cert.id, cert.language)
}

impl Twists {
    pub(super) fn new(form: Form, count: usize) -> Self {
        Self {
            form,
            counts: [count, 4, 0],
            tls: false,
            prefix: "/v1",
            certs,
            alias: None,
            ignores_odd_limit: false,
            token: None,
            default_limit: 10,
            max_limit: 100,
            id: plain_id,
            item: plain_item,
            document: plain_document,
            early: Vec::new(),
            door: Vec::new(),
            inside: Vec::new(),
            slice: None,
            json: Vec::new(),
            formed: Vec::new(),
            last: Vec::new(),
            profile: Vec::new(),
        }
    }
}

/// A running source.
pub(super) struct Site {
    pub(super) twists: Twists,
    /// Such as `http://127.0.0.1:4711/v1`.
    pub(super) base: String,
    pub(super) people: Vec<Person>,
    pub(super) audience: String,
    pub(super) secret: String,
    pub(super) scope: String,
    /// A token of the first citizen that was good once.
    pub(super) expired: String,
    pub(super) introspection: String,
    pub(super) http: reqwest::Client,
    /// Every token that came, good or not.
    pub(super) tokens: Mutex<BTreeSet<String>>,
}

/// The certificates of a citizen: of the second, the third is the same in French.
pub(super) fn certs(id: fn(usize) -> String, first: usize, count: usize) -> Vec<Cert> {
    let languages = ["nl", "nl", "fr", "de", "nl", "en"];
    let mut made: Vec<Cert> = Vec::new();
    for place in 0..count {
        let mut cert = Cert {
            id: id(first + place),
            language: languages[place % languages.len()],
            year: 2014 + i32::try_from(place % 12).unwrap(),
            serial: first + place,
        };
        if place % languages.len() == 2 {
            cert.id = made[place - 1].id.clone();
        }
        made.push(cert);
    }
    made
}

/// A problem of RFC 7807.
pub(super) fn problem(status: u16) -> Value {
    let (kind, title) = match status {
        400 => ("invalid-request", "Ongeldige aanvraag"),
        401 => ("unauthenticated", "Niet aangemeld"),
        403 => ("forbidden", "Geen toegang"),
        404 => ("not-found", "Niet gevonden"),
        405 => ("method-not-allowed", "Methode niet toegelaten"),
        406 => ("not-acceptable", "Geen passende voorstelling"),
        503 => ("unavailable", "Tijdelijk niet beschikbaar"),
        _ => ("internal", "Interne fout"),
    };
    json!({ "type": format!("urn:problem-type:attesten:{kind}"), "title": title, "status": status })
}

pub(super) fn problem_reply(status: u16) -> Reply {
    json_reply(status, "application/problem+json", &problem(status))
}

pub(super) fn json_reply(status: u16, media_type: &str, body: &Value) -> Reply {
    Reply::with(status, media_type, body.to_string())
}

/// A document of one page, different for every certificate.
pub(super) fn pdf(cert: &Cert) -> Vec<u8> {
    let text = format!("BT /F1 18 Tf 72 720 Td (Attest {} {} {}) Tj ET", cert.serial, cert.language, cert.year);
    format!(
        "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\n\
         endobj\n3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>\nendobj\n4 0 obj\n\
         << /Length {} >>\nstream\n{text}\nendstream\nendobj\ntrailer\n<< /Root 1 0 R /Size 5 >>\n%%EOF\n",
        text.len()
    )
    .into_bytes()
}

impl Site {
    pub(super) fn origin(&self) -> &str {
        self.base.strip_suffix(self.twists.prefix).unwrap()
    }

    pub(super) fn number(&self, role: usize) -> &str {
        &self.people[role].insz
    }

    pub(super) fn page_url(&self, insz: &str, limit: usize, page: usize) -> String {
        format!("{}/certificates/{insz}?limit={limit}&page={page}", self.base)
    }

    pub(super) fn item(&self, insz: &str, cert: &Cert) -> Value {
        let links = json!([
            { "rel": "self", "href": format!("{}{}", self.base, (self.twists.item)(insz, cert)) },
            { "rel": "download", "href": format!("{}{}", self.base, (self.twists.document)(insz, cert)) }
        ]);
        json!({
            "id": cert.id, "language": cert.language, "name": format!("Attest {} nr {}", cert.year, cert.serial),
            "year": cert.year, "community": 44021 + (cert.serial % 3), "links": links
        })
    }

    /// The list as the documents have it.
    pub(super) fn list(&self, ask: &Ask) -> Value {
        let Some(owner) = ask.owner else { return problem(404) };
        self.list_of(ask, &self.people[owner].certs)
    }

    /// The same, of these certificates.
    pub(super) fn list_of(&self, ask: &Ask, certs: &[Cert]) -> Value {
        let (limit, page) = (ask.limit, ask.page);
        let shown: Vec<Cert> = match &self.twists.slice {
            Some(slice) => slice(ask, certs),
            None => certs.iter().skip(page.saturating_mul(limit)).take(limit).cloned().collect(),
        };
        let pages = certs.len().div_ceil(limit);
        let last = pages.saturating_sub(1);
        let url = |page| self.page_url(&ask.insz, limit, page);
        let mut links = vec![json!({ "rel": "self", "href": url(page) })];
        if page < last {
            links.push(json!({ "rel": "next", "href": url(page + 1) }));
        }
        if page > 0 {
            links.push(json!({ "rel": "prev", "href": url((page - 1).min(last)) }));
        }
        links.push(json!({ "rel": "start", "href": url(0) }));
        links.push(json!({ "rel": "last", "href": url(last) }));
        let items: Vec<Value> = shown.iter().map(|cert| self.item(&ask.insz, cert)).collect();
        json!({
            "certificates": items,
            "pageMetadata": {
                "number": page + 1, "size": limit, "totalElements": certs.len(), "totalPages": pages
            },
            "links": links
        })
    }

    fn understand(&self, http: Inbound) -> Ask {
        let path = http.path();
        let below = path.strip_prefix(self.twists.prefix);
        let mut ask = Ask {
            what: What::Elsewhere,
            insz: String::new(),
            owner: None,
            caller: None,
            cert: None,
            page: 0,
            limit: self.twists.default_limit,
            status: 0,
            token: String::new(),
            http: http.clone(),
        };
        let Some(below) = below else { return ask };
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        if let Some(rest) = below.strip_prefix("/certificates/") {
            let first = rest.split('/').next().unwrap_or_default();
            ask.insz = decoded(first);
            ask.what = match rest.split_once('/') {
                None => What::List,
                // The list with a slash behind it is no certificate that is missing.
                Some((_, "")) => What::Elsewhere,
                Some(_) => What::Nothing,
            };
            ask.owner = self.people.iter().position(|person| {
                // Whatever stands for a citizen in hrefs, stands for that citizen in every URL.
                let alias = self.twists.alias.map(|alias| alias(&person.insz));
                person.insz == ask.insz || (ask.what == What::Nothing && alias.is_some_and(|alias| alias == ask.insz))
            });
            if let Some(owner) = ask.owner {
                ask.insz = self.people[owner].insz.clone();
            }
        }
        // Whatever the form of its URL, a certificate is found by comparing it with those that were given.
        let same = |given: String| {
            let target = if given.contains('?') { http.target.clone() } else { path.to_owned() };
            let own = format!("{}{given}", self.twists.prefix);
            own == target || decoded(&own) == decoded(&target)
        };
        for (owner, person) in self.people.iter().enumerate() {
            for cert in &person.certs {
                let what = if same((self.twists.document)(&person.insz, cert)) {
                    What::Download
                } else if same((self.twists.item)(&person.insz, cert)) {
                    What::Detail
                } else {
                    continue;
                };
                ask.what = what;
                ask.owner = Some(owner);
                ask.cert = Some(cert.clone());
                ask.insz.clone_from(&person.insz);
            }
        }
        ask
    }

    /// Reads `page` and `limit`.
    fn paging(&self, ask: &mut Ask) -> Result<(), u16> {
        let number = |name: &str, otherwise: usize| match ask.http.parameter(name) {
            None => Ok(otherwise),
            Some(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().map_err(|_| 400_u16),
            Some(_) if name == "limit" && self.twists.ignores_odd_limit => Ok(otherwise),
            Some(_) => Err(400),
        };
        let (page, limit) = (number("page", 0)?, number("limit", self.twists.default_limit)?);
        if limit == 0 {
            return Err(400);
        }
        ask.page = page;
        ask.limit = limit.min(self.twists.max_limit);
        Ok(())
    }

    async fn introspect(&self, token: &str) -> Claims {
        let call = self.http.post(&self.introspection).basic_auth(&self.audience, Some(&self.secret));
        let Ok(answer) = call.form(&[("token", token)]).send().await else { return Claims::Unknown };
        if answer.status() != 200 {
            return Claims::Unknown;
        }
        match answer.bytes().await.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
            Some(claims) => Claims::Known(claims),
            None => Claims::Unknown,
        }
    }

    /// Who the token belongs to, or the status of the refusal.
    fn admit(&self, ask: &Ask, claims: &Claims) -> Result<usize, u16> {
        let Claims::Known(claims) = claims else { return Err(503) };
        let is_for_us = match &claims["aud"] {
            Value::Array(all) => all.iter().any(|one| *one == self.audience.as_str()),
            one => *one == self.audience.as_str(),
        };
        if claims["active"] != true || !is_for_us {
            return Err(401);
        }
        let scopes = claims["scope"].as_str().unwrap_or_default();
        if !scopes.split(' ').any(|scope| scope == self.scope) {
            return Err(403);
        }
        let caller = self.people.iter().position(|person| claims["rrn"] == person.insz.as_str()).ok_or(403_u16)?;
        if ask.what == What::Elsewhere {
            return Ok(caller);
        }
        if !is_number(&ask.insz) {
            return Err(400);
        }
        if ask.owner == Some(caller) { Ok(caller) } else { Err(403) }
    }

    async fn reply(&self, ask: &mut Ask) -> Reply {
        for early in &self.twists.early {
            if let Some(reply) = early(ask, self) {
                ask.status = reply.status;
                return reply;
            }
        }
        let method = ask.http.method.clone();
        if method != "GET" && method != "HEAD" {
            let mut reply = if method == "OPTIONS" { Reply::new(204) } else { problem_reply(405) };
            reply.set("allow", "GET, HEAD, OPTIONS");
            return reply;
        }
        let header = ask.http.header("authorization").unwrap_or_default().to_owned();
        let credentials = header.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        ask.token = credentials.map(|(_, token)| token.trim().to_owned()).unwrap_or_default();
        if let Some(token) = self.twists.token.filter(|_| ask.token.is_empty()).and_then(|token| token(ask)) {
            ask.token = token;
        }
        if ask.token.len() > 20 {
            self.tokens.lock().unwrap().insert(ask.token.clone());
        }
        let claims = if ask.token.is_empty() {
            Claims::Known(json!({ "active": false }))
        } else {
            self.introspect(&ask.token).await
        };
        let mut admitted = self.admit(ask, &claims);
        for door in &self.twists.door {
            admitted = door(ask, self, &claims, admitted);
        }
        match admitted {
            Err(status) => {
                let mut reply = problem_reply(status);
                if status == 401 {
                    reply.set("www-authenticate", "Bearer realm=\"attesten\", error=\"invalid_token\"");
                }
                return reply;
            }
            Ok(caller) => ask.caller = Some(caller),
        }
        if let Err(status) = self.paging(ask)
            && ask.what == What::List
        {
            return problem_reply(status);
        }
        for inside in &self.twists.inside {
            if let Some(reply) = inside(ask, self) {
                ask.status = reply.status;
                return reply;
            }
        }
        let accept = ask.http.header("accept").unwrap_or("*/*").to_owned();
        let accepts = |kinds: &[&str]| {
            accept.split(',').any(|range| kinds.contains(&range.split(';').next().unwrap_or_default().trim()))
        };
        let json_kinds = ["application/hal+json", "application/json", "application/*", "*/*"];
        match (ask.what, &ask.cert) {
            (What::List | What::Detail, _) if !accepts(&json_kinds) => problem_reply(406),
            (What::List, _) => json_reply(200, "application/hal+json", &self.list(ask)),
            (What::Detail, Some(cert)) => {
                json_reply(200, "application/hal+json", &self.item(self.number(ask.owner.unwrap()), cert))
            }
            (What::Download, Some(_)) if !accepts(&["application/pdf", "application/*", "*/*"]) => problem_reply(406),
            (What::Download, Some(cert)) => {
                let mut reply = Reply::with(200, "application/pdf", pdf(cert));
                let name = format!("attachment; filename=\"attest-{}-{}.pdf\"", cert.year, cert.serial);
                reply.set("content-disposition", &name);
                reply
            }
            _ => problem_reply(404),
        }
    }
}

fn is_number(text: &str) -> bool {
    if text.len() != 11 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let (nine, check): (u64, u64) = (text[..9].parse().unwrap(), text[9..].parse().unwrap());
    97 - nine % 97 == check || 97 - (2_000_000_000 + nine) % 97 == check
}

impl Answers for Site {
    async fn answer(&self, asked: Inbound) -> Reply {
        let mut ask = self.understand(asked);
        let mut reply = self.reply(&mut ask).await;
        ask.status = reply.status;
        if let Ok(mut body) = serde_json::from_slice::<Value>(&reply.body)
            && reply.header("content-type").is_some_and(|kind| kind.contains("json"))
        {
            for edit in &self.twists.json {
                edit(&ask, self, &mut body);
            }
            if self.twists.form == Form::Hal {
                to_hal(&mut body);
            }
            for edit in &self.twists.formed {
                edit(&ask, self, &mut body);
            }
            reply.body = body.to_string().into_bytes();
        }
        reply.set("cache-control", "no-store");
        for name in ["x-correlation-id", "x-request-id"] {
            if let Some(value) = ask.http.header(name) {
                reply.set(name, value);
            }
        }
        for last in &self.twists.last {
            last(&ask, self, &mut reply);
        }
        reply
    }
}

/// The same in official HAL.
fn to_hal(body: &mut Value) {
    let Some(object) = body.as_object_mut() else { return };
    if let Some(Value::Array(links)) = object.remove("links") {
        let mut all = serde_json::Map::new();
        for mut link in links {
            let Some(members) = link.as_object_mut() else { continue };
            let Some(Value::String(rel)) = members.remove("rel") else { continue };
            all.insert(rel, link);
        }
        object.insert("_links".to_owned(), Value::Object(all));
    }
    if let Some(mut certificates) = object.remove("certificates") {
        certificates.as_array_mut().into_iter().flatten().for_each(to_hal);
        object.insert("_embedded".to_owned(), json!({ "certificates": certificates }));
    }
}
