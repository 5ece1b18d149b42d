//! What becomes of calls and listeners when a server, a session or a caller fails.

use std::pin::pin;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use tmuxwire::{
    Channel, ChannelOptions, Command, Delivery, End, ErrorKind, Output, PaneEvent, PaneId, Result,
    Server,
};
use tmuxwire_testkit::{TestServer, system, wait_until};
use tokio::task::JoinHandle;

use crate::support::{attached, beside_each_release, on, open, within};

const MANY: usize = 1000;

#[test]
fn a_session_that_is_missing_is_told_by_its_own_name() {
    beside_each_release(async |server| {
        let refused = async |name: &str| {
            let options = ChannelOptions::default().attach_to(name);
            let missing = Server::at(server.socket()).channel(options).await;
            let error = missing.expect_err("no session");
            assert!(error.is_not_found(), "{error:?}");
            error.to_string()
        };
        let version = &server.release().version;
        assert_eq!(refused("nosuch").await, "can't find session: nosuch", "{version}");
        // tmux itself says which part of a target isn't there, but for 3.1.
        let said = refused("a.b:c").await;
        assert!(said.starts_with("can't find session: a"), "{version}: {said}");
    });
}

/// Its own limit is shorter or longer than the usual one.
#[test]
fn a_server_that_does_not_answer_is_given_up_when_the_caller_says() {
    beside_each_release(async |server| {
        let client = Server::at(server.socket());
        let channel = async |limit| {
            within(client.channel(ChannelOptions::default().open_within(limit))).await
        };
        for known in [false, true] {
            server.signal(Signal::SIGSTOP);
            let started = Instant::now();
            let error = channel(Duration::from_millis(50)).await.expect_err("it is stopped");
            assert_eq!(error.kind(), &ErrorKind::TimedOut, "{known}");
            assert!(started.elapsed() < USUAL_LIMIT);
            server.signal(Signal::SIGCONT);
            channel(Duration::MAX).await.expect("a channel");
        }
    });
}

/// How long a server may take to let a channel in unless told otherwise.
const USUAL_LIMIT: Duration = Duration::from_secs(5);

#[test]
fn a_server_that_hangs_for_long_is_waited_for_if_the_caller_says() {
    on(&system(), async |server| {
        server.signal(Signal::SIGSTOP);
        let options = ChannelOptions::default().open_within(Duration::MAX);
        let client = Server::at(server.socket());
        let mut opened = pin!(client.channel(options));
        assert!(tokio::time::timeout(USUAL_LIMIT + PATIENCE, &mut opened).await.is_err());
        server.signal(Signal::SIGCONT);
        within(opened).await.expect("a channel");
    });
}

/// What comes later than a limit comes this much later at most, if at all.
const PATIENCE: Duration = Duration::from_millis(500);

fn token(number: usize) -> String {
    format!("answer {number}")
}

/// Many calls at once, each from a task of its own.
fn many(channel: &Channel, limit: Option<Duration>) -> Vec<JoinHandle<Result<Output>>> {
    let call = |number| {
        let channel = channel.clone();
        let mut command = Command::new(["display-message", "-p", &token(number)]);
        if let Some(limit) = limit {
            command = command.deadline(limit);
        }
        tokio::spawn(async move { channel.run(command).await })
    };
    (0..MANY).map(call).collect()
}

/// Every call has its own answer, or learns that the server went and whether it may have run.
async fn told(calls: Vec<JoinHandle<Result<Output>>>) -> (usize, usize, usize) {
    let (mut answered, mut perhaps, mut never) = (0, 0, 0);
    for (number, call) in calls.into_iter().enumerate() {
        match within(call).await.expect("no panic") {
            Ok(output) => {
                assert_eq!(output.stdout_text(), token(number) + "\n");
                answered += 1;
            }
            Err(error) => match (error.kind(), error.delivery()) {
                (ErrorKind::ChannelEnded(End::ServerGone), Delivery::MayHaveRun) => perhaps += 1,
                (ErrorKind::ChannelEnded(End::ServerGone), Delivery::NotSent) => never += 1,
                other => panic!("{other:?}"),
            },
        }
    }
    (answered, perhaps, never)
}

async fn dies_with_many_in_flight(server: TestServer, end: fn(&TestServer)) {
    for options in [ChannelOptions::default(), ChannelOptions::default().attach_to("main")] {
        let mut server = TestServer::start(server.release());
        let channel = open(&server, options).await;
        // Stopped, it reads nothing until the calls are on their way.
        server.signal(Signal::SIGSTOP);
        let calls = many(&channel, None);
        tokio::time::timeout(Duration::from_millis(50), channel.ended()).await.expect_err("open");
        end(&server);
        let (answered, perhaps, never) = told(calls).await;
        println!("{answered} answered, {perhaps} may have run, {never} have not");
        assert!(perhaps + never > 0 || answered == MANY);
        assert_eq!(within(channel.ended()).await, End::ServerGone);
        let error = channel.run(["list-sessions"]).await.expect_err("it has ended");
        assert_eq!(error.kind(), &ErrorKind::ChannelEnded(End::ServerGone));
        assert_eq!(error.delivery(), Delivery::NotSent);
        tmuxwire_testkit::wait_for_exit(server.pid());
        server.restart();
    }
}

#[test]
fn a_server_killed_under_a_thousand_calls_is_told_to_each() {
    beside_each_release(|server| {
        dies_with_many_in_flight(server, |server| server.signal(Signal::SIGKILL))
    });
}

#[test]
fn kill_server_under_a_thousand_calls_is_told_to_each() {
    beside_each_release(|server| {
        dies_with_many_in_flight(server, |server| {
            server.signal(Signal::SIGCONT);
            server.tmux(["kill-server"]);
        })
    });
}

#[test]
fn a_stopped_server_answers_all_when_it_goes_on() {
    beside_each_release(|server| async move {
        let channel = open(&server, ChannelOptions::default()).await;
        server.signal(Signal::SIGSTOP);
        let calls = many(&channel, None);
        let hurried = many(&channel, Some(Duration::from_millis(20)));
        for call in hurried {
            let error = within(call).await.expect("no panic").expect_err("too late");
            assert_eq!(error.kind(), &ErrorKind::TimedOut);
        }
        server.signal(Signal::SIGCONT);
        assert_eq!(told(calls).await, (MANY, 0, 0));
        // Those that nobody waited for have not moved the answers of others.
        assert_eq!(told(many(&channel, None)).await, (MANY, 0, 0));
    });
}

#[test]
fn a_detached_channel_says_so() {
    beside_each_release(|server| async move {
        server.tmux(["new-session", "-d", "-s", "other"]);
        let detached = End::Detached { session: "main".to_owned() };
        for by_name in [true, false] {
            let channel = attached(&server).await;
            let name = server.tmux(["list-clients", "-F", "#{client_name}"]).stdout;
            let name = String::from_utf8_lossy(&name).trim().to_owned();
            match by_name {
                true => server.tmux(["detach-client", "-t", &name]),
                false => server.tmux(["detach-client", "-s", "main"]),
            };
            assert_eq!(within(channel.ended()).await, detached, "{}", server.release().version);
        }
        let channel = attached(&server).await;
        server.tmux(["kill-session", "-t", "main"]);
        assert_eq!(within(channel.ended()).await, End::SessionGone);
        assert!(server.is_alive());
    });
}

#[test]
fn fifty_channels_at_once_answer_right() {
    beside_each_release(|server| async move {
        let mut channels = Vec::new();
        for number in 0..50 {
            let options = match number % 5 {
                0 => ChannelOptions::default().attach_to("main"),
                _ => ChannelOptions::default(),
            };
            channels.push(open(&server, options).await);
        }
        let tasks: Vec<_> = channels
            .iter()
            .map(|channel| {
                let channel = channel.clone();
                tokio::spawn(async move {
                    let questions: Vec<_> =
                        (0..100).map(|number| ["display", "-p", NAMES[number % 3]]).collect();
                    let answers = channel.run_all(questions).await;
                    for (number, answer) in answers.into_iter().enumerate() {
                        let text = answer.expect("an answer");
                        assert_eq!(text.stdout_text().trim_end(), NAMES[number % 3]);
                    }
                })
            })
            .collect();
        for task in tasks {
            within(task).await.expect("right answers");
        }
        assert_eq!(server.connections(), 50);
        drop(channels);
        wait_until("nobody is connected", || server.connections() == 0);
        assert!(server.is_alive());
    });
}

const NAMES: [&str; 3] = ["one", "two", "three"];

/// Text that looks like the protocol, wherever a user can put it.
#[test]
fn look_alikes_of_the_protocol_are_text() {
    const LOOK_ALIKES: [&str; 5] =
        ["%begin 1 1 1", "%end 1 1 1", "%error 1 2 1", "%exit", "%output %0 text"];
    beside_each_release(|server| async move {
        let screen = LOOK_ALIKES.map(|text| format!("echo '{text}';")).concat();
        let program = format!("{screen} read x; {screen} exec cat");
        server.tmux(["respawn-window", "-k", "-t", "main:", &program]);
        let printed = LOOK_ALIKES.join("\n") + "\n";
        wait_until("the pane has printed", || {
            let screen = server.tmux(["capture-pane", "-p", "-t", "main:"]).stdout;
            screen.starts_with(printed.as_bytes())
        });
        for options in [ChannelOptions::default(), ChannelOptions::default().attach_to("main")] {
            let channel = open(&server, options).await;
            let captured = channel.run(["capture-pane", "-p", "-t", "%0"]).await.expect("text");
            assert!(captured.stdout_text().starts_with(&printed));
            for text in LOOK_ALIKES {
                let run = async |words: &[&str]| {
                    let output = within(channel.run(words)).await.expect("an answer");
                    assert_eq!((output.status, &*output.stderr_text()), (0, ""), "{words:?}");
                    output.stdout_text().into_owned()
                };
                run(&["set-buffer", "-b", "look", text]).await;
                run(&["rename-window", "-t", "%0", text]).await;
                run(&["set-option", "-g", "@look", text]).await;
                assert_eq!(
                    run(&["display", "-pt", "%0", "#{window_name}"]).await,
                    format!("{text}\n")
                );
                assert_eq!(
                    run(&["list-windows", "-F", "#{window_name}"]).await,
                    format!("{text}\n")
                );
                assert_eq!(
                    run(&["list-buffers", "-F", "#{buffer_sample}"]).await,
                    format!("{text}\n")
                );
                assert_eq!(run(&["show-options", "-gv", "@look"]).await, format!("{text}\n"));
                run(&["new-session", "-d", "-s", text]).await;
                let names = run(&["list-sessions", "-F", "#{session_name}"]).await;
                assert!(names.lines().any(|name| name == text), "{names}");
                run(&["kill-session", "-t", &format!("={text}")]).await;
                run(&["display-message", "-p", "still in step"]).await;
            }
            assert_eq!(channel.end(), None);
        }
        let channel = attached(&server).await;
        let mut output = channel.pane_output(PaneId(0)).await.expect("a stream");
        assert!(matches!(output.next().await, Some(PaneEvent::Screen(_))));
        channel.run(["send-keys", "-t", "%0", "Enter"]).await.expect("sent");
        let mut heard = Vec::new();
        while !heard.ends_with(b"%output %0 text\r\n") {
            match within(output.next()).await {
                Some(PaneEvent::Output(bytes)) => heard.extend_from_slice(&bytes),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(heard, format!("\r\n{}\r\n", LOOK_ALIKES.join("\r\n")).into_bytes());
    });
}
