//! The objects of OpenAPI 3.0, 3.1 and 3.2: which fields each of them has, of which form, and since when.

/// The form of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Any,
    Text,
    Flag,
    Number,
    /// A whole number, not below zero.
    Count,
    /// A text that is one of these.
    Word(&'static [&'static str]),
    Part(Part),
    /// The object, or a reference to one.
    Referable(Part),
    /// An object with names that the author chose.
    Map(&'static Form),
    /// The same, with the names that `components` allows.
    Named(&'static Form),
    List(&'static Form),
    /// A list with at least one element.
    Some(&'static Form),
    Schema,
    SchemaOrFlag,
}

/// An object of OpenAPI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Root,
    Info,
    Contact,
    License,
    Server,
    ServerVariable,
    Tag,
    ExternalDocs,
    Components,
    Paths,
    PathItem,
    Operation,
    Parameter,
    Header,
    RequestBody,
    Media,
    Encoding,
    Responses,
    Response,
    Callback,
    Example,
    Link,
    SecurityScheme,
    Flows,
    Implicit,
    Password,
    ClientCredentials,
    AuthorizationCode,
    DeviceAuthorization,
    Discriminator,
    Xml,
    /// The Schema Object of 3.0; later ones are JSON Schema.
    Schema,
}

/// A field of an object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub name: &'static str,
    pub form: Form,
    /// The minor version that brought it.
    pub since: u8,
    /// The minor versions in which it has to be there: from this one up to and without the other.
    pub must: (u8, u8),
}

const fn may(name: &'static str, form: Form) -> Field {
    Field { name, form, since: 0, must: (0, 0) }
}

const fn must(name: &'static str, form: Form) -> Field {
    Field { name, form, since: 0, must: (0, u8::MAX) }
}

impl Field {
    const fn since(self, since: u8) -> Self {
        Self { since, ..self }
    }

    const fn until(self, until: u8) -> Self {
        Self { must: (0, until), ..self }
    }
}

use Form::{Any, Count, Flag, List, Map, Named, Number, Referable, SchemaOrFlag, Text, Word};
use Part as P;

const fn part(part: Part) -> Form {
    Form::Part(part)
}

const REQUIREMENT: Form = Map(&List(&Text));
const MEDIA: Form = Map(&Form::Part(P::Media));
const MEDIA_OR_REFERENCE: Form = Map(&Referable(P::Media));
const EXAMPLES: Form = Map(&Referable(P::Example));
const HEADERS: Form = Map(&Referable(P::Header));
const PARAMETERS: Form = List(&Referable(P::Parameter));
const DOCS: Field = may("externalDocs", part(P::ExternalDocs));
const DESCRIPTION: Field = may("description", Text);
const SERVERS: Field = may("servers", List(&Form::Part(P::Server)));

impl Part {
    /// The fields that it may have; beside them only those whose name begins with `x-`, unless it takes others.
    #[expect(clippy::too_many_lines, reason = "one table")]
    pub(super) const fn fields(self) -> &'static [Field] {
        match self {
            P::Root => {
                const {
                    &[
                        must("openapi", Text),
                        may("$self", Text).since(2),
                        must("info", part(P::Info)),
                        may("jsonSchemaDialect", Text).since(1),
                        SERVERS,
                        must("paths", part(P::Paths)).until(1),
                        may("webhooks", Map(&Referable(P::PathItem))).since(1),
                        may("components", part(P::Components)),
                        may("security", List(&REQUIREMENT)),
                        may("tags", List(&Form::Part(P::Tag))),
                        DOCS,
                    ]
                }
            }
            P::Info => {
                const {
                    &[
                        must("title", Text),
                        may("summary", Text).since(1),
                        DESCRIPTION,
                        may("termsOfService", Text),
                        may("contact", part(P::Contact)),
                        may("license", part(P::License)),
                        must("version", Text),
                    ]
                }
            }
            P::Contact => const { &[may("name", Text), may("url", Text), may("email", Text)] },
            P::License => const { &[must("name", Text), may("identifier", Text).since(1), may("url", Text)] },
            P::Server => {
                const {
                    &[
                        must("url", Text),
                        may("name", Text).since(2),
                        DESCRIPTION,
                        may("variables", Map(&Form::Part(P::ServerVariable))),
                    ]
                }
            }
            P::ServerVariable => const { &[may("enum", List(&Text)), must("default", Text), DESCRIPTION] },
            P::Tag => {
                const {
                    &[
                        must("name", Text),
                        may("summary", Text).since(2),
                        DESCRIPTION,
                        DOCS,
                        may("parent", Text).since(2),
                        may("kind", Text).since(2),
                    ]
                }
            }
            P::ExternalDocs => const { &[DESCRIPTION, must("url", Text)] },
            P::Components => {
                const {
                    &[
                        may("schemas", Named(&Form::Schema)),
                        may("responses", Named(&Referable(P::Response))),
                        may("parameters", Named(&Referable(P::Parameter))),
                        may("examples", Named(&Referable(P::Example))),
                        may("requestBodies", Named(&Referable(P::RequestBody))),
                        may("headers", Named(&Referable(P::Header))),
                        may("securitySchemes", Named(&Referable(P::SecurityScheme))),
                        may("links", Named(&Referable(P::Link))),
                        may("callbacks", Named(&Referable(P::Callback))),
                        may("pathItems", Named(&Referable(P::PathItem))).since(1),
                        may("mediaTypes", Named(&Referable(P::Media))).since(2),
                    ]
                }
            }
            P::Paths | P::Callback | P::Responses => const { &[] },
            P::PathItem => {
                const {
                    &[
                        may("$ref", Text),
                        may("summary", Text),
                        DESCRIPTION,
                        SERVERS,
                        may("parameters", PARAMETERS),
                        may("get", part(P::Operation)),
                        may("put", part(P::Operation)),
                        may("post", part(P::Operation)),
                        may("delete", part(P::Operation)),
                        may("options", part(P::Operation)),
                        may("head", part(P::Operation)),
                        may("patch", part(P::Operation)),
                        may("trace", part(P::Operation)),
                        may("query", part(P::Operation)).since(2),
                        may("additionalOperations", Map(&Form::Part(P::Operation))).since(2),
                    ]
                }
            }
            P::Operation => {
                const {
                    &[
                        may("tags", List(&Text)),
                        may("summary", Text),
                        DESCRIPTION,
                        DOCS,
                        may("operationId", Text),
                        may("parameters", PARAMETERS),
                        may("requestBody", Referable(P::RequestBody)),
                        must("responses", part(P::Responses)).until(1),
                        may("callbacks", Map(&Referable(P::Callback))),
                        may("deprecated", Flag),
                        may("security", List(&REQUIREMENT)),
                        SERVERS,
                    ]
                }
            }
            P::Parameter => {
                const {
                    &[
                        must("name", Text),
                        must("in", Text),
                        DESCRIPTION,
                        may("required", Flag),
                        may("deprecated", Flag),
                        may("allowEmptyValue", Flag),
                        may("style", Text),
                        may("explode", Flag),
                        may("allowReserved", Flag),
                        may("schema", Form::Schema),
                        may("content", MEDIA),
                        may("example", Any),
                        may("examples", EXAMPLES),
                    ]
                }
            }
            P::Header => {
                const {
                    &[
                        DESCRIPTION,
                        may("required", Flag),
                        may("deprecated", Flag),
                        may("allowEmptyValue", Flag),
                        may("style", Word(&["simple"])),
                        may("explode", Flag),
                        may("allowReserved", Flag),
                        may("schema", Form::Schema),
                        may("content", MEDIA),
                        may("example", Any),
                        may("examples", EXAMPLES),
                    ]
                }
            }
            P::RequestBody => const { &[DESCRIPTION, must("content", MEDIA_OR_REFERENCE), may("required", Flag)] },
            P::Media => {
                const {
                    &[
                        may("schema", Form::Schema),
                        may("itemSchema", Form::Schema).since(2),
                        DESCRIPTION.since(2),
                        may("example", Any),
                        may("examples", EXAMPLES),
                        may("encoding", Map(&Form::Part(P::Encoding))),
                        may("prefixEncoding", List(&Form::Part(P::Encoding))).since(2),
                        may("itemEncoding", part(P::Encoding)).since(2),
                    ]
                }
            }
            P::Encoding => {
                const {
                    &[
                        may("contentType", Text),
                        may("headers", HEADERS),
                        may("style", Word(&["form", "spaceDelimited", "pipeDelimited", "deepObject"])),
                        may("explode", Flag),
                        may("allowReserved", Flag),
                        may("encoding", Map(&Form::Part(P::Encoding))).since(2),
                        may("prefixEncoding", List(&Form::Part(P::Encoding))).since(2),
                        may("itemEncoding", part(P::Encoding)).since(2),
                    ]
                }
            }
            P::Response => {
                const {
                    &[
                        may("summary", Text).since(2),
                        must("description", Text).until(2),
                        may("headers", HEADERS),
                        may("content", MEDIA_OR_REFERENCE),
                        may("links", Map(&Referable(P::Link))),
                    ]
                }
            }
            P::Example => {
                const {
                    &[
                        may("summary", Text),
                        DESCRIPTION,
                        may("value", Any),
                        may("dataValue", Any).since(2),
                        may("serializedValue", Text).since(2),
                        may("externalValue", Text),
                    ]
                }
            }
            P::Link => {
                const {
                    &[
                        may("operationRef", Text),
                        may("operationId", Text),
                        may("parameters", Map(&Any)),
                        may("requestBody", Any),
                        DESCRIPTION,
                        may("server", part(P::Server)),
                    ]
                }
            }
            P::SecurityScheme => {
                const {
                    &[
                        must("type", Text),
                        DESCRIPTION,
                        may("name", Text),
                        may("in", Word(&["query", "header", "cookie"])),
                        may("scheme", Text),
                        may("bearerFormat", Text),
                        may("flows", part(P::Flows)),
                        may("openIdConnectUrl", Text),
                        may("oauth2MetadataUrl", Text).since(2),
                        may("deprecated", Flag).since(2),
                    ]
                }
            }
            P::Flows => {
                const {
                    &[
                        may("implicit", part(P::Implicit)),
                        may("password", part(P::Password)),
                        may("clientCredentials", part(P::ClientCredentials)),
                        may("authorizationCode", part(P::AuthorizationCode)),
                        may("deviceAuthorization", part(P::DeviceAuthorization)).since(2),
                    ]
                }
            }
            P::Implicit => {
                const { &[must("authorizationUrl", Text), may("refreshUrl", Text), must("scopes", Map(&Text))] }
            }
            P::Password | P::ClientCredentials => {
                const { &[must("tokenUrl", Text), may("refreshUrl", Text), must("scopes", Map(&Text))] }
            }
            P::AuthorizationCode => {
                const {
                    &[
                        must("authorizationUrl", Text),
                        must("tokenUrl", Text),
                        may("refreshUrl", Text),
                        must("scopes", Map(&Text)),
                    ]
                }
            }
            P::DeviceAuthorization => {
                const {
                    &[
                        must("deviceAuthorizationUrl", Text),
                        must("tokenUrl", Text),
                        may("refreshUrl", Text),
                        must("scopes", Map(&Text)),
                    ]
                }
            }
            P::Discriminator => {
                const {
                    &[
                        must("propertyName", Text).until(2),
                        may("mapping", Map(&Text)),
                        may("defaultMapping", Text).since(2),
                    ]
                }
            }
            P::Xml => {
                const {
                    &[
                        may("nodeType", Text).since(2),
                        may("name", Text),
                        may("namespace", Text),
                        may("prefix", Text),
                        may("attribute", Flag),
                        may("wrapped", Flag),
                    ]
                }
            }
            P::Schema => SCHEMA,
        }
    }

    /// Whether it takes fields that nobody described.
    pub(super) const fn is_open(self, minor: u8) -> bool {
        matches!(self, P::Discriminator) && minor == 0
    }

    /// The section of `components` in which such objects stand.
    pub(super) const fn section(self) -> Option<&'static str> {
        Some(match self {
            P::Response => "responses",
            P::Parameter => "parameters",
            P::Example => "examples",
            P::RequestBody => "requestBodies",
            P::Header => "headers",
            P::SecurityScheme => "securitySchemes",
            P::Link => "links",
            P::Callback => "callbacks",
            P::PathItem => "pathItems",
            P::Media => "mediaTypes",
            P::Schema => "schemas",
            _ => return None,
        })
    }
}

/// The keywords of the Schema Object of 3.0.
const SCHEMA: &[Field] = &[
    may("title", Text),
    may("multipleOf", Number),
    may("maximum", Number),
    may("exclusiveMaximum", Flag),
    may("minimum", Number),
    may("exclusiveMinimum", Flag),
    may("maxLength", Count),
    may("minLength", Count),
    may("pattern", Text),
    may("maxItems", Count),
    may("minItems", Count),
    may("uniqueItems", Flag),
    may("maxProperties", Count),
    may("minProperties", Count),
    may("required", Form::Some(&Text)),
    may("enum", Form::Some(&Any)),
    may("type", Word(&["array", "boolean", "integer", "number", "object", "string"])),
    may("not", Form::Schema),
    may("allOf", List(&Form::Schema)),
    may("oneOf", List(&Form::Schema)),
    may("anyOf", List(&Form::Schema)),
    may("items", Form::Schema),
    may("properties", Map(&Form::Schema)),
    may("additionalProperties", SchemaOrFlag),
    DESCRIPTION,
    may("format", Text),
    may("default", Any),
    may("nullable", Flag),
    may("discriminator", part(P::Discriminator)),
    may("readOnly", Flag),
    may("writeOnly", Flag),
    may("example", Any),
    DOCS,
    may("deprecated", Flag),
    may("xml", part(P::Xml)),
];
