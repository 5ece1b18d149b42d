//! Options, hooks, environment, paste buffers.

use tmuxwire::operations::{DisplayMessage, FailureKind, SourceFile, Thing};
use tmuxwire::{ErrorKind, Scope};

use super::{Stage, bisync, is_missing, kind, session};

/// What breaks those that print or parse carelessly.
const ODD: &[u8] = b"a 'b' \"c\" \\ $HOME #{pid} ;| ~ \xc3\xa9 %H two\nlines";

#[bisync]
pub(super) async fn all(server: &Stage) {
    of_the_server(server).await;
    of_objects(server).await;
    if server.has("hooks") {
        hooks(server).await;
    }
    environment(server).await;
    buffers(server).await;
    if server.has("source-file") {
        files(server).await;
    }
}

#[bisync]
async fn files(server: &Stage) {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), "set -g @sourced \"it's\"\n").expect("a file");
    server.source_file(SourceFile::new(file.path())).await.expect("its commands");
    let sourced = server.option(Scope::Sessions, "@sourced").await.expect("an answer");
    assert_eq!(sourced.expect("an option").text().expect("a text"), "it's");
    server.unset_option(Scope::Sessions, "@sourced").await.expect("no option");
    std::fs::write(file.path(), "no-such-command\n").expect("a file");
    let wrong = server.source_file(SourceFile::new(file.path())).await;
    assert!(matches!(kind(wrong), ErrorKind::Failed(_)));
    let path = file.path().to_owned();
    drop(file);
    let gone = server.source_file(SourceFile::new(path)).await;
    assert_eq!(kind(gone), ErrorKind::Failed(FailureKind::File));
}

#[bisync]
async fn of_the_server(server: &Stage) {
    for scope in [Scope::Server, Scope::Sessions, Scope::Windows] {
        server.set_option(scope, "@odd", ODD).await.expect("an option");
        let odd = server.option(scope, "@odd").await.expect("an answer").expect("an option");
        assert_eq!(odd.text().expect("a text"), ODD);
        let all = server.options(scope).await.expect("options");
        assert_eq!(all.text("@odd").expect("a text"), ODD);
        server.unset_option(scope, "@odd").await.expect("no option");
        assert_eq!(server.option(scope, "@odd").await.expect("an answer"), None);
    }
    let limit = server.option(Scope::Server, "buffer-limit").await.expect("an answer");
    assert_eq!(limit.expect("an option").number(), Some(50));
    is_missing(server.option(Scope::Server, "buffer-lim").await, Thing::Option);
    is_missing(server.option(Scope::Sessions, "no-such-option").await, Thing::Option);
    is_missing(server.set_option(Scope::Sessions, "no-such-option", "x").await, Thing::Option);
    let invalid = server.set_option(Scope::Server, "buffer-limit", "many").await;
    assert_eq!(kind(invalid), ErrorKind::Failed(FailureKind::Invalid));
}

#[bisync]
async fn of_objects(server: &Stage) {
    let own = session(server, "options").await;
    let window = own.current_window().await.expect("a window");
    let pane = own.active_pane().await.expect("a pane");

    let status = own.option("status").await.expect("an answer").expect("an option");
    assert!(status.is_inherited());
    own.set_option("status", "off").await.expect("an option");
    let status = own.option("status").await.expect("an answer").expect("an option");
    assert_eq!((status.is_inherited(), status.flag()), (false, Some(false)));
    assert_eq!(own.options().await.expect("options").flag("status"), Some(false));
    own.unset_option("status").await.expect("no option");
    assert!(own.options().await.expect("options").get("status").is_none());

    window.set_option("@odd", ODD).await.expect("an option");
    // A pane's option is its window's, if it has none.
    let odd = pane.option("@odd").await.expect("an answer").expect("an option");
    assert_eq!((odd.text().expect("a text").as_ref(), odd.is_inherited()), (ODD, true));
    assert!(pane.options().await.expect("options").get("@odd").is_none());
    pane.set_option("@odd", "its own").await.expect("an option");
    assert_eq!(pane.options().await.expect("options").text("@odd").expect("a text"), "its own");
    pane.unset_option("@odd").await.expect("no option");
    window.unset_option("@odd").await.expect("no option");
    assert_eq!(window.option("@odd").await.expect("an answer"), None);
    assert_eq!(pane.option("@odd").await.expect("an answer"), None);
    own.kill().await.expect("an end");
    is_missing(own.options().await, Thing::Session);
    is_missing(window.set_option("@odd", "x").await, Thing::Window);
    is_missing(pane.option("@odd").await, Thing::Pane);
}

#[bisync]
async fn hooks(server: &Stage) {
    let own = session(server, "hooks").await;
    let message = || DisplayMessage::new().message("it's");
    own.set_hook("session-renamed", message()).await.expect("a hook");
    let hooks = own.hooks().await.expect("hooks");
    assert_eq!(hooks.get("session-renamed").count(), 1);
    own.unset_hook("session-renamed").await.expect("no hook");
    assert_eq!(own.hooks().await.expect("hooks").get("session-renamed").count(), 0);
    server.set_hook(Scope::Sessions, "client-attached[3]", message()).await.expect("a hook");
    let hooks = server.hooks(Scope::Sessions).await.expect("hooks");
    assert_eq!(hooks.get("client-attached").map(|(index, _)| index).collect::<Vec<_>>(), [3]);
    server.unset_hook(Scope::Sessions, "client-attached[3]").await.expect("no hook");
    let missing = own.set_hook("no-such-hook", message()).await;
    is_missing(missing, Thing::Option);

    let window = own.current_window().await.expect("a window");
    match window.set_hook("window-renamed", message()).await {
        Ok(()) => {
            let hooks = window.hooks().await.expect("hooks");
            assert_eq!(hooks.get("window-renamed").count(), 1);
        }
        // Before 3.2 windows have none.
        Err(error) => assert_eq!(error.kind(), &ErrorKind::Operation),
    }
    own.kill().await.expect("an end");
}

#[bisync]
async fn environment(server: &Stage) {
    let own = session(server, "environment").await;
    server.set_variable("ODD", ODD).await.expect("a variable");
    assert_eq!(server.environment().await.expect("variables").get("ODD").expect("one"), ODD);
    own.set_variable("ODD", "own").await.expect("a variable");
    assert_eq!(own.environment().await.expect("variables").get("ODD").expect("one"), "own");
    own.remove_variable("ODD").await.expect("no variable");
    assert!(own.environment().await.expect("variables").is_removed("ODD"));
    own.unset_variable("ODD").await.expect("no variable");
    let variables = own.environment().await.expect("variables");
    assert!(variables.get("ODD").is_none() && !variables.is_removed("ODD"));
    server.unset_variable("ODD").await.expect("no variable");
    assert!(server.environment().await.expect("variables").get("ODD").is_none());
    own.kill().await.expect("an end");
}

#[bisync]
async fn buffers(server: &Stage) {
    let all: Vec<u8> = (0..=255).collect();
    let large = all.repeat(1000);
    for data in [&b"x"[..], ODD, b"-ends in;", &all[1..], &all, &large, b"\n"] {
        server.set_buffer("odd", data.to_vec()).await.expect("a buffer");
        assert!(server.buffer("odd").await.expect("a buffer") == data, "{} bytes", data.len());
        let known = server.buffers().await.expect("buffers");
        let known = known.iter().find(|buffer| buffer.name == "odd").expect("the buffer");
        assert_eq!(usize::try_from(known.size), Ok(data.len()));
    }
    assert_eq!(kind(server.set_buffer("odd", "").await), ErrorKind::Operation);
    server.delete_buffer("odd").await.expect("no buffer");
    is_missing(server.buffer("odd").await, Thing::Buffer);
    // 3.1 would take another one instead.
    server.set_buffer("kept", "text").await.expect("a buffer");
    is_missing(server.delete_buffer("odd").await, Thing::Buffer);
    assert_eq!(server.buffer("kept").await.expect("it stays"), b"text");
    server.delete_buffer("kept").await.expect("no buffer");
}
