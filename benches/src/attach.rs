//! Clients on terminals: what attaching costs, and what being attached does.

mod busy;
mod crowd;
mod idle;
mod seat;
mod start;

use std::path::PathBuf;

use tmuxwire_testkit::{TestServer, Tmux};

pub use crowd::HOLDERS;

use crate::control_rivals::Endpoint;
use crate::goals::Goal;
use crate::rivals::{Program, client_at, ours};

pub const TMUX: &str = "tmux";
pub const DYNAMIC: &str = "tmuxwire, dynamic";
pub const STATIC: &str = "tmuxwire, static";
pub const NAMES: [&str; 3] = [TMUX, DYNAMIC, STATIC];

/// Prints all tables of one release.
pub fn compare(tmux: &Tmux, goals: &mut Vec<Goal>) {
    start::compare(tmux, goals);
    idle::compare(tmux, goals);
    busy::compare(tmux, goals);
    crowd::compare(tmux, goals);
}

/// A client by its name, ready to attach.
fn client(name: &str, endpoint: &Endpoint) -> Program {
    let our = |target| -> Vec<PathBuf> { vec![ours(target), "-S".into(), endpoint.socket.clone()] };
    let program = match name {
        DYNAMIC => our(""),
        STATIC => our("x86_64-unknown-linux-musl"),
        _ => client_at(&endpoint.tmux, endpoint.socket.clone()),
    };
    Program::at_terminal(&program, &["attach-session", "-t", "main"])
}

/// All of them.
fn clients(server: &TestServer) -> [(&'static str, Program); 3] {
    let endpoint = Endpoint::of(server);
    NAMES.map(|name| (name, client(name, &endpoint)))
}
