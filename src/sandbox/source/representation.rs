//! A certificate as JSON and as a document.

use serde_json::{Value, json};

use super::{envelope, links};
use crate::sandbox::answer::put;
use crate::sandbox::source::behaviour::{Behaviour, CertificateContext};
use crate::sandbox::source::register::{Certificate, Holder};
use crate::sandbox::source::vary::vary_certificate;

/// The JSON of a certificate at its place in its owner's list: in that list, or as a detail that was given so often
/// before.
pub(in crate::sandbox) fn certificate(
    behaviour: &Behaviour,
    base: &str,
    owner: &Holder,
    (place, one): (usize, &Certificate),
    detail: Option<usize>,
) -> Value {
    let url = |document| links::certificate_url(behaviour, base, &owner.citizen.insz, one, document);
    let id = match one.id.parse::<u64>() {
        Ok(number) if behaviour.id_is_number => json!(number),
        _ => json!(one.id),
    };
    let mut body = json!({ "id": id, "language": one.language, "name": one.name });
    if behaviour.optional_fields {
        put(&mut body, "year", json!(one.year));
        put(&mut body, "community", json!(one.community));
    }
    if behaviour.extra_fields {
        put(&mut body, "issuedAt", json!(format!("{}-03-14T08:30:00Z", one.year)));
        put(&mut body, "endDate", json!(format!("{}-12-31", one.year + 1)));
        put(&mut body, "country", json!("BE"));
        put(&mut body, "contactLanguage", json!("nl-BE"));
    }
    let links = envelope::links(behaviour.envelope, vec![("self", url(false)), ("download", url(true))]);
    put(&mut body, envelope::links_name(behaviour.envelope), links);
    let context = CertificateContext {
        envelope: behaviour.envelope,
        place,
        list_url: links::list_url(base, &owner.citizen.insz),
        url: url(false),
        repeat: detail.unwrap_or_default(),
    };
    vary_certificate(&behaviour.variation, &context, detail.is_some(), one, &mut body);
    let edits = if detail.is_some() { &behaviour.edits.detail } else { &behaviour.edits.item };
    for edit in behaviour.edits.certificate.iter().chain(edits) {
        edit(&context, &mut body);
    }
    body
}

/// A small valid PDF of at least `size` bytes with one page that shows `text`.
pub(in crate::sandbox) fn pdf(text: &str, size: usize) -> Vec<u8> {
    let shown: String = text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == ' ').collect();
    let mut stream = format!("BT /F1 18 Tf 72 770 Td ({shown}) Tj ET\n");
    // Comments in the page's own stream: ballast that every reader skips. 520 is about what stands around it.
    while stream.len() + 520 < size {
        stream.push_str("% ballast ballast ballast ballast ballast ballast ballast ballast\n");
    }
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{stream}endstream", stream.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut file = "%PDF-1.7\n".to_owned();
    let mut table = vec!["0000000000 65535 f \n".to_owned()];
    for (number, object) in (1..).zip(&objects) {
        table.push(format!("{:010} 00000 n \n", file.len()));
        file.extend([&format!("{number} 0 obj\n"), object, "\nendobj\n"]);
    }
    let start = file.len();
    let table = table.concat();
    format!("{file}xref\n0 6\n{table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_points_at_its_own_parts() {
        for size in [0, 600, 20_000] {
            let file = String::from_utf8(pdf("Fiscaal attest 2025", size)).unwrap();
            assert!(file.starts_with("%PDF-1.7") && file.ends_with("%%EOF\n") && file.len() >= size, "{size}");
            let start: usize = file.rsplit("startxref\n").next().unwrap().lines().next().unwrap().parse().unwrap();
            assert!(file[start..].starts_with("xref\n0 6"));
            for (number, row) in file[start..].lines().skip(3).take(5).enumerate() {
                let at: usize = row[..10].parse().unwrap();
                assert!(file[at..].starts_with(&format!("{} 0 obj", number + 1)));
            }
        }
    }
}
