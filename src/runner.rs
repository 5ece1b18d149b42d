//! Sessions by their names, each for one program, as values: what they are to be, what they are,
//! and what goes wrong.
//!
//! The runner is `blocking::Runner`, and without blocking `Runner` at the
//! crate's root:
//!
//! ```
//! use std::time::Duration;
//!
//! use tmuxwire::blocking::{Runner, Server};
//! use tmuxwire::runner::{LogOptions, RunnerError, SessionConfig, SessionState, Stopped};
//!
//! let directory = tempfile::tempdir()?;
//! let server = Server::at(directory.path().join("socket")).config_file("/dev/null");
//! let runner = Runner::new(server.clone());
//!
//! let started = runner.start(&SessionConfig::new("web").command("echo up; exec cat"))?;
//! assert!(started.is_running());
//! runner.send_line("web", "C-c; is text")?;
//! println!("{:?}", runner.logs("web", LogOptions::last(10).colours())?);
//! assert_eq!(runner.stop("web", Duration::from_secs(10))?, Stopped::Ended);
//! assert!(matches!(runner.status("web"), Err(RunnerError::NotFound { .. })));
//!
//! let wrong = SessionConfig::new("web").command("exit 3").watch(Duration::from_secs(10));
//! let SessionState::Exited { status, .. } = runner.start(&wrong)?.state else { unreachable!() };
//! assert_eq!(status, Some(3));
//! # server.kill_server(Duration::from_secs(10))?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod config;
mod discover;
mod error;
mod rules;
mod status;

pub use crate::leaving::LeftBehind;
pub use config::SessionConfig;
pub use discover::{LiveSocket, live_sockets};
pub use error::RunnerError;
pub use rules::{Invalid, Part, check_command, check_name, check_socket_name, check_text};
pub use status::{LogOptions, SessionState, SessionStatus, Stopped};
pub(crate) use status::{fields, statuses};
