//! Which commands can't share a message with others.

use crate::operation::AnyOperation;
use crate::spec::Returns;

/// Whether a command goes alone: it waits, so that others would; it means the client itself; or it
/// ends well for the list that it is in, and its failure only comes out as the status of everything;
/// or the server would not survive it in company.
pub(super) fn goes_alone(operation: &AnyOperation) -> bool {
    let has = |part| operation.has(part);
    match operation.spec().name {
        // Files and pipes of the client; what runs commands or programs.
        "load-buffer" | "save-buffer" | "show-buffer" | "source-file" => true,
        "if-shell" => !has("background"),
        "run-shell" => has("commands") || !has("background"),
        "set-hook" => has("run"),
        // Where there is a control client, a message that changes a session's current window and then
        // ends the session ends servers up to 3.7c.
        "kill-pane" | "kill-session" | "kill-window" | "unlink-window" => true,
        "join-pane" | "move-pane" | "move-window" => true,
        // A user's answer.
        "command-prompt" | "confirm-before" | "display-menu" | "display-panes"
        | "display-popup" => true,
        // The client that asks.
        "attach-session" | "detach-client" | "kill-server" | "suspend-client" | "switch-client" => {
            true
        }
        "lock-client" | "lock-server" | "lock-session" => true,
        "new-session" => !has("detached") || has("attach_if_there"),
        "display-message" => has("input"),
        "new-pane" | "split-window" => has("input") || has("wait"),
        "wait-for" => !(has("wake") || has("unlock") || has("list")),
        _ => false,
    }
}

/// Whether it prints something when all goes well.
pub(super) fn prints(operation: &AnyOperation) -> bool {
    match operation.spec().returns {
        Returns::Nothing | Returns::Status => false,
        Returns::Created => operation.has("print"),
        Returns::Rows | Returns::Text => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::commands;

    /// A command that comes to tmux must be thought of here.
    #[test]
    fn only_these_go_alone() {
        let bare = commands().iter().filter_map(|spec| AnyOperation::named(spec.name));
        let alone: Vec<_> = bare.filter(goes_alone).map(|any| any.spec().name).collect();
        assert_eq!(
            alone,
            [
                "attach-session",
                "command-prompt",
                "confirm-before",
                "detach-client",
                "display-menu",
                "display-panes",
                "display-popup",
                "if-shell",
                "join-pane",
                "kill-pane",
                "kill-server",
                "kill-session",
                "kill-window",
                "load-buffer",
                "lock-client",
                "lock-server",
                "lock-session",
                "move-pane",
                "move-window",
                "new-session",
                "run-shell",
                "save-buffer",
                "show-buffer",
                "source-file",
                "suspend-client",
                "switch-client",
                "unlink-window",
                "wait-for",
            ]
        );
        let on = |name, part| AnyOperation::named(name).unwrap().switch_on(part).unwrap();
        for (name, part) in [("new-session", "detached"), ("if-shell", "background")] {
            assert!(!goes_alone(&on(name, part)), "{name} {part}");
        }
        for (name, part) in [("split-window", "wait"), ("set-hook", "run"), ("new-pane", "input")] {
            assert!(goes_alone(&on(name, part)), "{name} {part}");
        }
        assert_eq!(commands().len(), 92);
    }
}
