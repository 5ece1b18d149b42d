//! What is a key to real servers is one to us, and nothing else.

use tmuxwire_operations::{BindKey, Key, KillServer, Operation, Release, Unknown};
use tmuxwire_testkit::releases;

use crate::support::{Parser, release};

const MODIFIERS: &[&str] = &["", "C-", "M-", "S-", "C-M-", "M-C-S-", "c-", "^", "C-^", "^C-"];

const NAMES: &str = "Any BSpace BTab DC Delete Down End Enter Escape FocusIn FocusOut Home IC Insert \
    KP* KP+ KP- KP. KP/ KP0 KP5 KP9 KPEnter Left None NPage PageDown PageUp PasteStart PgDn PgUp \
    PPage Right Space Tab Up F1 F9 F10 F12 F13 F0 User0 User12 User User999 Userx user0 0x41 0x 0xg a é ^ - ; x1 ls C CC-a \
    MouseDown1Pane MouseDown2Pane MouseDown3Pane MouseDown4Pane MouseDown5Pane MouseDown6Pane \
    MouseDown11Pane MouseDown12Pane MouseUp1Status MouseDrag1Border MouseDragEnd1Pane MouseMovePane \
    WheelUpPane WheelUp1Pane WheelDownStatus SecondClick1Pane DoubleClick1Pane DoubleClick \
    TripleClick1StatusLeft WheelUpStatusRight WheelUpStatusDefault WheelUpScrollbarUp \
    MouseDown1ScrollbarSlider MouseDown1ScrollbarDown MouseDown1Control0 MouseDown1Control9 \
    MouseDown1Control10 Mouse Dragging enter ENTER Enterr PgUpp";

#[test]
fn a_name_is_a_key_if_the_server_says_so() {
    let mut newest = None;
    for tmux in releases() {
        let release = release(&tmux);
        newest = newest.max(Some(release));
        let mut parser = Parser::start(&tmux);
        for modifier in MODIFIERS {
            for name in NAMES.split_ascii_whitespace() {
                let name = format!("{modifier}{name}");
                let bind = BindKey::new(Key::raw(&name)).table("own").command(KillServer::new());
                let line = bind.arguments(Some(release), Unknown::Refuse).expect("an operation");
                let theirs = parser.works(&line);
                let ours = Key::named(&name).is_ok();
                // A newer release knows more of them.
                let right =
                    if release >= Release::new(3, 7) { ours == theirs } else { ours || !theirs };
                assert!(right, "{release}: {name}: {ours}, {theirs}");
            }
        }
    }
    assert!(newest >= Some(Release::new(3, 7)), "no release that knows every key");
}
