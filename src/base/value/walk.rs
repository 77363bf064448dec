//! Every member of a JSON value, with its place.

use serde_json::Value;

/// A named value: a member of an object, or an element of an array under that name.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a, 'b> {
    /// The JSON pointer.
    pub pointer: &'b str,
    /// The name of the member, or of the array that it is an element of.
    pub name: &'a str,
    /// The name of the member in which it stands; empty at the top.
    pub within: &'a str,
    /// It is an element of an array, and not itself a member.
    pub element: bool,
    /// The value.
    pub value: &'a Value,
}

/// Shows every member at every depth, and the elements of arrays under the array's name. What `enter` refuses is shown
/// and not entered.
pub fn members<'a>(json: &'a Value, enter: &dyn Fn(Member<'a, '_>) -> bool, visit: &mut dyn FnMut(Member<'a, '_>)) {
    Walk { enter, visit }.value(json, "", "", &mut String::new());
}

/// The name of a member as a step of a JSON pointer (RFC 6901).
pub fn pointer_step(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

struct Walk<'a, 'w> {
    enter: &'w dyn Fn(Member<'a, '_>) -> bool,
    visit: &'w mut dyn FnMut(Member<'a, '_>),
}

impl<'a> Walk<'a, '_> {
    /// The recursion is as deep as the JSON reader allowed the text to be (128).
    fn value(&mut self, json: &'a Value, name: &'a str, within: &'a str, pointer: &mut String) {
        match json {
            Value::Object(members) => {
                for (key, value) in members {
                    self.step(pointer, &pointer_step(key), |pointer| Member {
                        pointer,
                        name: key,
                        within: name,
                        element: false,
                        value,
                    });
                }
            }
            Value::Array(elements) => {
                for (index, value) in elements.iter().enumerate() {
                    self.step(pointer, &index.to_string(), |pointer| Member {
                        pointer,
                        name,
                        within,
                        element: true,
                        value,
                    });
                }
            }
            _ => {}
        }
    }

    fn step(&mut self, pointer: &mut String, step: &str, member: impl Fn(&str) -> Member<'a, '_>) {
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(step);
        let (name, within, value, entered) = {
            let member = member(pointer);
            (self.visit)(member);
            (member.name, member.within, member.value, (self.enter)(member))
        };
        if entered {
            self.value(value, name, within, pointer);
        }
        pointer.truncate(length);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pointers(json: &Value, enter: impl Fn(Member<'_, '_>) -> bool) -> Vec<String> {
        let mut seen = Vec::new();
        members(json, &|member| enter(member), &mut |member| seen.push(format!("{} {}", member.name, member.pointer)));
        seen
    }

    #[test]
    fn every_member_is_shown_with_its_pointer() {
        let json = json!({"a": [{"b/c": 1}, 2], "~d": {"e": null}});
        let all = ["a /a", "a /a/0", "b/c /a/0/b~1c", "a /a/1", "~d /~0d", "e /~0d/e"];
        assert_eq!(pointers(&json, |_| true), all);
        assert_eq!(pointers(&json, |member| member.name != "a"), ["a /a", "~d /~0d", "e /~0d/e"]);
        for pointer in pointers(&json, |_| true) {
            let (_, pointer) = pointer.split_once(' ').unwrap();
            assert!(json.pointer(pointer).is_some(), "{pointer}");
        }
    }

    #[test]
    fn a_scalar_has_no_members() {
        assert!(pointers(&json!(3), |_| true).is_empty());
    }
}
