//! Text of every kind, in names, options, buffers and formats; inputs of every size.

use crate::case::{Case, all, fed};

/// As long as an argument can be.
const LONG: &str = match std::str::from_utf8(&[b'L'; 16000]) {
    Ok(text) => text,
    Err(_) => "",
};

const EVERY_BYTE: [u8; 256] = {
    let mut bytes = [0; 256];
    let mut at = 0;
    while at < 256 {
        bytes[at] = at as u8;
        at += 1;
    }
    bytes
};

static MEGABYTES: [u8; 20_000_000] = [b'M'; 20_000_000];

pub(crate) const TEXTS: &[Case] = &[
    all(&["display-message", "-p", "plain"]),
    all(&["display-message", "-p", "wide: 日本語 é ü 🙂 e\u{301}"]),
    all(&["display-message", "-p", "XFF invalid XFF\u{e9}"]),
    all(&["display-message", "-p", "tab\there"]),
    all(&["display-message", "-p", "two\nlines"]),
    all(&["display-message", "-p", "\r\u{1b}[31m\u{1}\u{7f}"]),
    all(&["display-message", "-p", "$HOME_ ${X} `x` \"q\" 'q' \\ ~ # #{session_name}"]),
    all(&["display-message", "-p", "#{l:literal} #{=3:session_name} #{e|+:1,2}"]),
    all(&["display-message", "-p", "#{unclosed"]),
    all(&["display-message", "-p", "#(echo never here)"]),
    all(&["display-message", "-p", "100%"]),
    all(&["display-message", "-p", LONG]),
    all(&["new-window", "-d", "-n", "a:b.c%d", "-t", "main:"]),
    all(&["new-window", "-d", "-n", "tab\tname", "-t", "main:"]),
    all(&["new-window", "-d", "-n", "line\nname", "-t", "main:"]),
    all(&["new-window", "-d", "-n", "日本 🙂", "-t", "main:"]),
    all(&["new-window", "-d", "-n", "XFF", "-t", "main:"]),
    all(&["new-window", "-d", "-n", "", "-t", "main:"]),
    all(&["new-window", "-d", "-n", "-dash", "-t", "main:"]),
    all(&["new-window", "-d", "-n", "semi\\;", "-t", "main:"]),
    all(&["list-windows", "-t", "main", "-F", "#{window_index}|#{window_name}|"]),
    all(&["list-windows", "-t", "main", "-F", "#{q:window_name}"]),
    all(&["new-session", "-d", "-s", "with.dot:colon"]),
    all(&["new-session", "-d", "-s", "with space"]),
    all(&["new-session", "-d", "-s", "日本"]),
    all(&["new-session", "-d", "-s", "tab\there"]),
    all(&["new-session", "-d", "-s", "XFF"]),
    all(&["new-session", "-d", "-s", "#{l:x}y"]),
    all(&["list-sessions", "-F", "#{session_name}"]),
    all(&["has-session", "-t", "=with space"]),
    all(&["has-session", "-t", "=日本"]),
    all(&["has-session", "-t", "=né"]),
    all(&["rename-window", "-t", "main:0", "new: name.with %1"]),
    all(&["select-pane", "-t", "main:0", "-T", "title\twith\ttabs"]),
    all(&["set-option", "-g", "@text", "a b\tc\nd 'e' \"f\" $g #{h} \\i ~j ;k"]),
    all(&["show-options", "-g", "@text"]),
    all(&["show-options", "-gv", "@text"]),
    all(&["set-option", "-g", "@text", "XFF\u{1f642}"]),
    all(&["show-options", "-gv", "@text"]),
    all(&["set-option", "-g", "@text", ""]),
    all(&["show-options", "-g", "@text"]),
    all(&["set-option", "-g", "@long", LONG]),
    all(&["show-options", "-gv", "@long"]),
    all(&["set-environment", "-g", "TEXT", "a=b c\td 'e' XFF é"]),
    all(&["show-environment", "-g", "TEXT"]),
    all(&["set-environment", "-gu", "TEXT"]),
    all(&["set-buffer", "-b", "t", "a\tb\nc XFF é;"]),
    all(&["show-buffer", "-b", "t"]),
    all(&["list-buffers", "-F", "#{buffer_name} #{buffer_sample}"]),
    all(&["set-buffer", "-b", "name with: . % é", "x"]),
    all(&["show-buffer", "-b", "name with: . % é"]),
    all(&["delete-buffer", "-b", "name with: . % é"]),
    fed(&["load-buffer", "-b", "none", "-"], b""),
    fed(&["load-buffer", "-b", "one", "-"], b"1"),
    fed(&["load-buffer", "-b", "bytes", "-"], &EVERY_BYTE),
    all(&["show-buffer", "-b", "one"]),
    all(&["show-buffer", "-b", "bytes"]),
    all(&["save-buffer", "-b", "bytes", "HOME/bytes"]),
    all(&["load-buffer", "-b", "back", "HOME/bytes"]),
    all(&["save-buffer", "-b", "back", "-"]),
    fed(&["load-buffer", "-b", "large", "-"], &MEGABYTES),
    all(&["show-buffer", "-b", "large"]),
    all(&["save-buffer", "-b", "large", "HOME/large"]),
    all(&["load-buffer", "-b", "larger", "HOME/large"]),
    all(&["save-buffer", "-a", "-b", "larger", "HOME/large"]),
    all(&["delete-buffer", "-b", "large"]),
    all(&["delete-buffer", "-b", "larger"]),
    all(&["bind-key", "-T", "mine", ";", "display-message", "x"]),
    all(&["bind-key", "-T", "mine", "é", "display-message", "x"]),
    all(&["bind-key", "-T", "mine", "'", "send-keys", "a b", "\"", "$x"]),
    all(&["list-keys", "-T", "mine"]),
    all(&["send-keys", "-t", "=nobody", "é"]),
    all(&["if-shell", "-F", "日", "display-message -p '日 é'"]),
    all(&["run-shell", "exit 0 # 日 XFF"]),
    all(&["display-message", "-p", "-t", "=main:=a:b.c%d", "x"]),
    all(&["find-window", "-N", "日"]),
    all(&["display-message", "-p", "#{==:日,日} #{m:*é*,né} #{n:日本}"]),
];
