"""Text in Slack's mrkdwn: nothing a person types breaks out of it, and nothing is cut in half."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.text import (
    boundary,
    channel,
    date_token,
    escape,
    length,
    link,
    mention,
    plain,
    plain_length,
    truncate,
    unescape,
    usergroup,
)

BERLIN = ZoneInfo("Europe/Berlin")
FAMILY = "👨‍👩‍👧"
THUMB = "👍🏽"
ACCENTED = "e\u0301"


@given(st.text())
def test_escaping_can_be_undone(words: str) -> None:
    assert unescape(escape(words)) == words


@given(st.text())
def test_escaped_words_hold_no_markup(words: str) -> None:
    assert "<" not in escape(words)
    assert ">" not in escape(words)
    assert plain(escape(words)) == words


def test_a_show_title_cannot_call_the_whole_channel() -> None:
    assert escape("<!channel> & co") == "&lt;!channel&gt; &amp; co"


@given(
    st.text(alphabet=st.sampled_from([*"a &;<>", "ש", "ة", "🎬", "\u0301", "\u200d", "🇩", "🇪"]), max_size=60), st.integers(1, 40)
)
def test_a_cut_text_is_within_its_limit_and_begins_like_the_whole(words: str, limit: int) -> None:
    cut = truncate(words, limit)
    assert length(cut) <= limit
    assert cut == words if length(words) <= limit else words.startswith(cut[:-1])


def test_what_fits_stays_as_it_is() -> None:
    assert truncate("Sunday Service", 14) == "Sunday Service"
    assert truncate("Sunday Service", 13) == "Sunday Servi…"


@pytest.mark.parametrize("visible", [FAMILY, THUMB, ACCENTED, "🇩🇪", "❤️", "🎬"])
def test_one_visible_character_is_never_cut_in_half(visible: str) -> None:
    for limit in range(1, length(visible)):
        assert boundary(f"{visible} on air", limit) == 0
    assert boundary(f"{visible} on air", length(visible)) == len(visible)


def test_flags_are_kept_in_pairs() -> None:
    assert truncate("🇩🇪🇫🇷🇮🇹", 8) == "🇩🇪…"


@pytest.mark.parametrize("token", ["&amp;", "<@U0CALLER>", "<https://example.org/show?a=1&amp;b=2|the show>"])
def test_a_token_is_kept_whole_or_left_out(token: str) -> None:
    for limit in range(1, length(token) + 9):
        cut = truncate(f"on air {token} now and then", limit)
        assert token in cut or not set(cut) & set("<&")


def test_timecode_survives() -> None:
    assert truncate("00:01:12 goal", 9) == "00:01:12…"
    assert plain("00:01:12") == "00:01:12"


def test_people_groups_and_channels_are_tokens() -> None:
    assert (mention("U1"), usergroup("S1"), channel("C1")) == ("<@U1>", "<!subteam^S1>", "<#C1>")


def test_a_link_cannot_be_broken_by_its_label_or_address() -> None:
    assert link("https://e.org/?a=1&b=<|>", "A > B\nlive") == "<https://e.org/?a=1&amp;b=%3C%7C%3E|A &gt; B live>"


def test_a_moment_is_shown_in_each_readers_zone_with_a_named_fallback() -> None:
    when = datetime(2026, 11, 21, 18, 31, 5, 900_000, tzinfo=UTC)
    assert date_token(when, fallback_zone=BERLIN) == ("<!date^1795285865^{date_short_pretty} {time_secs}|21 Nov 2026 19:31:05 CET>")


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 11, 21, 18, 31)  # noqa: DTZ001 (the mistake under test)
    with pytest.raises(ValueError, match="zone"):
        date_token(naive, fallback_zone=BERLIN)


def test_the_hour_that_exists_twice_is_told_apart() -> None:
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    assert "02:30:00 CEST" in date_token(first, fallback_zone=BERLIN)
    assert "02:30:00 CET" in date_token(second, fallback_zone=BERLIN)


def test_a_file_spells_out_what_slack_would_render() -> None:
    when = date_token(datetime(2026, 11, 21, 18, 31, 5, tzinfo=UTC), fallback_zone=BERLIN)
    links = f"{link('https://e.org', 'watch')} <https://e.net>"
    line = f"{mention('U1')} &amp; <@U2|ana> in <#C1|studio>: {links} {when} {usergroup('S1')}"
    assert plain(line) == "@U1 & @ana in #studio: watch (https://e.org) https://e.net 21 Nov 2026 19:31:05 CET @S1"


def test_length_as_seen_counts_labels_and_not_addresses() -> None:
    assert plain_length(f"{link('https://example.org/a/long/address', 'watch')} R&amp;B") == len("watch R&B")
