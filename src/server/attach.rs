//! A client on a terminal, for async callers.

mod client;
mod program;

use std::os::fd::OwnedFd;

use nix::errno::Errno;
use tmuxwire_protocol::Event;

pub use self::client::AttachedClient;
use self::client::Session;
use super::Server;
use super::connection::Connection;
use super::drive::{Drive, Io};
use crate::attach::{AttachOptions, Lent, not_attached};
use crate::endpoint::Patience;
use crate::error::{Error, ErrorKind, Result};
use crate::fault::{Verdict, untold_old_stdio_size};
use crate::terminfo::Terminfo;
use crate::tty::Tty;
use crate::version::ServerInfo;

impl Server {
    /// Attaches a client on `terminal`, any terminal of this process's: its own, or the far end of a
    /// pty that it has opened. Returns when the client is attached; from then on the server does
    /// all input and output on the terminal.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use tmuxwire::{AttachEnd, AttachOptions, Server};
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let server = Server::at(directory.path().join("socket")).config_file("/dev/null");
    /// # server.run(["new-session", "-d", "-s", "work", "cat"]).await?;
    /// let pty = nix::pty::openpty(None, None)?;
    /// let options = AttachOptions::new().command(["attach-session", "-t", "work"]).term("xterm");
    /// let mut client = server.attach(pty.slave, options).await?;
    ///
    /// // What the session shows can be read from `pty.master`, and keys written to it.
    /// client.detach();
    /// assert_eq!(client.ended().await?, AttachEnd::Left);
    /// # server.kill_server(std::time::Duration::from_secs(10)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// If no server runs and the command starts one, the tmux program is spawned on the terminal.
    ///
    /// # Cancellation
    /// Dropping the future closes the connection; the server gives the terminal back
    /// if it has it.
    ///
    /// # Errors
    /// [`ErrorKind::NotAllowedToAttach`] with what the server has against it;
    /// [`ErrorKind::NotATerminal`], [`ErrorKind::UnknownTerminal`]; otherwise as for
    /// [`run`](Self::run).
    pub async fn attach(
        &self,
        terminal: OwnedFd,
        options: AttachOptions,
    ) -> Result<AttachedClient> {
        let not_a_terminal =
            |errno: Errno| Error::not_sent(ErrorKind::NotATerminal).with_source(errno);
        let tty = Tty::new(terminal).map_err(not_a_terminal)?;
        if options.by_program {
            return program::start(&self.endpoint, tty, &options, "the caller wants it");
        }
        match self.info().await {
            Ok(info) => {
                let terminfo = self.endpoint.terminfo(&options)?;
                self.attach_to(&info, tty, &terminfo, &options).await
            }
            Err(error) => match self.starter(&options.command, &error)? {
                Some(_) => program::start(&self.endpoint, tty, &options, "no server is running"),
                None => Err(error),
            },
        }
    }

    async fn attach_to(
        &self,
        info: &ServerInfo,
        tty: Tty,
        terminfo: &Terminfo,
        options: &AttachOptions,
    ) -> Result<AttachedClient> {
        let mut patience = Patience::with_exiting_server(None);
        let tty = Lent::new(tty, terminfo);
        loop {
            let request = self.endpoint.attach_request(options, info, tty.tty(), terminfo)?;
            let socket = self.connect(None).await?;
            let mut connection = Connection::new(socket, request, None)?;
            let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
            let Some(verdict) = attach_once(&mut connection, &mut stdout, &mut stderr).await else {
                return Ok(AttachedClient::new(Session::new(connection, tty)));
            };
            match verdict {
                Verdict::Ended(ended) => {
                    let reason = ended.reason().unwrap_or_default();
                    let status = ended.status()?;
                    return Err(not_attached(status, &[stderr, reason].concat()));
                }
                Verdict::TryAgain(error) => match patience.next_pause() {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => return Err(error),
                },
                Verdict::NeedsOldStdioSize => return Err(untold_old_stdio_size()),
                Verdict::Failed { error, .. } => return Err(error),
            }
        }
    }
}

/// `None` if the client is attached.
async fn attach_once(
    connection: &mut Connection,
    stdout: &mut Vec<u8>,
    stderr: &mut Vec<u8>,
) -> Option<Verdict> {
    let mut io = Io { stdin: &mut tokio::io::empty(), stdout, stderr, limit: Some(1 << 20) };
    let (socket, request, progress) = connection.parts();
    let mut drive = Drive::new(socket, request, &mut io, progress);
    let conversation = match drive.converse().await {
        Ok(Event::Ready) => return None,
        Ok(event) => drive.finish(event),
        Err(fault) => Err(fault),
    };
    let (_, request, progress) = connection.parts();
    Some(Verdict::on(conversation, *progress, request))
}
