//! Modes: what a pane shows instead of its program.

use crate::declare::operations;
use crate::nested::Commands;
use crate::release::{V3_2, V3_5, V3_6, V3_7, V3_8};
use crate::target::PaneTarget;
use crate::value::{Format, Word};

operations! { MODES:
    ChooseBuffer "choose-buffer" "" Changes "lets the user choose a buffer"
    () {
        'k' kill_pane "the mode's end is the pane's end" .since(V3_8).destroys();
        'N' no_preview "without a preview";
        'N' large_preview "with a larger preview" .twice();
        'r' reversed "in reverse order";
        'y' without_asking "ends or removes things without asking" .since(V3_6);
        'Z' zoomed "zooms the pane";
        'F' format: Format "what to say of each";
        'f' filter: Format "only those for which it is true";
        'K' key_format: Format "the key of each" .since(V3_2);
        'O' order: Word "sorted by `time`, `name` or `size`";
        't' target: PaneTarget "the pane that shows them";
    } [
        template: maybe Commands = "What to run, with `%%` for the buffer";
    ]

    ChooseClient "choose-client" "" Changes "lets the user choose a client"
    () {
        'h' hide "hides the pane of the mode" .since(V3_8);
        'i' information "begins with what is known of clients, not with a preview" .since(V3_8);
        'k' kill_pane "the mode's end is the pane's end" .since(V3_8).destroys();
        'N' no_preview "without a preview";
        'N' large_preview "with a larger preview" .twice();
        'r' reversed "in reverse order";
        'y' without_asking "detaches without asking" .since(V3_6);
        'Z' zoomed "zooms the pane";
        'F' format: Format "what to say of each";
        'f' filter: Format "only those for which it is true";
        'K' key_format: Format "the key of each" .since(V3_2);
        'O' order: Word "sorted by `name`, `size`, `creation` or `activity`";
        't' target: PaneTarget "the pane that shows them";
    } [
        template: maybe Commands = "What to run, with `%%` for the client";
    ]

    ChooseTree "choose-tree" "" Changes "lets the user choose a session, a window or a pane"
    () {
        'G' groups "also each session of a group";
        'h' hide "hides the pane of the mode" .since(V3_8);
        'k' kill_pane "the mode's end is the pane's end" .since(V3_8).destroys();
        'N' no_preview "without a preview";
        'N' large_preview "with a larger preview" .twice();
        'r' reversed "in reverse order";
        's' sessions "begins with sessions closed";
        'w' windows "begins with windows closed";
        'y' without_asking "ends things without asking" .since(V3_6);
        'Z' zoomed "zooms the pane";
        'F' format: Format "what to say of each";
        'f' filter: Format "only those for which it is true";
        'K' key_format: Format "the key of each" .since(V3_2);
        'O' order: Word "sorted by `index`, `name` or `time`";
        't' target: PaneTarget "the pane that shows them";
    } [
        template: maybe Commands = "What to run, with `%%` for the target";
    ]

    ClockMode "clock-mode" "" Changes "shows the time"
    () {
        't' target: PaneTarget "the pane that shows it";
    } []

    CopyMode "copy-mode" "" Changes "lets the user look back and copy"
    () {
        'd' page_down "goes a page down, if in the mode already" .since(V3_5);
        'e' exit_at_end "ends when scrolled to the end";
        'H' hide_position "without the position";
        'k' kill_pane "the mode's end is the pane's end" .since(V3_8).destroys();
        'M' mouse "begins to drag, where a mouse key is bound to this";
        'q' quit "ends the mode";
        'S' scrollbar "scrolls with the scrollbar, where a mouse key is bound to this" .since(V3_7);
        'u' page_up "goes a page up";
        's' source: PaneTarget "the pane that is looked at" .since(V3_2).essential();
        't' target: PaneTarget "the pane that shows it";
    } []

    CustomizeMode "customize-mode" "" Changes "lets the user change options and keys"
    .since(V3_2)
    () {
        'k' kill_pane "the mode's end is the pane's end" .since(V3_8).destroys();
        'N' no_preview "without what is known of each";
        'y' without_asking "changes things without asking" .since(V3_6);
        'Z' zoomed "zooms the pane";
        'F' format: Format "what to say of each";
        'f' filter: Format "only those for which it is true";
        't' target: PaneTarget "the pane that shows them";
    } []

    SwitchMode "switch-mode" "" Changes "lets the user go to a session or a window by typing some of its name"
    .since(V3_8)
    () {
        'k' kill_pane "the mode's end is the pane's end" .destroys();
        's' sessions "among sessions";
        'w' windows "among windows";
        'Z' zoomed "zooms the pane";
        'F' format: Format "what to say of each";
        't' target: PaneTarget "the pane that shows them";
    } [
        command: maybe Commands = "What to run, with `%%` for the target";
    ]
}
