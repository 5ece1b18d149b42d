//! The usual records of each kind of object. None has a field for which the server reads `/proc`,
//! or one that changes with every line that a program prints.

use bstr::BString;
use tmuxwire_protocol::control::{PaneId, SessionId, WindowId};

use super::cells::Cells;
use super::field::FieldSpec;
use super::fields::{buffer, client, pane, server, session, window};
use super::question::{Fields, Record};
use super::value::Time;
use crate::unreadable::Unreadable;

macro_rules! records {
    ($($(#[$doc:meta])* $record:ident { $($field:ident: $type:ty = $from:expr, $field_doc:literal;)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[non_exhaustive]
        pub struct $record {
            $(
                #[doc = $field_doc]
                #[cfg_attr(feature = "serde", serde(with = "super::json"))]
                pub $field: $type,
            )*
        }

        impl Record for $record {
            const FIELDS: &'static [&'static FieldSpec] = &[$($from.spec()),*];

            fn read(cells: &mut Cells<'_>) -> Result<Self, Unreadable> {
                Ok(Self { $($field: $from.read(cells)?),* })
            }
        }

        impl $record {
            /// The names of the parts in which two differ.
            pub fn differences(&self, other: &Self) -> Vec<&'static str> {
                let mut names = Vec::new();
                $(if self.$field != other.$field {
                    names.push(stringify!($field));
                })*
                names
            }
        }
    )*};
}

records! {
    /// The server.
    ServerInfo {
        pid: u32 = server::PID, "Its process.";
        start_time: Time = server::START_TIME, "When it was started. With the process it tells servers apart.";
        version: BString = server::VERSION, "Its release, `3.5a`.";
        socket_path: BString = server::SOCKET_PATH, "Its socket.";
    }

    /// A session.
    SessionInfo {
        id: SessionId = session::ID, "Its id.";
        name: BString = session::NAME, "Its name.";
        created: Time = session::CREATED, "When it was made.";
        activity: Time = session::ACTIVITY, "When somebody last did something in it.";
        last_attached: Option<Time> = session::LAST_ATTACHED, "When a client last attached to it.";
        attached: u32 = session::ATTACHED, "How many clients are attached.";
        windows: u32 = session::WINDOWS, "How many windows it has.";
        group: Option<BString> = session::GROUP, "The group that it is in.";
        path: Option<BString> = session::PATH, "Where its windows start (3.3).";
    }

    /// A window, with its place in the session that it is listed for.
    WindowInfo {
        id: WindowId = window::ID, "Its id.";
        session: SessionId = session::ID, "The session that it is listed for.";
        index: u32 = window::INDEX, "Its place in that session.";
        active: bool = window::ACTIVE, "Whether it is that session's current one.";
        last: bool = window::LAST_FLAG, "Whether it was that session's current one before.";
        flags: BString = window::FLAGS, "Its flags in that session, `*Z`; a `#` is doubled.";
        name: BString = window::NAME, "Its name.";
        panes: u32 = window::PANES, "How many panes it has.";
        width: u32 = window::WIDTH, "Columns.";
        height: u32 = window::HEIGHT, "Lines.";
        layout: BString = window::LAYOUT, "How its panes are laid out; while zoomed, how they will be again.";
        zoomed: bool = window::ZOOMED, "Whether one pane fills it.";
        activity: Time = window::ACTIVITY, "When something last happened in it.";
    }

    /// A pane. A pane of a window that is in several places is listed for each of them.
    PaneInfo {
        id: PaneId = pane::ID, "Its id.";
        window: WindowId = window::ID, "The window that it is in.";
        session: SessionId = session::ID, "The session that it is listed for.";
        index: u32 = pane::INDEX, "Its place in the window.";
        active: bool = pane::ACTIVE, "Whether it is the window's active one.";
        last: Option<bool> = pane::LAST, "Whether it was the window's active one before (3.3).";
        title: BString = pane::TITLE, "Its title, which programs set.";
        pid: Option<u32> = pane::PID, "The process that was started in it, if one was; up to 3.7 also if it is dead.";
        tty: BString = pane::TTY, "Its terminal; empty if nothing was started in it.";
        width: u32 = pane::WIDTH, "Columns.";
        height: u32 = pane::HEIGHT, "Lines.";
        left: i64 = pane::LEFT, "Its first column in the window.";
        top: i64 = pane::TOP, "Its first line in the window.";
        dead: bool = pane::DEAD, "Whether its process has ended.";
        mode: Option<BString> = pane::MODE, "The mode that it is in.";
    }

    /// A client that is attached to a session.
    ClientInfo {
        name: BString = client::NAME, "Its name: its terminal, or `client-PID` without one.";
        session: SessionId = session::ID, "The session that it is attached to.";
        pid: u32 = client::PID, "Its process.";
        tty: Option<BString> = client::TTY, "Its terminal.";
        width: Option<u32> = client::WIDTH, "Columns.";
        height: Option<u32> = client::HEIGHT, "Lines.";
        created: Time = client::CREATED, "When it came.";
        activity: Time = client::ACTIVITY, "When its user last did something.";
        control: bool = client::CONTROL_MODE, "Whether it is a control client.";
        read_only: bool = client::READONLY, "Whether it can only look.";
        termname: Option<BString> = client::TERMNAME, "What kind of terminal it has.";
        flags: Option<BString> = client::FLAGS, "Its flags, with commas (3.2).";
    }

    /// A paste buffer, without what is in it: `show-buffer` prints that as it is.
    BufferInfo {
        name: BString = buffer::NAME, "Its name.";
        size: i64 = buffer::SIZE, "Its size in bytes.";
        created: Time = buffer::CREATED, "When it was made or last set.";
    }
}
