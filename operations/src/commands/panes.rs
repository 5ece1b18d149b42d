//! Panes: made, listed, chosen, moved, ended.

use crate::declare::operations;
use crate::release::{V3_2, V3_7, V3_8};
use crate::spec::{Object, Returns};
use crate::target::{PaneTarget, WindowTarget};
use crate::value::{Environment, Format, Label, Location, Name, Phrase, Shell, Size, Word};

operations! { PANES:
    BreakPane "break-pane" "breakp" Changes "makes a pane a window of its own"
    .creates(Object::Window) .returns(Returns::Created)
    () {
        'a' after "after the target, others move up" .since(V3_2).essential();
        'b' before "before the target, others move up" .since(V3_2).essential();
        'd' detached "it doesn't become the current window";
        'P' print "prints something about it";
        'W' float "makes no window, but lets the pane float" .since(V3_8).essential();
        'F' format: Format "what -P prints";
        'n' name: Name "the window's name";
        'x' width: Size "columns of a floating pane" .since(V3_8);
        'y' height: Size "lines of a floating pane" .since(V3_8);
        'X' left: Size "the first column of a floating pane" .since(V3_8);
        'Y' top: Size "the first line of a floating pane" .since(V3_8);
        's' source: PaneTarget "the pane";
        't' target: WindowTarget "the place for the window";
    } []

    JoinPane "join-pane" "joinp" Changes "splits a pane and moves another one there"
    () {
        'b' before "to the left or above";
        'd' detached "it doesn't become the active pane";
        'f' full_size "along the whole window";
        'h' horizontal "side by side";
        'v' vertical "one above the other";
        'l' size: Size "lines or columns of the moved pane";
        'p' percent: u32 "the old way to say a percentage";
        's' source: PaneTarget "the pane that moves";
        't' target: PaneTarget "the pane that is split";
    } []

    KillPane "kill-pane" "killp" Destroys "ends a pane"
    () {
        'a' others "every pane of the window but the target";
        'f' filter: Format "with -a, only those for which it is true" .since(V3_8).essential();
        't' target: PaneTarget "the pane";
    } []

    LastPane "last-pane" "lastp" Changes "goes to the pane that was active before"
    () {
        'd' disable_input "no key reaches it any more";
        'e' enable_input "keys reach it again";
        'Z' keep_zoom "keeps the window zoomed";
        't' target: WindowTarget "the window";
    } []

    ListPanes "list-panes" "lsp" Reads "lists panes"
    .returns(Returns::Rows)
    () {
        'a' all "those of every session";
        's' session "those of the whole session that the target is in";
        'F' format: Format "what to say of each";
        'f' filter: Format "only those for which it is true" .since(V3_2).essential();
        'O' order: Word "sorted by `index`, `activity`, `creation`, .." .since(V3_7);
        'r' reversed "in reverse order" .since(V3_7);
        't' target: WindowTarget "the window";
    } []

    MovePane "move-pane" "movep" Changes "as join-pane; or moves a floating pane"
    () {
        'b' before "to the left or above";
        'd' detached "it doesn't become the active pane";
        'f' full_size "along the whole window" .since(V3_2).essential();
        'h' horizontal "side by side";
        'v' vertical "one above the other";
        'M' mouse "begins to drag it, where a mouse key is bound to this" .since(V3_8).essential();
        'l' size: Size "lines or columns of the moved pane";
        'p' percent: u32 "the old way to say a percentage" .gone(V3_8);
        'P' position: Word "where a floating pane goes: `top-left`, `centre`, `front`, .." .since(V3_8).essential();
        's' source: PaneTarget "the pane that moves";
        't' target: PaneTarget "the pane that is split, or the floating pane";
        'X' left: Size "the first column of a floating pane" .since(V3_8).essential();
        'Y' top: Size "the first line of a floating pane" .since(V3_8).essential();
        'z' depth: u32 "how many floating panes are before it" .since(V3_8).essential();
        'D' down: maybe u32 "moves a floating pane down by lines" .since(V3_8).essential();
        'L' leftward: maybe u32 "moves a floating pane left by columns" .since(V3_8).essential();
        'R' rightward: maybe u32 "moves a floating pane right by columns" .since(V3_8).essential();
        'U' up: maybe u32 "moves a floating pane up by lines" .since(V3_8).essential();
    } []

    NewPane "new-pane" "newp" Changes "makes a floating pane"
    .since(V3_7) .creates(Object::Pane) .returns(Returns::Created)
    () {
        'A' above_zoom "it stays visible above a zoomed pane" .since(V3_8);
        'b' before "as for split-window";
        'C' close_on_click "a click outside ends a modal one" .since(V3_8);
        'd' detached "it doesn't become the active pane";
        'D' close_on_escape "Escape or C-c end a modal one" .since(V3_8);
        'E' empty "nothing runs in it";
        'f' full_size "as for split-window";
        'h' horizontal "as for split-window";
        'I' input "it shows what comes from stdin";
        'k' keep_until_key "it stays after its program has ended, until a key is pressed";
        'K' all_keys "every key goes to a modal one" .since(V3_8);
        'L' tiled "it doesn't float, as with split-window";
        'M' mouse "its size follows the mouse, where a mouse key is bound to this" .since(V3_8);
        'O' modal "no other pane can be used as long as it is there" .since(V3_8).essential();
        'P' print "prints something about it";
        'v' vertical "as for split-window";
        'W' wait "waits until its program has ended" .since(V3_8).essential();
        'Z' zoomed "zooms it";
        'B' border_lines: Word "its border: `single`, `double`, .." .since(V3_8);
        'c' directory: Location "where it starts";
        'e' environment: many Environment "a variable for what runs in it";
        'F' format: Format "what -P prints";
        'l' size: Size "as for split-window";
        'm' message: Phrase "what it shows when its program has ended";
        'p' percent: u32 "as for split-window";
        'R' inactive_border_style: Word "its border's style when it is not active";
        's' style: Word "its style";
        'S' active_border_style: Word "its border's style when it is active";
        'T' title: Label "its title" .since(V3_8);
        'x' width: Size "columns";
        'y' height: Size "lines";
        'X' left: Size "its first column";
        'Y' top: Size "its first line";
        't' target: PaneTarget "a pane of the window";
    } [
        command: many Shell = "What runs in it: one word for the shell, or a program and its arguments";
    ]

    ResizePane "resize-pane" "resizep" Changes "gives a pane another size; before 3.8 in one direction at a time"
    () {
        'M' mouse "begins to drag its border, where a mouse key is bound to this";
        'T' trim "trims the lines below the cursor" .since(V3_2).essential();
        'Z' zoom "zooms it, or no more";
        'x' width: Size "columns";
        'y' height: Size "lines";
        't' target: PaneTarget "the pane";
        'D' down: maybe u32 "moves the border down by lines";
        'L' left: maybe u32 "moves the border left by columns";
        'R' right: maybe u32 "moves the border right by columns";
        'U' up: maybe u32 "moves the border up by lines";
    } []

    RespawnPane "respawn-pane" "respawnp" Changes "starts a program in a pane whose own has ended"
    () {
        'E' empty "nothing runs in it" .since(V3_8).essential();
        'k' kill "ends what still runs" .destroys();
        'c' directory: Location "where it starts";
        'e' environment: many Environment "a variable for what runs in it";
        't' target: PaneTarget "the pane";
    } [
        command: many Shell = "What runs: one word for the shell, or a program and its arguments; the same as before if it isn't said";
    ]

    SelectPane "select-pane" "selectp" Changes "makes a pane the active one; marks it; names it"
    () {
        'd' disable_input "no key reaches it any more";
        'D' down "the one below";
        'e' enable_input "keys reach it again";
        'g' show_style "prints its style; as -P before pane options";
        'l' last "the one that was active before";
        'L' left "the one to the left";
        'm' mark "marks it";
        'M' unmark "no pane is marked any more";
        'R' right "the one to the right";
        'U' up "the one above";
        'Z' keep_zoom "keeps the window zoomed";
        'P' style: Word "its style; the way before pane options";
        'T' title: Label "its title";
        't' target: PaneTarget "the pane";
    } []

    SplitWindow "split-window" "splitw" Changes "makes a pane by splitting one"
    .creates(Object::Pane) .returns(Returns::Created)
    () {
        'b' before "to the left or above";
        'd' detached "it doesn't become the active pane";
        'E' empty "nothing runs in it" .since(V3_7).essential();
        'f' full_size "along the whole window";
        'h' horizontal "side by side";
        'I' input "it shows what comes from stdin";
        'k' keep_until_key "it stays after its program has ended, until a key is pressed" .since(V3_7);
        'P' print "prints something about it";
        'v' vertical "one above the other";
        'W' wait "waits until its program has ended" .since(V3_8).essential();
        'Z' zoomed "zooms it" .since(V3_2);
        'B' border_lines: Word "its border, if it floats" .since(V3_8);
        'c' directory: Location "where it starts";
        'e' environment: many Environment "a variable for what runs in it";
        'F' format: Format "what -P prints";
        'l' size: Size "its lines or columns";
        'm' message: Phrase "what it shows when its program has ended" .since(V3_7);
        'p' percent: u32 "the old way to say a percentage";
        'R' inactive_border_style: Word "its border's style when it is not active" .since(V3_7);
        's' style: Word "its style" .since(V3_7);
        'S' active_border_style: Word "its border's style when it is active" .since(V3_7);
        'T' title: Label "its title" .since(V3_8);
        't' target: PaneTarget "the pane";
    } [
        command: many Shell = "What runs in it: one word for the shell, or a program and its arguments";
    ]

    SwapPane "swap-pane" "swapp" Changes "lets two panes change places"
    () {
        'd' detached "the active place stays active";
        'D' down "with the next pane";
        'U' up "with the previous pane";
        'Z' keep_zoom "keeps the window zoomed";
        's' source: PaneTarget "the one pane";
        't' target: PaneTarget "the other pane";
    } []
}
