//! Rows with what they are rows of.

use super::cells::Cells;
use super::field::FieldSpec;
use super::question::{Fields, RowFormat};
use super::value::AnyValue;
use crate::unreadable::Unreadable;

/// Asks for what tells an object from all others, and for fields of it: see
/// [`Listing::keyed`](super::Listing::keyed).
#[derive(Clone, Debug)]
pub struct Keyed<F> {
    key: &'static FieldSpec,
    fields: F,
}

impl<F> Keyed<F> {
    pub(crate) fn new(key: &'static FieldSpec, fields: F) -> Self {
        Self { key, fields }
    }
}

impl<F: Fields> Fields for Keyed<F> {
    type Row = (AnyValue, F::Row);

    fn ask(&self, format: &mut RowFormat) {
        format.field(self.key);
        self.fields.ask(format);
    }

    fn read(&self, cells: &mut Cells<'_>) -> Result<Self::Row, Unreadable> {
        Ok((self.key.read(cells)?, self.fields.read(cells)?))
    }
}
