//! How the panes of a window are arranged.

use crate::release::{Release, V3_5, V3_8};
use crate::spec::ValueKind;
use crate::value::{Text, Value, ValueType};

/// A layout: the whole name of one of tmux's own, or what `#{window_layout}` once said.
///
/// Anything else is refused when it is rendered, for a server 3.3a ends when it is given one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Layout(Vec<u8>);

const NAMES: &[&[u8]] =
    &[b"even-horizontal", b"even-vertical", b"main-horizontal", b"main-vertical", b"tiled"];
const NAMES_OF_3_5: &[&[u8]] = &[b"main-horizontal-mirrored", b"main-vertical-mirrored"];

impl<B: Into<Text>> From<B> for Layout {
    fn from(layout: B) -> Self {
        Self(layout.into().0)
    }
}

impl ValueType for Layout {
    const KIND: ValueKind = ValueKind::Layout;

    fn into_value(self) -> Value {
        Value::Bytes(self.0)
    }
}

/// Whether a server of this release can be given the layout without harm.
pub(crate) fn is_layout(layout: &[u8], release: Option<Release>) -> bool {
    let has = |since| release.is_none_or(|release| release >= since);
    NAMES.contains(&layout)
        || NAMES_OF_3_5.contains(&layout) && has(V3_5)
        || layout.starts_with(b"{") && has(V3_8)
        || is_old_form(layout)
}

/// Four hexadecimal digits, a comma, and the sizes.
fn is_old_form(layout: &[u8]) -> bool {
    layout.get(..4).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
        && layout.get(4) == Some(&b',')
}
