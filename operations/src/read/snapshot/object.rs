//! The objects of a snapshot: their records, and where they belong.

use std::collections::BTreeMap;
use std::ops::Deref;

use bstr::BString;
use tmuxwire_protocol::control::{PaneId, SessionId, WindowId};

use crate::read::record::{ClientInfo, PaneInfo, SessionInfo, WindowInfo};
use crate::read::value::AnyValue;

/// The fields that were asked for besides the usual ones, by their names.
pub type Extra = BTreeMap<&'static str, AnyValue>;

/// A window's place in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Link {
    /// The session.
    #[cfg_attr(feature = "serde", serde(with = "crate::read::json"))]
    pub session: SessionId,
    /// The place.
    pub index: u32,
    /// The window.
    #[cfg_attr(feature = "serde", serde(with = "crate::read::json"))]
    pub window: WindowId,
    /// Whether it is the session's current one.
    pub active: bool,
    /// Whether it was the session's current one before.
    pub last: bool,
    /// Its flags there, `*Z`; a `#` is doubled.
    #[cfg_attr(feature = "serde", serde(with = "crate::read::json"))]
    pub flags: BString,
}

impl Link {
    pub(super) fn of(window: &WindowInfo) -> Self {
        Self {
            session: window.session,
            index: window.index,
            window: window.id,
            active: window.active,
            last: window.last,
            flags: window.flags.clone(),
        }
    }
}

macro_rules! objects {
    ($($(#[$doc:meta])* $object:ident $info:ident { $($field:ident: $type:ty = $field_doc:literal $serde:meta;)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[non_exhaustive]
        pub struct $object {
            /// Its usual fields; they can be said without this one.
            #[cfg_attr(feature = "serde", serde(flatten))]
            pub info: $info,
            /// The fields that were asked for besides these.
            #[cfg_attr(
                feature = "serde",
                serde(default, skip_serializing_if = "Extra::is_empty", with = "super::serial::extra"),
            )]
            pub extra: Extra,
            $(
                #[doc = $field_doc]
                #[cfg_attr(feature = "serde", $serde)]
                pub $field: $type,
            )*
        }

        impl Deref for $object {
            type Target = $info;

            fn deref(&self) -> &$info {
                &self.info
            }
        }
    )*};
}

objects! {
    /// A session.
    Session SessionInfo {
        links: Vec<Link> = "Its windows by their index: [`Snapshot::windows_of`](super::Snapshot::windows_of) \
            finds them." serde(skip);
    }

    /// A window. The place of its record is the first of its `links`.
    Window WindowInfo {
        links: Vec<Link> = "Every place that it is in." serde();
        pane_ids: Vec<PaneId> = "Its panes by their index: [`Snapshot::panes_of`](super::Snapshot::panes_of) \
            finds them." serde(skip);
    }

    /// A pane. Its record's session is the first that its window is in.
    Pane PaneInfo {}

    /// A client that is attached.
    Client ClientInfo {}
}
