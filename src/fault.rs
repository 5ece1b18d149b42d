//! How a conversation on a connection can fail, and what that says about the command. The same
//! for both drivers.

use nix::errno::Errno;
use tmuxwire_protocol::{Event, Exit, HeaderLayout, Request, RequestError};

use crate::error::{Delivery, Error, ErrorKind};

/// Why a conversation did not come to its end.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The machine can't go on.
    Request(RequestError),
    /// The connection failed.
    Socket,
    /// The server ended it, in a way that is not the command's.
    Server(Error),
    TimedOut,
    Cancelled,
    TooMuchOutput(usize),
    /// Waiting for descriptors failed.
    Io(std::io::Error),
}

impl From<RequestError> for Fault {
    fn from(error: RequestError) -> Self {
        Self::Request(error)
    }
}

/// How a conversation ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) exit: Exit,
    /// A file that the server was told is written, but that our side could not write in full.
    pub(crate) lost_file: Option<LostFile>,
}

/// A file whose data did not reach the disk, on a server that can't be told.
#[derive(Debug)]
pub(crate) struct LostFile {
    pub(crate) path: Vec<u8>,
    pub(crate) errno: Errno,
}

/// What has happened to the connection so far, beyond what the machine knows.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Progress {
    /// The server has closed its end while bytes of ours were on the way: it never read them all.
    pub(crate) reset: bool,
    /// Some bytes of ours were never taken.
    pub(crate) unsent: bool,
}

impl Progress {
    /// The command stands at the very end of what a client says unasked. So if the server has
    /// said nothing and left any of our bytes unread, it has not seen the whole command.
    ///
    /// On Linux a peer that closes with bytes unread gives ECONNRESET rather than an end of file.
    pub(crate) fn nothing_ran(self, request: &Request) -> bool {
        !request.is_early() && self.left_bytes(request)
    }

    fn left_bytes(self, request: &Request) -> bool {
        !request.is_answered() && (self.unsent || (self.reset && cfg!(target_os = "linux")))
    }

    pub(crate) fn delivery(self, request: &Request) -> Delivery {
        match (self.nothing_ran(request), request.is_ended()) {
            (true, _) => Delivery::NotSent,
            (_, true) => Delivery::Answered,
            _ => Delivery::MayHaveRun,
        }
    }
}

impl Fault {
    pub(crate) fn into_error(self, delivery: Delivery) -> Error {
        match self {
            Self::Request(RequestError::Closed) | Self::Socket => {
                Error::new(ErrorKind::LostServer, delivery)
            }
            // The server looks at the version first, so nothing has run.
            Self::Request(RequestError::VersionMismatch { server }) => {
                Error::not_sent(ErrorKind::VersionMismatch { server })
            }
            Self::Request(error) => {
                Error::new(ErrorKind::MalformedPeer, delivery).with_source(error)
            }
            Self::Server(error) => error,
            Self::TimedOut => Error::new(ErrorKind::TimedOut, delivery),
            Self::Cancelled => Error::new(ErrorKind::Cancelled, delivery),
            Self::TooMuchOutput(limit) => Error::new(ErrorKind::TooMuchOutput { limit }, delivery),
            Self::Io(error) => Error::new(ErrorKind::Io, delivery).with_source(error),
        }
    }

    /// Whether we, not the server, ended the conversation.
    fn is_ours(&self) -> bool {
        matches!(self, Self::TimedOut | Self::Cancelled | Self::TooMuchOutput(_) | Self::Io(_))
    }
}

/// A conversation that is over, one way or the other.
pub(crate) type Conversation = Result<Ended, Fault>;

/// What a conversation's end asks its caller to do.
pub(crate) enum Verdict {
    Ended(Ended),
    /// Another attempt may find a better server, or none, and does no harm: it is sure that
    /// nothing ran, or that the command only reads.
    TryAgain(Error),
    /// The server is a 3.0 whose message size has to be learned before the command can be fed.
    NeedsOldStdioSize,
    Failed {
        error: Error,
        /// The server is still at it.
        given_up: bool,
    },
}

impl Verdict {
    pub(crate) fn on(conversation: Conversation, progress: Progress, request: &Request) -> Self {
        let fault = match conversation {
            Ok(ended) => return Self::Ended(ended),
            Err(Fault::Request(RequestError::OldStdioSize)) => {
                return Self::NeedsOldStdioSize;
            }
            Err(fault) => fault,
        };
        let delivery = progress.delivery(request);
        let given_up = fault.is_ours();
        let error = fault.into_error(delivery);
        match progress.left_bytes(request) && error.kind() == &ErrorKind::LostServer {
            true => Self::TryAgain(error),
            false => Self::Failed { error, given_up },
        }
    }
}

/// A server that was asked, and still doesn't tell how its stdio messages look.
pub(crate) fn untold_old_stdio_size() -> Error {
    Error::new(ErrorKind::MalformedPeer, Delivery::MayHaveRun)
        .with_source(RequestError::OldStdioSize)
}

/// What an end event means: the command's end, or the server's refusal to have anything to do
/// with us.
pub(crate) fn judge_end(
    event: Event,
    answered_before: bool,
    lost_file: Option<LostFile>,
) -> Conversation {
    let Event::Exit(exit) = event else {
        return Err(Fault::Server(Error::new(ErrorKind::ServerShutdown, Delivery::MayHaveRun)));
    };
    let text = exit.message.as_ref().map(|text| text.as_bytes());
    match text == Some(b"access not allowed") && !answered_before {
        true => Err(Fault::Server(Error::not_sent(ErrorKind::AccessRefused {
            status: exit.status.unwrap_or(0),
        }))),
        false => Ok(Ended { exit, lost_file }),
    }
}

impl Ended {
    /// The reason that the tmux program prints on standard error.
    pub(crate) fn reason(&self) -> Option<Vec<u8>> {
        self.exit.message.as_ref().map(|text| [text.as_bytes(), b"\n"].concat())
    }

    /// The exit status.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if a file is not on disk in full though the server believes so.
    pub(crate) fn status(self) -> Result<i32, Error> {
        let status = self.exit.status.unwrap_or(0);
        match self.lost_file {
            Some(lost) if status == 0 => {
                let path = String::from_utf8_lossy(&lost.path);
                let text = format!("{}: {path}", crate::system_text(lost.errno as i32));
                Err(Error::new(ErrorKind::Io, Delivery::Answered).with_text(&text))
            }
            _ => Ok(status),
        }
    }
}

/// The header layout that the fate of a layout probe tells (PROTOCOL section 3.5).
pub(crate) fn layout_of_probe(
    conversation: Conversation,
    progress: Progress,
    request: &Request,
) -> Result<HeaderLayout, Error> {
    match conversation {
        Ok(_) => Ok(HeaderLayout::Old),
        Err(Fault::Request(RequestError::Closed)) if !request.is_answered() => {
            Ok(HeaderLayout::New)
        }
        Err(_) if progress.unsent && !request.is_answered() => Ok(HeaderLayout::New),
        Err(fault) => Err(fault.into_error(progress.delivery(request))),
    }
}
