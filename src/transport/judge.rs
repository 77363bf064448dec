//! Whether an answer fits the schemas that describe it: those of the owner's own OpenAPI document, and those of the
//! source specification. Held against the values as they came: a surrogate or a shortened text proves nothing.

use std::sync::{Arc, OnceLock};

use serde_json::Value;
use url::Url;

use super::settings::Settings;
use crate::base::openapi::{Component, Operation, SchemaViolation, schema_of_list};
use crate::catalogue::Components;
use crate::evidence::exchange::{Kind, OwnOpenApi, Request};

/// More violations of the source specification than these are not kept of one answer.
const MOST: usize = 500;

/// The schemas of a run.
pub(super) struct Judge {
    bases: Vec<Url>,
    /// The name of the owner's document, and the document once it came.
    file: Option<String>,
    own: OnceLock<OwnOpenApi>,
    source: Option<Components>,
}

/// The schemas that one answer is held against.
pub(super) struct Held<'j> {
    own: Option<(Operation<'j>, u16, String)>,
    source: Option<&'j Components>,
    kind: Kind,
}

/// What does not fit them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Unfit {
    pub(super) own: Vec<SchemaViolation>,
    pub(super) source: Vec<SchemaViolation>,
}

impl Judge {
    pub(super) fn new(settings: &Settings) -> Self {
        let bases = std::iter::once(&settings.base_url).chain(&settings.public_url).cloned().collect();
        let file = settings.setup.source().openapi.clone();
        Self { bases, file, own: OnceLock::new(), source: settings.schemas.clone() }
    }

    /// Takes in the owner's document, as it came. What is read of it serves those who look at it later too.
    pub(super) fn take(&self, text: &str) -> Option<OwnOpenApi> {
        let file = self.file.as_deref()?;
        Some(Arc::clone(self.own.get_or_init(|| Arc::new(crate::base::openapi::OpenApi::read(file, text)))))
    }

    /// Compiles what is known beforehand, so that no answer waits for it.
    pub(super) fn prepare(&self) {
        let names = ["DocumentedList", "HalList", "Certificate"];
        for component in names.iter().filter_map(|name| self.source.as_ref()?.component(name)) {
            drop::<Arc<Component>>(component);
        }
    }

    /// The schemas of the answer to a request to a (masked) URL; none where it has none.
    pub(super) fn held(&self, request: &Request, url: &str, status: u16, media_type: Option<&str>) -> Option<Held<'_>> {
        let own = self.own.get().and_then(|own| own.as_ref().as_ref().ok());
        let operation = own.zip(Url::parse(url).ok()).zip(media_type);
        let operation = operation.and_then(|((document, url), media_type)| {
            let operation = document.operation_of(request.method(), &url, &self.bases)?;
            Some((operation, status, media_type.to_owned()))
        });
        let kind = request.kind();
        let is_described = matches!(kind, Kind::List | Kind::Detail) && (200..300).contains(&status);
        let source = self.source.as_ref().filter(|_| is_described);
        (operation.is_some() || source.is_some()).then_some(Held { own: operation, source, kind })
    }
}

impl Held<'_> {
    pub(super) fn judge(&self, value: &Value) -> Unfit {
        let own = self.own.as_ref().map(|(operation, status, media_type)| operation.judge(*status, media_type, value));
        let schema = if self.kind == Kind::List { schema_of_list(value) } else { "Certificate" };
        let component = self.source.and_then(|components| components.component(schema));
        let source = component.map(|component| component.judge(value).take(MOST).collect());
        Unfit { own: own.unwrap_or_default(), source: source.unwrap_or_default() }
    }
}
