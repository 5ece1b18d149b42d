//! What the terminal can, read from the terminfo database as tmux's client reads it
//! (PROTOCOL section 12). The database's places and the file's size are bounded here; the compiled
//! format is `terminfo-lean`'s.

mod capabilities;
mod embedded;
mod error;
mod file;
mod places;
#[cfg(test)]
mod real_clients;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::path::PathBuf;

pub(crate) use error::{Fault, TerminfoError};
use places::Search;
use terminfo_lean::parse::{Terminfo as Parsed, parse};

/// Whether there is an entry for the terminal type `term`, without reading it. `variable` reads
/// the environment.
///
/// tmux's client from 3.2 on refuses every command that is given at a terminal of an unknown type.
pub fn knows_terminal(term: &[u8], variable: impl Fn(&str) -> Option<OsString>) -> bool {
    embedded::entry(term, &variable).is_some() || find(term, variable).is_some()
}

/// The file that should hold the entry of `term`, unread.
pub(crate) fn find(term: &[u8], variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    Search::new(term, variable)?.files().find(|path| path.is_file())
}

/// The entry of one terminal type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Terminfo {
    /// Compiled, and known to be well-formed.
    entry: Vec<u8>,
}

impl Terminfo {
    /// Reads the entry of `term`; `variable` reads the environment.
    ///
    /// # Errors
    /// [`TerminfoError`] if there is none, none that can be read, or none that tmux can use.
    pub(crate) fn read(
        term: &[u8],
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, TerminfoError> {
        if let Some(entry) = embedded::entry(term, &variable)
            && let Ok(decoded) = Self::decode(entry, term)
        {
            return decoded;
        }
        let Some(search) = Search::new(term, variable) else {
            return Err(TerminfoError::Missing { term: lossy(term) });
        };
        let mut first_fault = None;
        for path in search.files() {
            let decode = |entry| Self::decode(entry, term);
            match file::read(&path).and_then(|entry| entry.map(decode).transpose()) {
                Ok(None) => {}
                Ok(Some(decoded)) => return decoded,
                // As for ncurses, another directory may have a good one.
                Err(fault) => _ = first_fault.get_or_insert((path, fault)),
            }
        }
        let term = lossy(term);
        Err(match (first_fault, search.database()) {
            (Some((path, fault)), _) => TerminfoError::Unreadable { term, path, fault },
            (None, Some(path)) => TerminfoError::Database { term, path },
            (None, None) => TerminfoError::Missing { term },
        })
    }

    /// Refuses what ncurses takes for no terminal to work at.
    fn decode(entry: Vec<u8>, term: &[u8]) -> Result<Result<Self, TerminfoError>, Fault> {
        let refusal = refusal(&parse(&entry).map_err(|_| Fault::Malformed)?, term);
        Ok(refusal.map_or(Ok(Self { entry }), Err))
    }

    /// `name=value`, one for each capability that some tmux server asks for and the terminal has:
    /// what IDENTIFY_TERMINFO carries. Padding is left in, as tmux's client leaves it.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Vec<u8>> {
        let entries = parse(&self.entry).map(|parsed| capabilities::entries(&parsed));
        entries.unwrap_or_default().into_iter()
    }

    /// What can be asked for by name. To be made once for many questions: it costs more than all
    /// of them.
    pub(crate) fn capabilities(&self) -> Capabilities<'_> {
        Capabilities(parse(&self.entry).ok())
    }
}

/// A terminal's capabilities by their short names.
pub(crate) struct Capabilities<'a>(Option<Parsed<'a>>);

impl Capabilities<'_> {
    /// A string, with padding (`$<..>`) taken out.
    pub(crate) fn string(&self, name: &str) -> Option<Vec<u8>> {
        let value = self.0.as_ref()?.strings.get(name)?;
        Some(capabilities::without_padding(value))
    }

    /// Whether a flag is set.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.0.as_ref().is_some_and(|parsed| parsed.booleans.contains(name))
    }
}

/// Why ncurses takes no entry like this. One for no terminal in particular which can move the
/// cursor and clear the screen passes for a printing one.
fn refusal(parsed: &Parsed<'_>, term: &[u8]) -> Option<TerminfoError> {
    let has = |name| parsed.strings.contains_key(name);
    let is_able = (has("cup") || (has("cud1") && has("home"))) && has("clear");
    match (parsed.booleans.contains("gn"), parsed.booleans.contains("hc")) {
        (true, _) if !is_able => Some(TerminfoError::Missing { term: lossy(term) }),
        (true, _) | (_, true) => Some(TerminfoError::Hardcopy { term: lossy(term) }),
        (false, false) => None,
    }
}

fn lossy(term: &[u8]) -> String {
    String::from_utf8_lossy(term).into_owned()
}
