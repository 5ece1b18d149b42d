//! A handle belongs to one server process.
