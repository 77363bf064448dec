//! What a code (RFC 6749, 4.1.3) and a refresh token (6) are worth at the token endpoint, and what ACM tells of a citizen.

use serde_json::{Value, json};

use crate::sandbox::acm::clients::Client;
use crate::sandbox::acm::login::Login;
use crate::sandbox::acm::login::key::IdToken;
use crate::sandbox::acm::login::memory::{Redeemed, Who};
use crate::sandbox::acm::tokens::now;
use crate::sandbox::acm::{Acm, Error, Form, refuse};
use crate::sandbox::answer::{Answer, Inbound, put};

const INVALID_CODE: Error = Error(400, "invalid_grant", "the code is unknown, expired or already used");
const INVALID_REFRESH: Error = Error(400, "invalid_grant", "the refresh token is unknown, expired or already used");
const OTHER_CLIENT: Error = Error(400, "unauthorized_client", "citizens log in to another client");

impl Acm {
    /// Tokens for an authorization code.
    pub(in crate::sandbox::acm) fn redeem(&self, login: &Login, client: &Client, form: &Form) -> Result<Value, Error> {
        if client.id != self.clients.caller.id {
            return Err(OTHER_CLIENT);
        }
        let code = given(form, "code").ok_or(Error(400, "invalid_request", "code is missing"))?;
        let redirect_uri =
            given(form, "redirect_uri").ok_or(Error(400, "invalid_request", "redirect_uri is missing"))?;
        // Whoever tries a code uses it up, whatever else is wrong.
        let redeemed = login.memory().redeem(code, now());
        let (who, asked) = match redeemed {
            Redeemed::Good(who, asked) => (who, asked),
            Redeemed::Again(tokens) => {
                for token in tokens {
                    self.tokens.expire(&token);
                }
                return Err(INVALID_CODE);
            }
            Redeemed::Unknown => return Err(INVALID_CODE),
        };
        if *redirect_uri != asked.redirect_uri {
            return Err(Error(400, "invalid_grant", "redirect_uri is not that of the authorization request"));
        }
        let is_proven = match (&asked.challenge, given(form, "code_verifier")) {
            (None, None) => true,
            (Some(challenge), Some(verifier)) => challenge.is_of(verifier),
            // A verifier without a challenge: somebody took the challenge away (RFC 9700, 4.8.2).
            (Some(_), None) | (None, Some(_)) => false,
        };
        if !is_proven {
            return Err(Error(400, "invalid_grant", "code_verifier does not fit the challenge"));
        }
        let mut body = self.tokens_of(login, &who, &asked.scope);
        if asked.scope.split(' ').any(|scope| scope == "openid") {
            let token = IdToken {
                issuer: &self.issuer,
                sub: &who.sub,
                client_id: &client.id,
                nonce: asked.nonce.as_deref(),
                auth_time: who.since,
                issued: now(),
                lifetime: self.behaviour.lifetime,
            };
            let id_token = login.key.sign(&token).ok_or(Error(500, "server_error", "the ID token cannot be signed"))?;
            put(&mut body, "id_token", id_token);
        }
        let tokens = ["access_token", "refresh_token"].into_iter().filter_map(|name| body.get(name)?.as_str());
        login.memory().was_worth(code, tokens.map(str::to_owned).collect());
        Ok(body)
    }

    /// New tokens for a refresh token, which works once.
    pub(in crate::sandbox::acm) fn refresh(&self, login: &Login, client: &Client, form: &Form) -> Result<Value, Error> {
        if client.id != self.clients.caller.id {
            return Err(OTHER_CLIENT);
        }
        let token = given(form, "refresh_token").ok_or(Error(400, "invalid_request", "refresh_token is missing"))?;
        let refresh = {
            let mut memory = login.memory();
            let refresh = memory.refresh(token, now()).ok_or(INVALID_REFRESH)?;
            let asked = given(form, "scope").map_or("", String::as_str).split_ascii_whitespace();
            if asked.into_iter().any(|asked| !refresh.scope.split(' ').any(|scope| scope == asked)) {
                return Err(Error(400, "invalid_scope", "a scope was not granted at the login"));
            }
            memory.use_refresh(token);
            refresh
        };
        let scope = given(form, "scope").unwrap_or(&refresh.scope);
        Ok(self.tokens_of(login, &refresh.who, scope))
    }

    /// An access token for the application itself, and a refresh token where the login gives one.
    fn tokens_of(&self, login: &Login, who: &Who, scope: &str) -> Value {
        let client_id = &self.clients.caller.id;
        let mut body = self.issue(Some(who.insz.clone()), &who.sub, client_id, client_id.clone(), scope);
        if login.options.gives_refresh {
            let token = self.new_token();
            login.memory().give_refresh(token.clone(), who.clone(), scope.to_owned(), now());
            put(&mut body, "refresh_token", token);
        }
        body
    }

    /// What ACM tells of a citizen, by the scopes of the access token (OpenID Connect Core, 5.3).
    pub(super) fn userinfo(&self, request: &Inbound) -> Answer {
        let bearer = request.header("authorization").and_then(|header| header.split_once(' '));
        let token = bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim());
        let grant = token.and_then(|token| self.active(token));
        let Some((grant, insz)) = grant.and_then(|grant| grant.insz.clone().map(|insz| (grant, insz))) else {
            let mut answer =
                refuse(&Error(401, "invalid_token", "the access token is missing, unknown or expired"), request);
            answer.set("www-authenticate", "Bearer error=\"invalid_token\"");
            return answer;
        };
        let has = |scope: &str| grant.scope.split(' ').any(|own| own == scope);
        let mut body = json!({ "sub": grant.sub });
        if has("rrn") {
            put(&mut body, "rrn", insz.as_str());
        }
        if let Some(person) = self.people.iter().find(|person| has("profile") && person.insz == insz) {
            put(&mut body, "given_name", person.name);
            put(&mut body, "family_name", "Zandbak");
        }
        let mut answer = Answer::json(200, "application/json", &body);
        answer.set("cache-control", "no-store");
        answer
    }
}

fn given<'a>(form: &'a Form, name: &str) -> Option<&'a String> {
    form.get(name).filter(|value| !value.is_empty())
}
