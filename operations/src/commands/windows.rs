//! Windows: made, listed, found, arranged, ended.

use crate::declare::operations;
use crate::layout::Layout;
use crate::release::{V3_2, V3_3, V3_7, V3_8};
use crate::spec::{Object, Returns};
use crate::target::{PaneTarget, SessionTarget, WindowTarget};
use crate::value::{Environment, Format, Label, Location, Phrase, Shell, Word};

operations! { WINDOWS:
    FindWindow "find-window" "findw" Changes "lets the user choose among the windows that match"
    (text: Phrase "what to look for, without `,` and `}`, which tmux takes for its own") {
        'C' content "looks at what is visible";
        'i' ignore_case "small and capital letters are the same" .since(V3_3).essential();
        'N' name "looks at the name";
        'r' regex "it is a regular expression";
        'T' title "looks at the title";
        'Z' zoomed "zooms the pane of the list";
        't' target: PaneTarget "the pane that shows the list";
    } []

    KillWindow "kill-window" "killw" Destroys "ends a window"
    () {
        'a' others "every window of the session but the target";
        'f' filter: Format "with -a, only those for which it is true" .since(V3_8).essential();
        't' target: WindowTarget "the window";
    } []

    LastWindow "last-window" "last" Changes "goes to the window that was current before"
    () {
        't' target: SessionTarget "the session";
    } []

    LinkWindow "link-window" "linkw" Changes "puts a window at another place, too"
    () {
        'a' after "after the target, others move up";
        'b' before "before the target, others move up" .since(V3_3).essential();
        'd' detached "it doesn't become the current window";
        'k' kill "ends the window that is there" .destroys();
        's' source: WindowTarget "the window";
        't' target: WindowTarget "the place";
    } []

    ListWindows "list-windows" "lsw" Reads "lists windows"
    .returns(Returns::Rows)
    () {
        'a' all "those of every session";
        'F' format: Format "what to say of each";
        'f' filter: Format "only those for which it is true" .since(V3_2).essential();
        'O' order: Word "sorted by `index`, `name`, `activity`, .." .since(V3_7);
        'r' reversed "in reverse order" .since(V3_7);
        't' target: SessionTarget "the session";
    } []

    MoveWindow "move-window" "movew" Changes "puts a window at another place"
    () {
        'a' after "after the target, others move up";
        'b' before "before the target, others move up" .since(V3_2).essential();
        'd' detached "it doesn't become the current window";
        'k' kill "ends the window that is there" .destroys();
        'r' renumber "moves none, but numbers those of the session in sequence";
        's' source: WindowTarget "the window";
        't' target: WindowTarget "the place";
    } []

    NewWindow "new-window" "neww" Changes "makes a window"
    .creates(Object::Window) .returns(Returns::Created)
    () {
        'a' after "after the target, others move up";
        'b' before "before the target, others move up" .since(V3_2).essential();
        'd' detached "it doesn't become the current window";
        'E' empty "nothing runs in it" .since(V3_8).essential();
        'k' kill "ends the window that is there" .destroys();
        'P' print "prints something about it";
        'S' select_if_there "selects the window of that name if there is one" .since(V3_2).essential();
        'F' format: Format "what -P prints";
        'c' directory: Location "where it starts";
        'e' environment: many Environment "a variable for what runs in it";
        'n' name: Label "its name";
        't' target: WindowTarget "the place";
    } [
        command: many Shell = "What runs in it: one word for the shell, or a program and its arguments";
    ]

    NextLayout "next-layout" "nextl" Changes "arranges the panes in the next way"
    () {
        't' target: WindowTarget "the window";
    } []

    NextWindow "next-window" "next" Changes "goes to the next window"
    () {
        'a' with_alert "to the next one with an alert";
        't' target: SessionTarget "the session";
    } []

    PreviousLayout "previous-layout" "prevl" Changes "arranges the panes in the previous way"
    () {
        't' target: WindowTarget "the window";
    } []

    PreviousWindow "previous-window" "prev" Changes "goes to the previous window"
    () {
        'a' with_alert "to the previous one with an alert";
        't' target: SessionTarget "the session";
    } []

    RenameWindow "rename-window" "renamew" Changes "gives a window another name, which stays"
    (name: Label "the new name") {
        't' target: WindowTarget "the window";
    } []

    ResizeWindow "resize-window" "resizew" Changes "gives a window a size, whatever its clients have"
    () {
        'a' smallest "that of the smallest session that has it";
        'A' largest "that of the largest session that has it";
        'D' down "makes it higher";
        'L' left "makes it narrower";
        'R' right "makes it wider";
        'U' up "makes it lower";
        'x' width: u32 "columns";
        'y' height: u32 "lines";
        't' target: WindowTarget "the window";
    } [
        adjustment: maybe u32 = "By how much; 1 if it isn't said";
    ]

    RespawnWindow "respawn-window" "respawnw" Changes "starts a program in a window whose own has ended"
    () {
        'E' empty "nothing runs in it" .since(V3_8).essential();
        'k' kill "ends what still runs" .destroys();
        'c' directory: Location "where it starts";
        'e' environment: many Environment "a variable for what runs in it";
        't' target: WindowTarget "the window";
    } [
        command: many Shell = "What runs: one word for the shell, or a program and its arguments; the same as before if it isn't said";
    ]

    RotateWindow "rotate-window" "rotatew" Changes "moves every pane to the place of the next"
    () {
        'D' down "to that of the previous";
        'U' up "to that of the next";
        'Z' keep_zoom "keeps the window zoomed";
        't' target: WindowTarget "the window";
    } []

    SelectLayout "select-layout" "selectl" Changes "arranges the panes of a window"
    () {
        'E' spread "spreads the target and those beside it evenly";
        'n' next "in the next way";
        'o' old "as it was before the last change";
        'p' previous "in the previous way";
        't' target: PaneTarget "the window, by one of its panes";
    } [
        layout: maybe Layout = "`even-horizontal`, `main-vertical`, `tiled`, .., or what `#{window_layout}` once said";
    ]

    SelectWindow "select-window" "selectw" Changes "makes a window the current one"
    () {
        'l' last "the one that was current before";
        'n' next "the next";
        'p' previous "the previous";
        'T' toggle "the one that was current before, if it is current already";
        't' target: WindowTarget "the window";
    } []

    SwapWindow "swap-window" "swapw" Changes "lets two windows change places"
    () {
        'd' select "the target's place becomes the current one, whatever the manual says";
        's' source: WindowTarget "the one window";
        't' target: WindowTarget "the other window";
    } []

    UnlinkWindow "unlink-window" "unlinkw" Changes "takes a window from one of its places"
    () {
        'k' kill "also from its only place, which ends it" .destroys();
        't' target: WindowTarget "the window at the place";
    } []
}
