//! Programs, files of commands, and waiting for each other.

use crate::declare::operations;
use crate::nested::Commands;
use crate::release::{V3_2, V3_4, V3_5, V3_6, V3_7, V3_8};
use crate::spec::{Opens, Returns};
use crate::target::PaneTarget;
use crate::value::{File, Format, Location, Name, Script, Text, Value};

operations! { SHELL:
    IfShell "if-shell" "if" Changes "runs a program, and then commands as it ends"
    .opens(Opens::Anything)
    (condition: Script "the program, or with -F a format that is true unless it is empty or 0", then: Commands "what to run if it ends well") {
        'b' background "doesn't wait";
        'F' format "runs no program";
        't' target: PaneTarget "what the format is about";
    } [
        otherwise: maybe Commands = "What to run if it doesn't";
    ]

    RunShell "run-shell" "run" Changes "runs a program that has no pane, and prints what it prints"
    .returns(Returns::Text)
    () {
        'b' background "doesn't wait";
        'C' commands "the argument is commands of tmux; see `RunShell::tmux`" .since(V3_2).essential().opens(Opens::Anything);
        'E' stderr "prints its errors, too" .since(V3_6);
        'c' directory: Location "where it runs" .since(V3_5) .expanded(V3_8);
        'd' delay: Text "how many seconds to wait before" .since(V3_2).essential();
        's' hidden_s: Text "known to the server and without a documented meaning" .since(V3_7);
        't' target: PaneTarget "what formats in it are about";
    } [
        command: maybe Script = "What the shell runs";
        argument: many Text = "What `#{1}`, `#{2}`, .. in it say, from 3.7";
    ]

    SourceFile "source-file" "source" Changes "runs the commands of files"
    .opens(Opens::Anything)
    (path: File "the file, a pattern for several, or `-` for stdin") {
        'F' expand "paths are formats" .since(V3_2).essential();
        'n' only_parse "runs nothing";
        'q' quiet "no error if there is no such file";
        'v' verbose "prints what it reads";
        't' target: PaneTarget "what formats are about" .since(V3_4);
    } [
        more: many File = "One more file";
    ]

    WaitFor "wait-for" "wait" Changes "waits until somebody wakes a channel up, or wakes it up"
    .returns(Returns::Text)
    (channel: Name "the channel, or the event") {
        'E' event "waits for an event" .since(V3_8).essential();
        'l' list "prints who waits" .since(V3_8).essential();
        'L' lock "locks it; whoever does so next waits";
        'S' wake "wakes those that wait";
        'U' unlock "unlocks it";
        'v' verbose "with -E, prints what the event says" .since(V3_8);
        'F' filter: Format "with -E, only when it is true" .since(V3_8).essential();
        'w' waiter: Name "wakes only this one" .since(V3_8).essential();
    } []
}

impl RunShell {
    /// Runs commands of tmux, from 3.2: with -d later, with -b in the background.
    pub fn tmux(commands: impl Into<Commands>) -> Self {
        Self(Self::new().commands().0.set("command", vec![Value::Commands(commands.into())]))
    }
}
