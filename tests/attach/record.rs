//! What was recorded, and the comparison.

use std::fmt::{self, Display, Formatter};

/// Fails at the first thing that the two saw differently.
pub(crate) fn compare(place: &str, real: &[Noted], ours: &[Noted]) {
    for (real, ours) in real.iter().zip(ours) {
        let what = &real.what;
        assert!(
            real.seen == ours.seen,
            "{place}: {what} differs\n=== tmux {real}\n=== tmuxwire {ours}"
        );
    }
    assert_eq!(real.len(), ours.len(), "{place}");
    assert!(!real.is_empty(), "nothing was recorded");
    if std::env::var_os("SHOW").is_some() {
        for noted in real {
            eprintln!("##### {place} {}\n{}", noted.what, noted.seen);
        }
    }
}

/// One thing that was seen.
pub(crate) struct Noted {
    what: String,
    seen: String,
    /// The last bytes before: they don't count, but tell how it came to be.
    printed: String,
}

impl Noted {
    /// What is different each time loses its numbers.
    pub(crate) fn new(what: impl Into<String>, seen: &str, printed: &[u8]) -> Self {
        Self {
            what: what.into(),
            seen: without_clock(&without_numbers(seen)),
            printed: printed.escape_ascii().to_string(),
        }
    }
}

impl Display for Noted {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "after {}\n{}", self.printed, self.seen)
    }
}

/// Blocks of control mode bear times and numbers.
fn without_numbers(text: &str) -> String {
    let mut rest = text;
    let mut result = String::new();
    while let Some(start) = ["%begin ", "%end ", "%error "]
        .iter()
        .filter_map(|mark| rest.find(mark).map(|at| at + mark.len()))
        .min()
    {
        result.push_str(&rest[..start]);
        rest = rest[start..].trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
        result.push_str("NUMBERS ");
    }
    result + rest
}

/// Copy mode of some releases tells the time of day, in hours and minutes, and seconds in others.
fn without_clock(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for shape in ["00:00:00", "00:00"] {
        let is_shaped = |(byte, shape): (&u8, u8)| match shape {
            b':' => *byte == b':',
            _ => byte.is_ascii_digit(),
        };
        for start in 0..bytes.len().saturating_sub(shape.len() - 1) {
            let place = &mut bytes[start..start + shape.len()];
            if place.iter().zip(shape.bytes()).all(is_shaped) {
                place.copy_from_slice(&b"hh:mm:ss"[..shape.len()]);
            }
        }
    }
    String::from_utf8(bytes).expect("digits were replaced")
}
