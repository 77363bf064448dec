//! What the library cannot write and schemas ask for: properties of a suite, how many of its cases are skipped, a moment
//! without a zone, and seconds with three decimals.

use std::borrow::Cow;

use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use quick_xml::{Error, Reader, Writer};

/// A file to which one suite after the other is added: those of a fleet are too many to be kept until the end.
pub(super) struct Whole {
    writer: Writer<Vec<u8>>,
    /// How many suites there are.
    count: usize,
}

impl Whole {
    pub(super) fn new() -> Self {
        Self { writer: Writer::new(Vec::new()), count: 0 }
    }

    /// Adds the suite that the library wrote as a file of its own, complete; `skipped` of its cases are skipped.
    pub(super) fn add(&mut self, xml: &str, skipped: usize, properties: &[(String, String)]) -> Result<(), Error> {
        let mut reader = Reader::from_str(xml);
        loop {
            match reader.read_event()? {
                Event::Eof => break,
                // The file has these once.
                Event::Decl(_) => {}
                Event::Start(tag) if tag.name().as_ref() == b"testsuites" => {}
                Event::End(tag) if tag.name().as_ref() == b"testsuites" => {}
                Event::Start(tag) if tag.name().as_ref() == b"testsuite" => {
                    self.begin()?;
                    let mut tag = corrected(&tag, self.count)?;
                    tag.push_attribute(("skipped", skipped.to_string().as_str()));
                    self.writer.write_event(Event::Start(tag))?;
                    write_properties(&mut self.writer, properties)?;
                    self.count += 1;
                }
                Event::Start(tag) => self.writer.write_event(Event::Start(corrected(&tag, self.count)?))?,
                Event::Empty(tag) => self.writer.write_event(Event::Empty(corrected(&tag, self.count)?))?,
                event => self.writer.write_event(event)?,
            }
        }
        Ok(())
    }

    fn begin(&mut self) -> Result<(), Error> {
        if self.count == 0 {
            self.writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
            self.writer.write_event(Event::Start(BytesStart::new("testsuites")))?;
        }
        Ok(())
    }

    /// The text of the file.
    pub(super) fn finish(mut self) -> Result<String, Error> {
        self.begin()?;
        self.writer.write_event(Event::End(BytesEnd::new("testsuites")))?;
        self.writer.write_event(Event::Text(BytesText::new("\n")))?;
        String::from_utf8(self.writer.into_inner()).map_err(|error| std::io::Error::other(error).into())
    }
}

/// The same element with the forms of time that schemas know; a suite has this number.
fn corrected(tag: &BytesStart<'_>, number: usize) -> Result<BytesStart<'static>, Error> {
    let name = String::from_utf8_lossy(tag.name().as_ref()).into_owned();
    let mut corrected = BytesStart::new(name);
    for attribute in tag.attributes() {
        let attribute = attribute?;
        let value = String::from_utf8_lossy(&attribute.value);
        let value = match attribute.key.as_ref() {
            b"id" => number.to_string(),
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
