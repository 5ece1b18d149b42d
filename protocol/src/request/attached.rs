//! A client on a terminal: from attaching to leaving (PROTOCOL sections 10.2 and 12).

use super::{AllowedFiles, Event, Phase, Request, RequestError, Terminal, push_descriptors};
use crate::frame::{HeaderLayout, put_frame};
use crate::identity::{ClientFlags, Identity};
use crate::message::{Arguments, MessageType, ServerMessage};
use crate::outbox::Outbox;

/// How far a client has come with its session.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Attachment {
    /// It has passed no terminal.
    NotAsked,
    /// The server has the terminal, but has not said READY.
    Asked,
    Attached {
        /// Where in the stream the last RESIZE begins.
        resized_at: u64,
    },
    /// A control client of somebody's shell: only its end differs from any other client's.
    Control,
    /// The terminal is ours for a while.
    Away {
        /// What tells the server that it can have the terminal again.
        answer: MessageType,
        /// The terminal's size has changed meanwhile.
        resized: bool,
    },
    /// EXITING is said; what will have happened when the server answers.
    Leaving(Option<Event>),
}

impl Request {
    /// A client on a terminal, which `command` (`attach-session`, `new-session`) may attach. Until
    /// [`Event::Ready`] it is like any other request, and ends like one if it isn't attached.
    ///
    /// What doesn't fit a message, or contains a NUL byte, can't be made: [`Terminal`] holds
    /// checked strings.
    pub fn attach(
        identity: &Identity,
        terminal: Terminal,
        flags: ClientFlags,
        command: &Arguments,
    ) -> Self {
        let mut outbox = Outbox::default();
        push_descriptors(&mut outbox, terminal.stdin, terminal.stdout, terminal.layout);
        let out = outbox.buffer();
        let said = flags.put(out);
        debug_assert!(said.is_ok(), "flags fit");
        let features = terminal.features.to_ne_bytes();
        let mut put = |message, parts: &[&[u8]]| {
            let said = put_frame(out, HeaderLayout::New, message, false, parts);
            debug_assert!(said.is_ok(), "{message:?} over the frame limit");
        };
        put(MessageType::IDENTIFY_FEATURES, &[&features]);
        for capability in &terminal.terminfo {
            put(MessageType::IDENTIFY_TERMINFO, &[capability.as_bytes(), b"\0"]);
        }
        let mut request =
            Self { attachment: Attachment::Asked, ..Self::identified(identity, outbox) };
        request.say_command(command);
        request
    }

    /// Whether the server has the terminal: [`Event::Ready`] has come, and no end yet.
    pub fn is_attached(&self) -> bool {
        self.phase == Phase::Running
            && matches!(
                self.attachment,
                Attachment::Attached { .. } | Attachment::Away { .. } | Attachment::Leaving(_)
            )
    }

    /// Whether EXITING is said and its answer is awaited. Who doesn't want to wait any longer tells
    /// of an end of the stream.
    pub fn is_leaving(&self) -> bool {
        self.phase == Phase::Running && matches!(self.attachment, Attachment::Leaving(_))
    }

    /// Lets a control client answer its being detached, so that the server can write out what is
    /// left for it before [`Event::Detached`]. For streams that are not ours alone.
    #[must_use]
    pub fn say_goodbye(mut self) -> Self {
        self.attachment = Attachment::Control;
        self
    }

    /// Tells that the terminal has another size; the server asks the terminal for it. Dropped unless
    /// the client is attached: it would end the server.
    pub fn resize(&mut self) {
        match &mut self.attachment {
            // One that has not left yet makes the server look late enough.
            Attachment::Attached { resized_at } if self.outbox.is_unsent(*resized_at) => {}
            Attachment::Attached { .. } => self.attach_again(),
            Attachment::Away { resized, .. } => *resized = true,
            _ => {}
        }
    }

    fn attach_again(&mut self) {
        self.attachment = Attachment::Attached { resized_at: self.outbox.end() };
        self.say(MessageType::RESIZE, &[]);
    }

    /// Gives the terminal to the server again, after [`Event::Suspend`] or [`Event::Lock`]; answers
    /// whether it was ours.
    pub fn resume(&mut self) -> bool {
        let Attachment::Away { answer, resized } = self.attachment else { return false };
        self.attachment = Attachment::Attached { resized_at: 0 };
        self.say(answer, &[]);
        if resized {
            self.attach_again();
        }
        true
    }

    /// Leaves the session: the server gives the terminal back and answers, which is
    /// [`Event::Left`]. Without effect before [`Event::Ready`], and if an end is under way.
    pub fn leave(&mut self) {
        if !self.feeding
            && matches!(self.attachment, Attachment::Attached { .. } | Attachment::Away { .. })
        {
            self.say_exiting(Event::Left);
        }
    }

    /// Says EXITING; answers the end at once if there is more to say than that would be harmless.
    fn say_exiting(&mut self, end: Event) -> Option<Event> {
        if self.feeding {
            return Some(self.end(end));
        }
        self.say(MessageType::EXITING, &[]);
        // From here on nothing more is said.
        self.attachment = Attachment::Leaving(Some(end));
        None
    }

    /// Takes what is for a client with a session; gives back everything else.
    pub(super) fn handle_attached(
        &mut self,
        message: ServerMessage,
    ) -> Result<Option<Event>, ServerMessage> {
        match &mut self.attachment {
            Attachment::NotAsked => Err(message),
            Attachment::Asked => match message {
                ServerMessage::Ready => {
                    // From here on servers open files themselves (PROTOCOL section 9.3).
                    self.files = AllowedFiles::Nothing;
                    self.attach_again();
                    Ok(Some(Event::Ready))
                }
                other => Err(other),
            },
            Attachment::Control => match message {
                ServerMessage::Detach(session) => {
                    Ok(self.say_exiting(Event::Detached { session, kill: false }))
                }
                ServerMessage::DetachKill(session) => {
                    Ok(self.say_exiting(Event::Detached { session, kill: true }))
                }
                other => Err(other),
            },
            Attachment::Leaving(end) => Ok(match message {
                ServerMessage::Exited => end.take().map(|end| self.end(end)),
                // What a 3.1 control client's last command printed.
                message @ ServerMessage::Write { .. } => return Err(message),
                // The server's last words may cross ours, and some say two of them.
                _ => None,
            }),
            Attachment::Attached { .. } | Attachment::Away { .. } => {
                self.handle_with_terminal(message)
            }
        }
    }

    fn handle_with_terminal(
        &mut self,
        message: ServerMessage,
    ) -> Result<Option<Event>, ServerMessage> {
        let end = match message {
            ServerMessage::Detach(session) => Event::Detached { session, kill: false },
            ServerMessage::DetachKill(session) => Event::Detached { session, kill: true },
            ServerMessage::Exit(exit) => Event::Exit(exit),
            ServerMessage::Shutdown => Event::Shutdown,
            ServerMessage::Exec { command, shell } => Event::Exec { command, shell },
            ServerMessage::Suspend => {
                return Ok(self.go_away(MessageType::WAKEUP, Event::Suspend));
            }
            ServerMessage::Lock(command) => {
                return Ok(self.go_away(MessageType::UNLOCK, Event::Lock { command }));
            }
            // What is still printed would spoil the screen; tmux's client drops it, too.
            ServerMessage::Ready
            | ServerMessage::WriteOpen { .. }
            | ServerMessage::Write { .. }
            | ServerMessage::WriteClose(_)
            | ServerMessage::OldStdout(_)
            | ServerMessage::OldStderr(_) => return Ok(None),
            other => return Err(other),
        };
        Ok(self.say_exiting(end))
    }

    /// The terminal is ours, unless it was already.
    fn go_away(&mut self, answer: MessageType, event: Event) -> Option<Event> {
        let attached = matches!(self.attachment, Attachment::Attached { .. });
        attached.then(|| {
            self.attachment = Attachment::Away { answer, resized: false };
            event
        })
    }

    /// What the end of the stream means: servers may hang up rather than answer EXITING.
    pub(super) fn handle_closed(&mut self) -> Result<Event, RequestError> {
        let end = match &mut self.attachment {
            Attachment::NotAsked | Attachment::Asked | Attachment::Control => None,
            Attachment::Attached { .. } | Attachment::Away { .. } => Some(Event::LostServer),
            Attachment::Leaving(end) => end.take(),
        };
        end.map(|end| self.end(end)).ok_or(RequestError::Closed)
    }
}
