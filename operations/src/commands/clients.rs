//! Clients: attached, moved, detached, locked.

use crate::declare::operations;
use crate::release::{V3_2, V3_3, V3_4, V3_5, V3_7, V3_8};
use crate::spec::Returns;
use crate::target::{ClientTarget, SessionTarget};
use crate::value::{Format, Label, Location, Name, Shell, Text, Word};

operations! { CLIENTS:
    AttachSession "attach-session" "attach" Changes "attaches the client to a session"
    () {
        'd' detach_others "detaches the session's other clients";
        'E' keep_environment "doesn't apply `update-environment`";
        'r' read_only "the client can't type";
        'x' kill_others_parents "detaches the other clients and ends their parents" .destroys();
        'c' directory: Location "the session's directory from now on";
        'f' client_flags: Word "flags of the client, with commas" .since(V3_2).essential();
        't' target: SessionTarget "the session";
    } []

    DetachClient "detach-client" "detach" Changes "detaches clients"
    () {
        'a' others "every client but the target";
        'P' kill_parent "ends the client's parent, too" .destroys();
        'E' exec: Shell "what the client turns into";
        's' session: SessionTarget "every client of this session";
        't' target: ClientTarget "the client";
    } []

    ListClients "list-clients" "lsc" Reads "lists the clients"
    .returns(Returns::Rows)
    () {
        'F' format: Format "what to say of each";
        'f' filter: Format "only those for which it is true" .since(V3_4).essential();
        'O' order: Word "sorted by `name`, `size`, `activity`, `creation`, .." .since(V3_7);
        'r' reversed "in reverse order" .since(V3_7);
        't' target: SessionTarget "only those of this session";
    } []

    LockClient "lock-client" "lockc" Changes "locks a client"
    () {
        't' target: ClientTarget "the client";
    } []

    LockServer "lock-server" "lock" Changes "locks every client"
    () {} []

    LockSession "lock-session" "locks" Changes "locks the clients of a session"
    () {
        't' target: SessionTarget "the session";
    } []

    RefreshClient "refresh-client" "refresh" Changes "draws a client again, moves its view, or says what it is and wants to hear"
    () {
        'c' follow_cursor "the view follows the cursor again";
        'D' down "moves the view down";
        'l' clipboard "asks the terminal for its clipboard";
        'L' left "moves the view left";
        'R' right "moves the view right";
        'S' status_only "draws only the status line";
        'U' up "moves the view up";
        'A' pane_state: many Word "for a control client: a pane and `on`, `off`, `continue` or `pause`" .since(V3_2).essential();
        'B' subscribe: many Format "for a control client: a subscription, `name:what:format`" .since(V3_2).essential();
        'C' size: Word "for a control client: its size, `80x24`, or that of a window, `@1:80x24`";
        'F' old_flags: Word "what -f was called before 3.2";
        'f' flags: Word "flags of the client, with commas" .since(V3_2).essential();
        'r' report: Text "for a control client: a pane and the colours that its terminal reports" .since(V3_5).essential();
        't' target: ClientTarget "the client";
    } [
        adjustment: maybe u32 = "How far to move the view; 1 if it isn't said";
    ]

    ServerAccess "server-access" "" Changes "lets other users in, or out"
    .since(V3_3) .returns(Returns::Text)
    () {
        'a' allow "lets the user in";
        'd' deny "lets the user in no more; detaches their clients";
        'g' group "it is a group, no user" .since(V3_8).essential();
        'l' list "prints who may what";
        'r' read_only "lets the user only look";
        'w' writable "lets the user do everything";
    } [
        user: maybe Label = "The user";
    ]

    SuspendClient "suspend-client" "suspendc" Changes "stops a client, as Ctrl-Z does a program"
    () {
        't' target: ClientTarget "the client";
    } []

    SwitchClient "switch-client" "switchc" Changes "shows a client another session"
    () {
        'E' keep_environment "doesn't apply `update-environment`";
        'F' hidden_f "known to the server and without a documented meaning" .since(V3_3);
        'l' last "the session that it had before";
        'n' next "the next session";
        'p' previous "the previous session";
        'r' toggle_read_only "whether it can type is turned around";
        'Z' keep_zoom "keeps the window zoomed";
        'c' client: ClientTarget "the client";
        'O' order: Word "what order next and previous go by" .since(V3_7).essential();
        'T' key_table: Name "the table for its next key";
        't' target: SessionTarget "the session; a raw one may name a window or a pane";
    } []
}
