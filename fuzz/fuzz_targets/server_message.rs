//! Messages from a server: whatever decodes encodes again to the same bytes.
//!
//! First byte: the layout; the rest is a stream of frames.
#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use tmuxwire_protocol::{FrameDecoder, HeaderLayout, ServerMessage};

fuzz_target!(|input: &[u8]| {
    let [layout, stream @ ..] = input else { return };
    let layout = if layout & 1 == 0 { HeaderLayout::Old } else { HeaderLayout::New };
    let mut decoder = FrameDecoder::new(layout);
    decoder.receive(stream);
    while let Ok(Some(frame)) = decoder.next_frame() {
        let payload = frame.payload.clone();
        let Ok(message) = ServerMessage::decode(frame) else {
            continue;
        };
        let mut again = BytesMut::new();
        message.encode(layout, &mut again).expect("what came in a frame fits one");
        // The unused part of an old stdio message is not kept, for it is not data.
        if !matches!(message.message_type().0, 211..=213) {
            assert_eq!(again[16..], payload[..], "{message:?}");
        }
        let mut decoder = FrameDecoder::new(layout);
        decoder.receive(&again);
        let frame = decoder.next_frame().expect("valid").expect("whole");
        let second = ServerMessage::decode(frame).expect("decodes");
        assert_eq!(format!("{second:?}"), format!("{message:?}"));
    }
});
