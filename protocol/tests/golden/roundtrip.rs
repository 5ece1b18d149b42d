//! Whatever can be said comes back the same; whatever can't be said is a named error.

use bytes::{Bytes, BytesMut};
use proptest::prelude::*;
use tmuxwire_protocol::{
    Arguments, DecodeError, EncodeError, Exit, Frame, FrameDecoder, HeaderLayout, MAX_FRAME,
    MAX_PAYLOAD, MessageType, OldData, PayloadProblem, ServerMessage, Stream, WireString,
};

fn wire_string() -> impl Strategy<Value = WireString> {
    prop::collection::vec(1u8..=255, 0..300)
        .prop_map(|bytes| WireString::new(bytes).expect("valid"))
}

fn data() -> impl Strategy<Value = Bytes> {
    prop::collection::vec(any::<u8>(), 0..2000).prop_map(Bytes::from)
}

fn stream() -> impl Strategy<Value = Stream> {
    any::<i32>().prop_map(Stream)
}

fn exit() -> impl Strategy<Value = Exit> {
    prop_oneof![
        Just(Exit::default()),
        any::<i32>().prop_map(|status| Exit { status: Some(status), message: None }),
        (any::<i32>(), wire_string())
            .prop_map(|(status, text)| Exit { status: Some(status), message: Some(text) }),
    ]
}

fn old_data() -> impl Strategy<Value = OldData> {
    (prop::option::of(data()), 2000usize..9000)
        .prop_map(|(data, capacity)| OldData { data, capacity })
}

fn server_message() -> impl Strategy<Value = ServerMessage> {
    use ServerMessage as M;
    let ends = prop_oneof![
        Just(M::Version),
        Just(M::Exited),
        Just(M::Ready),
        Just(M::Shutdown),
        Just(M::OldStdin),
        Just(M::Suspend),
        exit().prop_map(M::Exit),
        any::<u64>().prop_map(M::Flags),
        wire_string().prop_map(M::Detach),
        wire_string().prop_map(M::DetachKill),
        wire_string().prop_map(M::Lock),
        wire_string().prop_map(M::Shell),
        (wire_string(), wire_string()).prop_map(|(command, shell)| M::Exec { command, shell }),
    ];
    let files = prop_oneof![
        old_data().prop_map(M::OldStderr),
        old_data().prop_map(M::OldStdout),
        (stream(), any::<i32>(), wire_string()).prop_map(|(stream, fd, path)| M::ReadOpen {
            stream,
            fd,
            path
        }),
        (stream(), any::<i32>(), any::<i32>(), prop::option::of(wire_string()))
            .prop_map(|(stream, fd, flags, path)| M::WriteOpen { stream, fd, flags, path }),
        (stream(), data()).prop_map(|(stream, data)| M::Write { stream, data }),
        stream().prop_map(M::WriteClose),
        stream().prop_map(M::ReadCancel),
        (400u32.., data()).prop_map(|(number, payload)| M::Unknown {
            message_type: MessageType(number),
            payload
        }),
    ];
    prop_oneof![ends, files]
}

fn layout() -> impl Strategy<Value = HeaderLayout> {
    prop_oneof![Just(HeaderLayout::Old), Just(HeaderLayout::New)]
}

fn one_frame(layout: HeaderLayout, bytes: &[u8]) -> Result<Option<Frame>, DecodeError> {
    let mut decoder = FrameDecoder::new(layout);
    decoder.receive(bytes);
    decoder.next_frame()
}

proptest! {
    #[test]
    fn server_messages_come_back(message in server_message(), layout in layout()) {
        let mut bytes = BytesMut::new();
        message.encode(layout, &mut bytes).expect("fits");
        let frame = one_frame(layout, &bytes).expect("valid").expect("whole");
        prop_assert_eq!(ServerMessage::decode(frame).expect("decodes"), message);
        // Every prefix is "need more", never an error.
        for end in 0..bytes.len().min(64) {
            prop_assert!(one_frame(layout, &bytes[..end]).expect("not malformed").is_none());
        }
    }

    #[test]
    fn arguments_come_back(list in prop::collection::vec(
        prop::collection::vec(1u8..=255, 0..40), 0..40)
    ) {
        let arguments = Arguments::new(&list).expect("valid");
        prop_assert_eq!(arguments.len(), list.len());
        let back: Vec<Vec<u8>> = arguments.iter().map(<[u8]>::to_vec).collect();
        prop_assert_eq!(back, list);
    }
}

fn payload_problem(message_type: MessageType, payload: &[u8]) -> PayloadProblem {
    let frame = frame_of(message_type, payload);
    match ServerMessage::decode(frame) {
        Err(DecodeError::Payload { message, problem }) => {
            assert_eq!(message, message_type);
            problem
        }
        other => panic!("{message_type:?}: {other:?}"),
    }
}

fn frame_of(message_type: MessageType, payload: &[u8]) -> Frame {
    let mut bytes = BytesMut::new();
    let payload = Bytes::copy_from_slice(payload);
    ServerMessage::Unknown { message_type, payload }
        .encode(HeaderLayout::New, &mut bytes)
        .expect("fits");
    one_frame(HeaderLayout::New, &bytes).expect("valid").expect("whole")
}

#[test]
fn each_malformed_payload_has_its_own_error() {
    use MessageType as T;
    use PayloadProblem as P;
    assert_eq!(payload_problem(T::READY, b"x"), P::NotEmpty(1));
    assert_eq!(payload_problem(T::EXIT, b"abc"), P::Truncated);
    assert_eq!(payload_problem(T::EXIT, b"\0\0\0\0text"), P::MissingNul);
    assert_eq!(payload_problem(T::EXIT, b"\0\0\0\0te\0t\0"), P::InteriorNul);
    assert_eq!(payload_problem(T::DETACH, b""), P::MissingNul);
    assert_eq!(payload_problem(T::FLAGS, b"1234567"), P::Truncated);
    assert_eq!(payload_problem(T::FLAGS, b"123456789"), P::TrailingBytes(1));
    assert_eq!(payload_problem(T::EXEC, b"command\0"), P::MissingNul);
    assert_eq!(payload_problem(T::WRITE_CLOSE, b"12345"), P::TrailingBytes(1));
    assert_eq!(payload_problem(T::WRITE_OPEN, b"1234"), P::Truncated);
    assert_eq!(payload_problem(T::READ_OPEN, b"12345678"), P::MissingNul);
    assert_eq!(payload_problem(T::OLDSTDOUT, b"1234"), P::Truncated);
    assert_eq!(payload_problem(T::OLDSTDOUT, &9i64.to_ne_bytes()), P::BufferSize(9));
    assert_eq!(payload_problem(T::OLDSTDOUT, &(-2i64).to_ne_bytes()), P::BufferSize(-2));
}

#[test]
fn each_malformed_command_has_its_own_error() {
    use PayloadProblem as P;
    let problem = |count: i32, strings: &[u8]| {
        let payload = [&count.to_ne_bytes(), strings].concat();
        match tmuxwire_protocol::ClientMessage::decode(frame_of(MessageType::COMMAND, &payload)) {
            Err(DecodeError::Payload { problem, .. }) => problem,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(problem(-1, b""), P::NegativeCount(-1));
    assert_eq!(problem(1, b"list-keys"), P::MissingNul);
    assert_eq!(problem(2, b"list-keys\0"), P::CountMismatch { claimed: 2, found: 1 });
    assert_eq!(problem(0, b"list-keys\0"), P::CountMismatch { claimed: 0, found: 1 });
}

#[test]
fn lengths_outside_the_limits_are_errors_and_stay_errors() {
    for (length, error) in [
        (0u32, DecodeError::FrameTooShort { length: 0 }),
        (15, DecodeError::FrameTooShort { length: 15 }),
        (16385, DecodeError::FrameTooLong { length: 16385 }),
        (0x7fff_ffff, DecodeError::FrameTooLong { length: 0x7fff_ffff }),
    ] {
        let mut header = Vec::new();
        for field in [207u32, length, 8, u32::MAX] {
            header.extend_from_slice(&field.to_ne_bytes());
        }
        let mut decoder = FrameDecoder::new(HeaderLayout::New);
        decoder.receive(&header[..15]);
        assert!(decoder.next_frame().expect("incomplete").is_none());
        decoder.receive(&header[15..]);
        assert_eq!(decoder.next_frame().err(), Some(error));
        decoder.receive(&[0; 64]);
        assert_eq!(decoder.next_frame().err(), Some(error));
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let packed = |total: usize| Arguments::new([vec![b'x'; total - 1]]);
    assert!(packed(Arguments::MAX_PACKED).is_ok());
    assert_eq!(packed(16365).err(), Some(EncodeError::CommandTooLong { size: 16365 }));
    assert_eq!(Arguments::new(["a", "b\0c"]).err(), Some(EncodeError::InteriorNul { position: 1 }));
    assert_eq!(WireString::new("a\0").err(), Some(EncodeError::InteriorNul { position: 1 }));
    assert!(WireString::new(vec![b'x'; WireString::MAX_LEN]).is_ok());
    assert!(WireString::new(vec![b'x'; WireString::MAX_LEN + 1]).is_err());
    let data = |size| ServerMessage::Write { stream: Stream(3), data: Bytes::from(vec![0; size]) };
    let mut out = BytesMut::new();
    data(MAX_PAYLOAD - 4).encode(HeaderLayout::Old, &mut out).expect("fits");
    assert_eq!(out.len(), MAX_FRAME);
    out.clear();
    assert!(data(MAX_PAYLOAD - 3).encode(HeaderLayout::Old, &mut out).is_err());
    assert!(out.is_empty());
}
