//! What each method costs: exactly so many round trips.

use tmuxwire::Scope;
use tmuxwire::operations::read::{Listing, Snapshot, pane};
use tmuxwire::operations::{
    BreakPane, CapturePane, CopyMode, DisplayMessage, HasSession, JoinPane, NewSession, NewWindow,
    Plan, Planner, ResizePane, RespawnPane, RespawnWindow, SourceFile, SplitWindow, Unknown,
};

use super::{Stage, bisync, session};

/// One line for each method: round trips, and the call.
macro_rules! costs {
    ($server:ident: $($trips:literal $call:expr;)*) => {$({
        let before = $server.round_trips();
        let answer = $call;
        let trips = $server.round_trips() - before;
        assert!(answer.is_ok(), "{}: {:?}", stringify!($call), answer.err());
        assert_eq!(trips, $trips, "{}", stringify!($call));
    })*};
}
pub(super) use costs;

#[bisync]
pub(super) async fn all(server: &Stage) {
    // Its release is asked for once.
    server.info().await.expect("a version");
    of_servers(server).await;
    of_sessions(server).await;
    of_windows(server).await;
    of_panes(server).await;
    of_plans(server).await;
}

#[bisync]
async fn of_servers(server: &Stage) {
    let own = session(server, "cost").await;
    let window = own.current_window().await.expect("a window");
    let pane_id = own.active_pane().await.expect("a pane").id();
    // Before 3.2 there is no -e.
    let lenient = server.on_unknown(Unknown::Drop);
    let file = std::env::temp_dir().join("tmuxwire-no-such-file");
    costs! { server:
        1 server.perform(HasSession::new()).await;
        1 server.list(Listing::panes()).await;
        1 server.list(Listing::panes().filter(pane::ACTIVE.is_true()).fields(pane::ID)).await;
        1 server.snapshot().await;
        1 server.snapshot_with(&Snapshot::question().with([pane::CURRENT_PATH.spec()])).await;
        1 server.sessions().await;
        1 server.windows().await;
        1 server.panes().await;
        1 server.clients().await;
        1 server.session("cost").await;
        1 server.has_session("no-such-session").await;
        1 server.find_session("cost").await;
        1 server.find_window(window.id()).await;
        1 server.find_pane(pane_id).await;
        1 server.find_client("/dev/none").await;
        2 server.make_session(NewSession::new().name("cost-3")).await;
        1 server.session_by_id(own.id()).await;
        1 server.window(window.id()).await;
        1 server.pane(pane_id).await;
        1 server.evaluate("#{pid}").await;
        1 lenient.new_session(NewSession::new().name("cost-2").environment(("A", "b"))).await;
        1 server.options(Scope::Server).await;
        1 server.option(Scope::Sessions, "status").await;
        1 server.set_option(Scope::Sessions, "@cost", "x").await;
        1 server.unset_option(Scope::Sessions, "@cost").await;
        1 server.environment().await;
        1 server.set_variable("COST", "x").await;
        1 server.unset_variable("COST").await;
        1 server.set_buffer("cost", "x").await;
        1 server.set_buffer("cost", vec![0; 100_000]).await;
        1 server.buffers().await;
        1 server.buffer("cost").await;
        1 server.delete_buffer("cost").await;
    }
    if server.has("hooks") {
        costs! { server:
            1 server.hooks(Scope::Sessions).await;
            1 server.set_hook(Scope::Sessions, "client-attached", DisplayMessage::new()).await;
            1 server.unset_hook(Scope::Sessions, "client-attached").await;
        }
    }
    if server.has("source-file") {
        costs! { server:
            1 server.source_file(SourceFile::new(file).quiet()).await;
        }
    }
    for name in ["cost-2", "cost-3"] {
        server.session(name).await.expect("a session").kill().await.expect("an end");
    }
    own.kill().await.expect("an end");
}

#[bisync]
async fn of_sessions(server: &Stage) {
    let own = session(server, "cost").await;
    let other = session(server, "cost-other").await;
    let first = own.current_window().await.expect("a window");
    let base = first.info().await.expect("what it is").index;
    let far = other.current_window().await.expect("a window");
    costs! { server:
        1 own.exists().await;
        1 own.info().await;
        1 own.fields(pane::ID).await;
        1 own.evaluate("#{session_name}").await;
        1 own.rename("cost-renamed").await;
        1 own.clear_alerts().await;
        1 own.panes().await;
        1 own.active_pane().await;
        1 own.clients().await;
        1 own.group_members().await;
        1 own.windows().await;
        1 own.links().await;
        1 own.window("first").await;
        1 own.find_window("first").await;
        1 own.window_at(base).await;
        1 own.current_window().await;
        1 own.new_window(NewWindow::new()).await;
        1 own.new_window_at(77, NewWindow::new().environment(("A", "b"))).await;
        1 own.select_window(&first).await;
        1 own.next_window().await;
        1 own.previous_window().await;
        1 own.last_window().await;
        1 own.link_window(&far, 78).await;
        1 own.renumber_windows().await;
        1 own.options().await;
        1 own.option("status").await;
        1 own.set_option("@cost", "x").await;
        1 own.unset_option("@cost").await;
        1 own.environment().await;
        1 own.set_variable("COST", "x").await;
        1 own.remove_variable("COST").await;
        1 own.unset_variable("COST").await;
    }
    if server.has("hooks") {
        costs! { server:
            1 own.hooks().await;
            1 own.set_hook("session-renamed", DisplayMessage::new()).await;
            1 own.unset_hook("session-renamed").await;
        }
    }
    if server.has("lock-session") {
        costs! { server:
            1 own.lock().await;
        }
    }
    costs! { server:
        1 other.kill().await;
        1 own.kill_others().await;
    }
    // Others of the suite need none; the server needs one.
    session(server, "main").await;
    own.kill().await.expect("an end");
}

#[bisync]
async fn of_windows(server: &Stage) {
    let own = session(server, "cost").await;
    let other = session(server, "cost-other").await;
    let window = own.current_window().await.expect("a window");
    let second = own.new_window(NewWindow::new()).await.expect("a window");
    let far = other.current_window().await.expect("a window");
    costs! { server:
        1 window.exists().await;
        1 window.info().await;
        1 window.fields(pane::ID).await;
        1 window.evaluate("#{window_name}").await;
        1 window.links().await;
        1 window.panes().await;
        1 window.active_pane().await;
        1 window.split(SplitWindow::new()).await;
        1 window.rename("cost").await;
        1 window.select().await;
        1 window.select_layout("tiled").await;
        1 window.next_layout().await;
        1 window.previous_layout().await;
        1 window.resize(90, 30).await;
        1 window.swap(&second).await;
        1 window.link_to(&other, 70).await;
        1 window.unlink(&other).await;
        1 far.link_to(&own, 60).await;
        1 far.move_to(&own, 61).await;
        1 window.options().await;
        1 window.option("mode-keys").await;
        1 window.set_option("@cost", "x").await;
        1 window.unset_option("@cost").await;
        1 window.respawn(RespawnWindow::new().kill()).await;
    }
    if server.has("rotate-window") {
        costs! { server:
            1 window.rotate_up().await;
            1 window.rotate_down().await;
        }
    }
    if server.has("spread") {
        costs! { server:
            1 window.spread_panes().await;
        }
    }
    if has_hooks(server).await {
        costs! { server:
            1 window.hooks().await;
            1 window.set_hook("window-renamed", DisplayMessage::new()).await;
            1 window.unset_hook("window-renamed").await;
        }
    }
    let links = own.links().await.expect("places");
    let (link, last) = (links.first().expect("a place"), links.last().expect("a place"));
    costs! { server:
        1 link.select().await;
        1 link.swap(last).await;
        1 link.move_to(&own, 90).await;
        1 own.link_window(&second, 91).await;
    }
    let third = own.new_window(NewWindow::new()).await.expect("a window");
    let partner = session(server, "cost-partner").await;
    partner.link_window(&third, 50).await.expect("a link");
    let links = partner.links().await.expect("places");
    costs! { server:
        1 links.last().expect("a place").unlink().await;
        2 third.kill_others(&own).await;
    }
    partner.kill().await.expect("an end");
    own.new_window(NewWindow::new()).await.expect("a window");
    let link = own.links().await.expect("places").remove(0);
    costs! { server:
        2 link.kill_others().await;
    }
    // With more places than windows, one for each.
    own.new_window(NewWindow::new()).await.expect("a window");
    link.window.link_to(&own, 300).await.expect("a link");
    costs! { server:
        2 link.kill_others().await;
        1 link.unlink().await;
        1 link.window.kill().await;
    }
}

#[bisync]
async fn of_panes(server: &Stage) {
    let own = session(server, "cost").await;
    let first = own.active_pane().await.expect("a pane");
    let second = first.split(SplitWindow::new()).await.expect("a pane");
    costs! { server:
        1 first.exists().await;
        1 first.info().await;
        1 first.fields((pane::ID, pane::TITLE)).await;
        1 first.evaluate("#{pane_id}").await;
        1 first.window().await;
        1 first.session().await;
        1 first.title().await;
        1 first.set_title("cost").await;
        1 first.select().await;
        1 first.resize(ResizePane::new().height(5_u32)).await;
        1 first.swap(&second).await;
        1 first.break_out(BreakPane::new()).await;
        1 first.join_to(&second, JoinPane::new()).await;
        1 first.split(SplitWindow::new().environment(("A", "b"))).await;
        1 first.capture(CapturePane::new().escape_sequences()).await;
        1 first.clear_history().await;
        1 first.options().await;
        1 first.option("window-style").await;
        1 first.set_option("@cost", "x").await;
        1 first.unset_option("@cost").await;
    }
    if server.has("zoom") {
        costs! { server:
            1 first.zoom().await;
            1 first.unzoom().await;
        }
    }
    if server.has("pipe-pane") {
        costs! { server:
            1 first.pipe_to("cat > /dev/null").await;
            1 first.stop_pipe().await;
        }
    }
    if server.has("copy-mode") {
        costs! { server:
            1 first.copy_mode(CopyMode::new()).await;
            1 first.leave_modes().await;
        }
    }
    if has_hooks(server).await {
        costs! { server:
            1 first.hooks().await;
            1 first.set_hook("pane-died", DisplayMessage::new()).await;
            1 first.unset_hook("pane-died").await;
        }
    }
    costs! { server:
        1 first.respawn(RespawnPane::new().kill()).await;
        1 first.kill_others().await;
        1 first.kill().await;
    }
}

#[bisync]
async fn of_plans(server: &Stage) {
    let mut plan = Plan::new();
    let work = plan.create(NewSession::new().detached().name("cost-plan"));
    plan.add(HasSession::new().target(work.session));
    let before = server.round_trips();
    let finished = server.run_plan(&plan).await.expect("a plan").ok().expect("all of it");
    // As it says; without a name, the second step waits for the id.
    assert_eq!(server.round_trips() - before, finished.report.round_trips as u64);
    assert!(finished.report.round_trips <= 2);
    server.session("cost-plan").await.expect("a session").kill().await.expect("an end");
    let before = server.round_trips();
    let finished = server.run_plan_with(&plan, Planner::OneByOne).await.expect("a plan");
    assert_eq!(server.round_trips() - before, 2);
    costs! { server:
        1 finished.undo().await; // As many as panes were made.
    }
}

/// Windows and panes have hooks from 3.2 on.
#[bisync]
async fn has_hooks(server: &Stage) -> bool {
    let info = server.info().await.expect("a version");
    server.has("hooks") && info.version.is_some_and(|version| version.is_at_least(3, 2))
}
