//! The same calls of objects give the same results on each route, for both drivers, on every
//! release; and each costs what its documentation says.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]
#![allow(clippy::duplicate_mod, reason = "one source for both drivers")]

#[path = "contract/asynchronous.rs"]
mod asynchronous;
#[path = "contract/blocking.rs"]
mod blocking;
#[path = "contract/complete.rs"]
mod complete;
#[path = "contract/inside.rs"]
mod inside;
#[path = "contract/route.rs"]
mod route;
