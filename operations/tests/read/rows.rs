//! Rows survive any bytes in names, titles, options and paths.

use std::os::unix::ffi::OsStrExt;

use bstr::BString;
use proptest::prelude::*;
use tmuxwire_operations::read::{
    Capture, Colour, Field, FieldValue, Fields, Hooks, Listing, Options, PaneInfo, Records,
    Snapshot, Style, UserOption, Variables, buffer, client, pane, session, window,
};
use tmuxwire_operations::{
    DeleteBuffer, PaneId, RenameSession, RenameWindow, SelectPane, SessionId, SetBuffer,
    ShowBuffer, WindowTarget,
};
use tmuxwire_testkit::{TestServer, releases, wait_until};

use crate::support::{ask, bytes, list, os, run, runner, tell};

/// Whether the server says that what was read is exactly what it has.
fn is_held(server: &TestServer, field: &str, read: &[u8]) -> bool {
    tell(server, &[b"set-option", b"-g", b"@read", read]);
    let same = format!("#{{==:#{{@read}},#{{{field}}}}}");
    tell(server, &[b"display-message", b"-p", b"-t", b"$0:", same.as_bytes()]) == b"1\n"
}

/// One field among others, so that a cell that ends too early or too late is found.
fn one(server: &TestServer, field: Field<BString>) -> BString {
    let around = (pane::ID, field, window::ID, field, session::ID, pane::WIDTH);
    let row = list(server, &Listing::panes().fields(around)).remove(0);
    assert_eq!((&row.1, row.5), (&row.3, 80));
    row.1
}

#[test]
fn user_options_come_back_with_any_bytes() {
    let option = UserOption::new("@x").expect("a name");
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        let tried = runner(40).run(&bytes(), |bytes| {
            tell(&server, &[b"set-option", b"-g", b"@x", &bytes]);
            let listing = Listing::panes().fields((option.clone(), pane::ID, option.clone()));
            let rows = list(&server, &listing);
            prop_assert_eq!(&rows[0].0, &bytes);
            prop_assert_eq!(&rows[0].2, &bytes);
            Ok(())
        });
        tried.unwrap_or_else(|error| panic!("{}: {error}", tmux.version));
    }
}

#[test]
fn names_and_titles_come_back_as_the_server_has_them() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        let tried = runner(25).run(&bytes(), |bytes| {
            // Some are refused as a whole; then the one before stays.
            let window = WindowTarget::raw("$0:");
            run(&server, RenameWindow::new(bytes.as_slice()).target(window.clone()));
            run(&server, SelectPane::new().target(window).title(bytes.as_slice()));
            run(&server, RenameSession::new(bytes.as_slice()).target(SessionId(0)));
            for field in [window::NAME, pane::TITLE, session::NAME] {
                let read = one(&server, field);
                prop_assert!(is_held(&server, field.spec().name, &read), "{read:?}");
            }
            Ok(())
        });
        tried.unwrap_or_else(|error| panic!("{}: {error}", tmux.version));
    }
}

/// Names without anything that servers change or refuse are what they were.
#[test]
fn plain_names_and_titles_come_back_as_given() {
    let names = "[-a-c|;,{}()<>\"'`&*?=!~%#\\[\\] é日]{1,10}";
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        let tried = runner(25).run(&names, |name| {
            let window = WindowTarget::raw("=main:");
            ask(&server, RenameWindow::new(&name).target(window.clone()));
            ask(&server, SelectPane::new().target(window).title(&name));
            prop_assert_eq!(&one(&server, window::NAME), name.as_str());
            prop_assert_eq!(&one(&server, pane::TITLE), name.as_str());
            Ok(())
        });
        tried.unwrap_or_else(|error| panic!("{}: {error}", tmux.version));
    }
}

#[test]
fn titles_that_programs_set_come_back_as_the_server_has_them() {
    let titles: [&[u8]; 6] = [
        b"x|y;z\\n",
        b"caf\xc3\xa9 \xff\xc3",
        b"$HOME \\$H \\\\",
        b"#{pane_id}#[x]",
        b"a\tb",
        b";",
    ];
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        for title in titles {
            let file = server.home().join("title");
            std::fs::write(&file, [b"\x1b]2;", title, b"\x1b\\set"].concat()).expect("written");
            let cat = format!("cat {}; exec cat", file.display());
            tell(&server, &[b"respawn-pane", b"-k", b"-t", b"=main:", cat.as_bytes()]);
            wait_until("the program has printed", || {
                tell(&server, &[b"capture-pane", b"-p", b"-t", b"=main:"]).starts_with(b"set")
            });
            let read = one(&server, pane::TITLE);
            // Servers refuse what isn't UTF-8, and escape what some terminals mistake.
            if title.is_ascii() && !title.iter().any(|byte| b"\t\\#".contains(byte)) {
                assert_eq!(read, title, "{}", tmux.version);
            }
            assert!(is_held(&server, "pane_title", &read), "{}: {read:?}", tmux.version);
        }
    }
}

#[test]
fn directories_come_back_with_any_bytes() {
    let names: [&[u8]; 4] = [b"a\nb|c;d", b"\\n$HOME '\"", b"caf\xc3\xa9\t\x01", b" x;"];
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        for name in names {
            let directory = server.home().join(os(name));
            std::fs::create_dir(&directory).expect("a directory");
            let directory = directory.canonicalize().expect("it is there");
            // The directory of `respawn-pane` is a format, a quoted `cd` is not.
            let file = server.home().join("go");
            let path = directory.as_os_str().as_bytes();
            std::fs::write(
                &file,
                [b"cd -- \"$(cat <<'END'\n", path, b"\nEND\n)\" && exec cat\n"].concat(),
            )
            .expect("written");
            let go = format!(". {}", file.display());
            tell(&server, &[b"respawn-pane", b"-k", b"-t", b"=main:", go.as_bytes()]);
            let listing = Listing::panes().fields((pane::CURRENT_COMMAND, pane::CURRENT_PATH));
            wait_until("the program is there", || {
                let row = list(&server, &listing).remove(0);
                row.0.is_some_and(|command| command == "cat")
                    && row.1.is_some_and(|read| read == path)
            });
        }
    }
}

#[test]
fn buffers_come_back_with_any_bytes() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        let tried = runner(25).run(&bytes(), |bytes| {
            prop_assume!(!bytes.is_empty());
            ask(&server, SetBuffer::new().name("kept").data(bytes.as_slice()));
            prop_assert_eq!(ask(&server, ShowBuffer::new().name("kept")), &bytes[..]);
            let fields = (buffer::NAME, buffer::SAMPLE, buffer::SIZE);
            let (name, _, size) = list(&server, &Listing::buffers().fields(fields)).remove(0);
            prop_assert_eq!((name.to_string(), size), ("kept".to_owned(), bytes.len() as i64));
            // Whatever the server makes of a name, unless it refuses it: what was read finds it.
            let made = run(&server, SetBuffer::new().name(bytes.as_slice()).data("named"));
            if !made.status.success() {
                return Ok(());
            }
            let named = list(&server, &Listing::buffers()).remove(0).name;
            prop_assert_eq!(ask(&server, ShowBuffer::new().name(named.as_slice())), b"named");
            ask(&server, DeleteBuffer::new().name(named.as_slice()));
            Ok(())
        });
        tried.unwrap_or_else(|error| panic!("{}: {error}", tmux.version));
    }
}

#[test]
fn an_answer_to_another_question_is_unreadable() {
    let panes = Listing::panes().fields(pane::ID);
    assert_eq!(panes.read(b"p%1;\n"), Ok(vec![PaneId(1)]));
    for wrong in
        ["p@1;\n", "w%1;\n", "p%1|2;\n", "p%1\n", "%1\n", "p%99999999999;\n", "p;\n", "p%1;"]
    {
        assert!(panes.read(wrong.as_bytes()).is_err(), "{wrong}");
    }
    let error = panes.read(b"p%1;\npsecret;\n").expect_err("no id");
    assert_eq!(error.to_string(), "row 2 of the answer has no pane_id that can be read");
    assert_eq!(Listing::clients().fields(client::NAME).read(b""), Ok(Vec::new()));
    fn asks<F: Fields>(_: F) {}
    asks(Records::<PaneInfo>::new());
    fn is_value<T: FieldValue>() {}
    is_value::<Option<bool>>();
}

#[test]
fn no_answer_makes_a_reader_panic() {
    let answers =
        ("[pswcbv;|\\\\\n$@%0-9a \"'=*\\[\\]u]{0,60}", prop::collection::vec(any::<u8>(), 0..40));
    let tried = runner(3000).run(&answers, |(likely, any)| {
        for answer in [likely.as_bytes(), &any] {
            let fields = (pane::ID, pane::TITLE, pane::DEAD_STATUS);
            let _ = Listing::panes().fields(fields).read(answer);
            let _ = Snapshot::read(answer);
            let _ = (Options::read(answer), Hooks::read(answer), Variables::read(answer));
            let _ = (Capture::read(answer), Colour::parse(answer), Style::parse(answer));
        }
        Ok(())
    });
    tried.unwrap_or_else(|error| panic!("{error}"));
}
