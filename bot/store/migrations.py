"""The schema, as steps that are never edited once released: a change is a new function at the end."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

SCHEMA = Migrations("showcaller")

APPLICATION_ID = 0x53484F57
"""`SHOW`, in the header of the file: tells our databases from those of other programs."""


def newer_than_us(db: Database) -> list[str]:
    """Steps applied to this file that this version has never heard of: a newer one wrote it."""
    ours = {step.name for step in SCHEMA.pending(Database(memory=True, execute_plugins=False))}
    return [step.name for step in SCHEMA.applied(db) if step.name not in ours]


@SCHEMA(name="0001_first")
def first(db: Database) -> None:
    """Everything the first release keeps. `*_ms`: show time in epoch milliseconds; `*_real`: real epoch seconds."""
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.executescript(FIRST)


FIRST = """
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
INSERT INTO counters VALUES ('show', 0), ('pulse', 0);

CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE shows (
    id TEXT PRIMARY KEY, state TEXT NOT NULL, channel TEXT NOT NULL, provider TEXT NOT NULL, stream TEXT NOT NULL,
    start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL, title_folded TEXT NOT NULL,
    closed_ms INTEGER, -- when it was first written as done or cancelled
    body TEXT NOT NULL
) STRICT;
CREATE INDEX shows_by_stream ON shows (provider, stream, state);
CREATE INDEX shows_by_channel ON shows (channel, start_ms);
CREATE INDEX shows_by_start ON shows (start_ms);

CREATE TABLE operations (
    id TEXT PRIMARY KEY, state TEXT NOT NULL, verb TEXT NOT NULL, show TEXT NOT NULL, provider TEXT NOT NULL, stream TEXT NOT NULL,
    due_ms INTEGER NOT NULL, rank INTEGER NOT NULL, fence INTEGER NOT NULL, owner TEXT NOT NULL,
    started_ms INTEGER, ended_ms INTEGER,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX operations_by_due ON operations (state, due_ms);
CREATE INDEX operations_by_show ON operations (show, state);
CREATE INDEX operations_by_stream ON operations (provider, stream, state) WHERE stream <> '';
CREATE UNIQUE INDEX one_running ON operations (provider, stream) WHERE state = 'running' AND stream <> '';

CREATE TABLE steps (
    operation TEXT NOT NULL REFERENCES operations (id) ON DELETE CASCADE, seq INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (operation, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE seen (
    provider TEXT NOT NULL, stream TEXT NOT NULL, gone INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (provider, stream)
) STRICT, WITHOUT ROWID;

CREATE TABLE videos (
    provider TEXT NOT NULL, id TEXT NOT NULL, stream TEXT NOT NULL, show TEXT NOT NULL,
    seen_ms INTEGER, started_ms INTEGER,
    newness_ms INTEGER NOT NULL AS (coalesce(started_ms, seen_ms, 0)),
    body TEXT NOT NULL,
    PRIMARY KEY (provider, id)
) STRICT;
CREATE INDEX videos_by_newness ON videos (newness_ms);
CREATE INDEX videos_by_stream ON videos (provider, stream, newness_ms) WHERE stream <> '';
CREATE INDEX videos_by_show ON videos (show, newness_ms) WHERE show <> '';

CREATE TABLE as_run (number INTEGER PRIMARY KEY, show TEXT NOT NULL, at_ms INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX as_run_by_show ON as_run (show);

CREATE TABLE requests (
    key TEXT PRIMARY KEY, user TEXT NOT NULL, what TEXT NOT NULL, at_ms INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('taken', 'done', 'lost')) -- taken: acknowledged, and not carried out yet
) STRICT;
CREATE INDEX requests_taken ON requests (key) WHERE state = 'taken';

CREATE TABLE inbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, provider TEXT NOT NULL, stream TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'opened', 'dead')),
    received_ms INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next_try_real REAL NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '', body TEXT NOT NULL
) STRICT;
CREATE INDEX inbox_unopened ON inbox (provider, stream, id) WHERE state = 'new';
CREATE INDEX inbox_by_age ON inbox (state, received_ms);

CREATE TABLE posts (
    number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE,
    urgency INTEGER NOT NULL, view TEXT NOT NULL, subject TEXT NOT NULL, show TEXT NOT NULL, at_ms INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'dead')),
    attempts INTEGER NOT NULL DEFAULT 0, first_tried REAL NOT NULL DEFAULT 0, next_try REAL NOT NULL DEFAULT 0,
    ts TEXT NOT NULL DEFAULT '', drawn TEXT NOT NULL DEFAULT '', error TEXT NOT NULL DEFAULT '',
    body TEXT NOT NULL
) STRICT;
CREATE INDEX posts_queued ON posts (urgency, number) WHERE state = 'queued';
CREATE INDEX posts_drawn ON posts (subject) WHERE state = 'sent' AND view <> 'text';
CREATE INDEX posts_by_age ON posts (state, at_ms);

CREATE TABLE people (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
"""


@SCHEMA(name="0003_restreams")
def restreams(db: Database) -> None:
    """Restream targets, and the counter of their ids."""
    db.executescript(RESTREAMS)


RESTREAMS = """
CREATE TABLE restreams (
    id TEXT PRIMARY KEY, show TEXT NOT NULL, provider TEXT NOT NULL,
    remote TEXT NOT NULL, -- the provider's id, once it is there
    gone INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX restreams_by_show ON restreams (show, gone);
INSERT INTO counters VALUES ('restream', 0);
"""


@SCHEMA(name="0004_clips")
def clips(db: Database) -> None:
    """What people want cut out of a show, and the moments that they noted."""
    db.executescript(CLIPS)


CLIPS = """
CREATE TABLE clips (
    show TEXT NOT NULL, number INTEGER NOT NULL, provider TEXT NOT NULL, stream TEXT NOT NULL, start_ms INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (show, number)
) STRICT;
CREATE INDEX clips_by_stream ON clips (provider, stream, start_ms);

CREATE TABLE markers (
    show TEXT NOT NULL, number INTEGER NOT NULL, at_ms INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (show, number)
) STRICT, WITHOUT ROWID;
"""


@SCHEMA(name="0005_shows_by_state")
def shows_by_state(db: Database) -> None:
    """The few shows that are not over are asked for all day, beside the thousands that are."""
    db.execute("CREATE INDEX shows_by_state ON shows (state, start_ms)")


@SCHEMA(name="0006_posts_by_slack_time")
def posts_by_slack_time(db: Database) -> None:
    """When a post was first tried by Slack's clock: only that can be compared with the `ts` of what stands in Slack."""
    db.execute("ALTER TABLE posts ADD COLUMN slack_tried REAL NOT NULL DEFAULT 0")


@SCHEMA(name="0007_stream_grants")
def stream_grants(db: Database) -> None:
    """Whose streams are: of each that a show used already, the channels whose shows made it, went on air on it or were its first.

    A show that was only planned on another channel's stream gives no right on it: any member could have planned it.
    """
    db.executescript(STREAM_GRANTS)


STREAM_GRANTS = """
CREATE TABLE grants (
    provider TEXT NOT NULL, stream TEXT NOT NULL,
    channel TEXT NOT NULL, user TEXT NOT NULL, -- one of the two is empty
    given_by TEXT NOT NULL, at_ms INTEGER NOT NULL,
    PRIMARY KEY (provider, stream, channel, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX grants_by_channel ON grants (channel);

INSERT OR IGNORE INTO grants
SELECT provider, stream, channel, '', '', coalesce(json_extract(body, '$.planned_at'), start_ms) FROM shows
WHERE stream <> '' AND (
    json_type(body, '$.new_stream') = 'object' OR json_extract(body, '$.on_air_at') IS NOT NULL OR rowid IN (
        SELECT min(rowid) FROM shows WHERE stream <> '' GROUP BY provider, stream
    )
);
"""


@SCHEMA(name="0008_people_read_again")
def people_read_again(db: Database) -> None:
    """Earlier versions kept of people neither their workspace nor whether they left: until Slack is asked they are unknown."""
    db.execute("UPDATE people SET body = json_remove(body, '$.seen_at')")


@SCHEMA(name="0009_channel_moves")
def channel_moves(db: Database) -> None:
    """Earlier ids of channels, for the settings and forms that still name them, and what each is now."""
    db.execute("CREATE TABLE channel_moves (old TEXT PRIMARY KEY, new TEXT NOT NULL) STRICT, WITHOUT ROWID")
