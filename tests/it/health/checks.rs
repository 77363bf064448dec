//! The checks of the set, its one view of an answer, and their registration.

use bronkeur::base::text::Text;
use bronkeur::evidence::exchange::{Request, Target, View};
use bronkeur::judging::context::{Answer, CheckContext, Judgement, Stop};
use bronkeur::judging::reason;
use bronkeur::judging::registry::{ChapterChecks, Registry};
use serde_json::Value;

/// Everything that judges an application by its health.
pub(super) static REGISTRY: Registry = Registry {
    sets: &[&[ChapterChecks {
        set: "health",
        chapter: "health",
        checks: &[("health_is_told", health_is_told), ("health_is_fresh", health_is_fresh)],
    }]],
    conclude: |_, _, _| {},
};

/// What a body says of the application's health.
#[derive(Debug)]
struct Health {
    status: Option<String>,
}

impl View for Health {
    fn read(body: &Value) -> Self {
        Self { status: body.get("status").and_then(Value::as_str).map(str::to_owned) }
    }

    fn weight(&self) -> usize {
        size_of::<Self>() + self.status.as_ref().map_or(0, String::len)
    }
}

/// What another check may ask: the answer, where it tells the health.
fn told<'a>(cx: &CheckContext<'a>) -> Result<Answer<'a>, Stop> {
    let answer = cx.response(&Request::probe(Target::Path("health".to_owned())))?;
    let health = answer.response.view::<Health>().filter(|_| answer.response.status == 200);
    match health.and_then(|health| health.status.as_ref()) {
        Some(_) => Ok(answer),
        None => {
            Err(reason::unmet(Text::new("de toepassing zegt niet hoe het gaat", "it does not say how it is")).into())
        }
    }
}

fn health_is_told(cx: &CheckContext<'_>) -> Judgement {
    let answer = cx.response(&Request::probe(Target::Path("health".to_owned())))?;
    let missing = told(cx).is_err();
    let status = Text::same(answer.response.status);
    cx.judged(missing.then(|| answer.finding("/status", Text::new("200 en `status`", "200 and `status`"), status)))
}

fn health_is_fresh(cx: &CheckContext<'_>) -> Judgement {
    let answer = told(cx)?;
    let age = answer.response.header("age").map(Text::same);
    cx.judged(age.map(|age| answer.finding("header age", Text::new("geen `Age`", "no `Age`"), age)))
}
