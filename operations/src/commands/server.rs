//! The server itself.

use crate::declare::operations;
use crate::spec::Returns;
use crate::target::ClientTarget;
use crate::value::{Format, Name};

operations! { SERVER:
    KillServer "kill-server" "" Destroys "ends the server and everything in it"
    () {} []

    ListCommands "list-commands" "lscm" Reads "lists the commands that the server has"
    .returns(Returns::Rows)
    () {
        'F' format: Format "what to say of each";
    } [
        command: maybe Name = "Only this one";
    ]

    ShowMessages "show-messages" "showmsgs" Reads "prints messages of the server, its jobs or terminals"
    .returns(Returns::Text)
    () {
        'J' jobs "its jobs";
        'T' terminals "its terminals";
        't' target: ClientTarget "the client";
    } []

    StartServer "start-server" "start" Changes "starts the server"
    () {} []
}
