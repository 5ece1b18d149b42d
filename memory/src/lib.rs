//! A tmux in memory, for the tests of programs that use tmux.
//!
//! [`MemoryTmux`] listens on a socket of its own and speaks tmux's protocol, so that a program's own
//! client talks to it as to any server: the one-shot commands and the control channel of `tmuxwire`,
//! and the `tmux` program itself. No process is started, nothing is written but the socket in a
//! temporary directory, and nothing is left when it is dropped.
//!
//! ```
//! use tmuxwire::blocking::Server;
//! use tmuxwire_memory::MemoryTmux;
//! use tmuxwire_operations::PaneId;
//!
//! let memory = MemoryTmux::start()?;
//! let server = Server::at(memory.socket());
//!
//! // What a program under test may do.
//! server.run(["new-session", "-d", "-s", "work", "-n", "edit"])?;
//! server.run(["send-keys", "-t", "=work:edit", "make", "Enter"])?;
//! let windows = server.run(["list-windows", "-a", "-F", "#{session_name}:#{window_name}"])?;
//! assert_eq!(windows.stdout_text(), "work:edit\n");
//!
//! // What its test can see, and do.
//! assert_eq!(memory.typed(PaneId(0))?, "make\r");
//! assert_eq!(memory.commands()[1][0], "send-keys");
//! memory.set_screen(PaneId(0), "$ make\nall done\n")?;
//! let screen = server.run(["capture-pane", "-p", "-t", "work", "-E", "1"])?;
//! assert_eq!(screen.stdout_text(), "$ make\nall done\n");
//!
//! // What is not modelled says so.
//! let refused = server.run(["run-shell", "true"])?;
//! assert_eq!(refused.status, 1);
//! assert_eq!(refused.stderr_text(), "tmuxwire-memory doesn't model run-shell\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it models
//!
//! Sessions, windows with their places in sessions, panes and their layouts, buffers, options,
//! environments, channels of `wait-for`; targets and formats. What it answers is what tmux 3.8
//! answers, byte for byte: the crate's tests hold the same conversations with both.
//! [`Builder::version`] makes it another one, in some things.
//!
//! Everything else is an error, with the text `tmuxwire-memory doesn't model ..` and status 1: a
//! command, a flag, a format's variable or modifier, a value of an option. It never makes an answer
//! up.
//!
//! # What is other than with a real server
//!
//! - Nothing runs in a pane. It has no process and no terminal (`#{pane_pid}`, `#{pane_tty}` and
//!   `#{pane_current_path}` are empty, as for a real pane in which nothing runs), its current command
//!   is the one that it was started with, it keeps what is typed ([`MemoryTmux::typed`]) and shows what
//!   the test says ([`MemoryTmux::set_screen`]). [`MemoryTmux::set_field`] says what formats are to
//!   tell of a pane, [`MemoryTmux::end_program`] ends what would have run. Windows are never
//!   renamed automatically.
//! - `default-shell` is `/bin/sh`, the global environment is empty at first, there is no
//!   configuration file and the time zone is UTC.
//! - Nobody can attach: there are no clients with a terminal, and control clients only without a
//!   session.
//! - `#{pid}` is the process of the test, also after [`MemoryTmux::restart`].
#![forbid(unsafe_code)]

mod client;
mod colours;
mod commands;
mod control;
mod environment;
mod failure;
mod formats;
mod glob;
mod interpret;
mod keys;
mod layout;
mod memory;
mod options;
mod parse;
mod quote;
mod server;
mod state;
mod targets;
mod wire;
mod words;

pub use bstr::BString;
pub use memory::{Builder, Fault, MemoryTmux};
pub use tmuxwire_operations::PaneId;

/// The README's examples run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
