//! Somebody sits at a terminal, with the real tmux or with ours: do they see the same?
//!
//! Each script is played twice, on fresh servers of one release, by each client in turn. All that
//! was recorded on the way must be equal: screens at rest, the bytes that end an attachment, exit
//! statuses, the terminal's settings, and what the server lists afterwards. With `SHOW` in the
//! environment, and `--nocapture`, a passing test prints what it has compared.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "attach/better.rs"]
mod better;
#[path = "attach/client.rs"]
mod client;
#[path = "attach/control.rs"]
mod control;
#[path = "attach/ends.rs"]
mod ends;
#[path = "attach/faults.rs"]
mod faults;
#[path = "attach/lock.rs"]
mod lock;
#[path = "attach/matrix.rs"]
mod matrix;
#[path = "attach/record.rs"]
mod record;
#[path = "attach/refused.rs"]
mod refused;
#[path = "attach/stage.rs"]
mod stage;
#[path = "attach/tour.rs"]
mod tour;
#[path = "attach/ways.rs"]
mod ways;
