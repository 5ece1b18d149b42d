//! Sessions: made, listed, renamed, ended.

use crate::declare::operations;
use crate::operation::AnyOperation;
use crate::release::{V3_2, V3_7, V3_8};
use crate::spec::{Object, Returns};
use crate::target::SessionTarget;
use crate::value::{Environment, Format, Label, Location, Shell, Size, Word};

operations! { SESSIONS:
    HasSession "has-session" "has" Reads "tells by its success whether a session is there"
    .returns(Returns::Status)
    () {
        't' target: SessionTarget "the session";
    } []

    KillSession "kill-session" "" Destroys "ends a session, and each window that no other session has"
    () {
        'a' others "every session but the target";
        'C' clear_alerts "ends nothing, but clears the alerts of its windows";
        'g' group "every session of the group" .since(V3_7).essential();
        'f' filter: Format "with -a, only those for which it is true" .since(V3_8).essential();
        't' target: SessionTarget "the session";
    } []

    ListSessions "list-sessions" "ls" Reads "lists the sessions"
    .returns(Returns::Rows)
    () {
        'F' format: Format "what to say of each";
        'f' filter: Format "only those for which it is true" .since(V3_2).essential();
        'O' order: Word "sorted by `index`, `name`, `activity`, `creation`, .." .since(V3_7);
        'r' reversed "in reverse order" .since(V3_7);
    } []

    NewSession "new-session" "new" Changes "makes a session"
    .creates(Object::Session) .returns(Returns::Created)
    () {
        'A' attach_if_there "attaches to the session of that name if there is one";
        'd' detached "doesn't attach the client";
        'D' detach_others "with -A, detaches other clients";
        'E' keep_environment "doesn't apply `update-environment`";
        'P' print "prints something about it";
        'X' kill_others_parents "with -A, detaches other clients and ends their parents" .destroys();
        'F' format: Format "what -P prints";
        'c' directory: Location "where its windows start";
        'e' environment: many Environment "a variable of its environment" .since(V3_2);
        'f' client_flags: Word "flags of the client, with commas" .since(V3_2).essential();
        'n' window_name: Label "the name of its first window";
        's' name: Label "its name";
        'x' width: Size "columns, when detached";
        'y' height: Size "lines, when detached";
        't' group: SessionTarget "the session or the group that it shares windows with";
    } [
        command: many Shell = "What runs in its first pane: one word for the shell, or a program and its arguments";
    ]

    RenameSession "rename-session" "rename" Changes "gives a session another name"
    (name: Label "the new name") {
        't' target: SessionTarget "the session";
    } []
}

impl NewSession {
    /// The same without `attach_if_there`, and whether it had that: it then fails where there is one
    /// of the name.
    pub fn without_attaching(self) -> (Self, bool) {
        let mut any = AnyOperation::from(self);
        let had = any.parts.remove("attach_if_there").is_some();
        (Self(any), had)
    }
}
