//! Our channel without a runtime, in every table.

use std::any::Any;

use tmuxwire::ChannelOptions;
use tmuxwire_testkit::TestServer;

use crate::callers::{CALLS, by_threads, command};
use crate::channel::{BLOCKING, SPIN, SPINNING};
use crate::control_rivals::Endpoint;
use crate::measure::{Call, Way};
use crate::memory::Holder;
use crate::ours::{check, short};
use crate::together::Crowd;
use crate::work::{self, Work};

/// One command after the other.
pub fn sequential<'a>(work: &'a Work, server: &'a TestServer) -> Vec<Way<'a>> {
    vec![Way::opened(BLOCKING, || channel(work, server, ChannelOptions::default()))]
}

/// The same for whoever gives a processor for it.
pub fn spinning<'a>(work: &'a Work, server: &'a TestServer) -> Vec<Way<'a>> {
    let options = || ChannelOptions::default().spin(SPIN);
    vec![Way::opened(SPINNING, move || channel(work, server, options()))]
}

fn channel<'a>(work: &'a Work, server: &TestServer, options: ChannelOptions) -> Call<'a> {
    let server = tmuxwire::blocking::Server::at(server.socket());
    let channel = server.channel(options).expect("a channel");
    let command = command(work);
    Box::new(move || check(work, channel.run(command.clone())))
}

/// From a server that is known to a first answer.
pub fn opening<'a>(work: &'a Work, server: &'a TestServer) -> Vec<Way<'a>> {
    let server = tmuxwire::blocking::Server::at(server.socket());
    let command = command(work);
    vec![Way::new(BLOCKING, move || {
        let channel = server.channel(short()).expect("a channel");
        check(work, channel.run(command.clone()));
    })]
}

/// So many under way at once.
pub fn pipelined<'a>(work: &'a Work, server: &'a TestServer, depth: usize) -> Vec<Way<'a>> {
    vec![Way::opened(BLOCKING, move || {
        let server = tmuxwire::blocking::Server::at(server.socket());
        let channel = server.channel(ChannelOptions::default()).expect("a channel");
        let commands = vec![command(work); depth];
        Box::new(move || {
            let outputs = channel.run_all(&commands);
            outputs.into_iter().for_each(|output| check(work, output));
        })
    })]
}

/// Many callers on one connection.
pub fn crowds<'a>(work: &'a Work, server: &'a TestServer) -> Vec<Crowd<'a>> {
    vec![Crowd::new("channel, a thread each", |callers| many_threads(callers, work, server))]
}

fn many_threads(callers: usize, work: &Work, server: &TestServer) -> f64 {
    let server = tmuxwire::blocking::Server::at(server.socket());
    let channel = server.channel(ChannelOptions::default()).expect("a channel");
    let command = command(work);
    by_threads(callers, CALLS, || check(work, channel.run(command.clone())))
}

pub const HOLDERS: &[Holder] = &[Holder { name: BLOCKING, hold }];

fn hold(endpoint: &Endpoint, count: usize) -> Box<dyn Any> {
    let server = tmuxwire::blocking::Server::at(&endpoint.socket);
    let work = work::small();
    let open = |_| {
        let channel = server.channel(ChannelOptions::default()).expect("a channel");
        check(&work, channel.run(command(&work)));
        channel
    };
    Box::new((0..count).map(open).collect::<Vec<_>>())
}
