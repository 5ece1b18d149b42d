//! Our channel on tokio, in every table.

use std::any::Any;

use futures_util::future::join_all;
use tmuxwire::{ChannelOptions, Environment, Output, OutputOptions, PaneEvent, PaneId, Result};
use tmuxwire_testkit::TestServer;

use crate::bulk::{Flood, Listen, Listener, OUTPUT, RAW};
use crate::callers::{CALLS, by_tasks, command, runtime};
use crate::channel::{ASYNC, SPIN};
use crate::control_rivals::Endpoint;
use crate::measure::{Call, Way};
use crate::memory::Holder;
use crate::together::Crowd;
use crate::work::{self, Work};

/// An answer must be one.
pub fn check(work: &Work, output: Result<Output>) {
    let output = output.expect("an answer");
    assert_eq!(output.status, 0, "{output:?}");
    work.check(&output.stdout);
}

const RUN_ALL: &str = "channel, async, run_all";

/// One command after the other.
pub fn sequential<'a>(work: &'a Work, server: &'a TestServer) -> Vec<Way<'a>> {
    vec![Way::opened(ASYNC, || channel(work, server, ChannelOptions::default()))]
}

/// The same for whoever gives a processor for it.
pub fn spinning<'a>(work: &'a Work, server: &'a TestServer) -> Vec<Way<'a>> {
    let options = || ChannelOptions::default().spin(SPIN);
    vec![Way::opened("channel, async, spins", move || channel(work, server, options()))]
}

fn channel<'a>(work: &'a Work, server: &TestServer, options: ChannelOptions) -> Call<'a> {
    let runtime = runtime();
    let server = tmuxwire::Server::at(server.socket());
    let channel = runtime.block_on(server.channel(options)).expect("a channel");
    let command = command(work);
    Box::new(move || check(work, runtime.block_on(channel.run(command.clone()))))
}

/// A channel that says as little as the one-shots that it is compared with.
pub fn short() -> ChannelOptions {
    ChannelOptions::default().environment(Environment::PaneOnly)
}

/// From a server that is known to a first answer.
pub fn opening<'a>(work: &'a Work, server: &'a TestServer) -> Vec<Way<'a>> {
    let server = tmuxwire::Server::at(server.socket());
    let (runtime, command) = (runtime(), command(work));
    vec![Way::new(ASYNC, move || {
        let answer = runtime.block_on(async {
            let channel = server.channel(short()).await?;
            channel.run(command.clone()).await
        });
        check(work, answer);
    })]
}

/// So many under way at once: as futures that are polled together, and as one call.
pub fn pipelined<'a>(work: &'a Work, server: &'a TestServer, depth: usize) -> Vec<Way<'a>> {
    let open = || {
        let runtime = runtime();
        let server = tmuxwire::Server::at(server.socket());
        let channel = runtime.block_on(server.channel(ChannelOptions::default()));
        (runtime, channel.expect("a channel"), command(work))
    };
    vec![
        Way::opened(ASYNC, move || {
            let (runtime, channel, command) = open();
            Box::new(move || {
                let runs = (0..depth).map(|_| channel.run(command.clone()));
                let outputs = runtime.block_on(join_all(runs));
                outputs.into_iter().for_each(|output| check(work, output));
            })
        }),
        Way::opened(RUN_ALL, move || {
            let (runtime, channel, command) = open();
            Box::new(move || {
                let runs = channel.run_all((0..depth).map(|_| command.clone()));
                runtime.block_on(runs).into_iter().for_each(|output| check(work, output));
            })
        }),
    ]
}

/// Many callers on one connection.
pub fn crowds<'a>(work: &'a Work, server: &'a TestServer) -> Vec<Crowd<'a>> {
    vec![Crowd::new(ASYNC, |callers| many_tasks(callers, work, server))]
}

fn many_tasks(callers: usize, work: &Work, server: &TestServer) -> f64 {
    let runtime = runtime();
    let server = tmuxwire::Server::at(server.socket());
    let channel = runtime.block_on(server.channel(ChannelOptions::default()));
    let (channel, command) = (channel.expect("a channel"), command(work));
    by_tasks(&runtime, callers, CALLS, move || {
        let (channel, command) = (channel.clone(), command.clone());
        async move { drop(channel.run(command).await.expect("an answer")) }
    })
}

pub const LISTENERS: &[Listener] =
    &[Listener { name: OUTPUT, open: by_output }, Listener { name: RAW, open: by_raw }];

/// A pane's output as the control protocol tells it.
fn by_output(flood: &Flood) -> Listen<'_> {
    let runtime = runtime();
    let server = tmuxwire::Server::at(flood.server.socket());
    let pane = PaneId::parse(flood.pane.as_bytes()).expect("a pane's name");
    // Room for everything: nothing shall be lost when the machine is busy.
    let room = OutputOptions::default().room(1 << 30);
    let mut output = runtime.block_on(async {
        let options = ChannelOptions::default().attach_to("main");
        let channel = server.channel(options).await.expect("a channel");
        channel.pane_output_with(pane, room).await.expect("a pane")
    });
    Box::new(move || {
        runtime.block_on(async {
            let mut seen = 0;
            while seen < Flood::BYTES {
                if let PaneEvent::Output(bytes) = output.next().await.expect("more to come") {
                    seen += bytes.len();
                }
            }
        });
    })
}

/// A pane's output as it is, piped to us.
fn by_raw(flood: &Flood) -> Listen<'_> {
    let runtime = runtime();
    let server = tmuxwire::Server::at(flood.server.socket());
    let pane = PaneId::parse(flood.pane.as_bytes()).expect("a pane's name");
    let mut output = runtime.block_on(server.raw_output(pane)).expect("a pane");
    Box::new(move || {
        runtime.block_on(async {
            let mut seen = 0;
            while seen < Flood::BYTES {
                let more = output.next().await.expect("readable");
                seen += more.expect("more to come").len();
            }
        });
    })
}

pub const HOLDERS: &[Holder] = &[Holder { name: ASYNC, hold }];

fn hold(endpoint: &Endpoint, count: usize) -> Box<dyn Any> {
    let runtime = runtime();
    let server = tmuxwire::Server::at(&endpoint.socket);
    let work = work::small();
    let open = |_| {
        runtime.block_on(async {
            let channel = server.channel(ChannelOptions::default()).await.expect("a channel");
            check(&work, channel.run(command(&work)).await);
            channel
        })
    };
    let channels: Vec<_> = (0..count).map(open).collect();
    Box::new((channels, runtime))
}
