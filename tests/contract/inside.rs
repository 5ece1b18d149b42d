//! The pane that a program runs in: this test, in a pane.

use std::path::Path;

use tmuxwire::operations::{NewWindow, PaneId};
use tmuxwire::{Result, blocking};
use tmuxwire_testkit::{TestServer, releases, wait_until};

/// Where this test, run in a pane, writes what it finds.
const REPORT: &str = "TMUXWIRE_TEST_REPORT";
/// The socket that it asks, unless it is `$TMUX`'s.
const SOCKET: &str = "TMUXWIRE_TEST_SOCKET";

fn found(pane: Result<PaneId>) -> String {
    pane.map_or_else(|error| format!("{:?}", error.kind()), |id| id.to_string())
}

/// By both drivers.
fn look() -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    match std::env::var_os(SOCKET) {
        None => {
            let pane = runtime.block_on(tmuxwire::Pane::from_env());
            let same = blocking::Pane::from_env();
            format!("{} {}", found(pane.map(|pane| pane.id())), found(same.map(|pane| pane.id())))
        }
        Some(socket) => {
            let pane = runtime.block_on(tmuxwire::Server::at(&socket).current_pane());
            let same = blocking::Server::at(&socket).current_pane();
            format!("{} {}", found(pane.map(|pane| pane.id())), found(same.map(|pane| pane.id())))
        }
    }
}

/// Runs this test again in a pane, after `prepare`, and answers the pane and what it finds.
fn looked(test: &TestServer, prepare: &str) -> (String, String) {
    let report = test.home().join("report");
    let _ = std::fs::remove_file(&report);
    let program = std::env::current_exe().expect("this test");
    let quoted = |path: &Path| format!("'{}'", path.display());
    let command = format!(
        "{prepare}\n{REPORT}={} {} --exact inside::a_program_finds_the_pane_that_it_runs_in; exec cat",
        quoted(&report),
        quoted(&program),
    );
    let server = blocking::Server::at(test.socket());
    let main = server.session("main").expect("the session");
    let window = main.new_window(NewWindow::new().command(command)).expect("a window");
    let pane = window.active_pane().expect("a pane");
    wait_until("the program has looked", || report.exists());
    let text = std::fs::read_to_string(&report).expect("a report");
    (pane.id().to_string(), text)
}

#[test]
fn a_program_finds_the_pane_that_it_runs_in() {
    if let Some(report) = std::env::var_os(REPORT) {
        let begun = Path::new(&report).with_extension("begun");
        std::fs::write(&begun, look()).expect("a report");
        // All of it at once.
        return std::fs::rename(begun, report).expect("a report");
    }
    for release in releases() {
        eprintln!("tmux {}", release.version);
        let test = TestServer::start(&release);
        let (pane, text) = looked(&test, "");
        assert_eq!(text, format!("{pane} {pane}"));
        // A pane that is no longer there.
        let (_, text) = looked(&test, "export TMUX_PANE=%999");
        assert!(text.starts_with("Failed(NotFound { what: Pane }) Failed"), "{text}");
        let (_, text) = looked(&test, "unset TMUX");
        assert_eq!(text, "NotInPane NotInPane", "no server is named");
        // Of a server that had this socket before.
        let (_, text) = looked(&test, "export TMUX=\"${TMUX%%,*},1,0\"");
        assert_eq!(text, "AnotherServer AnotherServer");
        // Another server has a pane of that id as well.
        let other = TestServer::start(&release);
        let prepare = format!("export {SOCKET}='{}' TMUX_PANE=%0", other.socket().display());
        let (_, text) = looked(&test, &prepare);
        assert_eq!(text, "NotInPane NotInPane");
        let prepare = format!("export {SOCKET}='{}'", test.socket().display());
        let (pane, text) = looked(&test, &prepare);
        assert_eq!(text, format!("{pane} {pane}"));
    }
}
