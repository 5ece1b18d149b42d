//! What goes over the socket, and what comes back.

use tmuxwire::blocking::Server;
use tmuxwire::operations::{
    KillSession, LoadBuffer, NewSession, SaveBuffer, SessionTarget, SplitWindow,
};
use tmuxwire::{ChannelOptions, ErrorKind};
use tmuxwire_testkit::{TestServer, releases};

use crate::on_each;

/// Files were printed instead of written, and could not be read; arguments over 16 kB were refused.
#[test]
fn p80_files_are_read_and_written() {
    on_each(|server, client| {
        let version = &server.release().version;
        let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        let (from, to) = (server.home().join("from"), server.home().join("to"));
        std::fs::write(&from, &bytes).expect("a file");
        let load = client.perform(LoadBuffer::new(from).name("b")).expect("an answer");
        assert!(load.ok().is_ok(), "{version}");
        let save = client.perform(SaveBuffer::new(to.clone()).name("b")).expect("an answer");
        assert_eq!((save.status, save.stdout.len()), (0, 0), "{version}");
        assert!(std::fs::read(to).expect("the file") == bytes, "{version}");
    });
}

/// What doesn't fit a message goes as a stream.
#[test]
fn trap4_nothing_is_too_long() {
    on_each(|_, client| {
        let bytes = vec![b'x'; 1 << 20];
        client.set_buffer("b", bytes.clone()).expect("a buffer");
        assert!(client.buffer("b").expect("the buffer") == bytes);
        let error = client.run(["set-buffer", &"x".repeat(20_000)]).expect_err("too long");
        assert!(matches!(error.kind(), ErrorKind::CommandTooLong { .. }));
    });
}

/// 3.4 and 3.5 escape what they print, others don't.
#[test]
fn trap1_what_is_printed_is_the_same_everywhere() {
    on_each(|server, client| {
        let odd = "tab\t bell\x07 back\\slash \\t \\011 é \x1b[1m";
        let pane = client.panes().expect("panes").remove(0);
        pane.set_option("@odd", odd).expect("an option");
        let version = &server.release().version;
        assert_eq!(pane.evaluate("#{@odd}").expect("text"), odd.as_bytes(), "{version}");
        assert_eq!(pane.options().expect("options").text("@odd").expect("text"), odd, "{version}");
    });
}

/// Over a control channel what `split-window -P` prints was lost on 3.7.
#[test]
fn trap2_a_channel_says_what_was_made() {
    on_each(|_, client| {
        let channel = client.through_channel(ChannelOptions::default()).expect("a channel");
        let pane = channel.panes().expect("panes").remove(0);
        let made = pane.split(SplitWindow::new()).expect("a pane");
        assert_ne!(made, pane);
        assert!(made.exists().expect("an answer"));
    });
}

/// One failure in a list of commands was everyone's.
#[test]
fn trap3_who_failed_is_known() {
    on_each(|_, client| {
        let channel = client.through_channel(ChannelOptions::default()).expect("a channel");
        for server in [client, &channel] {
            let commands = [
                vec!["set-option", "-g", "@a", "1"],
                vec!["kill-session", "-t", "=nobody"],
                vec!["set-option", "-g", "@b", "2"],
            ];
            let answers = server.run_all(commands);
            let statuses: Vec<i32> =
                answers.into_iter().map(|answer| answer.expect("an answer").status).collect();
            assert_eq!(statuses, [0, 1, 0]);
        }
        let kill = KillSession::new().target(SessionTarget::exact("nobody"));
        let failure = client.perform(kill).expect("an answer").failure().expect("it failed");
        assert!(failure.is_not_found());
    });
}

/// After a restart `%0` is another pane, and the number in `$TMUX` may be of a server that has gone.
#[test]
fn trap10_w8_a_handle_is_of_one_server() {
    for tmux in releases() {
        let mut server = TestServer::start(&tmux);
        let client = Server::at(server.socket());
        let pane = client.panes().expect("panes").remove(0);
        assert_eq!(pane.server().id().expect("a process").pid(), server.pid().cast_signed());
        server.kill();
        assert!(!pane.exists().expect("an answer"));
        server.restart();
        let again = client.panes().expect("panes").remove(0);
        assert_eq!(pane.id(), again.id());
        assert_ne!(pane, again);
        let error = pane.send_text("rm -rf /").expect_err("not this one");
        assert_eq!(error.kind(), &ErrorKind::AnotherServer);
        assert_eq!(pane.kill().expect_err("not this one").kind(), &ErrorKind::AnotherServer);
        assert!(again.exists().expect("an answer"));
    }
}

/// Questions carried the whole environment, and what was started had too little of it.
#[test]
fn trap9_only_what_starts_something_changes_the_environment() {
    on_each(|_, client| {
        let session = client.session("main").expect("the session");
        let before = session.environment().expect("variables");
        session.windows().expect("windows");
        session.server().sessions().expect("sessions");
        assert_eq!(session.environment().expect("variables"), before);
        let new = client.new_session(NewSession::new().name("new")).expect("a session");
        let home = std::env::var("SSH_AUTH_SOCK").ok();
        let variables = new.environment().expect("variables");
        let known = variables.get("SSH_AUTH_SOCK").map(ToString::to_string);
        assert_eq!(known, home);
    });
}
