use super::*;

#[test]
fn whatever_a_peer_says_an_error_does_nothing_to_a_terminal() {
    let hostile = "a\x1b[31m\u{9b}31m\u{202e}\x7f\rb";
    let path = PathBuf::from(hostile);
    let kinds = [
        ErrorKind::NoServer { path: path.clone(), errno: nix::libc::ECONNREFUSED },
        ErrorKind::Connect { path, errno: nix::libc::EACCES },
        ErrorKind::SocketDirectory(hostile.into()),
        ErrorKind::Spawn(hostile.into()),
        ErrorKind::UnknownTerminal(hostile.into()),
        ErrorKind::ChannelEnded(End::Refused(hostile.into())),
        ErrorKind::ChannelEnded(End::Detached { session: hostile.into() }),
        ErrorKind::ChannelEnded(End::Broken(hostile.into())),
    ];
    let errors = kinds.map(Error::not_sent).into_iter().chain([
        Error::refused(hostile),
        Error::not_found(Thing::Session, &hostile),
        Error::not_sent(ErrorKind::Io).with_source(hostile),
    ]);
    for error in errors {
        let mut text = error.to_string();
        if let ErrorKind::ChannelEnded(end) = error.kind() {
            text += &end.to_string();
        }
        assert!(text.contains("a\\u{1b}[31m\\u{9b}31m\\u{202e}\\u{7f}\\rb"), "{text}");
        assert!(!text.contains(harmless::is_harmful), "{text:?}");
    }
    let refused = Error::refused(hostile);
    let source = refused.reason().map(ToString::to_string);
    assert!(source.is_some_and(|text| !text.contains(harmless::is_harmful)));
}

#[test]
fn what_is_not_there_is_told_by_whatever_refused_it() {
    let text = "can't find session: x";
    let ended = |end| Error::not_sent(ErrorKind::ChannelEnded(end));
    for error in [
        Error::refused(text),
        Error::not_found(Thing::Session, &"x"),
        ended(End::Refused(text.into())),
        Error::not_sent(ErrorKind::NotAllowedToAttach(Refusal::NotFound)).with_text(text),
        #[cfg(feature = "tokio")]
        Error::pane_gone(PaneId(99)),
    ] {
        assert!(error.is_not_found() && error.is_gone(), "{error:?}");
    }
    for error in
        [Error::refused("no current target"), ended(End::Refused("no current target".into()))]
    {
        assert!(error.is_gone() && !error.is_not_found(), "{error:?}");
    }
    for error in [Error::refused("invalid"), ended(End::Broken(text.into())), ended(End::Closed)] {
        assert!(!error.is_gone(), "{error:?}");
    }
}

#[derive(Debug)]
struct Outer(Inmost);

#[derive(Debug)]
struct Inmost;

impl fmt::Display for Outer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the outer one")
    }
}

impl fmt::Display for Inmost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the inmost one")
    }
}

impl std::error::Error for Outer {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

impl std::error::Error for Inmost {}

fn kinds() -> Vec<ErrorKind> {
    let path = PathBuf::from("/x");
    vec![
        ErrorKind::NoServer { path: path.clone(), errno: nix::libc::ENOENT },
        ErrorKind::Connect { path, errno: nix::libc::EACCES },
        ErrorKind::SocketDirectory("x".into()),
        ErrorKind::AccessRefused { status: 1 },
        ErrorKind::LostServer,
        ErrorKind::ServerShutdown,
        ErrorKind::VersionMismatch { server: 7 },
        ErrorKind::CommandTooLong { size: 1 },
        ErrorKind::NulInArgument,
        ErrorKind::MalformedPeer,
        ErrorKind::TimedOut,
        ErrorKind::Cancelled,
        ErrorKind::TooMuchOutput { limit: 1 },
        ErrorKind::NoTmuxBinary,
        ErrorKind::Spawn("x".into()),
        ErrorKind::Refused,
        ErrorKind::ChannelEnded(End::Closed),
        ErrorKind::NotAttached,
        ErrorKind::NotAllowedToAttach(Refusal::Other),
        ErrorKind::UnknownTerminal("x".into()),
        ErrorKind::NotATerminal,
        ErrorKind::Operation,
        ErrorKind::Guarded(Guarded::OwnPane),
        ErrorKind::NotTyped(NotTyped::Dead),
        ErrorKind::AnotherServer,
        ErrorKind::Failed(FailureKind::Other),
        ErrorKind::Unreadable,
        ErrorKind::NotInPane,
        ErrorKind::Io,
    ]
}

/// A kind that comes must be thought of above.
fn place(kind: &ErrorKind) -> usize {
    let is_it = |other: &ErrorKind| std::mem::discriminant(other) == std::mem::discriminant(kind);
    kinds().iter().position(is_it).expect("listed")
}

#[test]
fn an_error_and_its_sources_say_nothing_twice() {
    for kind in kinds() {
        assert_eq!(kinds()[place(&kind)], kind);
        for error in [
            Error::not_sent(kind.clone()).with_source(Outer(Inmost)),
            Error::not_sent(ErrorKind::Io)
                .with_source(Error::not_sent(kind.clone()).with_source(Outer(Inmost))),
        ] {
            let error: &dyn std::error::Error = &error;
            let mut said = vec![error.to_string()];
            let mut source = error.source();
            while let Some(error) = source {
                said.push(error.to_string());
                source = error.source();
            }
            for pair in said.windows(2) {
                assert!(!pair[0].contains(&pair[1]), "{kind:?}: {said:?}");
            }
            let said = said.join(": ");
            for word in ["the outer one", "the inmost one"] {
                assert_eq!(said.matches(word).count(), 1, "{said}");
            }
        }
    }
}
