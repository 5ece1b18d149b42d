//! Fields of the server.

use bstr::BString;

use crate::read::field::fields;
use crate::read::value::Time;
use crate::release::{V3_3, V3_5, V3_7};

fields! { Server:
    PID pid: u32, "the server's process";
    START_TIME start_time: Time, "when it was started";
    VERSION version: BString, "its release, `3.5a`";
    SOCKET_PATH socket_path: BString, "its socket";
    HOST host: BString, "the machine's name";
    HOST_SHORT host_short: BString, "the machine's name without its domain";
    SESSIONS server_sessions: Option<u32>, "how many sessions it has" .since(V3_5);
    CONFIG_FILES config_files: Option<BString>, "its configuration files, with commas between them" .since(V3_3);
    NEXT_SESSION_ID next_session_id: Option<BString>, "the id that the next session will have" .since(V3_3);
    UID uid: Option<u32>, "its user's number" .since(V3_3);
    USER user: Option<BString>, "its user's name" .since(V3_3);
    SIXEL_SUPPORT sixel_support: Option<bool>, "whether it was built with support for sixel" .since(V3_7);
}
