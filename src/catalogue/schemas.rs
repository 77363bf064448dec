//! The schemas of the OpenAPI document of a source specification, each read and compiled when a check first asks for it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::base::openapi::{Component, OpenApi};

/// The OpenAPI document of the source, read once, and its components, each compiled once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Compiled {
    document: Arc<OnceLock<Option<Arc<OpenApi>>>>,
    components: Arc<Mutex<BTreeMap<String, Option<Arc<Component>>>>>,
}

/// The schemas of the source specification, for those who outlive the catalogue; what is compiled is shared with it.
#[derive(Clone, Debug)]
pub struct Components {
    pub(super) openapi: Arc<(String, String)>,
    pub(super) compiled: Compiled,
}

impl Components {
    /// A schema by its name, compiled once; none where there is no such schema.
    pub fn component(&self, name: &str) -> Option<Arc<Component>> {
        self.compiled.component(&self.openapi, name)
    }
}

impl Compiled {
    pub(super) fn document(&self, (file, text): &(String, String)) -> Option<&OpenApi> {
        self.document.get_or_init(|| OpenApi::read(file, text).ok().map(Arc::new)).as_deref()
    }

    pub(super) fn component(&self, openapi: &(String, String), name: &str) -> Option<Arc<Component>> {
        let mut known = self.components.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(component) = known.get(name) {
            return component.clone();
        }
        let component = self.document(openapi).and_then(|schemas| schemas.component(name)).map(Arc::new);
        known.insert(name.to_owned(), component.clone());
        component
    }
}
