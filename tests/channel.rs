//! A live channel to real servers of every release.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "channel/commands.rs"]
mod commands;
#[path = "channel/dropped.rs"]
mod dropped;
#[path = "channel/ends.rs"]
mod ends;
#[path = "channel/events.rs"]
mod events;
#[path = "channel/faults.rs"]
mod faults;
#[path = "channel/held_up.rs"]
mod held_up;
#[path = "channel/invisible.rs"]
mod invisible;
#[path = "channel/lies.rs"]
mod lies;
#[path = "channel/output_again.rs"]
mod output_again;
#[path = "channel/output_end.rs"]
mod output_end;
#[path = "channel/pairing.rs"]
mod pairing;
#[path = "channel/raw_output.rs"]
mod raw_output;
#[path = "channel/reconnect.rs"]
mod reconnect;
#[path = "channel/streams.rs"]
mod streams;
#[path = "channel/support.rs"]
mod support;
#[path = "channel/turns.rs"]
mod turns;
#[path = "channel/waiting.rs"]
mod waiting;
#[path = "channel/watch.rs"]
mod watch;
