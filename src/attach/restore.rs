//! What brings a terminal back that a server has used and can't bring back itself.

use crate::terminfo::Terminfo;

/// Private modes that tmux sets, on a vt100 as well: synchronized update, margins, mouse in all its
/// forms, focus events, bracketed paste, theme reports, mintty's escape key.
const PRIVATE_MODES: &[u8] = b"\x1b[?2026l\x1b[?69l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1005l\
    \x1b[?1006l\x1b[?1004l\x1b[?2004l\x1b[?2031l\x1b[?7727l";
/// Extended keys, which only terminals like xterm have.
const NO_EXTENDED_KEYS: &[u8] = b"\x1b[>4m";
/// The cursor as the user configured it; `Se` of many entries has a form of its own choice.
const USUAL_CURSOR: &[u8] = b"\x1b[0 q";
/// The whole screen scrolls.
const NO_MARGINS: &[u8] = b"\x1b[r";

/// In the order in which a program leaves a full screen: what is drawn with, what is typed with,
/// and at last the screen itself.
pub(crate) fn leaving_sequence(terminfo: &Terminfo) -> Vec<u8> {
    let capabilities = terminfo.capabilities();
    let string = |name: &str| capabilities.string(name).unwrap_or_default();
    let strings = |names: &[&str]| names.iter().flat_map(|name| string(name)).collect::<Vec<u8>>();
    let is_ansi = string("cup").starts_with(b"\x1b[");
    let only_if = |wanted: bool, sequence: &'static [u8]| if wanted { sequence } else { b"" };
    [
        strings(&["rmacs", "sgr0", "rmkx"]).as_slice(),
        only_if(is_ansi, PRIVATE_MODES),
        only_if(is_ansi && capabilities.flag("XT"), NO_EXTENDED_KEYS),
        only_if(is_ansi, NO_MARGINS),
        only_if(is_ansi && !string("Ss").is_empty(), USUAL_CURSOR),
        &strings(&["Dsbp", "Dsfcs", "Dseks", "Dsmg", "Cr", "cnorm"]),
        // Cleared first: where there is only one screen, nothing else takes the picture away.
        &strings(&["clear", "rmcup"]),
    ]
    .concat()
}
