//! Clients, with a terminal of their own.

use std::time::{Duration, Instant};

use tmuxwire::Scope;
use tmuxwire::operations::read::client;
use tmuxwire::operations::{RefreshClient, Thing};
use tmuxwire_testkit::{Person, TestServer};

use super::costs::costs;
use super::{Client, Server, bisync, is_missing, session};

#[bisync]
pub(crate) async fn clients(server: Server, test: &TestServer) {
    let main = server.session("main").await.expect("the session");
    let other = session(&server, "other").await;
    let mut person = Person::attach(test, "main", 90, 30);
    let found = main.clients().await.expect("clients");
    assert_eq!(found, server.clients().await.expect("clients"));
    let own = found.into_iter().next().expect("a client");
    assert_eq!(own.name(), person.name());
    assert_eq!(own.session().await.expect("a session"), main);
    let info = own.info().await.expect("what it is");
    assert_eq!((info.session, info.width, info.height), (main.id(), Some(90), Some(30)));
    assert_eq!(format!("{own:?}"), format!("Client({} of server {})", person.name(), test.pid()));
    // No lock at all: it is open again at once.
    server.set_option(Scope::Sessions, "lock-command", "true").await.expect("an option");
    costs! { server:
        1 own.exists().await;
        1 own.info().await;
        1 own.fields(client::TTY).await;
        1 own.session().await;
        1 own.message("#{pid} #(touch no) it's").await;
        1 own.refresh(RefreshClient::new()).await;
        1 own.switch_to(&other).await;
    }
    assert_eq!(own.session().await.expect("a session"), other);
    assert_eq!(main.clients().await.expect("clients"), []);
    costs! { server:
        1 own.lock().await;
    }
    let deadline = Instant::now() + Duration::from_secs(60);
    // From 3.7 on a client that is locked is not listed.
    while !own.exists().await.expect("an answer") {
        assert!(Instant::now() < deadline, "it stays locked");
    }
    costs! { server:
        1 own.detach().await;
    }
    while own.exists().await.expect("an answer") {
        assert!(Instant::now() < deadline, "it doesn't go");
    }
    // From 3.7 on one that is about to go isn't listed, and still found by its name.
    person.wait_for_end();
    is_missing(own.info().await, Thing::Client);
    is_missing(own.switch_to(&main).await, Thing::Client);
    is_missing(own.detach().await, Thing::Client);
    is_missing(own.message("x").await, Thing::Client);

    let person = Person::attach(test, "main", 80, 24);
    let own: Client = main.clients().await.expect("clients").remove(0);
    assert_eq!(own.name(), person.name());
    costs! { server:
        1 own.suspend().await;
    }
    other.kill().await.expect("an end");
}
