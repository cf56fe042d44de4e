"""All commands: which of them is where, and what each says of itself."""

from __future__ import annotations

from nightcare.cli.declaring import Group

_COMMANDS = {
    "run": "run",
    "rehearse": "run",
    "install": "install",
    "uninstall": "install",
    "status": "status",
    "next": "status",
    "today": "status",
    "preview": "status",
    "why": "status",
    "snooze": "answer",
    "pause": "answer",
    "resume": "answer",
    "done": "answer",
    "good-night": "answer",
    "undo": "answer",
    "tonight": "answer",
    "try": "answer",
    "cramp": "cramps",
    "report": "report_command",
    "tips": "tips",
    "relief": "relief",
    "stretch": "stretch",
    "causes": "tips",
    "config": "config_commands",
    "setup": "setup",
    "doctor": "doctor_command",
    "export": "export",
    "erase": "export",
}

_SUMMARIES = {
    "run": "Run the service here, until Ctrl-C; the user service runs this.",
    "rehearse": "Show a whole day's reminders in a minute; nothing is recorded.",
    "install": "Install nightcare as your user service, and start it.",
    "uninstall": "Remove the user service; keep your config and journal.",
    "status": "Say whether the service runs, what is open and what comes next.",
    "next": "Say what comes next.",
    "today": "Show the care day: what was, and what is to come.",
    "preview": "Show what is due over the coming care days.",
    "why": "Say which step decided last time, for one reminder or for each.",
    "snooze": "Show what is open again later: for 10m, 1h30m, or until 21:00.",
    "pause": "Show nothing for 2h, until 18:00, until tomorrow or until monday 08:00.",
    "resume": "End a pause, or an evening closed with good-night.",
    "done": "Answer what is open, or was shown last, as done.",
    "good-night": "Answer what is open and show nothing more until you wake up.",
    "undo": "Take back the last answer.",
    "tonight": "Go to bed at another time this evening, such as 00:30.",
    "try": "Show a reminder now, to see how it looks. Needs the running service.",
    "cramp": "Your diary of cramps: add, none, list, change, remove, export.",
    "report": "Say what your diary comes to, week by week.",
    "tips": "Show the tips, of one topic or all, with the guidance they rest on.",
    "relief": "A calm card for a cramp in the night: what to do now.",
    "stretch": "Be led through a stretch; Ctrl-C stops it.",
    "causes": "What can lie behind cramps, and when to see a professional.",
    "config": "Your config file: init, check, show, set, unset, edit, schema, path.",
    "setup": "Answer a few questions; your config and service are made from them.",
    "doctor": "Say what is wrong here, and how to mend it; nothing is changed.",
    "export": "Hand over everything that is recorded: diary, reminders, acts, settings.",
    "erase": "Erase everything that is recorded. Your config stays.",
}
"""What each says of itself, so that `--help` need not import them all; a test holds them equal."""

ALL = Group(
    "nightcare",
    _COMMANDS,
    summaries=_SUMMARIES,
    help="Reminders to drink, stretch and loosen the bedding, for people with leg cramps at night.",
)
