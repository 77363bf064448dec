//! Path templates of an OpenAPI document.

use std::fmt;

use percent_encoding::percent_decode_str;

/// A path template such as `/certificates/{insz}/{id}.pdf`.
#[derive(Clone)]
pub(super) struct Template {
    text: String,
    segments: Vec<Vec<Part>>,
}

/// A piece of a segment.
#[derive(Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    Variable,
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Template {
    pub(super) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), segments: text.split('/').map(parts).collect() }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether a path fits, segment by segment; a variable takes at least one character and never a slash.
    pub(super) fn matches(&self, path: &str) -> bool {
        let segments: Vec<_> = path.split('/').collect();
        segments.len() == self.segments.len()
            && self.segments.iter().zip(segments).all(|(parts, segment)| {
                let segment = percent_decode_str(segment).decode_utf8_lossy();
                fits(parts, &segment)
            })
    }

    /// How variable it is, from the left: the smallest of several is the most literal.
    pub(super) fn variables(&self) -> Vec<u8> {
        self.segments
            .iter()
            .map(|parts| match parts.as_slice() {
                [Part::Variable] => 2,
                parts if parts.contains(&Part::Variable) => 1,
                _ => 0,
            })
            .collect()
    }
}

/// The names of the variables in a template.
pub(super) fn variables(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

fn parts(segment: &str) -> Vec<Part> {
    let (mut parts, mut rest) = (Vec::new(), segment);
    while let Some((literal, after)) = rest.split_once('{') {
        let Some((_, after)) = after.split_once('}') else { break };
        if !literal.is_empty() {
            parts.push(Part::Literal(literal.to_owned()));
        }
        parts.push(Part::Variable);
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Literal(rest.to_owned()));
    }
    parts
}

/// Each variable takes as little as it can, the last one what is left.
fn fits(parts: &[Part], segment: &str) -> bool {
    match parts {
        [] => segment.is_empty(),
        [Part::Variable] => !segment.is_empty(),
        [Part::Literal(literal), rest @ ..] => {
            segment.strip_prefix(literal.as_str()).is_some_and(|segment| fits(rest, segment))
        }
        [Part::Variable, Part::Literal(literal)] => {
            segment.len() > literal.len() && segment.ends_with(literal.as_str())
        }
        [Part::Variable, rest @ ..] => {
            let first = segment.chars().next().map_or(0, char::len_utf8);
            let Some(after) = segment.get(first..).filter(|_| first > 0) else { return false };
            match rest {
                [Part::Literal(literal), rest @ ..] => {
                    after.split_once(literal.as_str()).is_some_and(|(_, after)| fits(rest, after))
                }
                _ => fits(rest, after),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_matches_segment_by_segment() {
        for (template, path, matches) in [
            ("/a", "/a", true),
            ("/a", "/a/", false),
            ("/a", "/A", false),
            ("/{x}", "/a", true),
            ("/{x}", "/", false),
            ("/{x}", "/a/b", false),
            ("/a b", "/a%20b", true),
            ("/{x}.pdf", "/a.pdf", true),
            ("/{x}.pdf", "/.pdf", false),
            ("/{x}.pdf", "/a.pdf.pdf", true),
            ("/{x}.{y}", "/a.b", true),
            ("/{x}.{y}", "/a", false),
            ("/{x}{y}", "/ab", true),
            ("/{x}{y}", "/a", false),
            ("/v-{x}:run", "/v-é:run", true),
            ("/{x", "/{x", true),
            ("/{x}-{y}-{z}", "/1-2-3", true),
        ] {
            assert_eq!(Template::new(template).matches(path), matches, "{template} {path}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_template_makes_matching_panic(template in "[/{}a.é%]{0,20}", path in "[/a.é%{}]{0,20}") {
            let template = Template::new(&template);
            let _ = (template.matches(&path), template.variables());
        }
    }
}
