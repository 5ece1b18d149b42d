//! Options: what each is, what it may be, where its value comes from.

mod table;
mod value;

use std::collections::BTreeMap;

use bstr::{BString, ByteSlice};

use crate::failure::{Failure, Result, fail};
use crate::state::State;
use crate::targets::Target;
use table::OPTIONS;
pub(crate) use value::Change;

/// What an option is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Server,
    Session,
    Window,
    /// A pane, or all of a window.
    Pane,
}

/// What an option may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Flag,
    Number(i64, i64),
    Choice(&'static [&'static str]),
    Text,
    /// Columns and lines.
    Size,
    Colour,
    Style,
    /// Several, told apart by one of these bytes.
    Array(&'static [u8]),
    /// It can be read, but not set here.
    Other,
}

/// The options set at one place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options(BTreeMap<BString, Setting>);

/// What an option is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Setting {
    One(BString),
    Many(BTreeMap<u32, BString>),
}

/// A place where options are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Server,
    GlobalSession,
    GlobalWindow,
    Session(u32),
    Window(u32),
    Pane(u32),
}

/// An option that somebody named.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) name: BString,
    pub(crate) index: Option<u32>,
    /// `None` for a user's own, `@name`.
    pub(crate) spec: Option<&'static table::Row>,
}

impl Options {
    /// A value that was set here and is not an array.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        match self.0.get(name.as_bytes().as_bstr())? {
            Setting::One(value) => value.to_str().ok(),
            Setting::Many(_) => None,
        }
    }

    pub(crate) fn setting(&self, name: &[u8]) -> Option<&Setting> {
        self.0.get(name.as_bstr())
    }

    pub(crate) fn set(&mut self, name: &[u8], setting: Setting) {
        self.0.insert(name.into(), setting);
    }

    pub(crate) fn unset(&mut self, name: &[u8]) {
        self.0.remove(name.as_bstr());
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &BString> {
        self.0.keys()
    }
}

impl Setting {
    /// What formats and `-v` say of it.
    pub(crate) fn text(&self) -> BString {
        match self {
            Self::One(value) => value.clone(),
            Self::Many(values) => bstr::join(" ", values.values()).into(),
        }
    }
}

/// The first value of an option of tmux's.
pub(crate) fn default(row: &table::Row) -> Setting {
    match row.2 {
        Kind::Array(_) => many(row.3),
        Kind::Other if row.3.len() != 1 => many(row.3),
        _ => Setting::One(row.3.first().copied().unwrap_or_default().into()),
    }
}

fn many(values: &[&str]) -> Setting {
    Setting::Many((0u32..).zip(values.iter().map(|value| BString::from(*value))).collect())
}

/// The options of tmux's that a global place has, in tmux's order.
pub(crate) fn rows(place: Place) -> impl Iterator<Item = &'static table::Row> {
    OPTIONS.iter().filter(move |row| match place {
        Place::Server => row.1 == Scope::Server,
        Place::GlobalSession | Place::Session(_) => row.1 == Scope::Session,
        Place::GlobalWindow | Place::Window(_) => matches!(row.1, Scope::Window | Scope::Pane),
        Place::Pane(_) => row.1 == Scope::Pane,
    })
}

/// Reads a name, perhaps abbreviated, perhaps with an index.
pub(crate) fn find(text: &[u8]) -> Result<Named> {
    let (name, index) = split_index(text).ok_or_else(|| invalid(text))?;
    if name.starts_with(b"@") {
        return Ok(Named { name: name.into(), index, spec: None });
    }
    let exact = OPTIONS.iter().find(|row| row.0.as_bytes() == name);
    let spec = match exact {
        Some(row) => row,
        None => {
            let mut found = OPTIONS.iter().filter(|row| row.0.as_bytes().starts_with(name));
            match (found.next(), found.next()) {
                (Some(row), None) if !name.is_empty() => row,
                (None, _) => return Err(invalid(text)),
                _ => return fail!("ambiguous option: ", text),
            }
        }
    };
    Ok(Named { name: spec.0.into(), index, spec: Some(spec) })
}

fn invalid(name: &[u8]) -> Failure {
    Failure::new([b"invalid option: ", name].concat())
}

fn split_index(text: &[u8]) -> Option<(&[u8], Option<u32>)> {
    let Some((name, rest)) = text.split_once_str("[") else { return Some((text, None)) };
    let digits = rest.strip_suffix(b"]")?;
    Some((name, Some(digits.to_str().ok()?.parse().ok()?)))
}

impl State {
    pub(crate) fn options_at(&self, place: Place) -> Option<&Options> {
        Some(match place {
            Place::Server => &self.options,
            Place::GlobalSession => &self.session_options,
            Place::GlobalWindow => &self.window_options,
            Place::Session(id) => &self.sessions.get(&id)?.options,
            Place::Window(id) => &self.windows.get(&id)?.options,
            Place::Pane(id) => &self.panes.get(&id)?.options,
        })
    }

    pub(crate) fn options_at_mut(&mut self, place: Place) -> Option<&mut Options> {
        Some(match place {
            Place::Server => &mut self.options,
            Place::GlobalSession => &mut self.session_options,
            Place::GlobalWindow => &mut self.window_options,
            Place::Session(id) => &mut self.sessions.get_mut(&id)?.options,
            Place::Window(id) => &mut self.windows.get_mut(&id)?.options,
            Place::Pane(id) => &mut self.panes.get_mut(&id)?.options,
        })
    }

    pub(crate) fn parent_of(&self, place: Place) -> Option<Place> {
        match place {
            Place::Session(_) => Some(Place::GlobalSession),
            Place::Window(_) => Some(Place::GlobalWindow),
            Place::Pane(id) => Some(Place::Window(self.panes.get(&id)?.window)),
            _ => None,
        }
    }

    /// What an option is at a place; `true` if it comes from elsewhere.
    pub(crate) fn option_at(&self, place: Place, name: &[u8]) -> Option<(Setting, bool)> {
        let mut at = Some(place);
        let mut inherited = false;
        while let Some(here) = at {
            if let Some(setting) = self.options_at(here).and_then(|options| options.setting(name)) {
                return Some((setting.clone(), inherited));
            }
            let parent = self.parent_of(here);
            if parent.is_none() {
                // A place without parent has each of its options.
                let row = rows(here).find(|row| row.0.as_bytes() == name)?;
                return Some((default(row), inherited));
            }
            inherited = true;
            at = parent;
        }
        None
    }

    /// What an option of tmux's is for a target, as text.
    pub(crate) fn option(&self, target: Option<&Target>, name: &str) -> BString {
        let setting = self.option_of(target, name.as_bytes());
        setting.map(|(setting, _)| setting.text()).unwrap_or_default()
    }

    /// The option that formats mean: the server's, the pane's, the window's or the session's.
    pub(crate) fn option_of(
        &self,
        target: Option<&Target>,
        name: &[u8],
    ) -> Option<(Setting, bool)> {
        let places = [
            Some(Place::Server),
            target.map(|target| Place::Pane(target.pane)),
            Some(Place::GlobalWindow),
            target.map(|target| Place::Session(target.session)),
            Some(Place::GlobalSession),
        ];
        places.into_iter().flatten().find_map(|place| self.option_at(place, name))
    }
}
