//! What goes in comes out: any bytes, through argv, control lines and commands in commands.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::process::Output;

use tmuxwire_operations::{
    AnyOperation, BindKey, Commands, DisplayMessage, FindWindow, Format, IfShell, Key, ListKeys,
    LoadBuffer, NewSession, Operation, PaneTarget, PipePane, Release, RenameSession, RenameWindow,
    RunShell, SaveBuffer, SelectLayout, SelectPane, SendKeys, SessionId, SessionTarget, SetBuffer,
    SetHook, SetOption, ShowBuffer, ShowOptions, Unknown, WindowId, WindowTarget,
};
use tmuxwire_testkit::{TestServer, releases, wait_until};

use crate::support::release;

fn run(server: &TestServer, operation: &(impl Operation + std::fmt::Debug)) -> Output {
    let release = release(server.release());
    let argv = operation.render(Some(release), Unknown::Refuse).expect("an operation");
    server.tmux(argv.into_iter().map(OsString::from_vec))
}

fn succeed(server: &TestServer, operation: &(impl Operation + std::fmt::Debug)) -> Vec<u8> {
    let output = run(server, operation);
    let version = &server.release().version;
    assert!(output.status.success(), "{version}: {operation:?}: {output:?}");
    output.stdout
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() })
}

const SPECIAL: &[u8] = b"-;\\\"'$%#{}~ \n\t=:,1@\xff\xc3";

/// Bytes that a parser could mistake, and any others.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let special = prop::sample::select(SPECIAL.to_vec());
    prop::collection::vec(prop_oneof![3 => special, 1 => 1u8..=255], 1..12)
}

/// Names with what means something in targets and formats. Backslash and dollar are not in it: in
/// names servers write some of them in another way.
fn words() -> impl Strategy<Value = String> {
    "[-;=!+^{}@%#a-c0-1,~*?\\[\\]' (]{1,6}"
}

fn shown(server: &TestServer) -> Vec<u8> {
    succeed(server, &ShowBuffer::new().name("kept"))
}

#[test]
fn any_bytes_arrive_as_an_argument() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        let tried = runner(60).run(&bytes(), |bytes| {
            succeed(&server, &SetBuffer::new().name("kept").data(bytes.as_slice()));
            prop_assert_eq!(shown(&server), bytes);
            Ok(())
        });
        tried.unwrap_or_else(|error| panic!("{}: {error}", tmux.version));
    }
}

#[test]
fn any_bytes_arrive_through_commands_in_commands() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        let first = |first: &u8| vec![*first, b'x', b'\''];
        for bytes in SPECIAL.iter().map(first).chain([b"it's;".to_vec()]) {
            let arrived = through_commands(&server, &bytes);
            assert!(arrived.iter().all(|arrived| *arrived == bytes), "{bytes:?} {arrived:?}");
        }
        let tried = runner(30).run(&bytes(), |bytes| {
            for arrived in through_commands(&server, &bytes) {
                prop_assert_eq!(&arrived, &bytes);
            }
            Ok(())
        });
        tried.unwrap_or_else(|error| panic!("{}: {error}", tmux.version));
    }
}

/// What arrives by way of commands in commands.
fn through_commands(server: &TestServer, bytes: &[u8]) -> Vec<Vec<u8>> {
    let set = SetBuffer::new().name("kept").data(bytes);
    let inner = IfShell::new("1", set.clone()).format();
    succeed(server, &IfShell::new("0", Commands::raw("")).format().otherwise(inner));
    let mut arrived = vec![shown(server)];
    if release(server.release()) >= Release::new(3, 2) {
        let inner = Commands::from(SetBuffer::new().name("kept").data("x")).then(set);
        succeed(server, &RunShell::tmux(inner));
        arrived.push(shown(server));
    }
    arrived
}

#[test]
fn a_value_of_a_flag_may_look_like_a_flag() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        for name in ["-b", "--", "-", ";", "-;", "#{pid}", "a b"] {
            succeed(&server, &SetBuffer::new().name(name).data(format!("-{name}")));
            let shown = succeed(&server, &ShowBuffer::new().name(name));
            assert_eq!(shown, format!("-{name}").into_bytes(), "{}", tmux.version);
        }
    }
}

#[test]
fn keys_and_hooks_keep_their_commands() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        let two = Commands::from(SetBuffer::new().name("kept").data("%1;#{pid}$HOME;"))
            .then(RenameWindow::new("it's;"));
        for key in [";", "\\", "\"", "C-M-Left", "-", "#"] {
            let key = Key::named(key).expect("a key");
            succeed(&server, &BindKey::new(key.clone()).table("own").command(two.clone()));
        }
        let keys = succeed(&server, &ListKeys::new().table("own"));
        let keys = String::from_utf8(keys).expect("text");
        assert_eq!(keys.lines().count(), 6, "{}: {keys}", tmux.version);
        let has_both = |line: &str| line.contains("set-buffer") && line.contains("rename-window");
        assert!(keys.lines().all(has_both), "{}: {keys}", tmux.version);

        let main = SessionTarget::exact("main");
        let hook = || SetHook::new().target(main.clone()).hook("session-renamed");
        succeed(&server, &hook().command(two.clone()));
        succeed(&server, &hook().run());
        assert_eq!(shown(&server), b"%1;#{pid}$HOME;", "{}", tmux.version);
        let name = DisplayMessage::new().print().target(main).message("#{window_name}");
        assert_eq!(succeed(&server, &name), b"it's;\n", "{}", tmux.version);
    }
}

#[test]
fn text_is_no_format_on_any_release() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        let main = SessionTarget::exact("main");
        let ask = |format: &str| {
            let told = DisplayMessage::new().print().target(main.clone()).message(format);
            String::from_utf8(succeed(&server, &told)).expect("text")
        };
        let ran = server.home().join("ran");
        let text = format!("a#{{pid}}#(touch {})##b###[x]%H#", ran.display());
        // Session names can't have dots and colons, nor targets.
        let name = text.replace(['.', ':'], "_");

        succeed(&server, &RenameWindow::new(text.as_str()));
        assert_eq!(ask("#{window_name}"), format!("{text}\n"), "{}", tmux.version);
        succeed(&server, &SelectPane::new().title(text.as_str()));
        assert_eq!(ask("#{pane_title}"), format!("{text}\n"), "{}", tmux.version);
        succeed(&server, &SetOption::new("@a#{pid}").server().value(text.as_str()));
        let value = ShowOptions::new().server().value_only().option("@a#{pid}");
        assert_eq!(succeed(&server, &value), format!("{text}\n").as_bytes(), "{}", tmux.version);
        let message = DisplayMessage::new().print().message(Format::literal(&text));
        assert_eq!(succeed(&server, &message), format!("{text}\n").as_bytes(), "{}", tmux.version);

        succeed(
            &server,
            &FindWindow::new(format!("#(touch {})", ran.display())).target(main.clone()),
        );
        succeed(&server, &SendKeys::keys([Key::character('q')]).target(main.clone()));

        let directory = server.home().join("d#{pid}##[x]");
        std::fs::create_dir(&directory).expect("a directory");
        succeed(
            &server,
            &NewSession::new().detached().name(name.as_str()).directory(directory.as_path()),
        );
        let there = SessionTarget::exact(&name);
        let told = DisplayMessage::new().print().target(there).message("#{pane_start_path}");
        // Releases before 3.3 don't say where a pane started.
        if release(&tmux) >= Release::new(3, 3) {
            let path = format!("{}\n", directory.display());
            assert_eq!(String::from_utf8_lossy(&succeed(&server, &told)), path, "{}", tmux.version);
        } else {
            succeed(&server, &told);
        }

        let file = directory.join("file");
        succeed(&server, &SetBuffer::new().name("kept").data("data"));
        succeed(&server, &SaveBuffer::new(file.as_path()).name("kept"));
        succeed(&server, &LoadBuffer::new(file.as_path()).name("again"));
        assert_eq!(succeed(&server, &ShowBuffer::new().name("again")), b"data", "{}", tmux.version);
        let out = server.home().join("out");
        let script = |end: &str| format!("echo '#{{pid}}##[x]%H' > {}{end}", out.display());
        for end in ["1", "2"] {
            match end {
                "1" => succeed(&server, &RunShell::new().command(script(end))),
                _ => succeed(&server, &PipePane::new().target(main.clone()).command(script(end))),
            };
            wait_until("the program has written", || {
                let path = format!("{}{end}", out.display());
                std::fs::read_to_string(path).is_ok_and(|said| said == "#{pid}##[x]%H\n")
            });
        }
        assert!(!ran.exists(), "{}: a name has run a program", tmux.version);
    }
}

#[test]
fn layouts_are_taken() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        server.tmux(["split-window", "-d", "-t", "=main:"]);
        let asked = DisplayMessage::new().print().message("#{window_layout}");
        let before = String::from_utf8(succeed(&server, &asked)).expect("text");
        for layout in ["even-horizontal", "main-vertical", "tiled", before.trim()] {
            succeed(&server, &SelectLayout::new().layout(layout));
        }
        assert_eq!(succeed(&server, &asked), before.into_bytes(), "{}", tmux.version);
        let mirrored = SelectLayout::new().layout("main-vertical-mirrored");
        let is_known = mirrored.render(Some(release(&tmux)), Unknown::Refuse).is_ok();
        assert!(!is_known || run(&server, &mirrored).status.success(), "{}", tmux.version);
        assert_eq!(is_known, release(&tmux) >= Release::new(3, 5));
    }
}

/// A name that is there is found, and no other object is taken for it.
#[test]
fn exact_targets_are_never_mistaken() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        server.tmux(["new-window", "-d", "-t", "=main:"]);
        let session = SessionTarget::Id(SessionId(0));
        let id = DisplayMessage::new().print().message("#{window_id} #{session_id}");
        let tried = runner(60).run(&words(), |name| {
            let rename = RenameWindow::new(name.as_str()).target(WindowId(1));
            succeed(&server, &rename);
            let target = WindowTarget::exact(session.clone(), &name);
            let ask = id.clone().target(PaneTarget::In(target));
            if ask.render(None, Unknown::Refuse).is_ok() {
                prop_assert_eq!(succeed(&server, &ask), b"@1 $0\n".to_vec());
            }
            let rename = RenameSession::new(name.as_str()).target(session.clone());
            // Some names a server refuses.
            if run(&server, &rename).status.success() {
                let ask = id.clone().target(SessionTarget::exact(&name));
                if ask.render(None, Unknown::Refuse).is_ok() {
                    prop_assert_eq!(&succeed(&server, &ask)[2..], b" $0\n");
                }
            }
            Ok(())
        });
        tried.unwrap_or_else(|error| panic!("{}: {error}", tmux.version));
    }
}

#[test]
fn text_is_typed_and_keys_are_pressed() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        let pane = PaneTarget::from(SessionTarget::exact("main"));
        for text in ["Enter", "-l", "C-c;", "it's #{pid} %1"] {
            succeed(&server, &SendKeys::text(text).target(pane.clone()));
            let then = [Key::named("Enter").expect("a key")];
            succeed(&server, &SendKeys::keys(then).target(pane.clone()));
            let line = [text.as_bytes(), b"\n"].concat();
            wait_until("the text is there, typed and repeated by cat", || {
                let screen = server.tmux(["capture-pane", "-p", "-t", "=main:"]).stdout;
                screen.windows(line.len()).filter(|part| *part == line).count() >= 2
            });
        }
        succeed(&server, &SendKeys::bytes(b"h\xc3\xa9x\r").target(pane));
        wait_until("the bytes are there", || {
            let screen = server.tmux(["-u", "capture-pane", "-p", "-t", "=main:"]).stdout;
            screen.windows(5).any(|part| part == "héx\n".as_bytes())
        });
    }
}

#[test]
fn an_older_server_loses_or_refuses_what_it_does_not_know() {
    let tmux = releases().into_iter().find(|tmux| release(tmux) < Release::new(3, 2));
    let tmux = tmux.expect("a release before 3.2");
    let server = TestServer::start(&tmux);
    let session = AnyOperation::named("new-session")
        .and_then(|any| any.switch_on("detached"))
        .and_then(|any| any.with("name", "old"))
        .and_then(|any| any.with("environment", "A=b"))
        .expect("an operation");
    assert!(session.render(Some(release(&tmux)), Unknown::Refuse).is_err());
    let argv = session.render(Some(release(&tmux)), Unknown::Drop).expect("an operation");
    let output = server.tmux(argv.into_iter().map(OsString::from_vec));
    assert!(output.status.success(), "{output:?}");
}
