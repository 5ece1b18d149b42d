//! The table of fields is that of the real servers.

use std::collections::BTreeSet;
use std::process::Stdio;

use tmuxwire_operations::Release;
use tmuxwire_operations::read::{
    AnyValue, FieldScope, FieldSpec, Listing, client, field, fields, pane, session, window,
};
use tmuxwire_testkit::{Terminal, TestServer, releases, wait_until};

use crate::support::{list, release, tell};

/// What `display-message -a` has besides fields: what kind of list a format is for, loops, the
/// command that asks, and the marker of one release.
fn is_no_field(name: &str) -> bool {
    name.ends_with("_format") || name.starts_with("loop_") || name == "command"
}

#[test]
fn every_field_that_a_server_has_is_in_the_table() {
    for tmux in releases() {
        let release = release(&tmux);
        let server = TestServer::start(&tmux);
        let all = tell(&server, &[b"display-message", b"-a", b"-p", b"-t", b"=main:"]);
        let all = String::from_utf8(all).expect("text");
        let names: BTreeSet<&str> =
            all.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
        assert!(names.len() > 80, "{names:?}");
        for name in names.into_iter().filter(|name| !is_no_field(name)) {
            let field = field(name).unwrap_or_else(|| panic!("{release}: no field {name}"));
            assert!(field.since <= release, "{release} has {name}");
        }
    }
}

fn of(scopes: &[FieldScope]) -> Vec<&'static FieldSpec> {
    fields().filter(|field| scopes.contains(&field.scope)).collect()
}

/// Whether every field has a value, or may have none.
fn check(release: Release, fields: &[&FieldSpec], row: &[AnyValue]) {
    assert_eq!(fields.len(), row.len());
    for (field, value) in fields.iter().zip(row) {
        if release < field.since {
            assert_eq!(*value, AnyValue::Absent, "{release} knows {}", field.name);
        }
    }
}

/// A pane that is dead by a status, one by a signal, one that has no process, one in a mode with a
/// selection and a search, one with the alternate screen, a pipe and the mouse.
fn unusual_panes(server: &TestServer) {
    tell(server, &[b"set-option", b"-g", b"-w", b"remain-on-exit", b"on"]);
    for command in ["exit 3", "kill -9 $$", "printf '\\033[?1049h\\033[?1003hx'; exec cat"] {
        tell(server, &[b"new-window", b"-d", b"-t", b"=main:", command.as_bytes()]);
    }
    tell(server, &[b"split-window", b"-d", b"-t", b"=main:3", b""]);
    tell(server, &[b"pipe-pane", b"-t", b"=main:3.0", b"exec cat >pipe"]);
    if release(server.release()) >= Release::new(3, 7) {
        tell(server, &[b"new-pane", b"-d", b"-t", b"=main:3", b"cat"]);
    }
    let dead = || list(server, &Listing::panes().filter(pane::DEAD.is_true())).len() >= 4;
    wait_until("the programs have ended", dead);
    tell(server, &[b"split-window", b"-d", b"-t", b"=main:2", b"cat"]);
    tell(server, &[b"resize-pane", b"-Z", b"-t", b"=main:2.1"]);
    tell(server, &[b"copy-mode", b"-t", b"=main:0"]);
    for word in ["begin-selection", "cursor-up", "cursor-right", "rectangle-toggle"] {
        tell(server, &[b"send-keys", b"-t", b"=main:0", b"-X", word.as_bytes()]);
    }
    tell(server, &[b"send-keys", b"-t", b"=main:0", b"-X", b"search-backward", b"t"]);
}

#[test]
fn every_field_has_the_type_that_it_says() {
    use FieldScope::{Buffer, Client, Pane, Server, Session, Window};
    for tmux in releases() {
        let release = release(&tmux);
        let server = TestServer::start(&tmux);
        let mut terminal = Terminal::open(80, 24);
        let socket = server.socket().display().to_string();
        let words = ["-S", socket.as_str(), "attach-session", "-t", "=main"];
        terminal.start(server.home(), &tmux.path, &words, &[("TERM", "xterm")]);
        terminal.wait_for("[main]");
        tell(&server, &[b"split-window", b"-d", b"-t", b"=main:", b"cat"]);
        tell(&server, &[b"new-session", b"-d", b"-s", b"two", b"-t", b"=main"]);
        tell(&server, &[b"set-buffer", b"-b", b"kept", b"text"]);
        unusual_panes(&server);
        let scopes = [Server, Session, Window, Pane];
        let all = of(&scopes);
        for row in list(&server, &Listing::panes().fields(all.clone())) {
            check(release, &all, &row);
        }
        for row in list(&server, &Listing::sessions().fields(all.clone())) {
            check(release, &all, &row);
        }
        for row in list(&server, &Listing::windows().fields(all.clone())) {
            check(release, &all, &row);
        }
        // One without a terminal, too.
        let mut control = server.command();
        control.args(["-C", "attach-session", "-t", "=main"]);
        let control = control.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut control = control.expect("tmux runs");
        wait_until("both are there", || list(&server, &Listing::clients()).len() == 2);
        let all = of(&[Client, Session]);
        for row in list(&server, &Listing::clients().fields(all.clone())) {
            check(release, &all, &row);
        }
        let infos = list(&server, &Listing::clients());
        assert_eq!(infos.iter().filter(|client| client.control).count(), 1, "{infos:?}");
        let kinds = Listing::clients().filter(client::CONTROL_MODE.is_true());
        let found = list(&server, &kinds.fields(client::PID));
        assert_eq!(found, [control.id()], "{release}");
        drop(control.stdin.take());
        control.wait().expect("it ends");
        let all = of(&[Buffer, Server]);
        let buffers = list(&server, &Listing::buffers().fields(all.clone()));
        check(release, &all, &buffers[0]);
    }
}

#[test]
fn the_usual_records_come_from_every_release() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        tell(&server, &[b"set-buffer", b"-b", b"kept", b"text"]);
        let sessions = list(&server, &Listing::sessions());
        assert_eq!(sessions[0].name, "main");
        let windows = list(&server, &Listing::windows_of(sessions[0].id));
        assert_eq!((windows[0].name.to_string(), windows[0].width), ("work".to_owned(), 80));
        let panes = list(&server, &Listing::panes_of_session(sessions[0].id));
        assert_eq!(panes.len(), 1);
        assert_eq!(panes, list(&server, &Listing::panes_of_window(windows[0].id)));
        assert_eq!(panes, list(&server, &Listing::panes()));
        assert_eq!((panes[0].window, panes[0].session), (windows[0].id, sessions[0].id));
        assert!(panes[0].active && !panes[0].dead && panes[0].pid.is_some());
        let buffers = list(&server, &Listing::buffers());
        assert_eq!((buffers[0].name.to_string(), buffers[0].size), ("kept".to_owned(), 4));
        assert_eq!(list(&server, &Listing::clients()).len(), 0);
        assert_eq!(list(&server, &Listing::clients_of(sessions[0].id)).len(), 0);
        let both = Listing::windows().fields((session::NAME, (pane::ID, pane::WIDTH)));
        assert_eq!(list(&server, &both), [("main".into(), (panes[0].id, 80))]);
    }
}

#[test]
fn a_pane_without_a_process_has_none() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        tell(&server, &[b"split-window", b"-d", b"-t", b"=main:", b""]);
        let pids = list(&server, &Listing::panes().fields(pane::PID));
        assert!(pids[0].is_some() && pids[1].is_none(), "{}: {pids:?}", tmux.version);
        let untyped = list(&server, &Listing::panes().fields(vec![pane::PID.spec()]));
        assert_eq!(untyped[1], [AnyValue::Absent], "{}", tmux.version);
        assert_eq!(list(&server, &Listing::panes())[1].tty, "");
    }
}

/// Those that are asked without `q:`, for nothing in them needs it.
#[test]
fn layouts_and_flags_have_nothing_to_mistake() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        for words in ["split-window -h", "split-window -v", "new-window -n a", "copy-mode"] {
            let words: Vec<&[u8]> = words.split(' ').map(str::as_bytes).collect();
            tell(&server, &words);
        }
        tell(&server, &[b"select-pane", b"-m", b"-t", b"=main:work.0"]);
        tell(&server, &[b"resize-pane", b"-Z", b"-t", b"=main:work.1"]);
        let asked = (window::FLAGS, window::LAYOUT, window::VISIBLE_LAYOUT, pane::TTY, pane::MODE);
        let rows = list(&server, &Listing::panes().fields((asked, window::RAW_FLAGS)));
        assert_eq!(rows.len(), 4);
        let ((flags, layout, visible, tty, _), raw) = &rows[0];
        assert!(flags.contains(&b'Z') && flags.contains(&b'M'), "{flags}");
        assert!(layout.contains(&b'{') && layout.contains(&b'[') && visible != layout, "{layout}");
        assert!(tty.starts_with(b"/dev/"), "{tty}");
        assert_eq!(raw.is_some(), release(&tmux) >= Release::new(3, 2));
        assert_eq!(rows[3].0.4.as_ref().map(ToString::to_string).as_deref(), Some("copy-mode"));
    }
}

#[test]
fn only_two_fields_make_the_server_read_proc_and_no_record_has_one() {
    let slow: Vec<_> = fields().filter(|field| field.reads_proc).map(|field| field.name).collect();
    assert_eq!(slow, ["pane_current_command", "pane_current_path"]);
    let question = format!("{:?}", Listing::panes().question(None));
    let argv = Listing::panes()
        .question(None)
        .arguments(None, tmuxwire_operations::Unknown::Refuse)
        .expect("an operation");
    assert!(argv.iter().all(|word| !word.escape_ascii().to_string().contains("current_")));
    assert!(!question.contains("pane_id"), "{question}");
    let names: BTreeSet<_> = fields().map(|field| field.name).collect();
    assert_eq!(names.len(), fields().count(), "a field is there twice");
}
