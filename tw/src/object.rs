//! One line of JSON, its keys in the order in which they were given.

use serde_json::Value;
use tmuxwire::harmless;

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// An object that is being written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Object(String);

impl Object {
    /// An object that says what has happened.
    pub(crate) fn event(kind: &str) -> Self {
        Self::default().with("event", kind)
    }

    /// Adds a value.
    pub(crate) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        if !self.0.is_empty() {
            self.0.push(',');
        }
        self.0.push_str(&format!("{}:{}", Value::from(key), value.into()));
        self
    }

    /// Adds another object.
    pub(crate) fn with_object(mut self, key: &str, object: Self) -> Self {
        if !self.0.is_empty() {
            self.0.push(',');
        }
        self.0.push_str(&format!("{}:{}", Value::from(key), object.finish()));
        self
    }

    /// Adds a list of objects.
    pub(crate) fn with_objects(mut self, key: &str, objects: impl Iterator<Item = Self>) -> Self {
        if !self.0.is_empty() {
            self.0.push(',');
        }
        let objects = objects.map(Self::finish).collect::<Vec<_>>().join(",");
        self.0.push_str(&format!("{}:[{objects}]", Value::from(key)));
        self
    }

    /// Adds bytes as text; where they aren't UTF-8, also as they are.
    pub(crate) fn with_bytes(self, key: &str, bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.with(key, text),
            Err(_) => self
                .with(key, String::from_utf8_lossy(bytes))
                .with(&format!("{key}_base64"), base64(bytes)),
        }
    }

    /// The object as a text of one line, without its end. What would do something to a terminal is
    /// escaped, which JSON allows everywhere in a string: it means the same.
    pub(crate) fn finish(self) -> String {
        let mut text = String::with_capacity(self.0.len() + 2);
        text.push('{');
        for character in self.0.chars() {
            match harmless::is_harmful(character) {
                true => character
                    .encode_utf16(&mut [0; 2])
                    .iter()
                    .for_each(|unit| text.push_str(&format!("\\u{unit:04x}"))),
                false => text.push(character),
            }
        }
        text.push('}');
        text
    }
}

fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = (byte(0) << 16) | (byte(1) << 8) | byte(2);
        for at in 0..4 {
            let index = (bits >> (18 - 6 * at)) & 63;
            text.push(match at > chunk.len() {
                true => '=',
                false => char::from(BASE64[index as usize]),
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_never_lost() {
        let line = Object::event("x").with_bytes("a", b"t\"\n").with_bytes("b", b"\xff!").finish();
        assert_eq!(line, r#"{"event":"x","a":"t\"\n","b":"�!","b_base64":"/yE="}"#);
    }

    #[test]
    fn json_does_nothing_to_a_terminal_and_loses_nothing() {
        let text = "\x1b[31m\u{9b}31m\u{202e}\x7f\u{e0001}";
        let line = Object::default().with_object("o", Object::default().with("a", text)).finish();
        assert!(!line.chars().any(harmless::is_harmful), "{line}");
        let read: Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(read["o"]["a"], text);
    }

    #[test]
    fn base64_is_as_in_rfc_4648() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }
}
