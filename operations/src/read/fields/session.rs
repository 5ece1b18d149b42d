//! Fields of sessions.

use bstr::BString;
use tmuxwire_protocol::control::SessionId;

use crate::read::field::fields;
use crate::read::value::Time;
use crate::release::{V3_3, V3_7};

fields! { Session:
    ID session_id: SessionId, "its id";
    NAME session_name: BString, "its name";
    CREATED session_created: Time, "when it was made";
    ACTIVITY session_activity: Time, "when somebody last did something in it";
    LAST_ATTACHED session_last_attached: Option<Time>, "when a client last attached to it";
    ATTACHED session_attached: u32, "how many clients are attached to it";
    ATTACHED_LIST session_attached_list: Option<BString>, "the clients that are attached, with commas between them";
    MANY_ATTACHED session_many_attached: bool, "whether several clients are attached";
    WINDOWS session_windows: u32, "how many windows it has";
    STACK session_stack: BString, "the indexes of its windows, the last used first, with commas between them";
    ALERTS session_alerts: Option<BString>, "the indexes of windows with alerts, and which";
    ALERT session_alert: Option<BString>, "which alerts its windows have" .since(V3_7);
    ACTIVITY_FLAG session_activity_flag: Option<bool>, "whether a window has an activity alert" .since(V3_7);
    BELL_FLAG session_bell_flag: Option<bool>, "whether a window has a bell alert" .since(V3_7);
    SILENCE_FLAG session_silence_flag: Option<bool>, "whether a window has a silence alert" .since(V3_7);
    ACTIVE session_active: Option<bool>, "whether it is the one that the client has" .since(V3_7);
    GROUPED session_grouped: bool, "whether it is in a group";
    GROUP session_group: Option<BString>, "the group's name";
    GROUP_SIZE session_group_size: Option<u32>, "how many sessions the group has";
    GROUP_LIST session_group_list: Option<BString>, "the sessions of the group, with commas between them";
    GROUP_ATTACHED session_group_attached: Option<u32>, "how many clients are attached to the group's sessions";
    GROUP_ATTACHED_LIST session_group_attached_list: Option<BString>, "those clients, with commas between them";
    GROUP_MANY_ATTACHED session_group_many_attached: Option<bool>, "whether there are several of them";
    MARKED session_marked: Option<bool>, "whether the marked pane is in it" .since(V3_3);
    PATH session_path: Option<BString>, "where its windows start" .since(V3_3);
    ACTIVE_WINDOW_INDEX active_window_index: Option<u32>, "the index of its current window" .since(V3_3);
    LAST_WINDOW_INDEX last_window_index: Option<u32>, "the highest index of its windows" .since(V3_3);
}
