//! tmux's format fields: what is known of each.

use std::fmt;
use std::marker::PhantomData;

use super::cells::Cells;
use super::question::{Fields, RowFormat};
use super::value::{AnyValue, FieldKind, FieldValue};
use crate::release::{Release, V3_1};
use crate::unreadable::Unreadable;

/// What a field tells something about. Any field can be asked for in any list: those of the session
/// in a list of windows; those of its current window and active pane in a list of sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "tmux's own words")]
pub enum FieldScope {
    Server,
    Session,
    /// Some are of the window as it is in one of its sessions: its index, its flags.
    Window,
    Pane,
    Client,
    Buffer,
}

/// A field of tmux's formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldSpec {
    /// Its name in formats, `pane_id`.
    pub name: &'static str,
    /// What it tells something about.
    pub scope: FieldScope,
    /// What kind of value it has.
    pub kind: FieldKind,
    /// Whether there may be none: an older server, or nothing to say.
    pub optional: bool,
    /// What it says.
    pub summary: &'static str,
    /// The first release that knows it. 3.1 means 3.1 or before.
    pub since: Release,
    /// Whether the server looks into `/proc` for it, which takes it longer than all others together.
    pub reads_proc: bool,
    /// Whether nothing in its text could be mistaken, so that the server need not escape it.
    pub(crate) plain: bool,
    /// Whether some servers say 0 where there is none.
    pub(crate) zero_is_none: bool,
}

impl FieldSpec {
    pub(crate) const fn new(
        name: &'static str,
        scope: FieldScope,
        kind: FieldKind,
        optional: bool,
        summary: &'static str,
    ) -> Self {
        Self {
            name,
            scope,
            kind,
            optional,
            summary,
            since: V3_1,
            reads_proc: false,
            plain: false,
            zero_is_none: false,
        }
    }

    pub(crate) const fn since(self, since: Release) -> Self {
        assert!(self.optional, "older servers have none");
        Self { since, ..self }
    }

    pub(crate) const fn zero_is_none(self) -> Self {
        assert!(self.optional, "there is always one");
        Self { zero_is_none: true, ..self }
    }

    pub(crate) const fn plain(self) -> Self {
        Self { plain: true, ..self }
    }

    pub(crate) const fn reads_proc(self) -> Self {
        Self { reads_proc: true, ..self }
    }

    pub(crate) fn read(&self, cells: &mut Cells<'_>) -> Result<AnyValue, Unreadable> {
        cells.cell(self.name, |cells| AnyValue::read(self, cells))
    }
}

/// A field with the type of its values. It is a question of one field in itself; see
/// [`Fields`].
pub struct Field<T> {
    spec: &'static FieldSpec,
    value: PhantomData<fn() -> T>,
}

impl<T> Field<T> {
    pub(crate) const fn new(spec: &'static FieldSpec) -> Self {
        Self { spec, value: PhantomData }
    }

    /// What is known of it.
    pub const fn spec(&self) -> &'static FieldSpec {
        self.spec
    }
}

impl<T> Clone for Field<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Field<T> {}

impl<T> fmt::Debug for Field<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field({})", self.spec.name)
    }
}

impl<T: FieldValue> Fields for Field<T> {
    type Row = T;

    fn ask(&self, format: &mut RowFormat) {
        format.field(self.spec);
    }

    fn read(&self, cells: &mut Cells<'_>) -> Result<T, Unreadable> {
        cells.cell(self.spec.name, |cells| {
            let value = T::read(cells)?;
            if self.spec.zero_is_none { value.without_zero() } else { Some(value) }
        })
    }
}

/// Fields by name, as tools ask for them: values without a type.
impl Fields for Vec<&'static FieldSpec> {
    type Row = Vec<AnyValue>;

    fn ask(&self, format: &mut RowFormat) {
        self.iter().for_each(|field| format.field(field));
    }

    fn read(&self, cells: &mut Cells<'_>) -> Result<Vec<AnyValue>, Unreadable> {
        self.iter().map(|field| field.read(cells)).collect()
    }
}

/// Declares the fields of one scope:
///
/// ```text
/// ID pane_id: PaneId "its id" .since(V3_2);
/// ```
macro_rules! fields {
    ($scope:ident: $(
        $constant:ident $name:ident: $type:ty, $doc:literal
        $(.$mark:ident($($marked:expr)?))*;
    )*) => {
        $(
            #[doc = concat!("`", stringify!($name), "`: ", $doc, ".")]
            pub const $constant: $crate::read::Field<$type> = $crate::read::Field::new(
                &$crate::read::FieldSpec::new(
                    stringify!($name),
                    $crate::read::FieldScope::$scope,
                    <$type as $crate::read::FieldValue>::KIND,
                    <$type as $crate::read::FieldValue>::OPTIONAL,
                    $doc,
                )$(.$mark($($marked)?))*,
            );
        )*

        pub(crate) static ALL: &[&$crate::read::FieldSpec] = &[$($constant.spec()),*];
    };
}
pub(crate) use fields;
