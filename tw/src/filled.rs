//! Arguments that may not be empty: as a rule an empty one is a variable that nobody has set.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser};

const EMPTY: &str = "it may not be empty";

/// Reads a text.
pub(crate) fn text(text: &str) -> Result<String, &'static str> {
    if text.is_empty() { Err(EMPTY) } else { Ok(text.to_owned()) }
}

/// Reads any bytes.
pub(crate) fn word() -> impl TypedValueParser<Value = OsString> {
    OsStringValueParser::new().try_map(|word| if word.is_empty() { Err(EMPTY) } else { Ok(word) })
}

/// Reads a path.
pub(crate) fn path() -> impl TypedValueParser<Value = PathBuf> {
    word().map(PathBuf::from)
}
