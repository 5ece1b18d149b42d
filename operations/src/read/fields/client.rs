//! Fields of clients.

use bstr::BString;

use crate::read::field::fields;
use crate::read::value::Time;
use crate::release::{V3_2, V3_3, V3_6, V3_8};

fields! { Client:
    NAME client_name: BString, "its name: its terminal, or `client-PID` without one";
    TTY client_tty: Option<BString>, "its terminal";
    PID client_pid: u32, "its process";
    SESSION client_session: BString, "the name of the session that it is attached to";
    LAST_SESSION client_last_session: Option<BString>, "the name of the session that it had before";
    WIDTH client_width: Option<u32>, "columns";
    HEIGHT client_height: Option<u32>, "lines";
    CELL_WIDTH client_cell_width: Option<u32>, "pixels of a column";
    CELL_HEIGHT client_cell_height: Option<u32>, "pixels of a line";
    CREATED client_created: Time, "when it came";
    ACTIVITY client_activity: Time, "when its user last did something";
    CONTROL_MODE client_control_mode: bool, "whether it is a control client";
    READONLY client_readonly: bool, "whether it can only look";
    PREFIX client_prefix: bool, "whether the prefix key has been pressed";
    KEY_TABLE client_key_table: BString, "the key table that the next key is looked up in";
    TERMNAME client_termname: Option<BString>, "what kind of terminal it has";
    TERMTYPE client_termtype: Option<BString>, "what its terminal says it is" .since(V3_2);
    TERMFEATURES client_termfeatures: Option<BString>, "what its terminal can do, with commas" .since(V3_2);
    FLAGS client_flags: Option<BString>, "its flags, with commas" .since(V3_2);
    UID client_uid: Option<u32>, "its user's number" .since(V3_3);
    USER client_user: Option<BString>, "its user's name" .since(V3_3);
    THEME client_theme: Option<BString>, "whether its terminal is dark or light" .since(V3_6);
    COLOURS client_colours: Option<u32>, "how many colours its terminal has" .since(V3_8);
    WRITTEN client_written: i64, "bytes that it was sent";
    DISCARDED client_discarded: i64, "bytes that it was not sent because it was slow";
}
