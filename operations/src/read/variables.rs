//! The environment of programs to come.

use std::collections::BTreeMap;
use std::fmt;

use bstr::{BStr, BString, ByteSlice};

use super::escaped;
use crate::commands::ShowEnvironment;
use crate::target::SessionTarget;
use crate::unreadable::Unreadable;

/// Variables by name, as a session has them or all sessions do.
///
/// The questions are operations; [`hidden`](ShowEnvironment::hidden) makes one ask for those that
/// only formats see, instead of the others (3.2).
///
/// ```
/// use tmuxwire_operations::read::Variables;
///
/// let variables = Variables::read(b"NOTE=\"two\nlines\"; export NOTE;\nunset DISPLAY;\n")?;
/// assert_eq!(variables.get("NOTE").unwrap(), "two\nlines");
/// assert!(variables.get("DISPLAY").is_none() && variables.is_removed("DISPLAY"));
/// # Ok::<(), tmuxwire_operations::Unreadable>(())
/// ```
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Variables(BTreeMap<BString, Option<BString>>);

impl Variables {
    /// Those for every session.
    pub fn global() -> ShowEnvironment {
        ShowEnvironment::new().shell().global()
    }

    /// A session's own.
    pub fn session(session: impl Into<SessionTarget>) -> ShowEnvironment {
        ShowEnvironment::new().shell().target(session)
    }

    /// Reads what a question has printed.
    ///
    /// # Errors
    /// It is no answer to one.
    pub fn read(stdout: &[u8]) -> Result<Self, Unreadable> {
        let mut variables = BTreeMap::new();
        let mut rest = stdout;
        let mut row = 0;
        while !rest.is_empty() {
            row += 1;
            let (name, value, after) = one(rest).ok_or_else(|| Unreadable::new("variable", row))?;
            variables.insert(name, value);
            rest = after;
        }
        Ok(Self(variables))
    }

    /// The value of a variable, of any bytes but NUL.
    pub fn get(&self, name: impl AsRef<[u8]>) -> Option<&BStr> {
        self.0.get(name.as_ref().as_bstr())?.as_ref().map(|value| value.as_bstr())
    }

    /// Whether programs don't get it, even if tmux itself has it.
    pub fn is_removed(&self, name: impl AsRef<[u8]>) -> bool {
        self.0.get(name.as_ref().as_bstr()) == Some(&None)
    }

    /// All by name; the value of a removed one is `None`.
    pub fn iter(&self) -> impl Iterator<Item = (&BStr, Option<&BStr>)> {
        let all = self.0.iter();
        all.map(|(name, value)| (name.as_bstr(), value.as_ref().map(|value| value.as_bstr())))
    }
}

/// Values are secrets.
impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Variables ")?;
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// `NAME="value"; export NAME;` or `unset NAME;`, and the rest.
fn one(rest: &[u8]) -> Option<(BString, Option<BString>, &[u8])> {
    let (line, after) = rest.split_once_str("\n")?;
    if let Some(name) = line.strip_prefix(b"unset ").and_then(|line| line.strip_suffix(b";"))
        && !name.contains_str("=")
    {
        return Some((name.into(), None, after));
    }
    let (name, value) = rest.split_once_str("=\"")?;
    let (value, after) = escaped::until(value, Some(b'"'), |_| false)?;
    let after = after.strip_prefix(b"; export ")?.strip_prefix(name)?.strip_prefix(b";\n")?;
    Some((name.into(), Some(value.into()), after))
}
