//! What is asked, and what must come of it: one source for both drivers.
//!
//! Each case makes what it needs, and leaves the server without it.

mod clients;
mod costs;
mod identity;
mod linked;
mod lookups;
mod panes;
mod plans;
mod sessions;
mod settings;
mod windows;

use tmuxwire::operations::{FailureKind, NewSession, Thing};
use tmuxwire::{ErrorKind, Result};

use super::{Client, Link, Pane, Server, Session, Window, bisync};
use crate::route::Lack;

pub(crate) use clients::clients;
pub(crate) use identity::{killed, mixed, restarted};

#[bisync]
pub(super) async fn all(server: Server, lacks: &'static [Lack]) {
    let server = Stage { server, lacks };
    lacking(&server).await;
    lookups::all(&server).await;
    sessions::all(&server).await;
    windows::all(&server).await;
    linked::all(&server).await;
    panes::all(&server).await;
    settings::all(&server).await;
    plans::all(&server).await;
    costs::all(&server).await;
}

/// A server, and what it is known not to have.
pub(super) struct Stage {
    server: Server,
    lacks: &'static [Lack],
}

impl Stage {
    fn has(&self, command: &str) -> bool {
        !self.lacks.iter().any(|lack| lack.0 == command)
    }
}

impl std::ops::Deref for Stage {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

/// What is passed over really is refused.
#[bisync]
async fn lacking(server: &Stage) {
    for Lack(name, words) in server.lacks {
        let answer = server.run(words.split(' ').collect::<Vec<_>>()).await.expect("an answer");
        assert!(answer.stderr_text().contains("doesn't model"), "{name}: {answer:?}");
    }
}

/// A session of a case's own, with one window `first`.
#[bisync]
async fn session(server: &Server, name: &str) -> Session {
    let session = NewSession::new().name(name).window_name("first").width(80).height(24);
    server.new_session(session).await.expect("a session")
}

#[track_caller]
fn is_missing<T: std::fmt::Debug>(result: Result<T>, what: Thing) {
    let kind = ErrorKind::Failed(FailureKind::NotFound { what });
    let found = result.expect_err("nothing");
    assert_eq!(found.kind(), &kind, "{found}");
}

#[track_caller]
fn kind<T: std::fmt::Debug>(result: Result<T>) -> ErrorKind {
    result.expect_err("an error").kind().clone()
}
