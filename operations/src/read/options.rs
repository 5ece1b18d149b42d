//! Options and hooks as maps.

use std::collections::BTreeMap;
use std::fmt;

use bstr::{BStr, BString, ByteSlice};

use super::escaped;
use super::style::{Colour, Style};
use crate::commands::{ShowHooks, ShowOptions};
use crate::target::{PaneTarget, SessionTarget, WindowTarget};
use crate::unreadable::Unreadable;

/// Options by name, as one place has them.
///
/// The questions are operations; [`inherited`](ShowOptions::inherited) makes one ask also for what
/// comes from elsewhere. Names of user options with a space, or with a `*` at their end, are
/// mistaken: tmux prints them so.
///
/// ```
/// use tmuxwire_operations::SessionTarget;
/// use tmuxwire_operations::read::Options;
///
/// let question = Options::session(SessionTarget::exact("main")).inherited();
/// assert_eq!(format!("{question:?}"), r#"show-options(-A -t "=main:")"#);
///
/// let options = Options::read(b"mouse* on\n@note \"two\\nlines\"\nupdate-environment[3]* DISPLAY\n")?;
/// assert_eq!(options.flag("mouse"), Some(true));
/// assert_eq!(options.text("@note").unwrap(), "two\nlines");
/// assert_eq!(options.get("update-environment").unwrap().items().count(), 1);
/// assert!(options.get("mouse").unwrap().is_inherited());
/// # Ok::<(), tmuxwire_operations::Unreadable>(())
/// ```
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Options(BTreeMap<BString, OptionValue>);

/// An option's value. It may be a secret, so it doesn't show in `Debug`.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct OptionValue {
    text: Option<BString>,
    items: BTreeMap<u32, BString>,
    inherited: bool,
}

impl Options {
    /// The server's.
    pub fn server() -> ShowOptions {
        ShowOptions::new().server()
    }

    /// Those of all sessions that have none of their own.
    pub fn global() -> ShowOptions {
        ShowOptions::new().global()
    }

    /// Those of all windows that have none of their own.
    pub fn global_windows() -> ShowOptions {
        ShowOptions::new().global().window()
    }

    /// A session's own.
    pub fn session(session: impl Into<SessionTarget>) -> ShowOptions {
        ShowOptions::new().target(PaneTarget::from(session.into()))
    }

    /// A window's own.
    pub fn window(window: impl Into<WindowTarget>) -> ShowOptions {
        ShowOptions::new().window().target(PaneTarget::from(window.into()))
    }

    /// A pane's own.
    pub fn pane(pane: impl Into<PaneTarget>) -> ShowOptions {
        ShowOptions::new().pane().target(pane)
    }

    /// Reads what a question has printed.
    ///
    /// # Errors
    /// It is no answer to one.
    pub fn read(stdout: &[u8]) -> Result<Self, Unreadable> {
        let mut options = Self::default();
        for (row, line) in lines(stdout) {
            let Line { name, index, inherited, value } = Line::of(line);
            let option = options.0.entry(name.into()).or_default();
            option.inherited = inherited;
            let Some(value) = value else { continue };
            let text = escaped::value(value).ok_or_else(|| Unreadable::new("option", row))?;
            match index {
                Some(index) => drop(option.items.insert(index, text.into())),
                None => option.text = Some(text.into()),
            }
        }
        Ok(options)
    }

    /// An option by its whole name.
    pub fn get(&self, name: impl AsRef<[u8]>) -> Option<&OptionValue> {
        self.0.get(name.as_ref().as_bstr())
    }

    /// All of them by name.
    pub fn iter(&self) -> impl Iterator<Item = (&BStr, &OptionValue)> {
        self.0.iter().map(|(name, value)| (name.as_bstr(), value))
    }

    /// The text of an option that is no array.
    pub fn text(&self, name: impl AsRef<[u8]>) -> Option<&BStr> {
        self.get(name)?.text()
    }

    /// Whether an option is on. `None` if it isn't there, or neither on nor off.
    pub fn flag(&self, name: impl AsRef<[u8]>) -> Option<bool> {
        self.get(name)?.flag()
    }

    /// The number of an option.
    pub fn number(&self, name: impl AsRef<[u8]>) -> Option<i64> {
        self.get(name)?.number()
    }
}

impl OptionValue {
    /// Whether it comes from elsewhere.
    pub fn is_inherited(&self) -> bool {
        self.inherited
    }

    /// Its text, if it is no array; with any bytes but NUL.
    pub fn text(&self) -> Option<&BStr> {
        self.text.as_ref().map(|text| text.as_bstr())
    }

    /// The items of an array by their places, of which some may be free.
    pub fn items(&self) -> impl Iterator<Item = (u32, &BStr)> {
        self.items.iter().map(|(index, item)| (*index, item.as_bstr()))
    }

    /// Whether it is on.
    pub fn flag(&self) -> Option<bool> {
        match self.text.as_ref()?.as_slice() {
            b"on" | b"1" | b"yes" => Some(true),
            b"off" | b"0" | b"no" => Some(false),
            _ => None,
        }
    }

    /// Its number.
    pub fn number(&self) -> Option<i64> {
        self.text()?.to_str().ok()?.parse().ok()
    }

    /// Its word, if it is one of those that tmux knows for the option: the caller's type reads it.
    pub fn choice<T: std::str::FromStr>(&self) -> Option<T> {
        self.text()?.to_str().ok()?.parse().ok()
    }

    /// Its colour.
    pub fn colour(&self) -> Option<Colour> {
        Colour::parse(self.text()?)
    }

    /// Its style. `None` if there is a format in it, which only the server can read.
    pub fn style(&self) -> Option<Style> {
        Style::parse(self.text()?)
    }
}

impl fmt::Debug for OptionValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Options ")?;
        f.debug_map().entries(&self.0).finish()
    }
}

/// Hooks by name: what each runs, as tmux writes commands.
///
/// tmux keeps hooks in four places, and lists only one place at a time; a hook of panes or windows
/// that was set without saying so is with the pane's window or the window, not with the session. Up to 3.1
/// only sessions have hooks.
///
/// ```
/// use tmuxwire_operations::read::Hooks;
///
/// let hooks = Hooks::read(b"pane-died[2] display-message \"it's dead\"\nwindow-renamed\n")?;
/// let died: Vec<_> = hooks.get("pane-died").collect();
/// assert_eq!(died, [(2, "display-message \"it's dead\"".into())]);
/// # Ok::<(), tmuxwire_operations::Unreadable>(())
/// ```
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Hooks(BTreeMap<BString, BTreeMap<u32, BString>>);

impl Hooks {
    /// Those of all sessions that have none of their own; all names are there.
    pub fn global() -> ShowHooks {
        ShowHooks::new().global()
    }

    /// Those of all windows and panes that have none of their own (3.2).
    pub fn global_windows() -> ShowHooks {
        ShowHooks::new().global().window()
    }

    /// A session's own.
    pub fn session(session: impl Into<SessionTarget>) -> ShowHooks {
        ShowHooks::new().target(PaneTarget::from(session.into()))
    }

    /// A window's own (3.2).
    pub fn window(window: impl Into<WindowTarget>) -> ShowHooks {
        ShowHooks::new().window().target(PaneTarget::from(window.into()))
    }

    /// A pane's own (3.2).
    pub fn pane(pane: impl Into<PaneTarget>) -> ShowHooks {
        ShowHooks::new().pane().target(pane)
    }

    /// Reads what a question has printed.
    ///
    /// # Errors
    /// It is no answer to one.
    pub fn read(stdout: &[u8]) -> Result<Self, Unreadable> {
        let mut hooks = Self::default();
        for (row, line) in lines(stdout) {
            let Line { name, index, value, .. } = Line::of(line);
            if name.is_empty() {
                return Err(Unreadable::new("hook", row));
            }
            let commands = hooks.0.entry(name.into()).or_default();
            if let Some(value) = value {
                commands.insert(index.unwrap_or(0), value.into());
            }
        }
        Ok(hooks)
    }

    /// What a hook runs, by place; nothing if it isn't set.
    pub fn get(&self, name: impl AsRef<[u8]>) -> impl Iterator<Item = (u32, &BStr)> {
        let commands = self.0.get(name.as_ref().as_bstr()).into_iter().flatten();
        commands.map(|(index, command)| (*index, command.as_bstr()))
    }

    /// Those that run something: name, place and commands.
    pub fn iter(&self) -> impl Iterator<Item = (&BStr, u32, &BStr)> {
        self.0.iter().flat_map(|(name, commands)| {
            commands.iter().map(|(index, command)| (name.as_bstr(), *index, command.as_bstr()))
        })
    }
}

/// Commands may have secrets.
impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hooks ")?;
        f.debug_map().entries(self.0.iter().map(|(name, it)| (name, it.len()))).finish()
    }
}

fn lines(stdout: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let lines = stdout.strip_suffix(b"\n").unwrap_or(stdout);
    (1..).zip(lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()))
}

/// `name[3]* value`
struct Line<'a> {
    name: &'a [u8],
    index: Option<u32>,
    inherited: bool,
    value: Option<&'a [u8]>,
}

impl<'a> Line<'a> {
    fn of(line: &'a [u8]) -> Self {
        let (name, value) = match line.split_once_str(" ") {
            Some((name, value)) => (name, Some(value)),
            None => (line, None),
        };
        let (name, inherited) = match name.strip_suffix(b"*") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let place = name.strip_suffix(b"]").and_then(|name| name.rsplit_once_str("["));
        let place =
            place.and_then(|(name, index)| Some((name, index.to_str().ok()?.parse().ok()?)));
        let (name, index) = place.map_or((name, None), |(name, index)| (name, Some(index)));
        Self { name, index, inherited, value }
    }
}
