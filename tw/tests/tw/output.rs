//! `tw output`.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;

use serde_json::{Value, json};
use tmuxwire_testkit::{NOBODY, TestServer, as_root, command, releases, system, wait_until};

use crate::support::{
    Running, TW, on_each_release, press_enter, program, run, running, start, tw, until_attached,
};

/// A megabyte of text, control sequences, and what is no UTF-8.
fn mixed_bytes() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    while bytes.len() < 1 << 20 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        match state >> 60 {
            0 => bytes.extend_from_slice("größer \u{1f980} ".as_bytes()),
            1 => bytes.extend_from_slice(b"\x1b[31mred\x1b[0m\r\n"),
            2 => bytes.extend_from_slice(b"\\ back\\134slash \xc3 \xff\xfe"),
            // Not the bytes with which a terminal begins to swallow what follows, or answers.
            3..8 => bytes.extend(state.to_be_bytes().map(|byte| byte | 0x20)),
            _ => bytes.extend_from_slice(format!("line {state}\n").as_bytes()),
        }
    }
    bytes.truncate(1 << 20);
    bytes
}

/// What painting ends with for a pane that shows `here`.
const PAINTED: &[u8] = b"\x1b[0m\x1b[1;5H";

fn after_screen(bytes: &[u8]) -> Option<&[u8]> {
    let at = bytes.windows(PAINTED.len()).position(|part| part == PAINTED)?;
    Some(&bytes[at + PAINTED.len()..])
}

/// Prints a file in the pane, byte for byte, when Enter is pressed.
fn will_print(server: &TestServer, bytes: &[u8]) {
    std::fs::write(server.home().join("bytes"), bytes).expect("a file");
    let file = server.home().join("bytes").display().to_string();
    server.tmux(["set-option", "-g", "remain-on-exit", "on"]);
    program(server, &format!("stty -opost -echo; read x; cat {file}; exec cat"));
    wait_until("the terminal is set", || {
        let pid = server.tmux(["display-message", "-p", "-t", "%0", "#{pane_tty}"]).stdout;
        let tty = String::from_utf8_lossy(&pid).trim().to_owned();
        let said = command("stty", server.home()).args(["-a", "-F", &tty]).output();
        String::from_utf8_lossy(&said.expect("stty runs").stdout).contains("-opost")
    });
}

fn bytes_of(object: &Value) -> Vec<u8> {
    match object["output_base64"].as_str() {
        Some(text) => base64(text),
        None => object["output"].as_str().expect("text").as_bytes().to_vec(),
    }
}

fn base64(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for chunk in text.as_bytes().chunks(4) {
        let bits = chunk.iter().fold(0_u32, |bits, character| {
            let value = match character {
                b'A'..=b'Z' => character - b'A',
                b'a'..=b'z' => character - b'a' + 26,
                b'0'..=b'9' => character - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => 0,
            };
            (bits << 6) | u32::from(value)
        });
        let padding = chunk.iter().filter(|character| **character == b'=').count();
        bytes.extend_from_slice(&bits.to_be_bytes()[1..4 - padding]);
    }
    bytes
}

#[test]
fn a_megabyte_of_mixed_bytes_comes_exactly() {
    let expected = mixed_bytes();
    let count = expected.len().to_string();
    on_each_release(|server| {
        for more in [&[][..], &["--raw"], &["--lossless"]] {
            if more == ["--lossless"] && !server.release().is_at_least(3, 2) {
                let seen = run(server, &["output", "--lossless"]);
                assert_eq!(seen.status, 2);
                assert!(seen.stderr.contains("needs tmux 3.2"), "{}", seen.stderr);
                continue;
            }
            will_print(server, &expected);
            let words = ["output", "%0", "--screen", "--bytes", &count];
            let tw = running(server, &[&words[..], more].concat());
            tw.until("the screen", |bytes| after_screen(bytes).is_some());
            press_enter(server);
            let seen = tw.finish();
            assert_eq!((seen.status, seen.stderr.as_str()), (0, ""));
            assert!(seen.stdout.starts_with(b"\x1b[H\x1b[2Jhere"));
            assert!(
                after_screen(&seen.stdout) == Some(&expected),
                "{} differs",
                server.release().version
            );
        }
    });
}

#[test]
fn what_is_painted_looks_like_the_pane() {
    // Lines that go on with spaces only, in colour or not, and one that fills its row.
    let text = "%-100s\\r\\n\\033[7m%-90s\\033[m\\r\\n%080d\\r\\n%0100d\\r\\nend";
    on_each_release(|server| {
        program(server, &format!("printf '{text}' abc x 0 0; exec cat"));
        wait_until("all is printed", || captured(server, "%0", "-p").ends_with("\nend"));
        let tw = running(server, &["output", "%0", "--screen"]);
        let painted = b"\x1b[0m\x1b[8;4H";
        let at = |bytes: &[u8]| bytes.windows(painted.len()).position(|part| part == painted);
        tw.until("the screen", |bytes| at(bytes).is_some());
        let bytes = tw.stdout();
        std::fs::write(server.home().join("painted"), bytes).expect("a file");
        let player = format!("cat {}/painted; exec cat", server.home().display());
        server.tmux(["new-window", "-d", "-t", "main:7", &player]);
        for way in ["-p", "-pJ"] {
            wait_until("it looks the same", || {
                captured(server, "main:7", way) == captured(server, "%0", way)
            });
        }
    });
}

/// What a pane shows, without spaces at the ends of lines, which 3.1c adds.
fn captured(server: &TestServer, pane: &str, way: &str) -> String {
    let shown = server.tmux(["capture-pane", way, "-t", pane]).stdout;
    let shown = String::from_utf8_lossy(&shown).into_owned();
    let lines: Vec<_> = shown.lines().map(str::trim_end).collect();
    lines.join("\n").trim_end().to_owned()
}

#[test]
fn objects_lose_no_byte() {
    let expected: Vec<u8> = (0x20..=0xff).chain(*b"\r\nend \"\\").collect();
    on_each_release(|server| {
        will_print(server, &expected);
        let tw = running(server, &["output", "--screen", "--json"]);
        let screen = &tw.until_event("screen")[0];
        assert_eq!(
            (&screen["pane"], &screen["cursor"]),
            (&"%0".into(), &json!({"column": 4, "line": 0}))
        );
        assert!(screen["screen"].as_str().expect("text").starts_with("here\n"));
        let modes = &screen["modes"];
        assert_eq!((&modes["wrap"], &modes["mouse_sgr"]), (&true.into(), &false.into()), "{modes}");
        press_enter(server);
        let mut heard = Vec::new();
        wait_until("all is heard", || {
            let objects = tw.until_event("screen").len();
            heard = tw.objects()[objects..].iter().flat_map(bytes_of).collect();
            heard.len() >= expected.len()
        });
        assert_eq!(heard, expected);
    });
}

#[test]
fn a_reader_that_is_slow_gets_everything_if_nothing_may_be_lost() {
    on_each_release(|server| {
        if !server.release().is_at_least(3, 2) {
            return;
        }
        let expected: Vec<u8> =
            (1..200_000).flat_map(|line| format!("{line}\r\n").into_bytes()).collect();
        will_print(server, &expected);
        let count = expected.len().to_string();
        let mut command = tw(server, &["output", "--lossless", "--screen", "--bytes", &count]);
        let mut child = command.stdout(std::process::Stdio::piped()).spawn().expect("runs");
        until_attached(server, 1);
        // Nobody reads until the server itself has nothing more to read from the pane.
        wait_until("its own client has asked for output", || {
            let flags = server.tmux(["list-clients", "-F", "#{client_flags}"]).stdout;
            let flags = String::from_utf8_lossy(&flags).into_owned();
            flags.contains("pause-after") && !flags.contains("no-output")
        });
        press_enter(server);
        let size = || server.tmux(["display-message", "-p", "-t", "%0", "#{history_bytes}"]);
        let mut before = Vec::new();
        wait_until("the pane stands still", || {
            let now = size().stdout;
            std::mem::replace(&mut before, now.clone()) == now
        });
        let mut stdout = child.stdout.take().expect("a pipe");
        let mut all = Vec::new();
        std::io::Read::read_to_end(&mut stdout, &mut all).expect("bytes");
        assert!(child.wait().expect("an end").success());
        assert!(all.ends_with(&expected), "{} bytes", all.len());
    });
}

#[test]
fn it_begins_with_what_comes_unless_told_otherwise() {
    on_each_release(|server| {
        for (words, form) in [(&["output"][..], "x\r\n"), (&["output", "--text"], "x\n")] {
            let mut tw = running(server, words);
            // It may begin to listen behind the echo of a line, or between two.
            let has_line =
                |text: &[u8]| text.windows(form.len()).any(|part| part == form.as_bytes());
            wait_until("it prints a line", || {
                server.tmux(["send-keys", "-t", "%0", "x", "Enter"]);
                has_line(&tw.stdout()) || tw.has_ended()
            });
            let text = String::from_utf8(tw.stdout()).expect("text");
            assert!(text.contains(form), "{text:?}");
            assert!(!text.contains("three"), "{text:?}");
        }
    });
}

#[test]
fn text_is_lines_without_escape_sequences() {
    on_each_release(|server| {
        program(
            server,
            "read x; printf '\\033[31mred\\033[0m\\n\\nplain \\033]0;t\\007end'; read y",
        );
        let tw = running(server, &["output", "--text", "--screen"]);
        tw.until("the screen", |bytes| bytes == b"here\n");
        press_enter(server);
        tw.until("a line", |bytes| bytes == b"here\nred\n");
        press_enter(server);
        let seen = tw.finish();
        assert_eq!((seen.status, seen.text().as_str()), (0, "here\nred\nplain end\n"), "{seen:?}");
        let seen = run(server, &["output", "--text", "--screen", "--json"]);
        let line = json!({"event": "line", "pane": "%0", "line": "red"});
        assert!(seen.json().contains(&line), "{seen:?}");
    });
}

#[test]
fn it_ends_with_the_panes_program() {
    on_each_release(|server| {
        program(server, "read x; printf last; read y; exit 7");
        let tw = running(server, &["output", "--json", "--screen"]);
        tw.until_event("screen");
        press_enter(server);
        tw.until_object("the output", |object| {
            object["output"].as_str().unwrap_or("").ends_with("last")
        });
        press_enter(server);
        let seen = tw.finish();
        assert_eq!(seen.status, 0, "{seen:?}");
        let end = json!({"event": "ended", "pane": "%0", "how": "exited", "status": 7, "tail": "possibly-cut"});
        assert_eq!(seen.json().last(), Some(&end));
        let seen = run(server, &["output", "--bytes", "1000"]);
        assert_eq!(seen.status, 4);
        assert!(seen.stderr.contains("1000 bytes too early"), "{}", seen.stderr);
    });
}

#[test]
fn it_ends_as_it_should_with_time_session_and_server() {
    on_each_release(|server| {
        assert_eq!(run(server, &["output", "--timeout", "500ms"]).status, 0);
        let seen = run(server, &["output", "--timeout", "500ms", "--bytes", "9"]);
        assert_eq!(
            (seen.status, seen.stderr.as_str()),
            (1, "tw: fewer than 9 bytes within 500ms\n")
        );
        assert_eq!(run(server, &["output", "%9"]).status, 4);
        for (kill, status) in [(&["kill-session", "-t", "other"][..], 0), (&["kill-server"], 3)] {
            server.tmux(["new-session", "-d", "-s", "other"]);
            let tw = running(server, &["output", "other:"]);
            until_attached(server, 1);
            server.tmux(kill);
            let seen = tw.finish();
            assert_eq!(seen.status, status, "{kill:?} {seen:?}");
        }
    });
}

#[test]
fn being_detached_is_a_gap() {
    on_each_release(|server| {
        let tw = running(server, &["output", "--json", "--screen"]);
        tw.until_event("screen");
        server.tmux(["detach-client", "-s", "main"]);
        let gap = tw.until_event("gap").len();
        wait_until("the screen has come again", || tw.objects().len() > gap);
        server.tmux(["send-keys", "-t", "%0", "again", "Enter"]);
        let again = |tw: &Running| {
            tw.objects()[gap..].iter().any(|object| {
                object["event"] == "output"
                    && object["output"].as_str().unwrap_or("").contains("again")
            })
        };
        wait_until("it goes on", || again(&tw));
        assert_eq!(tw.objects()[gap]["event"], "screen");
    });
}

#[test]
fn the_pane_that_it_runs_in_comes_first() {
    on_each_release(|server| {
        server.tmux(["split-window", "-d", "-t", "%0", "exec cat"]);
        let here = format!("{},1,0", server.socket().display());
        for (tmux, pane, expected) in
            [(here.as_str(), "%1", "%1"), (&here, "", "%0"), ("/elsewhere,1,0", "%1", "%0")]
        {
            let mut command = tw(server, &["output", "--screen", "--json"]);
            let tw = start(command.env("TMUX", tmux).env("TMUX_PANE", pane));
            assert_eq!(tw.until_event("screen")[0]["pane"], expected);
        }
    });
}

#[test]
fn a_raw_stream_says_how_it_ended() {
    on_each_release(|server| {
        let pane = ["split-window", "-d", "-P", "-F", "#{pane_id}", "read x; exit 7"];
        for (pipe, remain, status, how) in
            [(false, "off", 0, "gone"), (false, "on", 0, "exited"), (true, "off", 4, "")]
        {
            server.tmux(["set-option", "-g", "remain-on-exit", remain]);
            let pane = String::from_utf8(server.tmux(pane).stdout).expect("an id");
            let tw = running(server, &["output", "--raw", "--json", "--screen", pane.trim()]);
            tw.until_event("screen");
            match pipe {
                true => server.tmux(["pipe-pane", "-t", pane.trim()]),
                false => server.tmux(["send-keys", "-t", pane.trim(), "Enter"]),
            };
            let seen = tw.finish();
            assert_eq!(seen.status, status, "{seen:?}");
            match pipe {
                true => assert!(seen.stderr.contains("pipe-pane"), "{seen:?}"),
                false => assert_eq!(seen.json().last().expect("an end")["how"], how),
            }
            server.tmux(["kill-pane", "-t", pane.trim()]);
        }
        let tw = running(server, &["output", "--raw", "--screen", "--json"]);
        tw.until_event("screen");
        server.kill();
        assert_eq!(tw.finish().status, 3);
    });
}

#[test]
fn a_server_that_can_not_open_our_file_is_told_at_once() {
    as_root(|| {
        let home = tempfile::tempdir().expect("a directory");
        let place = home.path().join("place");
        std::fs::create_dir(&place).expect("a directory");
        for release in releases() {
            let socket = home.path().join(&release.version);
            let mut server = command("unshare", home.path());
            // As a service with a /tmp of its own.
            let hide = "mount -t tmpfs none \"$0\" && exec \"$@\"";
            server.args(["--mount", "--propagation", "private", "/bin/sh", "-c", hide]).arg(&place);
            server.arg(&release.path).arg("-S").arg(&socket).args(["-f", "/dev/null"]);
            assert!(
                server.args(["new-session", "-d", "exec cat"]).status().expect("runs").success()
            );
            let mut tw = command(TW, home.path());
            tw.env("TMPDIR", &place).arg("-S").arg(&socket).args(["output", "--raw", "%0"]);
            let seen = start(&mut tw).finish();
            assert_eq!(seen.status, 3, "{seen:?}");
            assert!(seen.stderr.contains("than we do"), "{seen:?}");
            let tmux = |words: &[&str]| {
                let mut tmux = command(&release.path, home.path());
                tmux.arg("-S").arg(&socket).args(words).output().expect("runs").stdout
            };
            assert_eq!(tmux(&["display-message", "-p", "#{pane_pipe}"]), b"0\n");
            tmux(&["kill-server"]);
        }
    });
}

#[test]
fn a_server_of_another_user_is_told_at_once_that_it_can_not_open_our_file() {
    as_root(|| {
        let home = tempfile::tempdir().expect("a directory");
        chown(home.path(), Some(NOBODY), None).expect("given away");
        // Where that user can run it.
        let program = home.path().join("tmux");
        std::fs::copy(system().path, &program).expect("a copy");
        let tmux = |words: &[&str]| {
            let mut tmux = command(&program, home.path());
            tmux.uid(NOBODY).gid(NOBODY).args(["-f", "/dev/null", "-S"]);
            tmux.arg(home.path().join("socket")).args(words).output().expect("runs")
        };
        let started = tmux(&["new-session", "-d", "exec cat"]);
        assert!(started.status.success(), "{started:?}");
        let mut tw = command(TW, home.path());
        tw.arg("-S").arg(home.path().join("socket")).args(["output", "--raw", "%0"]);
        let seen = start(&mut tw).finish();
        let pipe = tmux(&["display-message", "-p", "#{pane_pipe}"]).stdout;
        tmux(&["kill-server"]);
        assert_eq!((seen.status, &pipe[..]), (3, &b"0\n"[..]), "{seen:?}");
        // Not what is said when nothing has come for long.
        assert!(seen.stderr.contains("runs as another user (uid 65534)"), "{seen:?}");
    });
}

#[test]
fn objects_cut_no_character() {
    // Each piece that the server reads from the pane ends at another place of a character.
    let wide = "漢字🦀é".repeat(10_000);
    on_each_release(|server| {
        for more in [&[][..], &["--raw"]] {
            will_print(server, wide.as_bytes());
            let count = wide.len().to_string();
            let words = ["output", "%0", "--screen", "--json", "--bytes", &count];
            let tw = running(server, &[&words[..], more].concat());
            tw.until_event("screen");
            press_enter(server);
            let objects = tw.finish().json();
            let texts = objects[1..].iter().map(|object| object["output"].as_str());
            assert!(texts.collect::<Option<String>>().expect("no base64") == wide);
        }
    });
}

#[test]
fn half_a_character_comes_as_bytes() {
    on_each_release(|server| {
        program(
            server,
            "stty -opost -echo; read x; printf 'a\\303'; read y; printf '\\251\\303'; read z",
        );
        let tw = running(server, &["output", "--screen", "--json"]);
        tw.until_event("screen");
        press_enter(server);
        tw.until_object("the beginning", |object| bytes_of_output(object) == b"\xc3");
        press_enter(server);
        tw.until_object("the rest", |object| bytes_of_output(object).ends_with(b"\xc3"));
    });
}

fn bytes_of_output(object: &Value) -> Vec<u8> {
    if object["event"] == "output" { bytes_of(object) } else { Vec::new() }
}

#[test]
fn a_pipe_of_somebody_is_told_with_what_to_do() {
    on_each_release(|server| {
        server.tmux(["pipe-pane", "-t", "%0", "cat >/dev/null"]);
        let seen = run(server, &["output", "--raw", "%0"]);
        assert_eq!((seen.status, seen.text().as_str()), (2, ""), "{seen:?}");
        assert!(seen.stderr.contains("with `pipe-pane -t %0`"), "{seen:?}");
        let pipe = server.tmux(["display-message", "-p", "-t", "%0", "#{pane_pipe}"]).stdout;
        assert_eq!(pipe, b"1\n", "it is left alone");
    });
}
