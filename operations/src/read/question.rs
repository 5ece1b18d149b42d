//! What to ask for: one field, several, or a record.

use std::marker::PhantomData;

use bstr::BString;

use super::cells::Cells;
use super::field::FieldSpec;
use super::value::FieldKind;
use crate::unreadable::Unreadable;

/// What to ask of each object in a list, and how its row becomes a value.
///
/// A [`Field`](super::Field) is one, a tuple of up to twelve is one, a `Vec<&'static FieldSpec>` is
/// one whose fields are known only when the program runs, [`Records`] gives the usual records, and
/// [`UserOption`] is an option of the user's own. One of your own is made from others:
///
/// ```
/// use tmuxwire_operations::read::{Cells, Fields, Listing, RowFormat, pane};
/// use tmuxwire_operations::{PaneId, Unreadable};
///
/// struct Sizes;
///
/// impl Fields for Sizes {
///     type Row = (PaneId, u32);
///
///     fn ask(&self, format: &mut RowFormat) {
///         (pane::ID, pane::WIDTH, pane::HEIGHT).ask(format);
///     }
///
///     fn read(&self, cells: &mut Cells<'_>) -> Result<Self::Row, Unreadable> {
///         let (id, width, height) = (pane::ID, pane::WIDTH, pane::HEIGHT).read(cells)?;
///         Ok((id, width * height))
///     }
/// }
///
/// let listing = Listing::panes().fields(Sizes);
/// assert_eq!(listing.read(b"p%3|80|24;\n")?, [(PaneId(3), 1920)]);
/// # Ok::<(), Unreadable>(())
/// ```
pub trait Fields {
    /// What a row becomes.
    type Row;

    /// Adds what it asks for.
    fn ask(&self, format: &mut RowFormat);

    /// Reads the cells that it has asked for, in the same order.
    ///
    /// # Errors
    /// A cell that is missing, or isn't what it should be.
    fn read(&self, cells: &mut Cells<'_>) -> Result<Self::Row, Unreadable>;
}

/// A format that makes a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFormat {
    format: Vec<u8>,
    is_empty: bool,
}

impl RowFormat {
    /// Of a kind of rows: `letter` begins each.
    pub(crate) fn new(letter: u8) -> Self {
        Self { format: vec![letter], is_empty: true }
    }

    /// Adds a field.
    pub fn field(&mut self, field: &FieldSpec) {
        self.cell(field.kind == FieldKind::Text && !field.plain, field.name.as_bytes());
    }

    fn cell(&mut self, escaped: bool, name: &[u8]) {
        if !self.is_empty {
            self.format.push(b'|');
        }
        self.is_empty = false;
        self.format.extend_from_slice(if escaped { b"#{q:" } else { b"#{" });
        self.format.extend_from_slice(name);
        self.format.push(b'}');
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.format.push(b';');
        self.format
    }
}

macro_rules! tuples {
    ($($name:ident $at:tt),*) => {
        impl<$($name: Fields),*> Fields for ($($name,)*) {
            type Row = ($($name::Row,)*);

            fn ask(&self, format: &mut RowFormat) {
                $(self.$at.ask(format);)*
            }

            fn read(&self, cells: &mut Cells<'_>) -> Result<Self::Row, Unreadable> {
                Ok(($(self.$at.read(cells)?,)*))
            }
        }
    };
}

tuples!(A 0);
tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3);
tuples!(A 0, B 1, C 2, D 3, E 4);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);

/// A value of several fields.
pub trait Record: Sized {
    /// The fields that it needs, in their order.
    const FIELDS: &'static [&'static FieldSpec];

    /// Reads them.
    ///
    /// # Errors
    /// A cell that is missing, or isn't what it should be.
    fn read(cells: &mut Cells<'_>) -> Result<Self, Unreadable>;
}

/// Asks for records of a type.
pub struct Records<R>(PhantomData<fn() -> R>);

impl<R> Records<R> {
    /// All fields of the record.
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<R> Default for Records<R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<R> Clone for Records<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Records<R> {}

impl<R> std::fmt::Debug for Records<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Records")
    }
}

impl<R: Record> Fields for Records<R> {
    type Row = R;

    fn ask(&self, format: &mut RowFormat) {
        R::FIELDS.iter().for_each(|field| format.field(field));
    }

    fn read(&self, cells: &mut Cells<'_>) -> Result<R, Unreadable> {
        R::read(cells)
    }
}

/// An option of the user's own, `@name`, as it is for each object: its own or inherited. One that
/// isn't set is empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UserOption(String);

impl UserOption {
    /// By its name, with the `@`. `None` for names that formats can't have: only letters, digits, `_`
    /// and `-` can be in them.
    pub fn new(name: &str) -> Option<Self> {
        let rest = name.strip_prefix('@')?;
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        (!rest.is_empty() && rest.chars().all(is_plain)).then(|| Self(name.to_owned()))
    }

    pub(crate) fn name(&self) -> &str {
        &self.0
    }
}

impl Fields for UserOption {
    type Row = BString;

    fn ask(&self, format: &mut RowFormat) {
        format.cell(true, self.0.as_bytes());
    }

    fn read(&self, cells: &mut Cells<'_>) -> Result<BString, Unreadable> {
        cells.cell("user option", |cells| Some(cells.text()?.into_owned().into()))
    }
}
