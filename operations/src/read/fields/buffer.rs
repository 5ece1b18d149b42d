//! Fields of paste buffers.

use bstr::BString;

use crate::read::field::fields;
use crate::read::value::Time;
use crate::release::V3_7;

fields! { Buffer:
    NAME buffer_name: BString, "its name";
    SIZE buffer_size: i64, "its size in bytes";
    CREATED buffer_created: Time, "when it was made or last set";
    SAMPLE buffer_sample: BString, "how it begins, with what can't be printed as escapes";
    FULL buffer_full: Option<BString>, "all of it" .since(V3_7);
}
