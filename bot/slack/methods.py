"""The Slack Web API methods this product calls: what each needs, how often it may be called, what its refusals mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Tier = Literal["t2", "t3", "t4", "special"]
"""Slack's rate tiers: t2 20+, t3 50+, t4 100+ calls a minute for each method and workspace; special has its own rule."""

RATE_LIMITED = frozenset({"ratelimited", "rate_limited", "too_many_requests"})
"""Slack did nothing and says when to come back. The methods use different words."""

AMBIGUOUS = frozenset({"fatal_error", "internal_error", "service_unavailable", "request_timeout"})
"""Slack may or may not have done it: look before sending a post again."""

RETRYABLE = frozenset(
    {"external_channel_migrating", "fetch_members_failed", "file_update_failed", "team_added_to_org", "update_failed"}
)
"""Slack did nothing, for a reason that passes."""

BLOCKED = frozenset(
    {
        *("not_in_channel", "channel_not_found", "channel_is_limited_access", "is_archived", "is_inactive", "user_disabled"),
        *("restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_only_channel"),
        *("restricted_action_non_threadable_channel", "posting_to_channel_denied", "message_limit_exceeded"),
        *("messages_tab_disabled", "access_denied", "app_access_restricted", "ekm_access_denied", "missing_scope", "no_permission"),
        *("org_login_required", "team_access_not_granted", "two_factor_setup_required"),
    }
)
"""Slack did nothing, until somebody mends it: invites the app again, unarchives the channel, lets it post, reinstalls it."""

LOCKED_OUT = frozenset(
    {"account_inactive", "invalid_auth", "not_allowed_token_type", "not_authed", "token_expired", "token_revoked"}
)
"""Slack takes nothing at all from this app until somebody gives it a token that is valid."""

ALREADY_SO = frozenset({"already_pinned", "no_pin", "not_pinned"})
"""What was asked for is how things already are."""

COMMON_ERRORS = frozenset(
    {
        "access_denied",
        "account_inactive",
        "ekm_access_denied",
        "invalid_arguments",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
    }
)
"""Permanent refusals that any method can give; Slack's page for a method rarely repeats them."""


@dataclass(frozen=True, slots=True)
class Method:
    """One method of Slack's Web API, as documented on docs.slack.dev.

    `bot_scopes`: any one of them lets a call through; where there are several, each covers one kind of
    conversation, and the manifest asks for all of them. `permanent_errors`: the same call will be refused again.
    `optional`: the product does without when the workspace did not grant the scope.
    """

    name: str
    bot_scopes: tuple[str, ...]
    tier: Tier
    permanent_errors: frozenset[str]
    optional: bool = False


# Public and private channels. Direct messages are only opened and posted to, which needs no im:read.
_READ_CHANNELS = ("channels:read", "groups:read")
_READ_HISTORY = ("channels:history", "groups:history")


def _method(name: str, scopes: tuple[str, ...], tier: Tier, errors: str, *, optional: bool = False) -> Method:
    return Method(name, scopes, tier, COMMON_ERRORS | frozenset(errors.split()), optional)


_ALL = (
    _method("auth.test", (), "special", ""),
    _method(
        "chat.postMessage",
        ("chat:write",),
        "special",
        "app_access_restricted as_user_not_supported attachment_payload_limit_exceeded cannot_reply_to_message "
        "channel_not_found draft_already_deleted draft_already_sent draft_has_conflict draft_not_found "
        "duplicate_channel_not_found duplicate_message_not_found invalid_blocks invalid_blocks_format "
        "invalid_metadata_format invalid_metadata_schema is_archived markdown_text_conflict message_limit_exceeded "
        "messages_tab_disabled metadata_must_be_sent_from_app metadata_too_large missing_file_data msg_blocks_too_long "
        "msg_too_long no_text not_in_channel restricted_action restricted_action_non_threadable_channel "
        "restricted_action_read_only_channel restricted_action_thread_locked restricted_action_thread_only_channel "
        "send_on_behalf_not_allowed slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked "
        "slack_connect_lists_sharing_blocked team_not_found too_many_attachments too_many_contact_cards",
    ),
    _method(
        "chat.update",
        ("chat:write",),
        "t3",
        "as_user_not_supported block_mismatch blocked_file_type cant_broadcast_message cant_update_message "
        "channel_not_found edit_window_closed file_deleted file_is_deleted file_not_found file_share_limit_reached "
        "invalid_attachments invalid_blocks invalid_blocks_format invalid_metadata_format invalid_metadata_schema "
        "is_inactive markdown_text_conflict max_file_sharing_exceeded message_limit_exceeded message_not_found "
        "metadata_must_be_sent_from_app metadata_too_large msg_blocks_too_long msg_too_long "
        "no_dual_broadcast_content_update no_text posting_to_channel_denied slack_connect_blocked_file_type "
        "slack_connect_canvas_sharing_blocked slack_connect_clip_sharing_blocked "
        "slack_connect_file_link_sharing_blocked slack_connect_file_upload_sharing_blocked streaming_state_conflict "
        "team_not_found too_many_attachments unable_to_share_files",
    ),
    _method("chat.delete", ("chat:write",), "t3", "cant_delete_message channel_not_found message_not_found"),
    _method(
        "chat.postEphemeral",
        ("chat:write",),
        "t4",
        "cannot_reply_to_message channel_not_found invalid_attachments invalid_blocks invalid_blocks_format is_archived "
        "markdown_text_conflict message_limit_exceeded messages_tab_disabled msg_blocks_too_long msg_too_long no_text "
        "not_in_channel restricted_action too_many_attachments user_not_in_channel",
    ),
    _method("chat.getPermalink", (), "special", "channel_not_found message_not_found"),
    _method("conversations.info", _READ_CHANNELS, "t3", "channel_is_limited_access channel_not_found"),
    _method(
        "conversations.members",
        _READ_CHANNELS,
        "t4",
        "channel_not_found invalid_cursor invalid_limit method_not_supported_for_channel_type",
    ),
    _method(
        "conversations.history",
        _READ_HISTORY,
        "t3",
        "channel_is_limited_access channel_not_found invalid_cursor invalid_metadata_filter_keys invalid_ts_latest "
        "invalid_ts_oldest not_in_channel",
        optional=True,
    ),
    _method(
        "conversations.replies",
        _READ_HISTORY,
        "t3",
        "channel_not_found invalid_cursor invalid_metadata_filter_keys invalid_ts_latest invalid_ts_oldest "
        "list_record_comment_fetch_failed method_not_supported_for_channel_type thread_not_found",
        optional=True,
    ),
    _method(
        "conversations.open",
        ("im:write",),
        "t3",
        "channel_not_found invalid_user_combination method_not_supported_for_channel_type not_enough_users "
        "too_many_users user_disabled user_not_found user_not_visible users_list_not_supplied",
    ),
    _method("users.info", ("users:read",), "t4", "too_many_users user_not_found user_not_visible"),
    _method(
        "users.conversations",
        _READ_CHANNELS,
        "t3",
        "invalid_cursor invalid_limit invalid_types method_not_supported_for_channel_type missing_argument",
    ),
    _method("users.list", ("users:read",), "t2", "invalid_cursor limit_required missing_argument"),
    _method(
        "usergroups.list",
        ("usergroups:read",),
        "t2",
        "invalid_cursor invalid_team missing_argument plan_upgrade_required users_not_found",
    ),
    _method("usergroups.users.list", ("usergroups:read",), "t2", "invalid_cursor no_such_subteam plan_upgrade_required"),
    _method(
        "views.open", (), "t4", "duplicate_external_id exchanged_trigger_id expired_trigger_id invalid_trigger_id view_too_large"
    ),
    _method("views.update", (), "t4", "duplicate_external_id hash_conflict not_found view_too_large"),
    _method(
        "views.push",
        (),
        "t4",
        "duplicate_external_id exchanged_trigger_id expired_trigger_id invalid_trigger_id not_found push_limit_reached "
        "view_too_large",
    ),
    _method(
        "views.publish",
        (),
        "t4",
        "duplicate_external_id hash_conflict missing_profile_id not_enabled not_implemented view_too_large",
    ),
    _method(
        "pins.add",
        ("pins:write",),
        "t2",
        "bad_timestamp channel_not_found file_not_found file_not_shared message_not_found no_item_specified "
        "not_in_channel not_pinnable restricted_action too_many_pins",
    ),
    _method(
        "pins.remove",
        ("pins:write",),
        "t2",
        "bad_timestamp channel_not_found file_comment_not_found file_not_found message_not_found no_item_specified "
        "restricted_action",
    ),
    _method(
        "files.getUploadURLExternal",
        ("files:write",),
        "t4",
        "alt_txt_too_large file_type_not_allowed file_upload_size_restricted file_uploads_disabled "
        "file_uploads_except_images_disabled missing_argument snippet_too_large storage_limit_reached "
        "unknown_snippet_type unknown_subtype",
    ),
    _method(
        "files.completeUploadExternal",
        ("files:write",),
        "t4",
        "channel_not_found channels_limit_exceeded file_not_found file_type_not_allowed "
        "file_uploads_except_images_disabled invalid_blocks invalid_channel not_in_channel posting_to_channel_denied",
    ),
    # Called with the app-level token (`xapp-…`, scope connections:write), which no manifest can ask for.
    _method("apps.connections.open", (), "t3", "forbidden_team insecure_request missing_args"),
)

METHODS: Mapping[str, Method] = MappingProxyType({method.name: method for method in _ALL})

_REINSTALL = (
    "My access to this workspace is no longer valid. Ask a workspace admin to install the app again and give the bot its new token."
)
_NO_SCOPE = (
    "I was not given a permission that this needs. Ask a workspace admin to install the app again from its current manifest."
)
_NOT_ALLOWED = "This workspace does not let me do that. Ask a workspace admin to allow it for this app."
_NO_POSTING = "The settings of {here} do not let me post there. Ask a workspace admin to allow it, or choose another channel."
_TOO_LONG = "That is more text than Slack takes in one message. Shorten it, then try again."
_PRESS_AGAIN = "Slack gives me three seconds to open a window, and they were over. Press it again."
_CHANGED_MEANWHILE = "Somebody changed this a moment before you. Open it again to see the present state, then repeat your change."
_NO_FILE = "This workspace does not take that file from me. Ask a workspace admin to allow text files from apps."
_UNKNOWN_PERSON = "I cannot find that person in this workspace. Choose somebody who is a member here."
_SLOW_DOWN = "Slack asks me to slow down. Wait a minute, then try again."
_LOOK_FIRST = "Slack had a problem and did not say whether that worked. Look at the channel before you try again."
_GENERIC = "Slack did not accept that. Try once more; if it fails again, tell whoever runs this bot, whose log has the details."

_EXPLANATIONS: Mapping[str, str] = MappingProxyType(
    {
        "not_in_channel": "I am not in {here}. Invite me there with /invite {bot}, then try again.",
        "channel_not_found": "I cannot see {here}: it is gone or I am not in it. Invite me with /invite {bot}, then try again.",
        "channel_is_limited_access": "Access to {here} is limited. Invite me there with /invite {bot}, or choose another channel.",
        "is_archived": "{Here} is archived. Unarchive it or choose another channel, then try again.",
        "restricted_action": _NO_POSTING,
        "restricted_action_read_only_channel": _NO_POSTING,
        "posting_to_channel_denied": _NO_POSTING,
        "restricted_action_thread_only_channel": "{Here} only takes replies in threads. Choose another channel for the show.",
        "restricted_action_non_threadable_channel": "{Here} has threads switched off. Choose another channel for the show.",
        "restricted_action_thread_locked": "That thread is locked. Ask whoever locked it to open it, or write in the channel.",
        "message_limit_exceeded": "This workspace has reached its message limit. Ask a workspace admin about its plan.",
        "messages_tab_disabled": "My messages tab is switched off. Ask a workspace admin to enable it in the app's settings.",
        "not_enabled": "My home tab is switched off. Ask a workspace admin to enable it in the app's settings.",
        "msg_too_long": _TOO_LONG,
        "msg_blocks_too_long": _TOO_LONG,
        "view_too_large": "That is more than Slack shows in one window. Narrow down what you ask for, then try again.",
        "push_limit_reached": "Slack stacks three windows at most. Close one, then try again.",
        "expired_trigger_id": _PRESS_AGAIN,
        "exchanged_trigger_id": _PRESS_AGAIN,
        "invalid_trigger_id": _PRESS_AGAIN,
        "hash_conflict": _CHANGED_MEANWHILE,
        "message_not_found": "That message is gone. Ask for the show's status to get a fresh one.",
        "thread_not_found": "That thread is gone. Write in the channel instead.",
        "cant_update_message": "I can only change messages of my own. Ask for the show's status to get a fresh one.",
        "cant_delete_message": "I can only delete messages of my own. Ask a workspace admin to delete that one.",
        "edit_window_closed": "That message is too old to be changed. Ask for the show's status to get a fresh one.",
        "user_not_found": _UNKNOWN_PERSON,
        "user_not_visible": _UNKNOWN_PERSON,
        "user_disabled": "That person's account is switched off. Choose somebody else.",
        "user_not_in_channel": "That person is not in {here}. Invite them there, then try again.",
        "no_such_subteam": "That user group is gone. Choose another one.",
        "plan_upgrade_required": "User groups need a paid Slack plan. Name people one by one instead.",
        "too_many_pins": "{Here} holds as many pins as Slack allows. Unpin a message, then try again.",
        "not_pinnable": "Slack does not let that message be pinned. Save its link instead.",
        "file_uploads_disabled": _NO_FILE,
        "file_uploads_except_images_disabled": _NO_FILE,
        "file_type_not_allowed": _NO_FILE,
        "file_upload_size_restricted": _NO_FILE,
        "snippet_too_large": "That file is larger than Slack takes. Ask for a shorter period, then try again.",
        "storage_limit_reached": "This workspace has no room left for files. Ask a workspace admin to free some, then try again.",
        "missing_scope": _NO_SCOPE,
        "access_denied": _NOT_ALLOWED,
        "app_access_restricted": _NOT_ALLOWED,
        "ekm_access_denied": _NOT_ALLOWED,
        "no_permission": _NOT_ALLOWED,
        "org_login_required": _NOT_ALLOWED,
        "team_access_not_granted": _NOT_ALLOWED,
        "account_inactive": _REINSTALL,
        "invalid_auth": _REINSTALL,
        "not_authed": _REINSTALL,
        "not_allowed_token_type": _REINSTALL,
        "token_expired": _REINSTALL,
        "token_revoked": _REINSTALL,
        "external_channel_migrating": "Slack is moving {here} between workspaces. Wait some minutes, then try again.",
        **dict.fromkeys(RATE_LIMITED, _SLOW_DOWN),
        **dict.fromkeys(AMBIGUOUS, _LOOK_FIRST),
    }
)


def explain(error: str, *, channel: str | None = None, bot: str = "@Showcaller") -> str:
    """What a refusal by Slack means for a person, and what to do next; never the raw code.

    `channel` is a conversation id, `bot` the bot's own mention as the reader should type it (`<@U…>`).
    """
    here = _named(channel)
    return _EXPLANATIONS.get(error, _GENERIC).format(here=here, Here=here[0].upper() + here[1:], bot=bot)


def _named(channel: str | None) -> str:
    if channel is None:
        return "that channel"
    if channel.startswith("D"):  # a direct message has no name that Slack would show for <#D…>
        return "our direct messages"
    return f"<#{channel}>"
