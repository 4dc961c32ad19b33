"""By which way requests leave: every client the same, through a real proxy on 127.0.0.1 that counts them."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

import commands
from bot.errors import ProviderError, SettingsError
from bot.network import Network, slack_targets
from bot.outbox.wire import Trouble, Wire
from bot.providers.base import Connection, Provider
from bot.providers.catalogue import accounts, catalogue
from bot.sandbox.rehearsal import Rehearsal
from bot.sandbox.slack import SlackEmulator
from bot.settings import load_settings
from bot.slack.transport import slack_client
from tests.conftest import SUNDAY_NINE
from tests.proxy import Proxy
from tests.sandbox.slack.stagehand import manifest
from tests.studio import Studio

PROXY = "http://proxy.example:3128"
HTTPS = {"HTTPS_PROXY": PROXY}


# -- the rules --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("values", "url", "through"),
    [
        ({}, "https://slack.com/api/", None),
        (HTTPS, "https://slack.com/api/", PROXY),
        (HTTPS, "wss://wss-primary.slack.com/link", PROXY),
        (HTTPS, "http://127.0.0.1:80/", None),
        ({"HTTP_PROXY": PROXY}, "http://a.example/", PROXY),
        ({"HTTP_PROXY": PROXY}, "ws://a.example/", PROXY),
        ({"HTTP_PROXY": PROXY}, "https://a.example/", None),
        ({"ALL_PROXY": PROXY}, "https://a.example/", PROXY),
        ({"ALL_PROXY": PROXY}, "ws://a.example/", PROXY),
        ({"ALL_PROXY": "http://other:1", **HTTPS}, "https://a.example/", PROXY),
        ({"https_proxy": PROXY, "HTTPS_PROXY": "http://other:1"}, "https://a.example/", PROXY),
        ({"HTTPS_PROXY": "  "}, "https://a.example/", None),
        ({"HTTPS_PROXY": "proxy.example:3128"}, "https://a.example/", PROXY),
        ({"HTTPS_PROXY": "http://proxy.example"}, "https://a.example/", "http://proxy.example:80"),
        ({"HTTPS_PROXY": "http://[fd00::1]:3128/"}, "https://a.example/", "http://[fd00::1]:3128"),
        ({"HTTPS_PROXY": "http://ana:p%40ss@proxy.example:3128"}, "https://a.example/", "http://ana:p%40ss@proxy.example:3128"),
        ({"HTTPS_PROXY": "http://ana:p@ss@proxy.example:3128"}, "https://a.example/", "http://ana:p%40ss@proxy.example:3128"),
        ({"HTTPS_PROXY": "http://ana@proxy.example:3128"}, "https://a.example/", "http://ana:@proxy.example:3128"),
    ],
)
def test_which_proxy_a_request_goes_through(values: Mapping[str, str], url: str, through: str | None) -> None:
    assert Network(values).proxy_for(url) == through


@pytest.mark.parametrize(
    ("exempt", "direct", "proxied"),
    [
        ("*", ["https://slack.com", "https://[::1]", "https://10.0.0.1"], []),
        ("slack.com", ["https://slack.com", "wss://wss-primary.slack.com"], ["https://notslack.com", "https://slack.com.evil"]),
        (".slack.com", ["https://files.slack.com", "https://slack.com"], ["https://notslack.com"]),
        ("*.slack.com", ["https://files.slack.com"], ["https://notslack.com"]),
        ("SLACK.com.", ["https://Slack.COM", "https://slack.com."], []),
        ("slack.com:8443", ["https://slack.com:8443"], ["https://slack.com"]),
        ("slack.com:443", ["https://slack.com", "wss://slack.com"], ["https://slack.com:8443"]),
        ("https://slack.com", ["https://slack.com"], []),
        ("localhost", ["https://localhost:5000", "https://a.localhost"], ["https://127.0.0.1:5000"]),
        ("127.0.0.1", ["https://127.0.0.1:5000"], ["https://127.0.0.2", "https://x127.0.0.1"]),
        ("127.0.0.1:5000", ["https://127.0.0.1:5000"], ["https://127.0.0.1:5001"]),
        ("127.0.0.0/8", ["https://127.9.9.9"], ["https://128.0.0.1", "https://127.example"]),
        ("[::1]", ["https://[::1]:5000"], ["https://[::2]", "https://127.0.0.1"]),
        ("::1", ["https://[::1]:5000", "https://[0:0:0:0:0:0:0:1]"], ["https://[::2]"]),
        ("[::1]:5000", ["https://[::1]:5000"], ["https://[::1]:5001"]),
        ("fd00::/8", ["https://[fd12::1]"], ["https://[fe80::1]"]),
        (
            "a.example,, b.example\tc.example",
            ["https://a.example", "https://b.example", "https://c.example"],
            ["https://d.example"],
        ),
    ],
)
def test_what_is_exempt_goes_directly(exempt: str, direct: list[str], proxied: list[str]) -> None:
    network = Network({**HTTPS, "NO_PROXY": exempt})
    assert {url: network.proxy_for(url) for url in direct} == dict.fromkeys(direct)
    assert {url: network.proxy_for(url) for url in proxied} == dict.fromkeys(proxied, PROXY)
    assert network.ignored == ()


@pytest.mark.parametrize("junk", ["[::1", "<local>", "a b!c", "http://", "[zz]", "10.0.0.0/99", "[::1]:123456"])
def test_what_says_nothing_in_no_proxy_is_told_and_exempts_nothing(junk: str) -> None:
    network = Network({**HTTPS, "NO_PROXY": junk})
    assert network.ignored
    assert "not understood in NO_PROXY" in network.describe({"Slack": "https://slack.com"})


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=60))
def test_no_environment_breaks_the_reading_of_it(proxy: str, exempt: str, url: str) -> None:
    network = Network({"HTTPS_PROXY": proxy, "ALL_PROXY": proxy, "NO_PROXY": exempt})
    network.proxy_for(url)
    network.proxy_for(f"https://{url}")
    network.describe({"x": url})


UNUSABLE = [
    "http://proxy.example:99999",
    "http://proxy.example:port",
    "http://proxy.example:0",
    "http://",
    "http//proxy.example",
    "http://ana:hunter2/x@proxy.example:3128",
    "http://ana:hunter2#x@proxy.example:3128",
    "http://[fd00::1:3128",
    "http://proxy .example:3128",
    "http://ana:hunter2@proxy.example\n:3128",
    "ftp://ana:hunter2@proxy.example",
    "https://ana:hunter2@proxy.example",
    "socks5://ana:hunter2@proxy.example:1080",
    "socks5h://proxy.example",
    "socks4://proxy.example",
]


@pytest.mark.parametrize("value", UNUSABLE)
@pytest.mark.parametrize("setting", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_that_cannot_be_used_is_named_and_its_password_is_not(setting: str, value: str) -> None:
    network = Network({setting: value})
    with pytest.raises(SettingsError) as caught:
        network.check(slack_targets("https://slack.com/api", socket_mode=True))
    assert str(caught.value).startswith(f"{setting} ")
    assert "hunter2" not in str(caught.value) + repr(network) + network.describe({"Slack": "https://slack.com"})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", UNUSABLE)
def test_one_that_nothing_goes_through_stops_nobody(value: str) -> None:
    Network({"HTTPS_PROXY": PROXY, "ALL_PROXY": value}).check(slack_targets("https://slack.com/api", socket_mode=True))
    Network({"HTTPS_PROXY": value, "NO_PROXY": ".slack.com"}).check(slack_targets("https://slack.com/api", socket_mode=True))


def test_the_line_says_what_goes_which_way_and_no_password() -> None:
    network = Network({"HTTPS_PROXY": "http://ana:hunter2@proxy.example:3128", "NO_PROXY": "hooks.slack.com"})
    said = network.describe({**slack_targets("https://slack.com/api", socket_mode=True), "Gcore": "https://api.gcore.com"})
    assert said == (
        "Slack's Web API, uploads, Socket Mode, Gcore through http://proxy.example:3128 (HTTPS_PROXY); answers directly; "
        "trusted certificates: the system's and certifi's"
    )


# -- certificates -----------------------------------------------------------------------------------------------------
def test_certificates_are_the_systems_and_certifis_unless_named(tmp_path: Path) -> None:
    assert len(Network().tls.get_ca_certs()) >= 100
    one = tmp_path / "one.pem"
    one.write_text(_first_certificate())
    only = Network({"SSL_CERT_FILE": str(one)}).tls
    assert len(only.get_ca_certs()) == 1
    assert only.verify_mode is ssl.CERT_REQUIRED


def _first_certificate() -> str:
    end = "-----END CERTIFICATE-----\n"
    return Path(certifi.where()).read_text().partition(end)[0].partition("-----BEGIN")[2].join(("-----BEGIN", end))


def _bad_files(folder: Path) -> dict[str, str]:
    (folder / "empty.pem").touch()
    (folder / "text.pem").write_text("no certificate")
    (folder / "key.pem").write_text("-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n")
    (folder / "binary.pem").write_bytes(bytes(range(256)))
    (folder / "certs").mkdir()
    return {
        "missing": str(folder / "missing.pem"),
        "a folder": str(folder),
        **{name: str(folder / f"{name}.pem") for name in ("empty", "text", "key", "binary")},
    }


@pytest.mark.parametrize("which", ["missing", "a folder", "empty", "text", "key", "binary"])
def test_a_bundle_that_is_none_is_named(tmp_path: Path, which: str) -> None:
    with pytest.raises(SettingsError, match=r"^SSL_CERT_FILE names /\S+, which (cannot be read|holds no certificates)"):
        Network({"SSL_CERT_FILE": _bad_files(tmp_path)[which]}).check({})


def test_a_folder_of_certificates_that_is_none_is_named(tmp_path: Path) -> None:
    _bad_files(tmp_path)
    for folder in (tmp_path / "missing", tmp_path / "certs", tmp_path / "text.pem"):
        with pytest.raises(SettingsError, match=r"^SSL_CERT_DIR names /\S+, "):
            Network({"SSL_CERT_DIR": str(folder)}).check({})
    (tmp_path / "certs" / "0a1b2c3d.0").write_text(_first_certificate())
    Network({"SSL_CERT_DIR": str(tmp_path / "certs")}).check({})


# -- a whole bot behind a proxy ---------------------------------------------------------------------------------------
async def _show_behind(folder: Path, env: Mapping[str, str]) -> Studio:
    rehearsal = Rehearsal(folder, commands.load(), start=SUNDAY_NINE, env=env)
    await rehearsal.open()
    studio = Studio(rehearsal)
    await rehearsal.settle()
    await studio.plan()
    assert "Sunday Service" in await studio.type("/live shows")
    return studio


async def test_behind_a_proxy_every_client_goes_through_it_and_people_are_answered(tmp_path: Path) -> None:
    async with Proxy(credentials="ana:p%40ss") as proxy:
        studio = await _show_behind(tmp_path, {"HTTP_PROXY": proxy.url})
        try:
            calls = [call for call in studio.slack.log.calls if call.method != "response_url"]
            answers = [call for call in studio.slack.log.calls if call.method == "response_url"]
            assert proxy.count("/api/") == len(calls) > 0
            assert proxy.count("/commands/", "POST") == len(answers) > 0
            assert proxy.count(studio.slack.api_url.split("/")[2], "CONNECT") >= 2
            assert proxy.count(studio.cloud.base_url) > 3
            assert {one.credentials for one in proxy.passed} == {"ana:p@ss"}
        finally:
            await studio.rehearsal.close()


async def test_what_is_exempt_passes_the_proxy_by(tmp_path: Path) -> None:
    async with Proxy() as proxy:
        env = {"HTTP_PROXY": proxy.url, "NO_PROXY": "127.0.0.0/8,[::1]"}
        studio = await _show_behind(tmp_path, env)
        await studio.rehearsal.close()
        assert proxy.passed == []


async def test_one_vendor_alone_can_be_exempt(tmp_path: Path) -> None:
    async with Proxy() as proxy:
        rehearsal = Rehearsal(tmp_path, commands.load(), start=SUNDAY_NINE)
        rehearsal._env |= {"HTTP_PROXY": proxy.url}
        for cloud in rehearsal.clouds:
            await cloud.start()
        rehearsal._env |= {"NO_PROXY": rehearsal.cloud.base_url.partition("://")[2]}
        await rehearsal.slack.start()
        await rehearsal.start_bot()
        await rehearsal.settle()
        await rehearsal.close()
        assert proxy.count("/api/") > 0
        assert proxy.count(rehearsal.cloud.base_url) == 0


async def test_response_urls_and_uploads_go_through_it_as_calls_do() -> None:
    async with Proxy() as proxy, SlackEmulator(manifest()) as slack:
        env = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token, "SLACK_API_URL": slack.api_url}
        settings = load_settings(accounts(), {**env, "GCORE_API_TOKEN": "x", "HTTP_PROXY": proxy.url}, None)
        async with slack_client(settings) as web:
            wire = Wire(web, 5.0)
            place = await wire.ask("files.getUploadURLExternal", filename="rest.txt", length=3)
            await wire.upload(str(place["upload_url"]), b"abc")
            with suppress(Trouble):  # the emulator never gave out this address
                await wire.respond(f"{slack.api_url.removesuffix('/api/')}/commands/T/unknown", {"text": "hello"})
        assert [one.method for one in proxy.passed] == ["GET", "POST", "POST"]
        assert proxy.count("/upload/v1/") == proxy.count("/commands/T/") == 1


@pytest.mark.parametrize("status", [403, 407, 502])
async def test_a_proxy_that_refuses_is_blamed_and_not_the_vendor(status: int) -> None:
    async with Proxy(refuses=status) as proxy:
        gcore = _gcore({"HTTPS_PROXY": proxy.url})
        with pytest.raises(ProviderError, match="The proxy did not let the request to Gcore through") as caught:
            await gcore.check()
        await gcore.close()
        assert not caught.value.permanent
        assert proxy.count("api.gcore.com:443", "CONNECT") == 1


async def test_a_proxy_that_is_not_there_is_an_outage_that_passes() -> None:
    async with Proxy() as proxy:
        url = proxy.url
    gcore = _gcore({"HTTPS_PROXY": url})
    with pytest.raises(ProviderError, match="cannot be reached") as caught:
        await gcore.check()
    await gcore.close()
    assert not caught.value.permanent


async def test_a_certificate_that_is_not_trusted_is_blamed_and_not_the_network(tmp_path: Path) -> None:
    one = tmp_path / "one.pem"
    one.write_text(_first_certificate())
    served = _self_signed(tmp_path)
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=served)
    port = server.sockets[0].getsockname()[1]
    gcore = _gcore({"SSL_CERT_FILE": str(one)}, f"https://127.0.0.1:{port}")
    with pytest.raises(ProviderError, match="The certificate shown for Gcore is not trusted here"):
        await gcore.check()
    await gcore.close()
    server.close()


def _gcore(env: Mapping[str, str], base_url: str = "https://api.gcore.com") -> Provider:
    kind = catalogue()["gcore"]
    account = kind.account.model_validate({"api_token": "1$x", "base_url": base_url})
    return kind.open(account, Connection(network=Network(env), timeout=5.0))


def _self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(private + made.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
