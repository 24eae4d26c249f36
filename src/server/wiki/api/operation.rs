//! [`Operation`]: one thing that the API does: its route and handler, and what the document says of it.
//!
//! Both are made from the same value, so there is no route without its description. The types that serde reads and writes
//! describe themselves, with their doc comments.

use axum::{
    Router,
    handler::Handler,
    http::Method,
    routing::{MethodFilter, MethodRouter, on},
};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::super::Site;

/// Makes the schema of a type.
pub(super) type Describe = fn(&mut SchemaGenerator) -> Schema;

/// One thing that the API does.
pub(in crate::server::wiki) struct Operation {
    pub(in crate::server::wiki) method: Method,
    /// As axum has it: `{*path}` for the rest of an address.
    pub(in crate::server::wiki) route: &'static str,
    handler: MethodRouter<Site>,
    /// Its name for programs that are generated from the document.
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    /// Names and meanings of what can stand behind `?`, as a type with a field for each.
    pub(super) query: Option<Describe>,
    pub(super) body: Option<Body>,
    pub(super) answers: Vec<Answer>,
    /// The statuses of problems that it is likely to answer with.
    pub(super) problems: &'static [u16],
}

/// What is sent with a request.
pub(super) struct Body {
    pub(super) media_type: &'static str,
    pub(super) schema: Describe,
    pub(super) is_required: bool,
}

/// What is answered when all is well.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) meaning: &'static str,
    /// The media type and the schema of what is answered, if it is something.
    pub(super) content: Option<(&'static str, Describe)>,
}

/// The media type of most bodies.
const JSON: &str = "application/json";

impl Operation {
    fn new<H: Handler<T, Site>, T: 'static>(
        (method, filter): (Method, MethodFilter),
        route: &'static str,
        handler: H,
    ) -> Self {
        let handler = on(filter, handler);
        let (id, summary, problems) = ("", "", &[]);
        Self { method, route, handler, id, summary, query: None, body: None, answers: Vec::new(), problems }
    }

    pub(super) fn get<H: Handler<T, Site>, T: 'static>(route: &'static str, handler: H) -> Self {
        Self::new((Method::GET, MethodFilter::GET), route, handler)
    }

    pub(super) fn put<H: Handler<T, Site>, T: 'static>(route: &'static str, handler: H) -> Self {
        Self::new((Method::PUT, MethodFilter::PUT), route, handler)
    }

    pub(super) fn post<H: Handler<T, Site>, T: 'static>(route: &'static str, handler: H) -> Self {
        Self::new((Method::POST, MethodFilter::POST), route, handler)
    }

    pub(super) fn delete<H: Handler<T, Site>, T: 'static>(route: &'static str, handler: H) -> Self {
        Self::new((Method::DELETE, MethodFilter::DELETE), route, handler)
    }

    /// Names it: for programs, and for people.
    pub(super) fn named(self, id: &'static str, summary: &'static str) -> Self {
        Self { id, summary, ..self }
    }

    /// It looks at what stands behind `?`.
    pub(super) fn asks<T: JsonSchema>(self) -> Self {
        Self { query: Some(SchemaGenerator::subschema_for::<T>), ..self }
    }

    /// It needs JSON.
    pub(super) fn takes<T: JsonSchema>(self) -> Self {
        self.takes_as::<T>(JSON, true)
    }

    /// It takes JSON, and needs none.
    pub(super) fn may_take<T: JsonSchema>(self) -> Self {
        self.takes_as::<T>(JSON, false)
    }

    /// It takes something of a media type.
    pub(super) fn takes_as<T: JsonSchema>(self, media_type: &'static str, is_required: bool) -> Self {
        let body = Body { media_type, schema: SchemaGenerator::subschema_for::<T>, is_required };
        Self { body: Some(body), ..self }
    }

    /// It answers with JSON.
    pub(super) fn answers<T: JsonSchema>(self, status: u16, meaning: &'static str) -> Self {
        self.answers_as::<T>(status, JSON, meaning)
    }

    /// It answers with something of a media type.
    pub(super) fn answers_as<T: JsonSchema>(
        mut self,
        status: u16,
        media_type: &'static str,
        meaning: &'static str,
    ) -> Self {
        let content = Some((media_type, SchemaGenerator::subschema_for::<T> as Describe));
        self.answers.push(Answer { status, meaning, content });
        self
    }

    /// It answers with nothing: 204.
    pub(super) fn ends(mut self, meaning: &'static str) -> Self {
        self.answers.push(Answer { status: 204, meaning, content: None });
        self
    }

    /// It answers with problems of these statuses, beside those that every operation has.
    pub(super) fn fails(self, problems: &'static [u16]) -> Self {
        Self { problems, ..self }
    }

    /// Puts the handler under its route.
    pub(super) fn add_to(self, router: Router<Site>) -> Router<Site> {
        router.route(self.route, self.handler)
    }
}
