//! Commands inside commands: what a key, a hook, a menu or a prompt runs.

use std::fmt;

use crate::error::OperationError;
use crate::operation::{AnyOperation, Unknown};
use crate::release::Release;

/// Commands of tmux as the value of another command.
///
/// Operations arrive exactly as they are, through prompts and formats too: what they hold is
/// quoted so that neither `%1` nor `#{..}` means anything to what keeps them. Raw text is parsed as
/// in tmux's configuration, after whatever the command that keeps it does to it, such as replacing
/// `%%` by an answer.
///
/// ```
/// use tmuxwire_operations::{BindKey, Commands, Key, NewWindow, Operation, SelectLayout, Unknown};
///
/// let work = Commands::from(NewWindow::new().name("it's")).then(SelectLayout::new().layout("tiled"));
/// let bind = BindKey::new(Key::character('W')).command(work);
/// let argv = bind.render(None, Unknown::Refuse)?;
/// assert_eq!(argv[2], b"new-window -n \"it's\" ; select-layout tiled");
/// # Ok::<(), tmuxwire_operations::OperationError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Commands(pub(crate) Vec<Item>);

#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Item {
    Operation(AnyOperation),
    Raw(Vec<u8>),
}

impl Commands {
    /// Text in tmux's own syntax. What is in it is not known, so it counts as destroying, and
    /// nothing of it shows in logs.
    pub fn raw(text: impl AsRef<[u8]>) -> Self {
        Self(vec![Item::Raw(text.as_ref().to_vec())])
    }

    /// These, and then more.
    pub fn then(mut self, more: impl Into<Self>) -> Self {
        self.0.extend(more.into().0);
        self
    }

    /// The operations in it, or `None` if some of it is raw text.
    pub fn operations(&self) -> Option<impl Iterator<Item = &AnyOperation>> {
        let known = |item: &Item| matches!(item, Item::Operation(_));
        self.0.iter().all(known).then(|| {
            self.0.iter().filter_map(|item| match item {
                Item::Operation(operation) => Some(operation),
                Item::Raw(_) => None,
            })
        })
    }

    /// The same with other operations.
    pub(crate) fn map(&self, mut to: impl FnMut(&AnyOperation) -> AnyOperation) -> Self {
        let item = |item: &Item| match item {
            Item::Operation(operation) => Item::Operation(to(operation)),
            Item::Raw(raw) => Item::Raw(raw.clone()),
        };
        Self(self.0.iter().map(item).collect())
    }

    /// The same without the raw text, which may have secrets.
    pub(crate) fn without_text(&self) -> Self {
        let item = |item: &Item| match item {
            Item::Operation(operation) => Item::Operation(operation.clone()),
            Item::Raw(_) => Item::Raw(b"..".to_vec()),
        };
        Self(self.0.iter().map(item).collect())
    }

    pub(crate) fn each(&self, mut see: impl FnMut(&AnyOperation)) {
        for item in &self.0 {
            if let Item::Operation(operation) = item {
                see(operation);
            }
        }
    }

    pub(crate) fn render(
        &self,
        release: Option<Release>,
        unknown: Unknown,
    ) -> Result<Vec<u8>, OperationError> {
        let mut text = Vec::new();
        for item in &self.0 {
            if !text.is_empty() {
                text.extend_from_slice(b" ; ");
            }
            match item {
                Item::Operation(operation) => {
                    for (position, argument) in
                        operation.arguments(release, unknown)?.iter().enumerate()
                    {
                        if position > 0 {
                            text.push(b' ');
                        }
                        quote(&mut text, argument);
                    }
                }
                Item::Raw(raw) => text.extend_from_slice(raw),
            }
        }
        Ok(text)
    }
}

impl<O: Into<AnyOperation>> From<O> for Commands {
    fn from(operation: O) -> Self {
        Self(vec![Item::Operation(operation.into())])
    }
}

impl<O: Into<AnyOperation>> FromIterator<O> for Commands {
    fn from_iter<I: IntoIterator<Item = O>>(operations: I) -> Self {
        Self(operations.into_iter().map(|operation| Item::Operation(operation.into())).collect())
    }
}

impl fmt::Debug for Commands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        for item in &self.0 {
            match item {
                Item::Operation(operation) => list.entry(operation),
                Item::Raw(raw) => list.entry(&format_args!("Raw({} bytes)", raw.len())),
            };
        }
        list.finish()
    }
}

/// Writes an argument so that tmux's parser gives it back. `%` and `#` are escaped as well, for
/// prompts replace the one and formats the other before the parser sees the text.
fn quote(text: &mut Vec<u8>, argument: &[u8]) {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_./:,@+".contains(byte);
    if !argument.is_empty() && argument.iter().all(is_plain) {
        return text.extend_from_slice(argument);
    }
    text.push(b'"');
    for byte in argument {
        match byte {
            b'"' | b'\\' | b'$' => text.extend_from_slice(&[b'\\', *byte]),
            // Some tmux releases expand `~` here, and 3.1 takes 0xff for the end of the text.
            b'%' | b'#' | b'~' | 0xff | 0..0x20 | 0x7f => {
                text.extend_from_slice(format!("\\{byte:03o}").as_bytes());
            }
            byte => text.push(*byte),
        }
    }
    text.push(b'"');
}
