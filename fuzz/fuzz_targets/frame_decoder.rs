//! The frame decoder: however a stream is cut, it gives the same frames and the same error, and
//! holds less than one frame beyond what it was fed.
//!
//! First byte: the layout; second: the size of the pieces; the rest is the stream.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tmuxwire_protocol::{DecodeError, FrameDecoder, HeaderLayout, MAX_FRAME};

type Frames = Vec<(u32, u32, Vec<u8>, bool)>;

fn decode(layout: HeaderLayout, stream: &[u8], piece: usize) -> (Frames, Option<DecodeError>) {
    let mut decoder = FrameDecoder::new(layout);
    let mut frames = Vec::new();
    for chunk in stream.chunks(piece) {
        decoder.receive(chunk);
        loop {
            match decoder.next_frame() {
                Ok(Some(frame)) => {
                    assert!(frame.payload.len() + 16 <= MAX_FRAME);
                    let marked = frame.descriptor.is_marked();
                    frames.push((frame.message_type.0, frame.pid, frame.payload.to_vec(), marked));
                }
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(decoder.next_frame().err(), Some(error));
                    return (frames, Some(error));
                }
            }
        }
        assert!(decoder.buffered() < MAX_FRAME);
    }
    (frames, None)
}

fuzz_target!(|input: &[u8]| {
    let [layout, piece, stream @ ..] = input else {
        return;
    };
    let layout = if layout & 1 == 0 { HeaderLayout::Old } else { HeaderLayout::New };
    let whole = decode(layout, stream, stream.len().max(1));
    assert_eq!(decode(layout, stream, usize::from(*piece) + 1), whole);
});
