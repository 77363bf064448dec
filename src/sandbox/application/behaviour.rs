//! How the application behaves: every knob of it. The default is conformant.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::call::{Call, Held};
use crate::sandbox::acm::behaviour::Issuer;
use crate::sandbox::answer::Answer;

/// The knobs of the application, and of the ACM and MBP beside it.
#[derive(Clone, Debug)]
pub struct Behaviour {
    /// How it is built, in ways that are all right.
    pub build: Build,
    /// How its citizens log in.
    pub login: Login,
    /// When it refreshes the citizen's access token.
    pub refreshes: Refreshes,
    /// Which temporary token a click gets.
    pub temporary: Temporary,
    /// What is made whenever the start page is drawn.
    pub draws: Draws,
    /// Whose tokens a click uses.
    pub whose: Whose,
    /// What the address of the start page holds after a login.
    pub start_holds: Holds,
    /// What the second address of its own holds that a click passes.
    pub detour_holds: Holds,
    /// Two clicks of one session at the same time.
    pub at_once: AtOnce,
    /// What it reads of MBP's answer.
    pub reads: Reads,
    /// A click of somebody who has no session.
    pub nobody: Nobody,
    /// Whether logging out ends the application's own session.
    pub ends_its_session: bool,
    /// A refusal of ACM at the exchange.
    pub at_acm: Refusal,
    /// A refusal of MBP, or its silence.
    pub at_mbp: Refusal,
    /// An access token that is no longer valid.
    pub expired: Expired,
    /// How long it waits for MBP.
    pub patience: Duration,
    /// Small changes made to what it sends.
    pub edits: Edits,
    /// How the ACM behaves beside it, and what it holds of the application.
    pub issuer: Issuer,
    /// Whether a login gives a refresh token.
    pub gives_refresh: bool,
    /// What it writes down of what it hears and says; nothing by default.
    pub diary: Option<Diary>,
}

/// What an application heard and said, raw: the bodies of answers from ACM and MBP, and queries, cookies and `Location` of
/// its own. For a test that looks for them where they must not be.
#[derive(Clone, Debug, Default)]
pub struct Diary(Arc<Mutex<Vec<String>>>);

impl Diary {
    pub(super) fn write(&self, text: impl Into<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(text.into());
    }

    /// What was written, in order.
    pub fn entries(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            build: Build::default(),
            login: Login::default(),
            refreshes: Refreshes::First,
            temporary: Temporary::Fresh,
            draws: Draws::Nothing,
            whose: Whose::OfTheSession,
            start_holds: Holds::Nothing,
            detour_holds: Holds::Nothing,
            at_once: AtOnce::OneAfterTheOther,
            reads: Reads::default(),
            nobody: Nobody::LogsIn,
            ends_its_session: true,
            at_acm: Refusal::ToMbp,
            at_mbp: Refusal::ToMbp,
            expired: Expired::LogsIn,
            patience: Duration::from_secs(2),
            edits: Edits::default(),
            issuer: Issuer::default(),
            gives_refresh: true,
            diary: None,
        }
    }
}

/// How an application is built: nothing of it is wrong.
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
#[derive(Clone, Debug)]
pub struct Build {
    /// Where it keeps the tokens of a session.
    pub keeps: Keeps,
    /// Where it keeps what it must know of a login until the citizen comes back.
    pub login_in_cookie: bool,
    /// What stands before every path of it.
    pub prefix: &'static str,
    /// The start page stands below a language, and the address without it leads there.
    pub locale: bool,
    /// Its pages have what pages have: scripts, a menu with a link to MBP, a form with a random value.
    pub furnished: bool,
    /// Only who is signed in sees the start page.
    pub starts_with_login: bool,
    /// The status of its redirects.
    pub redirect: u16,
    /// Its redirects have a page, as frameworks write one.
    pub redirect_page: bool,
    /// Its own redirects name only the path.
    pub relative: bool,
    /// A click passes a second address of its own on its way to MBP.
    pub detour: bool,
    /// The link to the hand-over opens a new tab.
    pub new_tab: bool,
    /// The page that hands over asks first, by a form that posts to itself.
    pub asks_first: bool,
    /// How the hand-over is kept out of caches.
    pub no_store: &'static str,
    /// What MBP learns of where the citizen came from.
    pub referrer_policy: Option<&'static str>,
    /// Parameters of its own that go to MBP, before and after the token.
    pub further: (&'static str, &'static str),
    /// The pages of MBP that it leads to.
    pub pages: &'static [&'static str],
    /// The actor token is kept until it expires.
    pub keeps_actor: bool,
    /// The exchanged token is handed in again for the next temporary token, as long as the access token is the same.
    pub keeps_exchanged: bool,
    /// How it shows ACM who it is.
    pub authentication: Authentication,
    /// The order of parameters.
    pub order: Order,
    /// It sends parameters that nobody asks for, and that are allowed.
    pub extra: bool,
    /// The scopes of the exchange.
    pub exchange_scope: &'static str,
    /// It logs out at ACM as well.
    pub logs_out_at_acm: bool,
    /// Without a refresh token: how it makes sure that the access token is still valid.
    pub unrefreshed: Unrefreshed,
    /// How its cookies are named.
    pub cookie: &'static str,
    /// Its cookies outlive the browser.
    pub persistent: bool,
}

impl Default for Build {
    fn default() -> Self {
        Self {
            keeps: Keeps::Server,
            login_in_cookie: false,
            prefix: "",
            locale: false,
            furnished: false,
            starts_with_login: false,
            redirect: 303,
            redirect_page: false,
            relative: false,
            detour: false,
            new_tab: false,
            asks_first: false,
            no_store: "no-store",
            referrer_policy: Some("no-referrer"),
            further: ("", ""),
            pages: &["", "meldingen"],
            keeps_actor: false,
            keeps_exchanged: false,
            authentication: Authentication::Post,
            order: Order::AsWritten,
            extra: false,
            exchange_scope: "profile rrn",
            logs_out_at_acm: true,
            unrefreshed: Unrefreshed::LogsIn,
            cookie: "__Host-sessie",
            persistent: false,
        }
    }
}

/// Where the tokens of a session are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    /// On the server; the cookie holds a random id.
    Server,
    /// In the cookie, sealed with a key of the server.
    Cookie,
    /// In the cookie, for the browser to read: nothing forbids it.
    Open,
}

/// How a client shows who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// `client_secret_post`.
    Post,
    /// `client_secret_basic`.
    Basic,
    /// `private_key_jwt`.
    PrivateKeyJwt,
    /// `client_secret` in the query: never.
    Query,
}

/// The order of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As documents write them.
    AsWritten,
    /// The other way round.
    Reversed,
    /// By name.
    Sorted,
}

/// What makes an application without a refresh token sure of the access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unrefreshed {
    /// A new login at every click, which ACM's own session answers at once.
    LogsIn,
    /// It asks ACM (introspection), and logs in anew where it is no longer valid.
    Asks,
    /// The exchange: where it is refused because of the token, a new login.
    Tries,
}

/// How citizens log in.
#[derive(Clone, Copy, Debug)]
pub struct Login {
    /// The scopes asked.
    pub scope: &'static str,
    /// `response_type`.
    pub response_type: &'static str,
    /// PKCE.
    pub pkce: bool,
    /// `prompt`, where it is sent.
    pub prompt: Option<&'static str>,
}

impl Default for Login {
    fn default() -> Self {
        Self { scope: "openid profile rrn", response_type: "code", pkce: true, prompt: None }
    }
}

/// When the citizen's access token is refreshed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refreshes {
    /// Before every exchange.
    First,
    /// Never; a token that is no longer valid leads to a new login.
    Never,
    /// Once; after that the session keeps the tokens of the first time.
    Once,
    /// Before every exchange, with the refresh token of the login.
    WithTheFirst,
    /// After the exchange.
    Afterwards,
}

/// Which temporary token a click gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Temporary {
    /// One of its own.
    Fresh,
    /// The one of the first click, for all pages.
    KeptForTheSession,
    /// The one of the first click on the same page.
    KeptForThePage,
    /// The one of the latest click, where that was less than a second ago.
    KeptForASecond,
    /// Clicks at the same time share one.
    Shared,
    /// One that was made when the start page was drawn.
    OfTheStartPage,
}

/// What is made whenever the start page is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draws {
    /// Nothing.
    Nothing,
    /// An exchanged token.
    Exchanged,
    /// A temporary token.
    Temporary,
}

/// Whose tokens a click uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Those of the session.
    OfTheSession,
    /// Those of whoever logged in last: they stand in a variable of the whole program.
    OfTheLastLogin,
    /// The temporary token stands in a variable of the whole program while it is made.
    OfTheLastClick,
}

/// What an address of the application holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Nothing that is anybody's.
    Nothing,
    /// The temporary token.
    Temporary,
    /// The citizen's access token.
    Access,
    /// The citizen's national number.
    Number,
}

/// Two clicks of one session at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtOnce {
    /// The second waits for the first.
    OneAfterTheOther,
    /// Each refreshes with the same refresh token, and the one that is refused ends in an error.
    BothRefresh,
    /// The same, and the one that is refused ends the session.
    EndsTheSession,
    /// The second is refused.
    Refused,
}

/// What is read of MBP's answer.
#[expect(clippy::struct_excessive_bools, reason = "each is a reading of its own")]
#[derive(Clone, Copy, Debug, Default)]
pub struct Reads {
    /// Only an answer 200.
    pub only_200: bool,
    /// Only an object with a single member.
    pub only_token: bool,
    /// The first member, whatever it is called.
    pub first_member: bool,
    /// Whatever came, as a text; `undefined` where there is no token.
    pub anything: bool,
    /// Only tokens of letters and digits.
    pub only_letters: bool,
    /// Only so many characters of a token; 0: all.
    pub longest: usize,
    /// Access tokens longer than 255 characters do not fit in its database.
    pub small_column: bool,
}

/// A click of somebody who has no session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nobody {
    /// Login, and then on to MBP.
    LogsIn,
    /// MBP, without a token.
    ToMbp,
    /// A page that says this, with this status.
    Page(u16),
    /// MBP, with this in the place of a token.
    Token(&'static str),
    /// The start page, with the place of the click forgotten: again and again.
    Loops,
}

/// What a refusal of ACM or MBP leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// MBP, without a token.
    ToMbp,
    /// A page that says what to do.
    Page,
    /// A page that says nothing, with this status.
    Status(u16),
    /// Frames of a stack.
    StackTrace,
    /// What ACM or MBP said, word for word.
    WordForWord,
    /// The same click again.
    Loops,
    /// A new login, and then the same click: again and again.
    LogsIn,
    /// MBP, with this in the place of a token.
    Token(&'static str),
    /// The exchanged token, where MBP gave none.
    OtherToken,
}

/// An access token that is no longer valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expired {
    /// A new login, and then on to MBP.
    LogsIn,
    /// As any refusal of ACM.
    Refused,
    /// An error.
    Status(u16),
}

/// A change to a call.
pub type CallEdit = fn(&mut Call, &Held);
/// A change to an answer to a browser.
pub type AnswerEdit = fn(&mut Answer, &Held);

/// Small changes made to what the application sends, in the order in which they were added.
#[derive(Clone, Debug, Default)]
pub struct Edits {
    /// On the authorization request.
    pub authorization: Vec<CallEdit>,
    /// On every call to ACM's token endpoint.
    pub token: Vec<CallEdit>,
    /// On the exchange.
    pub exchange: Vec<CallEdit>,
    /// On the request for the actor token.
    pub actor: Vec<CallEdit>,
    /// On the call to MBP's token API.
    pub token_api: Vec<CallEdit>,
    /// On the address of MBP to which the browser goes.
    pub landing: Vec<fn(&mut String, &Held)>,
    /// On the answer that sends the browser there.
    pub hand_over: Vec<AnswerEdit>,
    /// On the start page of somebody who is signed in.
    pub start: Vec<AnswerEdit>,
    /// After a temporary token came: a further call, to ACM.
    pub afterwards: Option<fn(&Held) -> Call>,
}
