//! Operations and the arguments that they render to.

use tmuxwire_operations::{
    BindKey, BreakPane, CapturePane, ChooseTree, Commands, DisplayMenu, DisplayMessage,
    DisplayPanes, DisplayPopup, Format, IfShell, Key, KillServer, Location, NewSession, NewWindow,
    Operation, PaneId, PaneTarget, PipePane, Release, RenameWindow, ResizePane, RunShell,
    SelectPane, SendKeys, SessionTarget, SetEnvironment, SetOption, Size, SourceFile, SplitWindow,
    Unknown, WindowId, WindowTarget,
};

fn rendered(operation: &impl Operation, release: Option<Release>) -> Vec<String> {
    let argv = operation.render(release, Unknown::Refuse).expect("an operation");
    argv.into_iter().map(|argument| String::from_utf8(argument).expect("text")).collect()
}

#[track_caller]
fn renders<const N: usize>(operation: &impl Operation, argv: [&str; N]) {
    assert_eq!(rendered(operation, None), argv);
}

#[test]
fn flags_come_in_one_order_then_arguments() {
    let one = NewWindow::new().name("logs").detached().command("htop").directory("/tmp");
    let other = NewWindow::new().command("htop").directory("/tmp").detached().name("logs");
    renders(&one, ["new-window", "-d", "-c", "/tmp", "-n", "logs", "htop"]);
    assert_eq!(one, other);
    renders(&KillServer::new(), ["kill-server"]);
    let twice = one.name("again");
    renders(&twice, ["new-window", "-d", "-c", "/tmp", "-n", "again", "htop"]);
}

#[test]
fn what_may_be_given_again_is_kept() {
    let session = NewSession::new()
        .environment(("A", "1"))
        .environment(("B", ""))
        .width(Size::Client)
        .height(50)
        .command("vi")
        .command("a file");
    renders(
        &session,
        ["new-session", "-e", "A=1", "-e", "B=", "-x", "-", "-y", "50", "vi", "a file"],
    );
    renders(&SourceFile::new("a").more("b"), ["source-file", "a", "b"]);
    renders(&DisplayPopup::new().close_on_success(), ["display-popup", "-E", "-E"]);
    renders(&ChooseTree::new().large_preview(), ["choose-tree", "-N", "-N"]);
}

#[test]
fn arguments_are_no_flags_and_end_no_command() {
    renders(&RenameWindow::new("-x"), ["rename-window", "--", "-x"]);
    renders(&RenameWindow::new("a;"), ["rename-window", "a\\;"]);
    renders(&RenameWindow::new("a\\;"), ["rename-window", "a\\\\;"]);
    renders(&RenameWindow::new("a;b"), ["rename-window", "a;b"]);
    renders(&SetOption::new("@x").value("-1"), ["set-option", "@x", "-1"]);
    renders(&BindKey::new(Key::character(';')), ["bind-key", "\\;"]);
    let lines = RenameWindow::new("a;").arguments(None, Unknown::Refuse).expect("an operation");
    assert_eq!(lines, [b"rename-window".as_slice(), b"a;"]);
}

#[test]
fn text_is_no_format_unless_it_is_one() {
    renders(&RenameWindow::new("#(rm) 5%"), ["rename-window", "##(rm) 5%"]);
    renders(&RunShell::new().command("echo #1"), ["run-shell", "echo ##1"]);
    renders(&PipePane::new().command("date +%H"), ["pipe-pane", "date +%%H"]);
    let here = Location::format("#{pane_current_path}");
    renders(&SplitWindow::new().directory(here), ["split-window", "-c", "#{pane_current_path}"]);
    renders(&DisplayMessage::new().message("#{pid}"), ["display-message", "#{pid}"]);
    let literal = DisplayMessage::new().message(Format::literal("##{pid} 5%"));
    renders(&literal, ["display-message", "####{pid} 5%%"]);
    renders(&BreakPane::new().name("a#b"), ["break-pane", "-n", "a#b"]);

    // A style's brackets leave the signs alone from 3.2; and run-shell -c is text before 3.8.
    let style = RenameWindow::new("##[x]");
    assert_eq!(rendered(&style, Some(Release::new(3, 1)))[1], "####[x]");
    assert_eq!(rendered(&style, Some(Release::new(3, 2)))[1], "##[x]");
    let run = RunShell::new().directory("/a#b");
    assert_eq!(rendered(&run, Some(Release::new(3, 7)))[2], "/a#b");
    assert_eq!(rendered(&run, Some(Release::new(3, 8)))[2], "/a##b");
}

#[test]
fn targets() {
    let window = WindowTarget::exact(SessionTarget::exact("work"), "logs");
    let pane = |target: PaneTarget| rendered(&CapturePane::new().target(target), None)[2].clone();
    assert_eq!(pane(PaneId(3).into()), "%3");
    assert_eq!(pane(WindowId(3).into()), "@3");
    assert_eq!(pane(window.clone().into()), "=work:=logs");
    assert_eq!(pane(PaneTarget::Index(window, 1)), "=work:=logs.1");
    assert_eq!(pane(SessionTarget::exact("work").into()), "=work:");
    assert_eq!(pane(PaneTarget::raw("{last}")), "{last}");
    let index = WindowTarget::Index(SessionTarget::exact("work"), 7);
    renders(&NewWindow::new().target(index), ["new-window", "-t", "=work:7"]);
}

#[test]
fn keys_and_text() {
    let keys = [Key::character('a').ctrl(), Key::enter(), Key::character(' ')];
    renders(&SendKeys::keys(keys), ["send-keys", "C-a", "Enter", "Space"]);
    renders(&SendKeys::text("Enter"), ["send-keys", "-l", "Enter"]);
    renders(&SendKeys::text("-l"), ["send-keys", "-l", "--", "-l"]);
    renders(&SendKeys::bytes([0, 0xff]), ["send-keys", "-H", "00", "ff"]);
    let search = SendKeys::mode("search-forward", ["a;"]);
    renders(&search, ["send-keys", "-X", "search-forward", "a\\;"]);
}

#[test]
fn commands_in_commands_are_quoted() {
    let kill = SelectPane::new().target(PaneId(1)).title("it's \"$5\" ~#{x};");
    let text = r#"select-pane -T "it's \"\$5\" \176\043\043{x};" -t "\0451""#;
    renders(&IfShell::new("true", kill.clone()), ["if-shell", "true", text]);
    renders(&RunShell::tmux(kill.clone()), ["run-shell", "-C", text]);
    let both = Commands::raw("a %%;").then(kill);
    let both = BindKey::new(Key::character('x')).command(both);
    assert_eq!(rendered(&both, None)[2], format!("a %%; ; {text}"));
    let inner = IfShell::new("1", SetOption::new("@x").value("a b")).format();
    let outer = IfShell::new("1", inner).format();
    renders(&outer, ["if-shell", "-F", "1", r#"if-shell -F 1 "set-option @x \"a b\"""#]);
}

#[test]
fn a_menu() {
    let menu = DisplayMenu::new().item("-#1", None, Commands::raw("")).separator().item(
        "Kill",
        Some(Key::character('k')),
        KillServer::new(),
    );
    renders(&menu, ["display-menu", "--", "-##1", "", "", "", "Kill", "k", "kill-server"]);
}

#[test]
fn directions_come_last_for_releases_that_take_an_argument() {
    let resize = ResizePane::new().down(5u32).target(PaneId(1));
    renders(&resize, ["resize-pane", "-t", "%1", "-D", "5"]);
}

#[test]
fn a_letter_means_what_it_means_in_a_release() {
    let panes = DisplayPanes::new().target(PaneId(1));
    let new = panes.render(Some(Release::new(3, 8)), Unknown::Refuse);
    assert!(new.is_ok());
    assert!(panes.render(Some(Release::new(3, 7)), Unknown::Refuse).is_err());
    let hidden = SetEnvironment::new("A").value("b").hidden();
    assert!(hidden.render(Some(Release::new(3, 1)), Unknown::Drop).is_err());
}
