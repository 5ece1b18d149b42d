//! What is known of a server.

pub use tmuxwire_operations::Version;
use tmuxwire_protocol::HeaderLayout;

/// What is known of a server process.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerInfo {
    /// The server's process, 0 if the system doesn't tell.
    pub pid: i32,
    /// Its version, if it names one that can be read. Servers 3.0 and 3.1 without a session
    /// don't tell.
    pub version: Option<Version>,
    /// Its header layout.
    pub layout: HeaderLayout,
    /// Whether the server lets this user only read (`server-access -r`); then it is 3.3 or later,
    /// and doesn't tell its version.
    pub read_only: bool,
    /// The buffer size of a 3.0 server's stdio messages.
    pub(crate) old_stdio_size: Option<usize>,
}

impl ServerInfo {
    /// Whether a control client's lines travel on descriptors of their own (3.2 and later).
    pub(crate) fn takes_descriptors(&self) -> bool {
        let told = self.version.as_ref().is_some_and(|version| version.is_at_least(3, 2));
        let later = told || self.read_only || self.layout == HeaderLayout::New;
        later && self.old_stdio_size.is_none()
    }

    /// Whether the server is known to survive that the client of a `run-shell` goes away before its
    /// job ends. Tried: 3.3a and 3.8 do, 3.1c, 3.5a and 3.7c don't.
    pub(crate) fn survives_abandoned_jobs(&self) -> bool {
        let proven = ["3.3a", "3.8"];
        self.version.as_ref().is_some_and(|version| proven.contains(&version.to_string().as_str()))
    }
}
