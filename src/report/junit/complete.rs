//! What the library cannot write and schemas ask for: properties of a suite, how many of its cases are skipped, a moment
//! without a zone, and seconds with three decimals.

use std::borrow::Cow;

use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
use quick_xml::{Error, Reader, Writer};

/// The file, complete. `skipped` has one number per suite.
pub(super) fn complete(xml: &str, skipped: &[usize], properties: &[(String, String)]) -> Result<String, Error> {
    let mut reader = Reader::from_str(xml);
    let mut writer = Writer::new(Vec::with_capacity(xml.len() + 4096));
    let mut skipped = skipped.iter();
    loop {
        match reader.read_event()? {
            Event::Eof => break,
            Event::Start(tag) if tag.name().as_ref() == b"testsuite" => {
                let mut tag = corrected(&tag)?;
                tag.push_attribute(("skipped", skipped.next().copied().unwrap_or_default().to_string().as_str()));
                writer.write_event(Event::Start(tag))?;
                write_properties(&mut writer, properties)?;
            }
            Event::Start(tag) => writer.write_event(Event::Start(corrected(&tag)?))?,
            Event::Empty(tag) => writer.write_event(Event::Empty(corrected(&tag)?))?,
            event => writer.write_event(event)?,
        }
    }
    writer.write_event(Event::Text(BytesText::new("\n")))?;
    String::from_utf8(writer.into_inner()).map_err(|error| std::io::Error::other(error).into())
}

/// The same element with the forms of time that schemas know.
fn corrected(tag: &BytesStart<'_>) -> Result<BytesStart<'static>, Error> {
    let name = String::from_utf8_lossy(tag.name().as_ref()).into_owned();
    let mut corrected = BytesStart::new(name);
    for attribute in tag.attributes() {
        let attribute = attribute?;
        let value = String::from_utf8_lossy(&attribute.value);
        let value = match attribute.key.as_ref() {
            b"timestamp" => value.trim_end_matches('Z').to_owned(),
            b"time" => format!("{:.3}", value.parse::<f64>().unwrap_or_default()),
            _ => value.into_owned(),
        };
        // Escaped it is already.
        corrected.push_attribute(Attribute { key: attribute.key, value: Cow::Owned(value.into_bytes()) });
    }
    Ok(corrected)
}

fn write_properties(writer: &mut Writer<Vec<u8>>, properties: &[(String, String)]) -> Result<(), Error> {
    writer.write_event(Event::Start(BytesStart::new("properties")))?;
    for (name, value) in properties {
        let attributes = [("name", name.as_str()), ("value", value.as_str())];
        writer.write_event(Event::Empty(BytesStart::new("property").with_attributes(attributes)))?;
    }
    writer.write_event(Event::End(BytesEnd::new("properties")))?;
    Ok(())
}
