//! A short visit, with every type of terminal on every release.

use tmuxwire_testkit::releases;

use crate::stage::{Stage, TERMS, alike};

fn visit(stage: &mut Stage) {
    stage.attach("client attach-session -t main");
    stage.look("attached");
    stage.look_at_client("attached");
    stage.keys_for("hello\r", "hello\nhello\n");
    stage.look("typed");
    stage.keys_for("\x02%", "│");
    stage.look("split");
    stage.keys("\x02d");
    stage.end("detached");
    stage.look_at_server("detached");
}

fn visit_with(terms: &[&str]) {
    for release in releases() {
        for term in terms {
            alike(&release, term, visit);
        }
    }
}

#[test]
fn a_visit_looks_the_same_on_terminals_with_many_colours() {
    visit_with(&TERMS[..4]);
}

#[test]
fn a_visit_looks_the_same_on_old_terminals() {
    visit_with(&TERMS[4..]);
}
