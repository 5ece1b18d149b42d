//! A control stream of any bytes, in pieces, with lines sent in between: every line comes out once,
//! however the stream is split, up to a guard that doesn't fit, and what was sent is answered in
//! order.
//!
//! The first byte is the size of the pieces, the second says what is sent before each.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tmuxwire_protocol::control::{
    CommandLine, ControlError, ControlEvent, Line, LineDecoder, Notification, Replies,
};

/// A line as it stood in the stream, as far as that can be told.
fn length(line: &Line) -> Option<usize> {
    match line {
        Line::Inside(text) | Line::Outside(text) => Some(text.len() + 1),
        _ => None,
    }
}

fuzz_target!(|input: &[u8]| {
    let [size, kind, stream @ ..] = input else { return };
    let (mut decoder, mut whole) = (LineDecoder::default(), LineDecoder::default());
    whole.receive(stream);
    let mut replies = Replies::default();
    let list = CommandLine::new([["a"], ["b"]]).expect("a list");
    let (mut taken, mut answered) = (0, None);
    for piece in stream.chunks(usize::from(*size).max(1)) {
        match kind % 4 {
            0 => drop(replies.sent(&list)),
            1 => drop(replies.sent_waiting(&list)),
            2 => drop(replies.sent_nesting("mark")),
            _ => {}
        }
        decoder.receive(piece);
        loop {
            let line = match decoder.next_line() {
                Ok(None) => break,
                Ok(Some(line)) => line,
                Err(error) => {
                    assert_eq!(error, ControlError::Misfit);
                    assert_eq!(whole.next_line(), Err(error));
                    return;
                }
            };
            assert_eq!(whole.next_line(), Ok(Some(line.clone())));
            taken += length(&line).unwrap_or(0);
            assert!(taken <= stream.len());
            match replies.handle(line) {
                Ok(Some(ControlEvent::Reply(reply))) => {
                    assert!(reply.line.is_none() || reply.line >= answered);
                    answered = reply.line.or(answered);
                }
                Ok(Some(ControlEvent::Notification(Notification::Output { output, .. }))) => {
                    assert!(output.bytes().len() <= output.escaped().len());
                }
                Ok(_) => {}
                Err(_) => return,
            }
        }
    }
});
