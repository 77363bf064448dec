//! What the errors of a source say to people, in several languages. The sentences hold words that programs use too: of
//! SQL, of stack traces, of paths. None of them shows the inside of a program.

/// In which words errors are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wording {
    /// The sandbox's own.
    Own,
    /// Dutch.
    Dutch,
    /// French.
    French,
    /// German.
    German,
    /// English.
    English,
    /// English of gateways and frameworks, with places in the request.
    Technical,
}

/// Title and detail of an error with this status; the same for the same status, so that refusals do not differ.
pub(in crate::sandbox) fn words(wording: Wording, status: u16) -> Option<(&'static str, &'static str)> {
    let [invalid, refused, absent, other] = match wording {
        Wording::Own => return None,
        Wording::Dutch => DUTCH,
        Wording::French => FRENCH,
        Wording::German => GERMAN,
        Wording::English => ENGLISH,
        Wording::Technical => TECHNICAL,
    };
    Some(match status {
        400 | 422 => invalid,
        401 | 403 => refused,
        404 | 410 => absent,
        _ => other,
    })
}

type Sentences = [(&'static str, &'static str); 4];

const DUTCH: Sentences = [
    (
        "Ongeldige aanvraag",
        "Selecteer een pagina van de lijst, update uw aanvraag en zet `page` op 0 of meer; `limit` is at random 1 tot 100.",
    ),
    (
        "Geen toegang",
        "Meld u aan op /aanmelden (of /home/aanmelden) waar uw sleutel geldig is, en probeer het opnieuw.",
    ),
    ("Niet gevonden", "Dossier FLORA-12345 bestaat niet in tabel 7 van de bijlage; zie bijlage.pdf (2), regel 14."),
    ("Fout", "Er ging iets mis bij het zoeken; delete uw invoer en kies uit de lijst waar u mee verder wilt."),
];
const FRENCH: Sentences = [
    (
        "Demande invalide",
        "Select\u{2026} from: choisissez une page; insérez la valeur dans le champ « page », ligne 3 (valeurs: 0 à 100).",
    ),
    (
        "Accès refusé",
        "L'accès est réservé; consultez /aide/acces.html#at ou l'adresse https://www.exemple.be/usr/aide:8080.",
    ),
    ("Introuvable", "L'attestation PANDORA-00942 n'existe pas; elle a été supprimée (voir l'article 5.at(2), al. 1)."),
    ("Erreur", "Une exception à la règle: le service ne répond pas. Exception faite des jours fériés."),
];
const GERMAN: Sentences = [
    (
        "Ungültige Anfrage",
        "Wählen Sie aus der Liste: SELECT ist kein Wert von \u{201e}page\u{201c}; update der Seite, und set limit auf 10.",
    ),
    ("Kein Zugriff", "Melden Sie sich an (at: /v1/anmelden). Die Ausnahme: Exception-Nummer 42 gilt nur für Bürger."),
    ("Nicht gefunden", "Das Formular A.38 (Seite 2:14) gibt es nicht; Aktenzeichen ORA-Nge 17."),
    ("Fehler", "Unbekannter Fehler in Zeile 3, Spalte 7 der Anfrage; versuchen Sie es später noch einmal."),
];
const ENGLISH: Sentences = [
    ("Invalid request", "Please update your request and set page=0. Select a limit from 1 to 100, where it is given."),
    (
        "Refused",
        "Look at the help pages at /help/tokens and at example.be (at any time), then insert into the header a token.",
    ),
    (
        "Not found",
        "This certificate was deleted from the list where you found it; call us at 02 553 17 00 (9:00 to 17:00).",
    ),
    ("Error", "An exception to the rule: drop the table of contents of your request and select one value from it."),
];
const TECHNICAL: Sentences = [
    ("Bad Request", "Invalid value at $.page(0): expected integer at line 1, column 7 (query.limit:10)."),
    (
        "Unauthorized",
        "JWT expected at Authorization; see https://docs.example.be/errors.html:443/#L42 (ref. SQL-less gateway).",
    ),
    ("Not Found", "No static resource v1/certificates. Route GET:/v1/certificates not found at (root)."),
    ("Error", "Upstream said no: policy `select-from-pool` at stage 2.update(set) did not match /v1/**."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_do_not_differ() {
        for wording in [Wording::Dutch, Wording::French, Wording::German, Wording::English, Wording::Technical] {
            assert_eq!(words(wording, 401), words(wording, 403));
            assert_ne!(words(wording, 404), words(wording, 403));
        }
        assert_eq!(words(Wording::Own, 404), None);
    }
}
