//! Commands that wait for somebody at a terminal arrive as they are, whatever keeps them meanwhile.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::process::Command;

use tmuxwire_operations::{
    AnyOperation, ClientTarget, CommandPrompt, Commands, ConfirmBefore, DisplayMenu, Key,
    SetBuffer, ShowBuffer, Unknown,
};
use tmuxwire_testkit::{Terminal, TestServer, releases, wait_until};

use crate::support::release;

/// What prompts, menus and formats would change.
const TEXT: &str = "%1 %% %%% #{pid} #(x) it's \"$HOME\" ~ \\;";

struct Asked {
    server: TestServer,
    terminal: Terminal,
}

impl Asked {
    fn command(&self, operation: impl Into<AnyOperation>) -> Command {
        let release = release(self.server.release());
        let argv = operation.into().render(Some(release), Unknown::Drop).expect("an operation");
        let mut command = self.server.command();
        command.args(argv.into_iter().map(OsString::from_vec));
        command
    }

    fn run(&self, operation: impl Into<AnyOperation>) -> Vec<u8> {
        let output = self.command(operation).output().expect("tmux runs");
        assert!(output.status.success(), "{}: {output:?}", self.server.release().version);
        output.stdout
    }

    /// Asks, where the client that asks may have to wait for the answer.
    fn ask(&self, operation: impl Into<AnyOperation>, question: &str, key: &str) {
        let mut client = self.command(operation).spawn().expect("tmux runs");
        self.answer(question, key);
        assert!(client.wait().expect("a child").success(), "{}", self.server.release().version);
    }

    /// Presses a key when the text is there, and waits for what the commands do.
    fn answer(&self, question: &str, key: &str) {
        self.terminal.wait_for(question);
        self.terminal.write(key);
        wait_until("the command has run", || {
            self.run(ShowBuffer::new().name("kept")) == TEXT.as_bytes()
        });
        self.run(SetBuffer::new().name("kept").data("before"));
    }
}

#[test]
fn what_a_prompt_or_a_menu_runs_is_what_it_was_given() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        let mut terminal = Terminal::open(80, 24);
        let socket = server.socket().display().to_string();
        let words = ["-S", socket.as_str(), "attach-session", "-t", "=main"];
        terminal.start(server.home(), &tmux.path, &words, &[("TERM", "xterm")]);
        terminal.wait_for("[main]");
        let client = || ClientTarget::name(terminal.name());
        let keep = || Commands::from(SetBuffer::new().name("kept").data(TEXT));
        let (prompt, confirm, menu) = (
            CommandPrompt::new().one_key().background().target(client()).prompts("which key"),
            ConfirmBefore::new(keep()).background().prompt("really so").target(client()),
            DisplayMenu::new().client(client()).title("#{pid} title"),
        );
        let prompt = prompt.template(keep());
        let menu = menu.item("an #{item}", Some(Key::character('k')), keep());
        let asked = Asked { server, terminal };
        asked.run(SetBuffer::new().name("kept").data("before"));
        asked.ask(prompt, "which key", "x");
        asked.ask(confirm, "really so", "y");
        asked.ask(menu, "an #{item}", "k");
    }
}
