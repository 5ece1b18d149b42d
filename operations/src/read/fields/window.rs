//! Fields of windows. Index and flags are those that it has in the session it is listed for.

use bstr::BString;
use tmuxwire_protocol::control::WindowId;

use crate::read::field::fields;
use crate::read::value::Time;
use crate::release::{V3_2, V3_8};

fields! { Window:
    ID window_id: WindowId, "its id";
    NAME window_name: BString, "its name";
    INDEX window_index: u32, "its place in the session";
    ACTIVE window_active: bool, "whether it is the session's current one";
    LAST_FLAG window_last_flag: bool, "whether it was the session's current one before";
    FLAGS window_flags: BString, "its flags, `*Z`; `#` is doubled for drawing" .plain();
    RAW_FLAGS window_raw_flags: Option<BString>, "its flags as they are, `*Z`" .since(V3_2).plain();
    PANES window_panes: u32, "how many panes it has";
    WIDTH window_width: u32, "columns";
    HEIGHT window_height: u32, "lines";
    CELL_WIDTH window_cell_width: u32, "pixels of a column";
    CELL_HEIGHT window_cell_height: u32, "pixels of a line";
    MANUAL_WIDTH window_manual_width: Option<u32>, "columns that it was given by hand" .since(V3_8);
    MANUAL_HEIGHT window_manual_height: Option<u32>, "lines that it was given by hand" .since(V3_8);
    LAYOUT window_layout: BString, "how its panes are laid out; while zoomed, how they will be again" .plain();
    VISIBLE_LAYOUT window_visible_layout: BString, "how its panes are laid out now" .plain();
    ZOOMED window_zoomed_flag: bool, "whether one pane fills it";
    ACTIVITY window_activity: Time, "when something last happened in it";
    ACTIVITY_FLAG window_activity_flag: bool, "whether it has an activity alert";
    BELL_FLAG window_bell_flag: bool, "whether it has a bell alert";
    SILENCE_FLAG window_silence_flag: bool, "whether it has a silence alert";
    START_FLAG window_start_flag: bool, "whether it is the session's first";
    END_FLAG window_end_flag: bool, "whether it is the session's last";
    STACK_INDEX window_stack_index: u32, "how many windows of the session were used after it";
    LINKED window_linked: bool, "whether it is in several places";
    LINKED_SESSIONS window_linked_sessions: u32, "in how many places it is";
    LINKED_SESSIONS_LIST window_linked_sessions_list: BString, "the sessions that it is in, with commas between them";
    ACTIVE_SESSIONS window_active_sessions: u32, "how many sessions have it as the current one";
    ACTIVE_SESSIONS_LIST window_active_sessions_list: Option<BString>, "those sessions, with commas between them";
    ACTIVE_CLIENTS window_active_clients: u32, "how many clients show it";
    ACTIVE_CLIENTS_LIST window_active_clients_list: Option<BString>, "those clients, with commas between them";
    MARKED_FLAG window_marked_flag: bool, "whether the marked pane is in it";
    BIGGER window_bigger: Option<bool>, "whether it is larger than the client that shows it";
    OFFSET_X window_offset_x: Option<u32>, "the first column that the client shows of it";
    OFFSET_Y window_offset_y: Option<u32>, "the first line that the client shows of it";
    MODAL_PANE window_modal_pane: Option<BString>, "the pane that takes all keys" .since(V3_8);
}
