//! Talk to tmux natively: its own client/server protocol, straight to the server's socket.
//!
//! Nearly every tool that drives tmux runs the `tmux` program for each call. This crate connects
//! to the server itself, identifies, sends the command and reads the answer: the same answer, in a
//! tenth of the time, from any server from 3.0a to 3.8.
//!
//! ```toml
//! [dependencies]
//! tmuxwire = "0.1"
//! tokio = { version = "1", features = ["macros", "rt"] } # or, blocking: tmuxwire = { version = "0.1", default-features = false }
//! ```
//!
//! ```
//! # #[cfg(feature = "tokio")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // A server of our own; `Server::from_env()` is the one that `tmux` would talk to.
//! let directory = tempfile::tempdir()?;
//! let server = tmuxwire::Server::at(directory.path().join("socket")).config_file("/dev/null");
//! server.run(["new-session", "-d", "-s", "docs"]).await?;
//!
//! let output = server.run(["list-sessions", "-F", "#{session_name}"]).await?;
//! assert_eq!(output.stdout_text(), "docs\n");
//!
//! let refused = server.run(["kill-session", "-t", "=nobody"]).await?;
//! assert_eq!(refused.status, 1);
//! assert_eq!(refused.stderr_text(), "can't find session: nobody\n");
//!
//! server.kill_server(std::time::Duration::from_secs(10)).await?;
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "tokio"))]
//! # fn main() {}
//! ```
//!
//! # Handles
//!
//! A server gives [`Session`]s, [`Window`]s, [`Pane`]s and [`Client`]s, and a [`Link`] for each place
//! of a window. Their methods perform [`operations`], which are also their arguments:
//!
//! ```
//! # #[cfg(feature = "tokio")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use tmuxwire::operations::{NewSession, NewWindow, SplitWindow};
//!
//! # let directory = tempfile::tempdir()?;
//! # let server = tmuxwire::Server::at(directory.path().join("socket")).config_file("/dev/null");
//! let work = server.new_session(NewSession::new().name("work").command("cat")).await?;
//! let logs = work.new_window(NewWindow::new().name("logs").detached().command("cat")).await?;
//! let pane = logs.split(SplitWindow::new().horizontal().command("cat")).await?;
//! pane.set_title("errors").await?;
//!
//! assert_eq!(work.window("logs").await?, logs);
//! assert_eq!(pane.info().await?.title, "errors");
//! pane.kill().await?;
//! assert!(pane.info().await.unwrap_err().is_not_found());
//! # server.kill_server(std::time::Duration::from_secs(10)).await?;
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "tokio"))]
//! # fn main() {}
//! ```
//!
//! - **They belong to one process of the server**: the one that answered ([`ServerId`]). If it ends,
//!   they say so ([`ErrorKind::NoServer`]), and if another one has its socket then, they ask it nothing
//!   ([`ErrorKind::AnotherServer`]): its `%1` is not theirs. They start no server.
//! - **They find by ids and whole names**, never by how a name begins.
//! - **They cost what their documentation says**: most often one round trip, as
//!   [`Server::round_trips`] counts. An operation that looks different on different releases has the
//!   server asked for its release first, once for each process.
//! - **They take the route that their server was told**: a connection for each command, a channel
//!   ([`Server::through_channel`]), or the tmux program ([`Server::through_program`]). The answers are
//!   the same.
//! - **Dropping one ends nothing.** Dropping a future gives up the answer: what was sent may run.
//!
//! # Channels, terminals, servers
//!
//! [`Server::channel`] keeps one connection open for many commands, each at a quarter to a half of the time, and
//! for what the server tells: [`Events`], [`PaneOutput`], watched formats, and waiting without
//! polling ([`Channel::wait_for_text`] and its kin).
//!
//! [`Server::attach`] puts a client on a terminal, the program's own or any that it has opened.
//!
//! [`blocking::Server`] is the same without a runtime, but for what the server tells. The `tmux` program is spawned only where
//! the wire can't serve: to start a server.
//!
//! [`find_servers`] finds every server of a user, and tells of each how it is.
//!
//! # Features
//!
//! | feature | unless told otherwise | what |
//! |---|---|---|
//! | `tokio` | on | the async driver: everything but [`blocking`] and what it needs |
//! | `tracing` | on | spans for requests (the command's name, never what is in it), events for connections and channels |
//! | `serde` | off | operations, plans and snapshots as JSON and the like |

mod address;
mod attach;
mod binary;
pub mod blocking;
mod channel;
mod command;
mod endpoint;
mod error;
mod exchange;
mod fault;
mod features;
mod files;
#[cfg(feature = "tokio")]
mod foreground;
mod guard;
mod identity;
mod input;
mod kept;
mod leaving;
#[cfg_attr(not(feature = "tokio"), expect(dead_code, reason = "events are for tokio's channel"))]
mod mailbox;
mod output;
mod outputs;
#[cfg(feature = "tokio")]
mod plain_text;
mod printed;
mod processes;
mod reach;
mod remedy;
#[cfg(feature = "tokio")]
mod repair;
mod route;
pub mod runner;
mod scope;
#[cfg(feature = "tokio")]
mod server;
mod server_id;
#[cfg(feature = "tokio")]
mod servers;
mod socket;
mod spin;
mod system_text;
mod telling;
mod terminfo;
mod tty;
mod upkeep;
mod version;

pub use address::Address;
pub use attach::{AttachEnd, AttachOptions};
pub use binary::Binary;
pub use channel::{ChannelOptions, Reconnect};
pub use command::Command;
pub use error::{Delivery, End, Error, ErrorKind, Guarded, NotTyped, Refusal, Result};
pub use identity::{Charset, Environment};
pub use input::PasteOptions;
pub use output::Output;
#[cfg(feature = "tokio")]
pub use plain_text::PlainText;
pub use processes::{Executable, ExecutableNow, ServerProcess, server_processes};
pub use reach::{may_leave_job, may_start_server, needs_terminal};
pub use remedy::remedy;
#[cfg(feature = "tokio")]
pub use repair::{NotRepaired, make_private, recreate_socket, remove_stale_socket};
pub use scope::Scope;
#[cfg(feature = "tokio")]
pub use server::{
    AttachedClient, Change, Changes, Channel, Client, Event, Events, Evidence, FinishedPlan, Found,
    Link, MadeSession, Modes, OutputEnd, OutputOptions, Pane, PaneEnd, PaneEvent, PaneOutput,
    Place, RawEnd, RawOutput, Ready, Runner, Screen, Seen, Server, Session, Start, Subscription,
    Tail, Waited, Watch, WatchOptions, Watched, Window,
};
pub use server_id::ServerId;
#[cfg(feature = "tokio")]
pub use servers::{
    DirectoryState, FoundDirectory, FoundServer, FoundServers, FoundSession, SearchOptions,
    ServerState, find_servers,
};
pub use system_text::system_text;
pub use terminfo::knows_terminal;
pub use tmuxwire_operations as operations;
pub use tmuxwire_operations::{PaneId, SessionId, WindowId};
#[cfg(feature = "tokio")]
pub use tmuxwire_protocol::control::Notification;
pub use tmuxwire_protocol::{HeaderLayout, harmless};
pub use version::{ServerInfo, Version};

/// The README's examples compile.
#[cfg(all(doctest, feature = "tokio"))]
#[doc = include_str!("../README.md")]
struct Readme;

/// The guide's examples run.
#[cfg(all(doctest, feature = "tokio"))]
#[doc = include_str!("../GUIDE.md")]
struct Guide;
