//! The pages of the application, in plain HTML.

use crate::sandbox::answer::Answer;

/// A text as HTML shows it.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A page that nobody keeps.
pub(super) fn page(status: u16, title: &str, body: &str) -> Answer {
    let html = format!(
        "<!doctype html>\n<html lang=\"nl\">\n<head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
         <body>\n<main>\n<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    );
    let mut answer = Answer::with_body(status, "text/html; charset=utf-8", html);
    answer.set("cache-control", "no-store");
    answer.set("referrer-policy", "strict-origin-when-cross-origin");
    answer
}

/// Puts in a page what pages have.
pub(super) fn furnish(answer: &mut Answer, mbp: &str, random: &str) {
    let menu = format!(
        "<nav><a href=\"{}/\">Mijn Burgerprofiel</a> <a href=\"https://www.voorbeeld.invalid/\">Contact</a></nav>\n\
         <form method=\"post\" action=\"/zoeken\"><input type=\"hidden\" name=\"_csrf\" value=\"{random}\">\
         <label>Zoeken <input name=\"term\"></label><button>Zoek</button></form>\n\
         <script>window.gegevens = {{ \"token\": \"{random}\", \"burger\": 1 }};</script>\n</body>",
        escaped(mbp)
    );
    let body = String::from_utf8_lossy(&answer.body).replace("</body>", &menu);
    answer.body = body.into_bytes();
}

/// What stands at no other address.
pub(super) fn nothing() -> Answer {
    page(404, "Niet gevonden", "<p>Deze pagina bestaat niet.</p>")
}

/// The start page of somebody who is not signed in.
pub(super) fn welcome(login: &str) -> Answer {
    let login = escaped(login);
    page(200, "Loket", &format!("<p>Meld u aan om verder te gaan.</p>\n<p><a href=\"{login}\">Aanmelden</a></p>"))
}

/// The start page of somebody who is.
pub(super) fn signed_in(links: &[(String, &str)], logout: &str, new_tab: bool) -> Answer {
    let tab = if new_tab { " target=\"_blank\" rel=\"noopener\"" } else { "" };
    let mut items = String::new();
    for (path, page) in links {
        let page = if page.is_empty() { String::new() } else { format!(": {page}") };
        let (path, name) = (escaped(path), escaped(&format!("Mijn Burgerprofiel{page}")));
        items.push_str(&format!("<li><a href=\"{path}\"{tab}>{name}</a></li>\n"));
    }
    let logout = escaped(logout);
    page(
        200,
        "Loket",
        &format!("<p>U bent aangemeld.</p>\n<ul>\n{items}</ul>\n<p><a href=\"{logout}\">Afmelden</a></p>"),
    )
}

/// The page after logging out.
pub(super) fn signed_out(start: &str) -> Answer {
    page(200, "Afgemeld", &format!("<p>U bent afgemeld.</p>\n<p><a href=\"{}\">Naar het begin</a></p>", escaped(start)))
}

/// A page about the application.
pub(super) fn explanation(start: &str) -> Answer {
    page(
        200,
        "Uitleg",
        &format!("<p>Hier regelt u uw zaken.</p>\n<p><a href=\"{}\">Naar het begin</a></p>", escaped(start)),
    )
}

/// The page where a login did not succeed.
pub(super) fn login_failed(again: &str) -> Answer {
    let again = escaped(again);
    page(
        400,
        "Niet aangemeld",
        &format!("<p>Aanmelden is niet gelukt.</p>\n<p><a href=\"{again}\">Probeer opnieuw</a></p>"),
    )
}

/// The page that asks before it hands over.
pub(super) fn asks(action: &str) -> Answer {
    let action = escaped(action);
    page(
        200,
        "Naar Mijn Burgerprofiel",
        &format!(
            "<p>U verlaat deze toepassing.</p>\n<form method=\"post\" action=\"{action}\">\n<button>Verder</button>\n</form>"
        ),
    )
}

/// The page where the hand-over did not succeed.
pub(super) fn apology(mbp: &str, start: &str) -> Answer {
    let (mbp, start) = (escaped(mbp), escaped(start));
    page(
        200,
        "Mijn Burgerprofiel",
        &format!(
            "<p>We kunnen u nu niet aangemeld doorsturen. U kunt er wel zelf naartoe, en u daar aanmelden.</p>\n\
             <ul>\n<li><a href=\"{mbp}\">Naar Mijn Burgerprofiel</a></li>\n<li><a href=\"{start}\">Terug</a></li>\n</ul>"
        ),
    )
}

/// The page that frameworks put in a redirect.
pub(super) fn redirect(to: &str) -> Answer {
    let to = escaped(to);
    Answer::with_body(
        302,
        "text/html; charset=utf-8",
        format!("<!doctype html><title>Redirecting</title><p>Redirecting to <a href=\"{to}\">{to}</a>.</p>"),
    )
}
